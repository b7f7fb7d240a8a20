//! Turns the rows of a file whose layout is known into flows, and keeps account of what it could not read.

use memchr::memchr;

use crate::ingest::intake::Intake;
use crate::ingest::text::fields::{self, Port, is_blank};
use crate::ingest::text::protocols::{Protocol, protocol};
use crate::ingest::text::states::state;
use crate::ingest::text::times::{Clock, duration};
use crate::model::address::Address;
use crate::model::record::{ConnState, Record};

use super::aliases::{FIELDS, Field};
use super::cells::{Cells, PlainCells, Span};
use super::columns::Columns;
use super::head::Layout;
use super::lines::Cut;

/// Why a row is not read. Fixed sentences: nothing of the row itself.
pub mod reason {
    pub const NO_SOURCE: &str = "the source address is missing";
    pub const BAD_SOURCE: &str = "the source address is not an address";
    pub const BAD_PORT: &str = "a port is not a number from 0 to 65535";
    pub const TOO_LONG: &str = "the line is longer than 1 MiB";
    pub const OPEN_QUOTE: &str = "a quote is never closed";
    pub use crate::ingest::intake::TRUNCATED;
    pub const REPLY_HALF: &str = "the reply half of a flow that its other row already tells in full";
}

/// A label longer than this is no label; it also bounds what the table must hold.
const MAX_LABEL: usize = 200;

/// No column, in `Rows::slots`.
const NONE: u8 = u8::MAX;

/// What the reader counted beside rows.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Cells that hold something unreadable, by field: they count as missing.
    pub unreadable: [u64; FIELDS],
    /// ICMP rows whose port cells, which hold type and code, were not empty.
    pub icmp_ports: u64,
}

/// Reads rows.
#[derive(Debug)]
pub struct Rows {
    delimiter: u8,
    width: usize,
    /// For each column up to the last that is needed, the slot of its field.
    slots: Vec<u8>,
    cells: [Span; FIELDS],
    pub columns: Columns,
    pub clock: Clock,
    pub tally: Tally,
    pub count: u64,
}

impl Rows {
    pub fn new(layout: Layout) -> Self {
        let mut slots = Vec::new();
        for slot in 0..FIELDS {
            let Some(column) = layout.columns.at(slot) else { continue };
            if slots.len() <= column.index {
                slots.resize(column.index + 1, NONE);
            }
            slots[column.index] = slot as u8;
        }
        Rows {
            delimiter: layout.delimiter,
            width: layout.width,
            slots,
            cells: [Span::default(); FIELDS],
            columns: layout.columns,
            clock: Clock::new(layout.order),
            tally: Tally::default(),
            count: 0,
        }
    }

    /// Takes a row that starts at byte `start` of the file. A blank line is no row.
    pub fn take(&mut self, start: u64, cut: Cut<'_>, intake: &mut Intake) {
        let read = match cut {
            Cut::Row(line) | Cut::Unended(line) if is_empty(line) => return,
            Cut::Row(line) => self.row(line, intake),
            Cut::Unended(line) if Cells::new(line, self.delimiter).count() < self.width => Err(reason::TRUNCATED),
            Cut::Unended(line) => self.row(line, intake),
            Cut::TooLong => Err(reason::TOO_LONG),
            Cut::OpenQuote => Err(reason::OPEN_QUOTE),
        };
        self.count += 1;
        if let Err(reason) = read {
            intake.reject(self.count, start, reason);
        }
    }

    /// Reads a row. Cells the row lacks are missing, cells beyond the header are passed over. The record is handed
    /// on from here: returning it would copy its 200 bytes.
    fn row(&mut self, line: &[u8], intake: &mut Intake) -> Result<(), &'static str> {
        self.split(line);
        if self.columns.has(Field::Half) && self.cell(line, Field::Half) == b"B" {
            return Err(reason::REPLY_HALF);
        }
        let mut record = Record::from_source(self.source(line)?);
        record.protocol = match protocol(self.cell(line, Field::Protocol)) {
            Protocol::Number(number) => Some(number),
            Protocol::NoIp => None,
            Protocol::Unknown => self.unreadable(Field::Protocol),
        };
        (record.source_port, record.destination_port) = self.ports(line, record.protocol)?;
        let kind = self.columns.destination_kind;
        record.destination = self.read(line, Field::Destination, |cell| fields::address(cell, kind));
        self.times(line, &mut record);
        self.volume(line, &mut record);
        self.rest(line, &mut record);
        if record.destination.is_none() && matches!(record.source, Address::Mac(_)) {
            record.destination = record.destination_mac.map(Address::Mac);
        }
        intake.accept(&record);
        Ok(())
    }

    /// Frames without an IP header (ARP, LLDP) have a MAC where others have an address.
    #[inline]
    fn source(&self, line: &[u8]) -> Result<Address, &'static str> {
        let cell = self.cell(line, Field::Source);
        match fields::address(cell, self.columns.source_kind) {
            Some(address) => Ok(address),
            None if !is_blank(cell) => Err(reason::BAD_SOURCE),
            None => fields::mac(self.cell(line, Field::SourceMac)).map(Address::Mac).ok_or(reason::NO_SOURCE),
        }
    }

    #[inline]
    fn split(&mut self, line: &[u8]) {
        if memchr(b'"', line).is_none() {
            self.place(PlainCells::new(line, self.delimiter));
        } else {
            self.place(Cells::new(line, self.delimiter));
        }
    }

    /// Puts each cell that is needed where its field looks for it.
    #[inline]
    fn place(&mut self, mut cells: impl Iterator<Item = Span>) {
        for &slot in &self.slots {
            let span = cells.next().unwrap_or_default();
            if let Some(cell) = self.cells.get_mut(usize::from(slot)) {
                *cell = span;
            }
        }
    }

    #[inline]
    fn cell<'a>(&self, line: &'a [u8], field: Field) -> &'a [u8] {
        self.cells[field as usize].of(line)
    }

    fn unreadable<T>(&mut self, field: Field) -> Option<T> {
        self.tally.unreadable[field as usize] += 1;
        None
    }

    #[inline]
    fn read<T>(&mut self, line: &[u8], field: Field, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let cell = self.cell(line, field);
        if cell.is_empty() {
            return None;
        }
        read(cell).or_else(|| if is_blank(cell) { None } else { self.unreadable(field) })
    }

    /// ICMP has no ports: exporters write type and code there, in many ways (`0x0008`, `3.1`, `8`). Plain numbers
    /// are kept, as the models of the original script judged by them; no detector takes them for ports.
    #[inline]
    fn ports(&mut self, line: &[u8], protocol: Option<u8>) -> Result<(Option<u16>, Option<u16>), &'static str> {
        let cells = [Field::SourcePort, Field::DestinationPort].map(|field| self.cell(line, field));
        if matches!(protocol, Some(1 | 58)) {
            self.tally.icmp_ports += u64::from(cells.iter().any(|cell| !is_blank(cell)));
            let number = |cell: &[u8]| fields::count(cell).and_then(|number| u16::try_from(number).ok());
            return Ok((number(cells[0]), number(cells[1])));
        }
        let port = |cell| match fields::port(cell) {
            Port::Number(number) => Ok(Some(number)),
            Port::Missing => Ok(None),
            Port::Bad => Err(reason::BAD_PORT),
        };
        Ok((port(cells[0])?, port(cells[1])?))
    }

    #[inline]
    fn times(&mut self, line: &[u8], record: &mut Record<'_>) {
        let unit = self.columns.unit(Field::Duration);
        record.duration = self.read(line, Field::Duration, |cell| duration(cell, unit));
        record.start = self.moment(line, Field::Start);
        if record.duration.is_none() {
            let end = self.moment(line, Field::End);
            record.duration = end.zip(record.start).map(|(end, start)| end - start).filter(|length| *length >= 0.0);
        }
    }

    #[inline]
    fn moment(&mut self, line: &[u8], field: Field) -> Option<f64> {
        let cell = self.cell(line, field);
        if cell.is_empty() {
            return None;
        }
        let unit = self.columns.unit(field);
        let time = self.clock.time(cell, unit);
        time.or_else(|| if is_blank(cell) { None } else { self.unreadable(field) })
    }

    #[inline]
    fn volume(&mut self, line: &[u8], record: &mut Record<'_>) {
        use Field::{BytesReceived, BytesSent, BytesTotal, PacketsReceived, PacketsSent, PacketsTotal};
        (record.bytes_sent, record.bytes_received) = self.both_ways(line, BytesSent, BytesReceived, BytesTotal);
        (record.packets_sent, record.packets_received) =
            self.both_ways(line, PacketsSent, PacketsReceived, PacketsTotal);
    }

    /// What was sent and what was received; from a total and one of the two, the other. A total alone is sent.
    #[inline]
    fn both_ways(&mut self, line: &[u8], sent: Field, received: Field, total: Field) -> (Option<u64>, Option<u64>) {
        let sent = self.read(line, sent, fields::count);
        let received = self.read(line, received, fields::count);
        if sent.is_some() && received.is_some() {
            return (sent, received);
        }
        match (sent, received, self.read(line, total, fields::count)) {
            (Some(sent), None, Some(total)) => (Some(sent), total.checked_sub(sent)),
            (None, Some(received), Some(total)) => (total.checked_sub(received), Some(received)),
            (None, None, total) => (total, None),
            _ => (sent, received),
        }
    }

    #[inline]
    fn rest<'a>(&mut self, line: &'a [u8], record: &mut Record<'a>) {
        record.state = self.read(line, Field::State, state).and_then(|known: Option<ConnState>| known);
        record.source_mac = self.read(line, Field::SourceMac, fields::mac);
        record.destination_mac = self.read(line, Field::DestinationMac, fields::mac);
        let label = self.cell(line, Field::Label);
        if !label.is_empty() {
            let text = std::str::from_utf8(label).ok().filter(|label| label.len() <= MAX_LABEL);
            record.label = text.or_else(|| self.unreadable(Field::Label));
        }
    }
}

fn is_empty(line: &[u8]) -> bool {
    line.first().is_none_or(|first| matches!(first, b' ' | b'\r')) && line.iter().all(|b| matches!(b, b' ' | b'\r'))
}
