//! The connection events of Firepower (FTD): `Key: value` pairs, after Cisco's "Secure Firewall Threat Defense Syslog
//! Messages". Only what a rule logs is told, at the beginning, at the end, or both.

use crate::ingest::text::fields::{self, AddressKind, Port, digits};
use crate::ingest::text::log::reason;
use crate::ingest::text::protocols::{Protocol, is_icmp, protocol};
use crate::ingest::text::states::verdict;
use crate::ingest::text::times::{Clock, Unit};
use crate::model::record::Record;

use super::message::{Connection, Message};

/// A connection that begins. One that is blocked does not end.
pub fn began(text: &[u8]) -> Result<Message, &'static str> {
    let (id, record) = event(text)?;
    Ok(if record.state.is_some() { Message::Denied(record) } else { Message::Built(id, record) })
}

/// A connection that is over.
pub fn ended(text: &[u8]) -> Result<Message, &'static str> {
    let (id, record) = event(text)?;
    Ok(Message::Told(id, record))
}

fn event(text: &[u8]) -> Result<(Connection, Record<'static>), &'static str> {
    let cell = |key| value(text, key).unwrap_or_default();
    let count = |key| digits(cell(key));
    let address = |key| fields::address(cell(key), AddressKind::Text);
    let missing = if cell(b"SrcIP").is_empty() { reason::NO_SOURCE } else { reason::BAD_SOURCE };
    let mut record = Record::from_source(address(b"SrcIP").ok_or(missing)?);
    record.destination = address(b"DstIP");
    record.protocol = match protocol(cell(b"Protocol")) {
        Protocol::Number(number) => Some(number),
        Protocol::NoIp | Protocol::Unknown => None,
    };
    let icmp = is_icmp(record.protocol);
    let keys: [&[u8]; 2] = if icmp { [b"ICMPType", b"ICMPCode"] } else { [b"SrcPort", b"DstPort"] };
    let port = |key| match fields::port(cell(key)) {
        Port::Number(port) => Ok(Some(port)),
        Port::Missing => Ok(None),
        // Types and codes stand there by name, too: `Echo Request`, `No Code`.
        Port::Bad if icmp => Ok(None),
        Port::Bad => Err(reason::BAD_PORT),
    };
    (record.source_port, record.destination_port) = (port(keys[0])?, port(keys[1])?);
    record.start = Clock::default().time(cell(b"FirstPacketSecond"), Unit::Auto);
    record.duration = count(b"ConnectionDuration").map(|seconds| seconds as f64);
    (record.packets_sent, record.packets_received) = (count(b"InitiatorPackets"), count(b"ResponderPackets"));
    (record.bytes_sent, record.bytes_received) = (count(b"InitiatorBytes"), count(b"ResponderBytes"));
    // `Block`, `Block with reset`.
    let action = cell(b"AccessControlRuleAction").split(|byte| *byte == b' ').next().unwrap_or_default();
    record.state = verdict(action).flatten();
    let number = |key| count(key).unwrap_or(0);
    Ok((Connection::Event(number(b"InstanceID"), number(b"ConnectionID")), record))
}

/// The value of the first pair of this key: what a client sent (its agent, the address it asked for) comes behind those
/// of the connection's ends, and can put none in front of them.
fn value<'a>(text: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let mut rest = text;
    loop {
        let end = memchr::memmem::find(rest, b", ").unwrap_or(rest.len());
        if let Some(value) = rest[..end].strip_prefix(key).and_then(|rest| rest.strip_prefix(b": ")) {
            return Some(value.trim_ascii());
        }
        rest = rest.get(end + 2..)?;
    }
}
