//! Exporters tell of each direction on its own: the two that belong together become one flow.

use rustc_hash::FxHashMap;

use crate::ingest::intake::Intake;
use crate::ingest::text::states;
use crate::model::address::Address;
use crate::model::record::{ConnState, Record};

/// Flows held to wait for their other direction; then all are handed on. Our own choice: some 60 MiB.
const MAX_HELD: usize = 1 << 18;

/// Seconds between the end of one direction and the start of the other. Our own choice: exporters round their times,
/// and a connection silent for longer has long been exported.
const APART: f64 = 15.0;

type Key = (Address, u16, Address, u16, u8);

/// Flows in order of arrival.
#[derive(Debug, Default)]
pub struct Pairs {
    held: Vec<Record<'static>>,
    /// Where a flow is held that has one direction only.
    single: FxHashMap<Key, usize>,
    pub paired: u64,
    pub flows: u64,
}

impl Pairs {
    /// Takes what an exporter said of a flow.
    pub fn push(&mut self, record: Record<'static>, intake: &mut Intake) {
        if self.held.len() >= MAX_HELD {
            self.finish(intake);
        }
        if let Some((there, back)) = keys(&record) {
            if let Some(&at) = self.single.get(&back)
                && let Some(both) = together(&self.held[at], &record)
            {
                self.single.remove(&back);
                self.held[at] = both;
                self.paired += 1;
                return;
            }
            self.single.insert(there, self.held.len());
        }
        self.held.push(record);
    }

    /// Hands on all flows.
    pub fn finish(&mut self, intake: &mut Intake) {
        self.single.clear();
        for mut record in self.held.drain(..) {
            record.wire.flags = record.wire.flags.filter(|_| !is_half(&record));
            record.state = state(&record);
            self.flows += 1;
            intake.flow(&record);
        }
    }
}

/// The flow's key and that of its other direction, where it has only one and can have both.
fn keys(record: &Record<'_>) -> Option<(Key, Key)> {
    let one_way = record.bytes_received.is_none() && record.packets_received.is_none();
    let (Some(destination), Some(protocol @ (6 | 17 | 132)), true) = (record.destination, record.protocol, one_way)
    else {
        return None;
    };
    let [from, to] = [record.source_port?, record.destination_port?];
    Some(((record.source, from, destination, to, protocol), (destination, to, record.source, from, protocol)))
}

/// Both directions in one, as the side that began sees it; `None` where they lie too far apart.
fn together(held: &Record<'static>, other: &Record<'static>) -> Option<Record<'static>> {
    let span = |record: &Record<'_>| record.start.map(|start| (start, start + record.duration.unwrap_or(0.0)));
    let (mut start, mut end) = (None, None);
    if let (Some(one), Some(two)) = (span(held), span(other)) {
        if one.0 > two.1 + APART || two.0 > one.1 + APART {
            return None;
        }
        (start, end) = (Some(one.0.min(two.0)), Some(one.1.max(two.1)));
    }
    let (first, second) = if began(other, held) { (other, held) } else { (held, other) };
    let mut both = *first;
    both.start = start;
    both.duration = end.zip(start).map(|(end, start)| end - start);
    both.bytes_received = second.bytes_sent;
    both.packets_received = second.packets_sent;
    both.wire.ip_bytes = both.bytes_sent.zip(both.bytes_received).map(|(sent, received)| [sent, received]);
    let flags = |record: &Record<'_>| record.wire.flags.map(|[sent, _]| sent);
    both.wire.flags = flags(first).zip(flags(second)).map(|(sent, received)| [sent, received]);
    both.destination_mac = both.destination_mac.or(second.source_mac);
    Some(both)
}

/// Whether the one direction began before the other: it is earlier, or at the same time goes to the lower port.
fn began(one: &Record<'_>, other: &Record<'_>) -> bool {
    match one.start.zip(other.start) {
        Some((one, other)) if one != other => one < other,
        _ => one.destination_port < other.destination_port,
    }
}

/// By the flags of TCP; of other protocols by whether there was an answer, where both directions are told.
fn state(record: &Record<'_>) -> Option<ConnState> {
    match (record.protocol, record.wire.flags, record.packets_received) {
        (Some(6), Some(flags), _) if flags != [0, 0] => states::of_flags(flags),
        (Some(17), _, Some(packets)) => Some(if packets > 0 { ConnState::SF } else { ConnState::S0 }),
        _ => None,
    }
}

/// Flags of one direction alone: with an ACK there was another direction, of which nothing is known.
fn is_half(record: &Record<'_>) -> bool {
    const ACK: u8 = 16;
    record.packets_received.is_none() && record.wire.flags.is_some_and(|[sent, _]| sent & ACK != 0)
}
