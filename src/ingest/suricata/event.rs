//! One event of eve.json, and the flow it tells of.

use serde::Deserialize;

use crate::ingest::text::fields::{self, AddressKind};
use crate::ingest::text::log::reason;
use crate::ingest::text::protocols::{Protocol, protocol};
use crate::ingest::text::scalar::Scalar;
use crate::ingest::text::states::of_flags;
use crate::ingest::text::times::{Clock, Unit};
use crate::model::address::Address;
use crate::model::record::{ConnState, Record};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Event<'a> {
    #[serde(borrow)]
    pub event_type: Scalar<'a>,
    #[serde(borrow)]
    pub flow_id: Scalar<'a>,
    #[serde(borrow)]
    timestamp: Scalar<'a>,
    #[serde(borrow)]
    pub src_ip: Scalar<'a>,
    #[serde(borrow)]
    src_port: Scalar<'a>,
    #[serde(borrow)]
    dest_ip: Scalar<'a>,
    #[serde(borrow)]
    dest_port: Scalar<'a>,
    #[serde(borrow)]
    proto: Scalar<'a>,
    #[serde(borrow)]
    flow: Option<Flow<'a>>,
    #[serde(borrow)]
    tcp: Option<Tcp<'a>>,
}

/// What an event knows of its flow. Alerts of Suricata 7 say here which side began.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Flow<'a> {
    #[serde(borrow)]
    src_ip: Scalar<'a>,
    #[serde(borrow)]
    start: Scalar<'a>,
    #[serde(borrow)]
    end: Scalar<'a>,
    #[serde(borrow)]
    pkts_toserver: Scalar<'a>,
    #[serde(borrow)]
    pkts_toclient: Scalar<'a>,
    #[serde(borrow)]
    bytes_toserver: Scalar<'a>,
    #[serde(borrow)]
    bytes_toclient: Scalar<'a>,
}

/// The flags each side sent, in hexadecimal.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Tcp<'a> {
    #[serde(borrow)]
    tcp_flags_ts: Scalar<'a>,
    #[serde(borrow)]
    tcp_flags_tc: Scalar<'a>,
}

impl Event<'_> {
    /// The flow as far as the event tells of it.
    pub fn record(&self, clock: &mut Clock) -> Result<Record<'static>, &'static str> {
        let address = |cell: &Scalar<'_>| fields::address(cell.bytes(), AddressKind::Text);
        let mut record = Record::from_source(address(&self.src_ip).ok_or(reason::BAD_SOURCE)?);
        record.destination = address(&self.dest_ip);
        record.source_port = self.src_port.port()?;
        record.destination_port = self.dest_port.port()?;
        record.protocol = match protocol(self.proto.bytes()) {
            Protocol::Number(number) => Some(number),
            Protocol::NoIp | Protocol::Unknown => None,
        };
        record.start = clock.time(self.timestamp.bytes(), Unit::Auto);
        let Some(flow) = &self.flow else { return Ok(record) };
        turn(&mut record, address(&flow.src_ip));
        let seen = record.start;
        record.start = clock.time(flow.start.bytes(), Unit::Auto).or(seen);
        let end = clock.time(flow.end.bytes(), Unit::Auto).or(seen);
        record.duration = end.zip(record.start).map(|(end, start)| end - start).filter(|length| *length >= 0.0);
        (record.packets_sent, record.packets_received) = (flow.pkts_toserver.count(), flow.pkts_toclient.count());
        (record.bytes_sent, record.bytes_received) = (flow.bytes_toserver.count(), flow.bytes_toclient.count());
        let bytes = record.bytes_sent.zip(record.bytes_received);
        record.wire.frame_bytes = bytes.map(|(sent, received)| [sent, received]);
        record.wire.flags = self.tcp.as_ref().and_then(Tcp::flags).filter(|flags| *flags != [0, 0]);
        record.state = how_it_went(&record);
        Ok(record)
    }
}

impl Tcp<'_> {
    fn flags(&self) -> Option<[u8; 2]> {
        let flags = |cell: &Scalar<'_>| u8::from_str_radix(cell.text(), 16).ok();
        Some([flags(&self.tcp_flags_ts)?, flags(&self.tcp_flags_tc)?])
    }
}

/// An event is told from the side that sent its packet; the flow, from the side that began.
fn turn(record: &mut Record<'_>, began: Option<Address>) {
    if let (Some(began), Some(destination)) = (began, record.destination)
        && began == destination
        && began != record.source
    {
        record.destination = Some(record.source);
        record.source = began;
        std::mem::swap(&mut record.source_port, &mut record.destination_port);
    }
}

/// TCP by its flags, datagrams by whether there was an answer.
fn how_it_went(record: &Record<'_>) -> Option<ConnState> {
    match (record.protocol, record.wire.flags, record.packets_received) {
        (Some(6), Some(flags), _) => of_flags(flags),
        (Some(17), _, Some(0)) => Some(ConnState::S0),
        (Some(17), _, Some(_)) => Some(ConnState::SF),
        _ => None,
    }
}

/// Adds a later event of the same flow: it began with the first and is as large as the largest said.
pub fn extend(held: &mut Record<'static>, later: &Record<'static>) {
    let ends = [held as &Record<'_>, later].map(|flow| flow.start.map(|start| start + flow.duration.unwrap_or(0.0)));
    let start = [held.start, later.start].into_iter().flatten().reduce(f64::min);
    let end = ends.into_iter().flatten().reduce(f64::max);
    held.start = start;
    held.duration = end.zip(start).map(|(end, start)| end - start);
    held.packets_sent = held.packets_sent.max(later.packets_sent);
    held.packets_received = held.packets_received.max(later.packets_received);
    held.bytes_sent = held.bytes_sent.max(later.bytes_sent);
    held.bytes_received = held.bytes_received.max(later.bytes_received);
    held.wire.frame_bytes = held.bytes_sent.zip(held.bytes_received).map(|(sent, received)| [sent, received]);
    held.wire.flags = later.wire.flags.or(held.wire.flags);
    held.state = how_it_went(held);
}
