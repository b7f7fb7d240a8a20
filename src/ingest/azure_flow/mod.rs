//! Flow logs of Azure: of network security groups, versions 1 and 2, and of virtual networks.

mod tuple;

#[cfg(test)]
mod tests;

use serde::Deserialize;

use crate::about::About;
use crate::error::{Error, Result};
use crate::model::record::Record;

use super::intake::Intake;
use super::text::held::Held;
use super::text::json::{Elements, Piece, Shape, shape};
use super::text::log::reason;
use super::text::scalar::Scalar;
use super::{Format, Parser};
use tuple::{Key, State, Tuple, tuple};

pub const FORMAT: Format = Format {
    about: About {
        key: "azure_flow",
        title: "Azure flow log (NSG and VNet)",
        help: "The flow logs that Azure's Network Watcher writes (PT1H.json): of network security groups, versions 1 \
               and 2, and of virtual networks. Each tuple in them is a row. The tuples of one flow, from its beginning \
               over its sizes to its end, are one flow. Denied flows count as rejected attempts.",
        limits: "A flow whose end is in another file is told as far as this one goes. Sizes are as Azure counts them, \
                 every five minutes; version 1 has none, and nothing of how long a flow was. The group, the rule and the \
                 encryption are not read. Flows that are open stay in memory until they end.",
    },
    knobs: &[],
    endings: &["json", "gz"],
    sniff: |head| {
        let has = |name: &[u8]| memchr::memmem::find(head, name).is_some();
        match head.trim_ascii_start().first() {
            Some(b'{' | b'[') if has(b"\"flowTuples\"") => 95,
            Some(b'{' | b'[') if has(b"\"NetworkSecurityGroupFlowEvent") || has(b"\"FlowLogFlowEvent\"") => 95,
            _ => 0,
        }
    },
    open: |_settings| Box::new(Azure::default()),
};

/// The name of the array in the file.
const RECORDS: &str = "records";

/// One record: NSG logs have `properties.flows[].flows[].flowTuples[]`, those of virtual networks
/// `flowRecords.flows[].flowGroups[].flowTuples[]`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry<'a> {
    #[serde(borrow)]
    properties: Flows<'a>,
    #[serde(borrow, rename = "flowRecords")]
    flow_records: Flows<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Flows<'a> {
    #[serde(borrow)]
    flows: Vec<Rule<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Rule<'a> {
    #[serde(borrow)]
    flows: Vec<Group<'a>>,
    #[serde(borrow, rename = "flowGroups")]
    flow_groups: Vec<Group<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Group<'a> {
    #[serde(borrow, rename = "flowTuples")]
    flow_tuples: Vec<Scalar<'a>>,
}

/// Reads one file.
#[derive(Default)]
struct Azure {
    start: Vec<u8>,
    elements: Option<Elements>,
    rows: Rows,
}

#[derive(Default)]
struct Rows {
    open: Held<Key>,
    count: u64,
    records: u64,
    /// Whether the array of records, or the last of them, is cut off.
    cut: Option<u64>,
}

impl Azure {
    fn begin(&mut self, shape: Shape, intake: &mut Intake) -> Result<()> {
        let start = std::mem::take(&mut self.start);
        let from = if let Shape::Elements(from) = shape { from } else { 0 };
        self.elements = Some(Elements::new(from));
        self.feed(&start[from..], intake)
    }
}

impl Parser for Azure {
    fn feed(&mut self, slice: &[u8], intake: &mut Intake) -> Result<()> {
        let Some(elements) = &mut self.elements else {
            self.start.extend_from_slice(slice);
            return shape(&self.start, RECORDS).map_or(Ok(()), |shape| self.begin(shape, intake));
        };
        let rows = &mut self.rows;
        elements.feed(slice, |piece| match piece {
            Piece::Element { at, text } => rows.entry(at, text, intake),
            Piece::TooLong { at } => rows.reject(at, reason::ELEMENT_TOO_LONG, intake),
        });
        Ok(())
    }

    fn finish(&mut self, intake: &mut Intake) -> Result<()> {
        if self.elements.is_none() {
            self.begin(Shape::Lines, intake)?;
        }
        if let Some((at, _)) = self.elements.as_mut().and_then(Elements::rest) {
            self.rows.cut = Some(at);
            self.rows.reject(at, reason::TRUNCATED, intake);
        }
        self.rows.open.rest(intake);
        if self.rows.count == 0 {
            return Err(Error::unreadable("there is no flow in this file"));
        }
        Ok(())
    }

    fn notes(&self) -> Vec<String> {
        let Rows { count, records, cut, .. } = &self.rows;
        let mut notes = vec![format!("Records: {records}; tuples in them: {count}.")];
        notes.extend(cut.map(|at| format!("The file ends within the record at byte {at}, which was not read.")));
        notes
    }
}

impl Rows {
    fn reject(&mut self, at: u64, why: &str, intake: &mut Intake) {
        self.count += 1;
        intake.reject(self.count, at, why);
    }

    /// Takes a record and all its tuples.
    fn entry(&mut self, at: u64, text: &[u8], intake: &mut Intake) {
        let Ok(entry) = serde_json::from_slice::<Entry<'_>>(text) else {
            return self.reject(at, reason::NOT_JSON, intake);
        };
        self.records += 1;
        let rules = entry.properties.flows.iter().chain(&entry.flow_records.flows);
        let groups = rules.flat_map(|rule| rule.flows.iter().chain(&rule.flow_groups));
        for text in groups.flat_map(|group| &group.flow_tuples) {
            match tuple(text.bytes()) {
                Err(why) => self.reject(at, why, intake),
                Ok(tuple) => self.tuple(tuple, intake),
            }
        }
    }

    /// Every tuple is a row; the flow comes with the last tuple of it.
    fn tuple(&mut self, Tuple { key, state, flow }: Tuple, intake: &mut Intake) {
        self.count += 1;
        intake.count_packet();
        let told = match state {
            State::Alone => Some(flow),
            // A flow that begins anew: the end of the one before was not told.
            State::Begins => self.open.put(key, flow),
            State::Goes => {
                match self.open.get_mut(&key) {
                    Some(held) => extend(held, &flow),
                    None => drop(self.open.put(key, flow)),
                }
                None
            }
            State::Ends => match self.open.take(&key) {
                Some(mut held) => {
                    extend(&mut held, &flow);
                    Some(held)
                }
                None => Some(flow),
            },
        };
        if let Some(flow) = told {
            intake.flow(&flow);
        }
    }
}

/// Adds what happened since the last tuple.
fn extend(held: &mut Record<'static>, later: &Record<'static>) {
    let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    };
    held.packets_sent = sum(held.packets_sent, later.packets_sent);
    held.packets_received = sum(held.packets_received, later.packets_received);
    held.bytes_sent = sum(held.bytes_sent, later.bytes_sent);
    held.bytes_received = sum(held.bytes_received, later.bytes_received);
    let length = later.start.zip(held.start).map(|(end, start)| end - start);
    held.duration = length.filter(|length| *length >= 0.0).or(held.duration);
}
