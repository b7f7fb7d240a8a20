//! The open flows: which flow a packet belongs to, when one ends, and what becomes of it.

use crate::ingest::intake::Intake;
use crate::ingest::wire::ip::Ip;

use super::datagram::Datagram;
use super::direction::is_reply;
use super::flow::{Flow, Share};
use super::index::Index;
use super::knobs::Limits;
use super::layers::Macs;
use super::segment::{Segment, TCP, UDP};

/// A flow's place in the table, in order of beginning.
pub type FlowId = u32;

/// What says which flow a packet belongs to, as the packet has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub ends: [Ip; 2],
    pub ports: [u16; 2],
    pub protocol: u8,
    pub one_way: bool,
}

/// What a packet's flow is looked up by.
#[derive(Debug, Clone, Copy)]
pub struct Hint {
    pub tag: u32,
    /// A flow of that tag, from before the packets that are taken together with this one.
    pub likely: Option<FlowId>,
}

/// All flows of one capture.
#[derive(Debug)]
pub struct Table {
    limits: Limits,
    flows: Vec<Flow>,
    open: Index,
    /// No flow before this one is open.
    oldest: usize,
    evicted: u64,
    total: u64,
}

impl Table {
    pub fn new(limits: Limits) -> Self {
        Table { limits, flows: Vec::new(), open: Index::default(), oldest: 0, evicted: 0, total: 0 }
    }

    /// Looks for a flow of this tag and reads from every line of the processor's cache that `packet` needs of it. Where this
    /// is done for many packets one after another, the memory of all of them is waited for at once. Gives a number made of
    /// what was read, so that it is.
    #[inline]
    pub fn fetch(&self, tag: u32) -> Option<(FlowId, u64)> {
        let id = self.open.likely(tag)?;
        Some((id, self.flows[id as usize].touch()))
    }

    /// Adds a packet to its flow, which may begin with it. Gives the flow and the side that sent the packet.
    #[inline]
    pub fn packet(
        &mut self,
        (datagram, segment, hint): (&Datagram<'_>, &Segment<'_>, Hint),
        macs: Macs,
        share: &Share,
    ) -> (FlowId, usize) {
        let key = Key::of(datagram, segment);
        let (id, side) = match self.find(&key, hint) {
            Some((id, side)) if !self.is_over(&self.flows[id as usize], segment, share.time) => (id, side),
            over => {
                let id = self.begin((key, hint.tag), over.map(|(id, _)| id), segment, macs, share.time);
                (id, self.flows[id as usize].side_of(&key).unwrap_or(0))
            }
        };
        let flow = &mut self.flows[id as usize];
        flow.add(side, share);
        flow.mark(side, datagram.ttl, segment.tcp.map_or(0, |tcp| tcp.flags()));
        match segment.tcp {
            Some(tcp) => flow.handshake.packet(side, &tcp, segment.length, share.time, &mut flow.history),
            None if datagram.protocol == UDP && segment.length > 0 => flow.history.note(side, b'd'),
            None => {}
        }
        (id, side)
    }

    #[inline]
    fn is_over(&self, flow: &Flow, segment: &Segment<'_>, time: i64) -> bool {
        time.saturating_sub(flow.last) > self.limits.idle(flow.protocol)
            || self.limits.active.is_some_and(|active| time.saturating_sub(flow.first) > active)
            || segment.tcp.is_some_and(|tcp| flow.protocol == TCP && flow.handshake.is_reuse(&tcp))
    }

    /// The open flow of a packet, and the side that sent it.
    #[inline]
    fn find(&self, key: &Key, hint: Hint) -> Option<(FlowId, usize)> {
        let is = |id: FlowId| self.flows[id as usize].side_of(key);
        // Packets that came in between may have ended it.
        let likely = hint.likely.filter(|id| self.flows[*id as usize].open).and_then(|id| Some((id, is(id)?)));
        likely.or_else(|| self.open.find(hint.tag, is))
    }

    #[inline(never)]
    fn begin(
        &mut self,
        (key, tag): (Key, u32),
        over: Option<FlowId>,
        segment: &Segment<'_>,
        macs: Macs,
        time: i64,
    ) -> FlowId {
        if over.is_none() && self.open.len() >= self.limits.max_flows {
            self.evict();
        }
        let id = FlowId::try_from(self.flows.len()).expect("fewer than 2^32 flows fit in memory");
        match over {
            Some(over) => {
                self.flows[over as usize].open = false;
                self.open.replace(tag, over, id);
            }
            None => self.open.put(tag, id),
        }
        let mut flow = Flow::new(key, segment.has_ports, time, macs);
        if is_reply(key.protocol, segment) {
            flow.turn();
        }
        self.flows.push(flow);
        self.total += 1;
        id
    }

    /// Ends the flow that began first.
    fn evict(&mut self) {
        while let Some(flow) = self.flows.get_mut(self.oldest) {
            let id = self.oldest as FlowId;
            self.oldest += 1;
            if flow.open {
                flow.open = false;
                self.evicted += 1;
                self.open.remove(flow.key().tag(), id);
                return;
            }
        }
    }

    pub fn flow(&mut self, id: FlowId) -> &mut Flow {
        &mut self.flows[id as usize]
    }

    /// Flows begun so far.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Flows ended because too many were open.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Hands over all flows, by the time of their first packet.
    pub fn finish(&mut self, intake: &mut Intake) {
        let mut order: Vec<FlowId> = (0..self.flows.len() as FlowId).collect();
        order.sort_by_key(|&id| (self.flows[id as usize].first, id));
        for id in order {
            intake.flow(&self.flows[id as usize].record());
        }
        self.open.clear();
        self.flows = Vec::new();
    }
}

impl Key {
    #[inline]
    pub fn of(datagram: &Datagram<'_>, segment: &Segment<'_>) -> Self {
        Key {
            ends: [datagram.source, datagram.destination],
            ports: segment.ports,
            protocol: datagram.protocol,
            one_way: segment.one_way,
        }
    }

    /// The same for both directions.
    #[inline]
    pub fn tag(&self) -> u32 {
        // Multiplying by an odd number with many bits spreads those of its factor upwards (Knuth, volume 3, section 6.4).
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let end = |at: usize| {
            let Ip(bits) = self.ends[at];
            let folded = bits as u64 ^ ((bits >> 64) as u64).rotate_left(32) ^ u64::from(self.ports[at]) << 48;
            let spread = folded.wrapping_mul(SPREAD);
            (spread ^ spread >> 32).wrapping_mul(SPREAD)
        };
        let both = end(0).wrapping_add(end(1)).wrapping_add(self.protocol.into());
        (both.wrapping_mul(SPREAD) >> 32) as u32
    }
}
