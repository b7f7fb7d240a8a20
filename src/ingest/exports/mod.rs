//! What routers and probes export of flows: NetFlow 5 and 9 and IPFIX, from a file or from packets of a capture.
//!
//! Written here and not taken from a crate: version 9 in a file does not say where a packet ends, and netflow_parser
//! 1.0, the well-kept crate there is, wants each of its datagrams whole and apart.

mod pairs;
mod record;
mod template;

#[cfg(test)]
mod tests;

use crate::ingest::intake::Intake;
use crate::ingest::wire::netflow5::Netflow5;
use crate::ingest::wire::netflow9::{Message, Set};

use pairs::Pairs;
use record::Clocks;
use template::{Origin, Templates};

/// UDP ports that collectors listen on: what nfdump, ntop, Cisco and IANA (4739) name in their documentation.
const PORTS: [u16; 9] = [2055, 2056, 2057, 4432, 4739, 9025, 9555, 9995, 9996];

pub const NO_TEMPLATE: &str = "a set of flows came before the template that tells how to read it";

/// Whether a capture's packet to this port is looked at.
#[inline]
pub fn is_collector(port: u16) -> bool {
    PORTS.contains(&port)
}

/// Reads exports.
#[derive(Debug, Default)]
pub struct Exports {
    templates: Templates,
    pairs: Pairs,
    /// The message that the next sets belong to.
    current: Option<(Origin, Clocks)>,
    pub messages: u64,
    pub records: u64,
    pub unread: u64,
}

impl Exports {
    /// Reads a datagram, where it is an export from end to end; `exporter` tells it from others.
    pub fn datagram(&mut self, exporter: u128, bytes: &[u8], intake: &mut Intake) {
        let mut ignore = |_: &mut Intake, _: Result<(), &'static str>| {};
        if Netflow5::length(bytes) == Some(bytes.len()) {
            self.version5(bytes, intake, &mut ignore);
        } else if let Some(message) = Message::check(bytes).filter(is_whole) {
            self.begin(exporter, &message);
            let mut rest = message.sets();
            while let Some(set) = Set::check(rest) {
                self.set(&set, intake, &mut ignore);
                rest = &rest[set.length().min(rest.len())..];
            }
        }
    }

    /// Reads a packet of version 5; `told` hears of each flow.
    pub fn version5(
        &mut self,
        bytes: &[u8],
        intake: &mut Intake,
        told: &mut impl FnMut(&mut Intake, Result<(), &'static str>),
    ) {
        let Some(packet) = Netflow5::check(bytes) else { return };
        self.messages += 1;
        for flow in packet.flows() {
            self.records += 1;
            self.pairs.push(record::of_v5(&flow, packet.boot()), intake);
            told(intake, Ok(()));
        }
    }

    /// The next sets belong to this message.
    pub fn begin(&mut self, exporter: u128, message: &Message<'_>) {
        self.messages += 1;
        let boot = message.uptime().map(|uptime| message.sent() - i64::from(uptime));
        let origin = (exporter, message.domain(), message.is_ipfix());
        self.current = Some((origin, Clocks { sent: message.sent(), boot }));
    }

    /// Reads a set; `told` hears of each flow, or why there is none.
    pub fn set(
        &mut self,
        set: &Set<'_>,
        intake: &mut Intake,
        told: &mut impl FnMut(&mut Intake, Result<(), &'static str>),
    ) {
        let Some((origin, clocks)) = self.current else { return };
        if set.id() < 256 {
            return self.templates.announce(origin, set.id(), set.body());
        }
        let Some(template) = self.templates.get(origin, set.id()) else {
            self.unread += 1;
            return told(intake, Err(NO_TEMPLATE));
        };
        if template.options {
            return;
        }
        let mut rest = set.body();
        while let Some(record) = record::next(&mut rest, template, clocks) {
            self.records += 1;
            let read = record.map(|record| self.pairs.push(record, intake));
            told(intake, read);
        }
    }

    /// Hands over the flows still held.
    pub fn finish(&mut self, intake: &mut Intake) {
        self.pairs.finish(intake);
    }

    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.messages > 0 {
            notes.push(format!(
                "{} exported records in {} messages make {} flows, {} of them of both directions",
                self.records, self.messages, self.pairs.flows, self.pairs.paired
            ));
        }
        let mut note = |count: u64, text: &str| {
            if count > 0 {
                notes.push(format!("{count} {text}"));
            }
        };
        note(self.unread, "sets of flows came before their template and could not be read");
        note(self.templates.refused, "templates were not kept: too many of them, or too long");
        notes
    }
}

/// Whether the sets of a message, one after the other, are all of it; zeros may follow.
fn is_whole(message: &Message<'_>) -> bool {
    let mut rest = message.sets();
    let mut sets = 0;
    while let Some(set) = Set::check(rest).filter(|set| set.length() <= rest.len()) {
        rest = &rest[set.length()..];
        sets += 1;
    }
    sets > 0 && rest.iter().all(|byte| *byte == 0)
}
