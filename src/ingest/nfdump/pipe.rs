//! The pipe text of nfdump: numbers between vertical bars, in the order of its manual page ("pipe output format").

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::ingest::text::fields::digits;
use crate::ingest::text::protocols::is_icmp;
use crate::model::address::Address;
use crate::model::record::Record;

const SHORT: &str = "the row has not the 24 numbers of nfdump's pipe output, nor the 22 of version 1.7";
const BAD_NUMBER: &str = "a number of nfdump's pipe output is none, or is too large";

/// Address family, first and last time, protocol; from there on versions agree.
const SINCE_1_7: usize = 22;
const BEFORE: usize = 24;

/// Whether a line may be one.
pub fn is(line: &[u8]) -> bool {
    line.first().is_some_and(u8::is_ascii_digit) && line.contains(&b'|')
}

/// Reads a row, `last` where its last number may be half of one. Each address is four numbers of 32 bits; of IPv4 the first three are 0.
pub fn row(line: &[u8], last: bool) -> Result<Record<'static>, &'static str> {
    let mut cells = [0; BEFORE];
    let mut count = 0;
    for cell in line.split(|byte| *byte == b'|') {
        *cells.get_mut(count).ok_or(SHORT)? = digits(cell).ok_or(BAD_NUMBER)?;
        count += 1;
    }
    // Version 1.7 gives milliseconds since 1970; before there were seconds, and thousandths beside them.
    let thousandths = |seconds: u64, more: u64| seconds.saturating_mul(1000).saturating_add(more);
    let (begin, end, rest) = match count {
        SINCE_1_7 => (cells[1], cells[2], &cells[3..SINCE_1_7]),
        BEFORE => (thousandths(cells[1], cells[2]), thousandths(cells[3], cells[4]), &cells[5..]),
        _ => return Err(SHORT),
    };
    let ends = [address(cells[0], &rest[1..5])?, address(cells[0], &rest[6..10])?];
    let port = |at: usize| u16::try_from(rest[at]).map_err(|_| BAD_NUMBER);
    let mut record = Record::from_source(ends[0]);
    record.destination = Some(ends[1]);
    let protocol = u8::try_from(rest[0]).map_err(|_| BAD_NUMBER)?;
    record.protocol = Some(protocol);
    if !is_icmp(Some(protocol)) {
        (record.source_port, record.destination_port) = (Some(port(5)?), Some(port(10)?));
    }
    record.start = Some(begin as f64 / 1e3);
    record.duration = end.checked_sub(begin).map(|length| length as f64 / 1e3);
    record.wire.flags = u8::try_from(rest[15]).ok().filter(|_| protocol == 6).map(|flags| [flags, 0]);
    (record.packets_sent, record.bytes_sent) = (Some(rest[17]), Some(rest[18]).filter(|_| !last));
    Ok(record)
}

/// The family of IPv4 is 2 everywhere, that of IPv6 is each system's own.
fn address(family: u64, parts: &[u64]) -> Result<Address, &'static str> {
    let mut bits = 0;
    for part in parts {
        bits = bits << 32 | u128::from(u32::try_from(*part).map_err(|_| BAD_NUMBER)?);
    }
    match (family, u32::try_from(bits)) {
        (2, Ok(bits)) => Ok(Address::V4(Ipv4Addr::from_bits(bits))),
        (10 | 24 | 28 | 30, _) => Ok(Address::V6(Ipv6Addr::from_bits(bits))),
        _ => Err(BAD_NUMBER),
    }
}
