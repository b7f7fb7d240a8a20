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
use layers::{Inner, Layers, Reason, peel};
use segment::UDP;
use table::Table;
use watch::{Sight, Watch};

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

    /// Takes the next packet: it is counted as accepted or as rejected.
    #[inline]
    pub fn packet(&mut self, frame: &Frame<'_>, intake: &mut Intake) {
        self.clock = frame.time.unwrap_or(self.clock);
        let taken = peel(frame.link, frame.bytes).and_then(|layers| self.take(frame, &layers, intake));
        match taken {
            Ok(()) => intake.count_packet(),
            Err(reason) => {
                if !link::known(frame.link) {
                    self.unknown_link.get_or_insert(frame.link);
                }
                intake.reject(frame.number, frame.byte, reason);
            }
        }
    }

    #[inline]
    fn take(&mut self, frame: &Frame<'_>, layers: &Layers<'_>, intake: &mut Intake) -> Result<(), Reason> {
        let sight = Sight { time: self.clock, packet: frame.number, macs: layers.macs };
        self.tunnelled += u64::from(layers.tunnels > 0);
        self.unopened += u64::from(layers.unopened);
        match &layers.inner {
            Inner::Arp(arp) => {
                self.arp += 1;
                watch::arp(arp, &sight, &mut intake.traffic.observations);
                Ok(())
            }
            Inner::Ip(datagram) => self.datagram(frame, datagram, &sight, intake),
        }
    }

    #[inline]
    fn datagram(
        &mut self,
        frame: &Frame<'_>,
        datagram: &Datagram<'_>,
        sight: &Sight,
        intake: &mut Intake,
    ) -> Result<(), Reason> {
        let mut share = Share {
            time: self.clock,
            timed: frame.time.is_some(),
            data: datagram.payload_length as u64,
            ip_bytes: datagram.length as u64,
            frame_bytes: frame.length.into(),
            packets: 1,
        };
        if datagram.part == Part::Later {
            if let Some((flow, side)) = self.fragments.later(datagram, &share) {
                self.table.flow(flow).add(side, &share);
            }
            return Ok(());
        }
        let segment = segment::read(datagram)?;
        share.data = segment.length as u64;
        let (id, side) = self.table.packet(datagram, &segment, sight.macs, &share);
        if datagram.part == Part::First
            && let Some(waiting) = self.fragments.first(datagram, id, side, self.clock)
        {
            self.table.flow(id).add(side, &waiting);
        }
        if datagram.protocol == UDP && exports::is_collector(segment.ports[1]) {
            self.exports.datagram(datagram.source.0, segment.data, intake);
        }
        self.watch.packet(datagram, &segment, (id, side, self.table.flow(id)), sight, &mut intake.traffic.observations);
        Ok(())
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
