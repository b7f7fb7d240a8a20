//! What nfdump prints: its line, long and extended text for people, and its pipe text for programs.

mod pipe;

#[cfg(test)]
mod tests;

use crate::about::About;
use crate::error::{Error, Result};
use crate::model::record::Record;

use super::Format;
use super::text::fields::{self, AddressKind, Port};
use super::text::log::{Dialect, Line, Log, reason};
use super::text::protocols::{Protocol, is_icmp, protocol};
use super::text::spaced::words;
use super::text::times::{Clock, Unit, duration};

pub const FORMAT: Format = Format {
    about: About {
        key: "nfdump",
        title: "nfdump text (line, long, extended, pipe)",
        help: "NetFlow records as nfdump prints them with -o line, long or extended: one flow per row, with its two ends \
               as address:port on both sides of an arrow. Columns are found by the header, and without one by their \
               shape. The summary at the end is passed over. The ranking of -s record opens, too, as do -o pipe (numbers \
               between |, as the manual page nfdump(1) lists them, of versions 1.6 and 1.7) and, as a table, -o csv.",
        limits: "A flow tells one direction, so that question and answer are two, unless nfdump joined them (<->). Sizes \
                 that nfdump shortened (1.2 M) are as exact as that. Times name no time zone and are read as UTC. \
                 Those of -o pipe count from 1970. Shortened IPv6 addresses (2001:db8..0:1) are rejected: print them with -6. Type and code of ICMP, \
                 which stand where ports do, are not read.",
    },
    knobs: &[],
    endings: &["txt", "log", "gz"],
    sniff,
    open: |_settings| Box::new(Log::new(Nfdump::default())),
};

const SHORT: &str = "the row has no two ends with an arrow between them";

fn sniff(head: &[u8]) -> u8 {
    let mut lines = head.split(|byte| *byte == b'\n').take(50);
    let mut nfdump = Nfdump::default();
    let mut known = |line: &[u8]| {
        header(line).is_some()
            || pipe::row(line, false).is_ok()
            || nfdump.row(line, false).is_ok_and(|flow| flow.start.is_some())
    };
    if lines.any(|line| known(line.trim_ascii())) { 90 } else { 0 }
}

/// What stands above the header of a ranking, and warnings of the program.
fn preamble(line: &[u8]) -> bool {
    line.starts_with(b"Command line switch") || line.starts_with(b"Top ") || line.starts_with(b"Aggregated flows")
}

/// What stands behind the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Packets,
    Bytes,
    /// Of joined flows, what came back.
    PacketsBack,
    BytesBack,
    Flags,
    Other,
}

/// Reads one file.
#[derive(Default)]
struct Nfdump {
    clock: Clock,
    /// By the header; empty where there was none yet.
    columns: Vec<Column>,
    ended: bool,
}

/// The columns behind the destination, where a line is the header.
fn header(line: &[u8]) -> Option<Vec<Column>> {
    let starts: [&[u8]; 2] = [b"Date first seen", b"Date flow start"];
    let names = starts.iter().find_map(|start| line.strip_prefix(*start))?;
    let at = memchr::memmem::find(names, b"Dst IP Addr")?;
    let mut names = words(&names[at..]).skip(3);
    let mut columns = Vec::new();
    // Events of firewalls (NSEL) have two more ends in front of their sizes, which are not read.
    if memchr::memmem::find(line, b"X-Src").is_some() {
        return Some(vec![Column::Other]);
    }
    while let Some(name) = names.next() {
        columns.push(match name {
            b"Packets" => Column::Packets,
            b"Bytes" => Column::Bytes,
            b"Flags" => Column::Flags,
            b"Out" | b"In" => match (name, names.next()) {
                // In is what the source sent: a flow without an answer has nothing but In.
                (b"In", Some(b"Pkt")) => Column::Packets,
                (b"In", Some(b"Byte")) => Column::Bytes,
                (b"Out", Some(b"Pkt")) => Column::PacketsBack,
                (b"Out", Some(b"Byte")) => Column::BytesBack,
                _ => Column::Other,
            },
            _ => Column::Other,
        });
    }
    Some(columns)
}

impl Dialect for Nfdump {
    fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a> {
        let line = line.trim_ascii();
        if let Some(columns) = header(line) {
            (self.columns, self.ended) = (columns, false);
            return Line::NoRow;
        }
        // Behind the rows stand sums, a time window and how long it took.
        let tail: [&[u8]; 4] = [b"Summary:", b"Time window:", b"Total flows", b"Sys:"];
        self.ended |= tail.iter().any(|start| line.starts_with(start));
        if line.is_empty() || self.ended || preamble(line) {
            return Line::NoRow;
        }
        match if pipe::is(line) { pipe::row(line, last) } else { self.row(line, last) } {
            Ok(record) => Line::Flow(record),
            Err(_) if last => Line::Bad(reason::TRUNCATED),
            Err(why) => Line::Bad(why),
        }
    }

    fn check(&self, rows: u64) -> Result<()> {
        if rows == 0 { Err(Error::unreadable("there is a header but no flow below it")) } else { Ok(()) }
    }

    fn notes(&self) -> Vec<String> {
        let note = "The times name no time zone; they were read as UTC. nfdump prints local time.";
        if self.clock.zoneless { vec![note.to_owned()] } else { Vec::new() }
    }
}

impl Nfdump {
    fn row(&mut self, line: &[u8], last: bool) -> std::result::Result<Record<'static>, &'static str> {
        let cells: Vec<&[u8]> = words(line).take(40).collect();
        let arrow = cells.iter().position(|cell| matches!(*cell, b"->" | b"<->")).ok_or(SHORT)?;
        let [date, time, .., proto, source] = cells[..arrow] else { return Err(SHORT) };
        let destination = cells.get(arrow + 1).copied().ok_or(SHORT)?;
        let rest = cells.get(arrow + 2..).unwrap_or_default();
        // The last word of a line without an end may be half of one.
        let rest = if last { rest.split_last().ok_or(SHORT)?.1 } else { rest };
        let (address, port) = end(source)?;
        let mut record = Record::from_source(address.ok_or(reason::BAD_SOURCE)?);
        record.protocol = match protocol(proto) {
            Protocol::Number(number) => Some(number),
            Protocol::NoIp | Protocol::Unknown => None,
        };
        record.source_port = port;
        (record.destination, record.destination_port) = end(destination)?;
        record.start = self.clock.time(&[date, b" ", time].concat(), Unit::Auto);
        record.duration = if arrow == 5 { duration(cells[2], Unit::Auto) } else { None };
        if is_icmp(record.protocol) {
            (record.source_port, record.destination_port) = (None, None);
        }
        self.sizes(rest, &mut record);
        Ok(record)
    }

    fn sizes(&self, cells: &[&[u8]], record: &mut Record<'_>) {
        use Column::{Bytes, Flags, Other, Packets};
        // Without a header: flags are letters and points, and a type of service stands behind them.
        let flagged = cells.first().is_some_and(|cell| fields::digits(cell).is_none());
        let guessed: &[Column] = if flagged { &[Flags, Other, Packets, Bytes] } else { &[Packets, Bytes] };
        let columns = if self.columns.is_empty() { guessed } else { &self.columns };
        let mut cells = cells.iter().copied().peekable();
        for column in columns {
            let Some(cell) = cells.next() else { return };
            let unit = cells.next_if(|next| matches!(*next, b"K" | b"M" | b"G" | b"T")).unwrap_or_default();
            let count = count(cell, unit);
            match column {
                Packets => record.packets_sent = count,
                Bytes => record.bytes_sent = count,
                Column::PacketsBack => record.packets_received = count,
                Column::BytesBack => record.bytes_received = count,
                Flags | Other => {}
            }
        }
    }
}

type Address = crate::model::address::Address;

/// `192.0.2.1:443`, `2001:db8::1.443`; ICMP has `8.0`, type and code, for a port.
fn end(cell: &[u8]) -> std::result::Result<(Option<Address>, Option<u16>), &'static str> {
    let address = |text: &[u8]| fields::address(text, AddressKind::Text);
    let six = cell.iter().filter(|byte| **byte == b':').count() > 1;
    let sign = if six { b'.' } else { b':' };
    let Some(at) = cell.iter().position(|byte| *byte == sign) else { return Ok((address(cell), None)) };
    let (place, port) = (address(&cell[..at]), &cell[at + 1..]);
    if place.is_none() {
        return Err(reason::BAD_SOURCE);
    }
    match fields::port(port) {
        Port::Number(port) => Ok((place, Some(port))),
        Port::Missing => Ok((place, None)),
        Port::Bad if port.contains(&b'.') => Ok((place, None)),
        Port::Bad => Err(reason::BAD_PORT),
    }
}

/// `3512`, or `1.2 M`: nfdump divides by thousands.
fn count(cell: &[u8], unit: &[u8]) -> Option<u64> {
    let factor = match unit {
        b"K" => 1e3,
        b"M" => 1e6,
        b"G" => 1e9,
        b"T" => 1e12,
        _ => return fields::count(cell),
    };
    let number = (fields::real(cell)? * factor).round();
    (0.0..9e15).contains(&number).then_some(number as u64)
}
