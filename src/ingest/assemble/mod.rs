//! Packets to bidirectional flows, and to the observations that packets allow.

mod datagram;
mod direction;
mod flow;
mod fragments;
mod handshake;
mod history;
mod index;
pub mod knobs;
mod layers;
mod link;
mod opened;
mod segment;
mod table;
mod tunnel;
mod watch;

#[cfg(test)]
mod craft;
#[cfg(test)]
mod tests;

use crate::ingest::exports::{self, Exports};
use crate::ingest::intake::Intake;
use crate::model::settings::Checked;

use datagram::{Datagram, Part};
use flow::Share;
use fragments::Fragments;
use knobs::Limits;
use layers::{Inner, Reason};
use opened::Opened;
use segment::{Segment, UDP};
use table::{FlowId, Hint, Table};
use watch::{Sight, Watch};

/// Packets taken together: their flows lie all over the memory, and waiting for many at once takes little longer than
/// for one.
const TOGETHER: usize = 32;

/// A packet as a capture file gives it.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Counted from 1.
    pub number: u64,
    /// Where its record starts in the file.
    pub byte: u64,
    /// Nanoseconds since 1970, where the file has times.
    pub time: Option<i64>,
    /// The LINKTYPE of its interface.
    pub link: u16,
    /// Bytes that were on the wire.
    pub length: u32,
    /// The bytes captured.
    pub bytes: &'a [u8],
}

impl Frame<'_> {
    /// No packet.
    const NONE: Self = Frame { number: 0, byte: 0, time: None, link: 0, length: 0, bytes: &[] };
}

/// The next packets of a capture file.
#[derive(Debug)]
pub struct Batch<'a> {
    frames: [Frame<'a>; TOGETHER],
    pub count: usize,
    /// How many bytes of the file they take.
    pub bytes: usize,
}

impl<'a> Batch<'a> {
    /// As many as are taken together, or fewer where `next` gives none. It is asked by the number of packets and of bytes
    /// before, and gives the packet and the bytes that it takes in the file.
    #[inline]
    pub fn gather(mut next: impl FnMut(usize, usize) -> Option<(Frame<'a>, usize)>) -> Self {
        let mut batch = Batch { frames: [Frame::NONE; TOGETHER], count: 0, bytes: 0 };
        while batch.count < TOGETHER
            && let Some((frame, bytes)) = next(batch.count, batch.bytes)
        {
            batch.frames[batch.count] = frame;
            batch.count += 1;
            batch.bytes += bytes;
        }
        batch
    }

    pub fn frames(&self) -> &[Frame<'a>] {
        &self.frames[..self.count]
    }
}

/// Turns the packets of one capture into flows and observations.
#[derive(Debug)]
pub struct Assembler {
    table: Table,
    fragments: Fragments,
    watch: Watch,
    /// Flows that packets tell of others.
    exports: Exports,
    /// The time of the packet before, for those without.
    clock: i64,
    arp: u64,
    tunnelled: u64,
    unopened: u64,
    unknown_link: Option<u16>,
}

impl Assembler {
    pub fn new(settings: &Checked) -> Self {
        Assembler {
            table: Table::new(Limits::of(settings)),
            fragments: Fragments::default(),
            watch: Watch::default(),
            exports: Exports::default(),
            clock: 0,
            arp: 0,
            tunnelled: 0,
            unopened: 0,
            unknown_link: None,
        }
    }

    /// Takes the next packets, at most `TOGETHER`: each is counted as accepted or as rejected.
    pub fn packets(&mut self, frames: &[Frame<'_>], intake: &mut Intake) {
        let mut opened: [Option<Opened<'_>>; TOGETHER] = [const { None }; TOGETHER];
        for (frame, place) in frames.iter().zip(&mut opened) {
            Opened::open(frame, place);
        }
        let (mut likely, mut sum) = ([None; TOGETHER], 0);
        for (opened, likely) in opened.iter().zip(&mut likely) {
            if let Some((id, read)) = opened.as_ref().and_then(Opened::tag).and_then(|tag| self.table.fetch(tag)) {
                *likely = Some(id);
                sum ^= read;
            }
        }
        std::hint::black_box(sum);
        for ((frame, opened), likely) in frames.iter().zip(opened.iter().flatten()).zip(likely) {
            self.clock = frame.time.unwrap_or(self.clock);
            match self.take(frame, (opened, likely), intake) {
                Ok(()) => intake.count_packet(),
                Err(reason) => {
                    if !link::known(frame.link) {
                        self.unknown_link.get_or_insert(frame.link);
                    }
                    intake.reject(frame.number, frame.byte, reason);
                }
            }
        }
    }

    #[inline]
    fn take(
        &mut self,
        frame: &Frame<'_>,
        (opened, likely): (&Opened<'_>, Option<FlowId>),
        intake: &mut Intake,
    ) -> Result<(), Reason> {
        let layers = opened.layers.as_ref().map_err(|reason| *reason)?;
        let sight = Sight { time: self.clock, packet: frame.number, macs: layers.macs };
        self.tunnelled += u64::from(layers.tunnels > 0);
        self.unopened += u64::from(layers.unopened);
        match (&layers.inner, &opened.segment) {
            (Inner::Arp(arp), _) => {
                self.arp += 1;
                watch::arp(arp, &sight, &mut intake.traffic.observations);
            }
            (Inner::Ip(datagram), None) => self.later(datagram, &self.share(frame, datagram)),
            (Inner::Ip(datagram), Some(segment)) => {
                let segment = segment.as_ref().map_err(|reason| *reason)?;
                self.datagram(frame, (datagram, segment, Hint { tag: opened.tag, likely }), &sight, intake);
            }
        }
        Ok(())
    }

    /// What a packet adds to its flow.
    #[inline]
    fn share(&self, frame: &Frame<'_>, datagram: &Datagram<'_>) -> Share {
        Share {
            time: self.clock,
            timed: frame.time.is_some(),
            data: datagram.payload_length as u64,
            ip_bytes: datagram.length as u64,
            frame_bytes: frame.length.into(),
            packets: 1,
        }
    }

    /// Takes a fragment that is not its packet's first.
    #[cold]
    fn later(&mut self, datagram: &Datagram<'_>, share: &Share) {
        if let Some((flow, side)) = self.fragments.later(datagram, share) {
            self.table.flow(flow).add(side, share);
        }
    }

    #[inline]
    fn datagram(
        &mut self,
        frame: &Frame<'_>,
        (datagram, segment, hint): (&Datagram<'_>, &Segment<'_>, Hint),
        sight: &Sight,
        intake: &mut Intake,
    ) {
        let share = Share { data: segment.length as u64, ..self.share(frame, datagram) };
        let (id, side) = self.table.packet((datagram, segment, hint), sight.macs, &share);
        if datagram.part == Part::First
            && let Some(waiting) = self.fragments.first(datagram, id, side, self.clock)
        {
            self.table.flow(id).add(side, &waiting);
        }
        if datagram.protocol == UDP && exports::is_collector(segment.ports[1]) {
            self.exports.datagram(datagram.source.0, segment.data, intake);
        }
        self.watch.packet(datagram, segment, (id, side, self.table.flow(id)), sight, &mut intake.traffic.observations);
    }

    /// Ends the capture: all flows go to the traffic table.
    pub fn finish(&mut self, intake: &mut Intake) {
        self.table.finish(intake);
        self.exports.finish(intake);
    }

    /// What a person should know of the packets.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!("rows are packets; they make {} flows", self.table.total())];
        let mut note = |count: u64, text: &str| {
            if count > 0 {
                notes.push(format!("{count} {text}"));
            }
        };
        note(self.arp, "ARP packets are observed and make no flow");
        note(self.tunnelled, "packets came through tunnels; the flow is the innermost one");
        note(self.unopened, "packets of tunnels were not opened: too deep, or carrying what cannot be read");
        note(self.fragments.strays(), "fragments came without the first of their packet and belong to no flow");
        note(self.table.evicted(), "flows were ended early because too many were open");
        if let Some(link) = self.unknown_link {
            notes.push(format!("packets of link type {link} cannot be read"));
        }
        notes.extend(self.exports.notes());
        notes
    }
}
