//! A file of NetFlow or IPFIX messages, one after the other, as a collector's socket received them.

use crate::about::About;
use crate::error::{Error, Result};

use super::carry::{Carry, Step};
use super::exports::Exports;
use super::intake::Intake;
use super::wire::be16;
use super::wire::netflow5::Netflow5;
use super::wire::netflow9::{Message, SET_HEADER, Set};
use super::{Format, Parser};

pub const FORMAT: Format = Format {
    about: About {
        key: "netflow",
        title: "NetFlow or IPFIX messages",
        help: "Flows as routers, firewalls and probes export them: NetFlow version 5 or 9, or IPFIX, the messages one \
               after the other as they were received. Each exported record is a row. Exporters tell of each \
               direction on its own: two records of the same ends, ports and protocol, at most 15 seconds apart, \
               become one flow from the side that began. In a capture such messages are read, too, where they go to \
               a collector's usual UDP port (2055 to 2057, 4432, 4739, 9025, 9555, 9995, 9996) and are one export \
               from end to end; the packets that carried them remain a flow of their own.",
        limits: "Bytes are with the IP headers. Records of version 9 and IPFIX are read by the template sent before \
                 them; a set without one counts as one rejected row. Records that describe the exporter are passed \
                 over, sampling rates among them: counts stand as sent. In version 9 a message ends where the next \
                 begins. At most 4,096 templates of at most 512 fields are remembered. Of 262,144 flows held at once, \
                 those without a second direction stay as they are. Not sFlow, and not the files of nfdump (nfcapd): \
                 nfdump -o csv makes a table of those. What an exporter says is believed.",
    },
    knobs: &[],
    endings: &["dat", "ipfix", "netflow"],
    sniff,
    open: |_settings| Box::new(Netflow::default()),
};

/// The first message must be one, and what follows it the start of another.
fn sniff(head: &[u8]) -> u8 {
    let begins = |bytes: &[u8]| bytes.len() < 2 || matches!(be16(&bytes[..2]), 5 | 9 | 10);
    if let Some(length) = Netflow5::length(head) {
        return if begins(head.get(length..).unwrap_or_default()) { 90 } else { 0 };
    }
    let Some(message) = Message::check(head) else { return 0 };
    let is_set = |set: &Set<'_>| message.is_ipfix() == matches!(set.id(), 2 | 3) || set.id() >= 256;
    let first = Set::check(message.sets()).filter(is_set);
    let fits = first.is_some_and(|set| message.length().is_none_or(|length| set.length() + message.header() <= length));
    let next = message.length().and_then(|length| head.get(length..)).unwrap_or_default();
    if fits && begins(next) { 90 } else { 0 }
}

#[derive(Default)]
struct Netflow {
    carry: Carry,
    exports: Exports,
    rows: u64,
    damaged_at: Option<u64>,
}

impl Parser for Netflow {
    fn feed(&mut self, slice: &[u8], intake: &mut Intake) -> Result<()> {
        let Netflow { carry, exports, rows, damaged_at } = self;
        carry.feed(slice, |at, bytes| {
            let mut told = |intake: &mut Intake, record: std::result::Result<(), &'static str>| {
                *rows += 1;
                match record {
                    Ok(()) => intake.count_packet(),
                    Err(why) => intake.reject(*rows, at, why),
                }
            };
            let step = step(exports, bytes, intake, &mut told);
            if step == Step::Stop {
                *damaged_at = Some(at);
            }
            step
        });
        Ok(())
    }

    fn finish(&mut self, intake: &mut Intake) -> Result<()> {
        self.exports.finish(intake);
        match self.exports.messages {
            0 => Err(Error::unreadable("the file ends inside its first message: there is no flow in it")),
            _ => Ok(()),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.exports.notes();
        if let Some(byte) = self.carry.cut() {
            notes.push(format!("truncated at byte {byte}, {} records kept", self.rows));
        }
        if let Some(byte) = self.damaged_at {
            notes.push(format!("damaged at byte {byte}, {} records kept; the rest was not read", self.rows));
        }
        notes
    }
}

/// Takes a message of version 5, the header of another, or a set.
fn step(
    exports: &mut Exports,
    bytes: &[u8],
    intake: &mut Intake,
    told: &mut impl FnMut(&mut Intake, std::result::Result<(), &'static str>),
) -> Step {
    if bytes.len() < SET_HEADER {
        return Step::Need(SET_HEADER);
    }
    match be16(&bytes[..2]) {
        // Sets have no such ids.
        5 => match Netflow5::length(bytes) {
            Some(length) if bytes.len() >= length => {
                exports.version5(bytes, intake, told);
                Step::Used(length)
            }
            Some(length) => Step::Need(length),
            None if bytes.len() < 24 => Step::Need(24),
            None => Step::Stop,
        },
        9 | 10 => match Message::check(bytes) {
            Some(message) => {
                exports.begin(0, &message);
                Step::Used(message.header())
            }
            None if bytes.len() < 20 => Step::Need(20),
            None => Step::Stop,
        },
        // Zeros may fill up a message.
        0 if be16(&bytes[2..4]) == 0 => Step::Used(SET_HEADER),
        _ => match Set::check(bytes) {
            Some(set) if bytes.len() < set.length() => Step::Need(set.length()),
            Some(set) => {
                exports.set(&set, intake, told);
                Step::Used(set.length())
            }
            None => Step::Stop,
        },
    }
}
