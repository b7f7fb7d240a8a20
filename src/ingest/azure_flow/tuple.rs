//! One tuple of an Azure flow log: a flow's ends and, in the newer versions, how it goes.

use crate::ingest::text::fields::{self, AddressKind, Port};
use crate::ingest::text::log::reason;
use crate::ingest::text::protocols::{Protocol, protocol};
use crate::model::address::Address;
use crate::model::record::{ConnState, Record};

const SHORT: &str = "the tuple has fewer than eight cells";

/// What tells the flows of a file apart.
pub type Key = (Address, Option<Address>, Option<u16>, Option<u16>, Option<u8>);

/// Where in its life a tuple meets its flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Denied, or of version 1: there are no other tuples of it.
    Alone,
    Begins,
    Goes,
    Ends,
}

pub struct Tuple {
    pub key: Key,
    pub state: State,
    pub flow: Record<'static>,
}

/// Cells: time, source, destination, source port, destination port, protocol, direction; then in NSG logs the
/// decision (A, D) and from version 2 on the state (B, C, E), in those of virtual networks the state (B, C, E, D)
/// and the encryption; then packets and bytes there and back.
pub fn tuple(text: &[u8]) -> Result<Tuple, &'static str> {
    let mut row: [&[u8]; 13] = [b""; 13];
    let mut count = 0;
    for (slot, cell) in row.iter_mut().zip(text.split(|byte| *byte == b',')) {
        *slot = cell;
        count += 1;
    }
    if count < 8 {
        return Err(SHORT);
    }
    let address = |at: usize| fields::address(row[at], AddressKind::Text);
    let port = |at: usize| match fields::port(row[at]) {
        Port::Number(port) => Ok(Some(port)),
        Port::Missing => Ok(None),
        Port::Bad => Err(reason::BAD_PORT),
    };
    let mut flow = Record::from_source(address(1).ok_or(reason::BAD_SOURCE)?);
    flow.destination = address(2);
    (flow.source_port, flow.destination_port) = (port(3)?, port(4)?);
    flow.protocol = match row[5] {
        b"T" => Some(6),
        b"U" => Some(17),
        cell => match protocol(cell) {
            Protocol::Number(number) => Some(number),
            Protocol::NoIp | Protocol::Unknown => None,
        },
    };
    flow.start = time(row[0]);
    let (denied, state) = match (row[7], row[8]) {
        (b"D", _) => (true, State::Alone),
        (b"A", b"B") | (b"B", _) => (false, State::Begins),
        (b"A", b"C") | (b"C", _) => (false, State::Goes),
        (b"A", b"E") | (b"E", _) => (false, State::Ends),
        _ => (false, State::Alone),
    };
    flow.state = denied.then_some(ConnState::REJ);
    let counts = [9, 10, 11, 12].map(|at| fields::digits(row[at]));
    [flow.packets_sent, flow.bytes_sent, flow.packets_received, flow.bytes_received] = counts;
    let key = (flow.source, flow.destination, flow.source_port, flow.destination_port, flow.protocol);
    Ok(Tuple { key, state, flow })
}

/// Seconds; in the logs of virtual networks milliseconds, which have 13 digits since 2001.
fn time(cell: &[u8]) -> Option<f64> {
    let time = fields::digits(cell)? as f64;
    Some(if cell.len() >= 13 { time / 1e3 } else { time })
}
