//! Syslog messages of Cisco's ASA and Firepower firewalls: denied packets, and connections built and torn down.

mod access_list;
mod event;
mod message;

#[cfg(test)]
mod tests;

use crate::about::About;

use super::Format;
use super::intake::Intake;
use super::text::held::Held;
use super::text::log::{Dialect, Line, Log, reason};
use super::text::syslog::{Stamps, YEAR};
use message::{Connection, Message, message};

pub const FORMAT: Format = Format {
    about: About {
        key: "cisco_asa",
        title: "Cisco ASA and Firepower (syslog)",
        help: "What a Cisco ASA or Firepower (FTD) firewall sent to syslog, after Cisco's \"ASA Series Syslog Messages\" \
               and \"Secure Firewall Threat Defense Syslog Messages\". Denied packets (messages 106001, 106006, 106007, \
               106010 to 106012, 106014 to 106017, 106020 to 106023, 106100, 106102, 106103, 305013, 313001, 313004, 313008, \
               338005 to 338008, 710003, 710005) count as rejected attempts; access to the firewall itself that was permitted (710002) \
               is a flow. A connection that was built (302013, 302015, 302020, 302303) and torn down \
               (302014, 302016, 302021, 302304) is one flow, with its duration, bytes and how it ended; so are \
               Firepower's connection events (430002, 430003), which count as rejected attempts where a rule blocked \
               them.",
        limits: "Other messages, such as those of translations (305011, 305012), are rejected: they tell of no flow. \
                 The bytes of a connection are those of both \
                 directions together and count as sent. Where only the teardown is in the file, the side with the \
                 port above 1023 is taken for the one that began. Addresses are the real ones, before translation. \
                 Times without a year take it from the setting syslog.year; connections that are open stay in memory \
                 until they end.",
    },
    knobs: &[],
    endings: &["log", "txt", "gz"],
    sniff: |head| {
        let mut lines = head.split(|byte| *byte == b'\n').take(50);
        if lines.any(|line| number(line).is_some()) { 95 } else { 0 }
    },
    open: |settings| Box::new(Log::new(Asa { stamps: Stamps::new(settings.count(&YEAR)), ..Asa::default() })),
};

const OTHER: &str = "a message that tells of no flow";
const NO_MESSAGE: &str = "a line without a message of the firewall";

/// Reads one file.
#[derive(Default)]
struct Asa {
    stamps: Stamps,
    /// Connections that were built and not yet torn down, by their number or ends.
    open: Held<Connection>,
    unbuilt: u64,
}

/// The number and the text of a line's message: `%ASA-4-106023: Deny …`.
fn number(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let marks: [&[u8]; 4] = [b"%ASA-", b"%FTD-", b"%PIX-", b"%NGIPS-"];
    let rest = marks.iter().find_map(|mark| Some(&line[memchr::memmem::find(line, mark)? + mark.len()..]))?;
    // Some senders leave the colon out.
    let behind = rest.iter().position(|byte| matches!(byte, b':' | b' ')).filter(|behind| *behind < 30)?;
    // A severity, or a class and a severity, stand in front of the number.
    let number = rest[..behind].rsplit(|byte| *byte == b'-').next()?;
    (number.len() == 6 && number.iter().all(u8::is_ascii_digit)).then(|| (number, rest[behind + 1..].trim_ascii()))
}

impl Dialect for Asa {
    fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a> {
        if line.trim_ascii().is_empty() {
            return Line::NoRow;
        }
        let Some((number, text)) = number(line) else {
            return Line::Bad(if last { reason::TRUNCATED } else { NO_MESSAGE });
        };
        // The last word of a line without an end may be half of one.
        let sound = text.iter().rposition(|byte| *byte == b' ').filter(|_| last).unwrap_or(text.len());
        match message(number, &text[..sound]) {
            Ok(Some(message)) => {
                let time = self.stamps.time(line);
                self.take(message, time)
            }
            Ok(None) => Line::Bad(OTHER),
            Err(_) if last => Line::Bad(reason::TRUNCATED),
            Err(why) => Line::Bad(why),
        }
    }

    fn rest(&mut self, intake: &mut Intake) {
        self.open.rest(intake);
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.stamps.notes();
        if self.unbuilt > 0 {
            let count = self.unbuilt;
            notes.push(format!(
                "Connections of which only the end is in this file: {count}; their direction is a guess."
            ));
        }
        notes
    }
}

impl Asa {
    fn take(&mut self, message: Message, time: Option<f64>) -> Line<'static> {
        match message {
            Message::Denied(mut record) => {
                record.start = record.start.or(time);
                Line::Flow(record)
            }
            Message::Built(id, mut record) => {
                record.start = record.start.or(time);
                // A number given anew: the end of the one before is not in this file.
                self.open.put(id, record).map_or(Line::Counted, Line::CountedFlow)
            }
            Message::Told(id, mut record) => {
                let built = self.open.take(&id);
                let began = time.map(|time| time - record.duration.unwrap_or(0.0));
                record.start = record.start.or(built.and_then(|built| built.start)).or(began);
                Line::CountedFlow(record)
            }
            Message::Torn(id, teardown) => {
                let built = self.open.take(&id);
                self.unbuilt += u64::from(built.is_none());
                Line::CountedFlow(teardown.end(built, time))
            }
        }
    }
}
