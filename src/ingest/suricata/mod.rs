//! Suricata's eve.json: flow events as flows, other events where their flow has none.

mod event;

#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use crate::about::About;
use crate::error::{Error, Result};
use crate::model::record::Record;

use super::Format;
use super::intake::Intake;
use super::text::json_log::JsonLog;
use super::text::log::{Dialect, Line, reason};
use super::text::times::Clock;
use event::Event;

pub const FORMAT: Format = Format {
    about: About {
        key: "suricata",
        title: "Suricata eve.json",
        help: "The event log of Suricata, one JSON object per line or one array of them. Each flow event is a flow. Alerts, DNS, HTTP and \
               other events name the flow they belong to: they count as rows and add no flow of their own, unless \
               no flow event tells of it; then all events of that flow_id are one flow. Sizes are Suricata's, which \
               are whole frames. The state of a TCP connection is told from the flags each side sent.",
        limits: "What alerts, DNS and TLS events say \
                 beside addresses is not read. Where a flow has no flow event, its times and sizes are those its last \
                 event knew, and the direction is that of its first event unless the event says which side began. \
                 Statistics and other events without addresses are rejected. Events of a flow are held until the end \
                 of the file, or until its flow event comes.",
    },
    knobs: &[],
    endings: &["json", "gz"],
    sniff,
    open: |_settings| Box::new(JsonLog::new(Eve::default(), "")),
};

pub const NO_ENDS: &str = "an event without addresses, such as statistics";

fn sniff(head: &[u8]) -> u8 {
    let start = head.trim_ascii_start();
    let has = |name: &[u8]| memchr::memmem::find(&start[..start.len().min(FIRST_EVENT)], name).is_some();
    if matches!(start.first(), Some(b'{' | b'[')) && has(b"\"event_type\"") && has(b"\"timestamp\"") { 95 } else { 0 }
}

/// The first event is told by so much of the start; alerts with their payloads take some KiB.
const FIRST_EVENT: usize = 16 << 10;

/// A flow that a flow event has told.
const TOLD: usize = usize::MAX;

/// Reads one file.
#[derive(Default)]
struct Eve {
    clock: Clock,
    /// The flows that no flow event has told yet, in order of appearance.
    held: Vec<Option<Record<'static>>>,
    /// Where the flow of a flow_id is held, or `TOLD`.
    flows: FxHashMap<u64, usize>,
    flow_events: u64,
    other_events: u64,
    made: u64,
}

impl Dialect for Eve {
    fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a> {
        if line.trim_ascii().is_empty() {
            return Line::NoRow;
        }
        let event: Event<'a> = match serde_json::from_slice(line) {
            Ok(event) => event,
            Err(error) if last && error.is_eof() => return Line::Bad(reason::TRUNCATED),
            Err(_) => return Line::Bad(reason::NOT_JSON),
        };
        if event.src_ip.is_none() {
            return Line::Bad(NO_ENDS);
        }
        let record = match event.record(&mut self.clock) {
            Ok(record) => record,
            Err(why) => return Line::Bad(why),
        };
        let id = event.flow_id.count();
        if event.event_type.text() == "flow" {
            self.flow_events += 1;
            if let Some(at) = id.and_then(|id| self.flows.insert(id, TOLD)).filter(|at| *at != TOLD) {
                self.held[at] = None;
            }
            return Line::CountedFlow(record);
        }
        self.other_events += 1;
        let Some(id) = id else {
            self.made += 1;
            return Line::CountedFlow(record);
        };
        let at = *self.flows.entry(id).or_insert(self.held.len());
        if at == self.held.len() {
            self.held.push(Some(record));
        } else if let Some(Some(held)) = self.held.get_mut(at) {
            event::extend(held, &record);
        }
        Line::Counted
    }

    fn rest(&mut self, intake: &mut Intake) {
        for record in self.held.drain(..).flatten() {
            self.made += 1;
            intake.flow(&record);
        }
    }

    fn check(&self, rows: u64) -> Result<()> {
        match (rows, self.flow_events + self.made) {
            (0, _) => Err(Error::unreadable("there is no event in this file")),
            (_, 0) => Err(Error::unreadable("no event in this file names a source address")),
            _ => Ok(()),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!(
            "Flow events: {}; other events: {}; flows told only by other events: {}.",
            self.flow_events, self.other_events, self.made
        )];
        if self.clock.zoneless {
            notes.push("The times name no time zone; they were read as UTC.".to_owned());
        }
        notes
    }
}
