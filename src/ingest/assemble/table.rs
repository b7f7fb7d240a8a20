//! The open flows: which flow a packet belongs to, when one ends, and what becomes of it.

use rustc_hash::FxHashMap;

use crate::ingest::intake::Intake;
use crate::ingest::wire::ip::Ip;

use super::datagram::Datagram;
use super::direction::is_reply;
use super::flow::{Flow, Share};
use super::knobs::Limits;
use super::layers::Macs;
use super::segment::{Segment, TCP, UDP};

/// A flow's place in the table, in order of beginning.
pub type FlowId = u32;

/// What the packets of a flow share in both directions: the lower end first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    ends: [Ip; 2],
    ports: [u16; 2],
    protocol: u8,
    one_way: bool,
}

/// All flows of one capture.
#[derive(Debug)]
pub struct Table {
    limits: Limits,
    flows: Vec<Flow>,
    open: FxHashMap<Key, FlowId>,
    /// The packet before this one often belongs to the same flow.
    recent: Option<(Key, FlowId)>,
    /// No flow before this one is open.
    oldest: usize,
    evicted: u64,
    total: u64,
}

impl Table {
    pub fn new(limits: Limits) -> Self {
        Table { limits, flows: Vec::new(), open: FxHashMap::default(), recent: None, oldest: 0, evicted: 0, total: 0 }
    }

    /// Adds a packet to its flow, which may begin with it. Gives the flow and the side that sent the packet.
    #[inline]
    pub fn packet(
        &mut self,
        datagram: &Datagram<'_>,
        segment: &Segment<'_>,
        macs: Macs,
        share: &Share,
    ) -> (FlowId, usize) {
        let key = key(datagram, segment);
        let found = match self.recent {
            Some((recent, id)) if recent == key => Some(id),
            _ => self.open.get(&key).copied(),
        };
        let id = match found {
            Some(id) if !self.is_over(&self.flows[id as usize], segment, share.time) => id,
            over => self.begin(key, over, datagram, segment, macs, share.time),
        };
        self.recent = Some((key, id));
        let flow = &mut self.flows[id as usize];
        let from = (datagram.source, segment.ports[0]);
        let side = usize::from((flow.ends[0], flow.ports[0]) != from);
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

    fn begin(
        &mut self,
        key: Key,
        over: Option<FlowId>,
        datagram: &Datagram<'_>,
        segment: &Segment<'_>,
        macs: Macs,
        time: i64,
    ) -> FlowId {
        if let Some(over) = over {
            self.flows[over as usize].open = false;
        } else if self.open.len() >= self.limits.max_flows {
            self.evict();
        }
        let id = FlowId::try_from(self.flows.len()).expect("fewer than 2^32 flows fit in memory");
        let mut flow = Flow::new(
            [datagram.source, datagram.destination],
            segment.ports,
            segment.has_ports,
            datagram.protocol,
            time,
            macs,
        );
        flow.one_way = segment.one_way;
        if is_reply(datagram.protocol, segment) {
            flow.turn();
        }
        self.flows.push(flow);
        self.total += 1;
        self.open.insert(key, id);
        id
    }

    /// Ends the flow that began first.
    fn evict(&mut self) {
        while let Some(flow) = self.flows.get_mut(self.oldest) {
            self.oldest += 1;
            if flow.open {
                flow.open = false;
                self.evicted += 1;
                let key = sorted(flow.ends, flow.ports, flow.protocol, flow.one_way);
                self.open.remove(&key);
                self.recent = None;
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

#[inline]
fn key(datagram: &Datagram<'_>, segment: &Segment<'_>) -> Key {
    sorted([datagram.source, datagram.destination], segment.ports, datagram.protocol, segment.one_way)
}

#[inline]
fn sorted(ends: [Ip; 2], ports: [u16; 2], protocol: u8, one_way: bool) -> Key {
    let [a, b] = ends;
    let [p, q] = ports;
    if one_way || (a, p) <= (b, q) {
        Key { ends, ports, protocol, one_way }
    } else {
        Key { ends: [b, a], ports: [q, p], protocol, one_way }
    }
}
