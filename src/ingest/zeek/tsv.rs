//! Logs as text: cells under a #fields header.

mod block;

use memchr::memchr;

use crate::error::{Error, Result};
use crate::ingest::intake::Intake;
use crate::ingest::text::fields::{self, AddressKind};
use crate::ingest::text::log::{Line, Seen, reason};
use crate::ingest::text::spaced::words;
use crate::ingest::text::states::state;
use crate::model::record::Record;

use super::companion::{Aside, Slots};
use super::conn::{self, Tally};
use super::header::{FIELDS, Field, Header, NONE};
use super::path::{CONN, refused};
use block::Block;

pub const SHORT: &str = "the row has fewer cells than the header has names";

/// Reads one file.
#[derive(Default)]
pub struct Tsv {
    header: Header,
    tally: Tally,
    /// The columns of a log that is not conn, found at its first row.
    slots: Option<Slots>,
    aside: Aside,
    block: Block,
}

/// The cells of a row by field; what is unset is empty.
type Row<'a> = [&'a [u8]; FIELDS];

impl Tsv {
    pub fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a> {
        match line.first() {
            None => Line::NoRow,
            Some(b'#') => {
                self.header.take(line);
                self.slots = None;
                Line::NoRow
            }
            _ if self.header.slots.is_empty() => {
                Line::Fatal(Error::unreadable("there is a row, but no line that starts with #fields above it"))
            }
            _ if !self.is_conn() => self.other(),
            _ => match self.row(line) {
                Ok(record) => Line::Flow(record),
                Err(SHORT) if last => Line::Bad(reason::TRUNCATED),
                Err(why) => Line::Bad(why),
            },
        }
    }

    /// A row of another log.
    fn other<'a>(&mut self) -> Line<'a> {
        self.slots = self.slots.take().or_else(|| Slots::of(&self.header));
        if self.slots.is_some() { Line::Aside } else { Line::Fatal(refused(&self.header.path)) }
    }

    /// Reads a row of another log.
    pub fn aside(&mut self, line: &[u8], row: u64, last: bool, intake: &mut Intake) -> Seen {
        let Some(slots) = &self.slots else { return Ok(()) };
        let read = self.aside.text(slots, line, &self.header, row, (&mut self.tally, intake));
        read.map_err(|why| if last && why == SHORT { reason::TRUNCATED } else { why })
    }

    /// Anything but conn, where the header says so; the fields decide where it does not.
    fn is_conn(&self) -> bool {
        (self.header.path.is_empty() || self.header.path == CONN) && self.header.is_conn()
    }

    pub fn check(&self, rows: u64) -> Result<()> {
        if rows > 0 {
            return Ok(());
        }
        if !self.header.slots.is_empty() && !self.is_conn() && Slots::of(&self.header).is_none() {
            return Err(refused(&self.header.path));
        }
        Err(Error::unreadable("there is a header but no row below it"))
    }

    pub fn notes(&self) -> Vec<String> {
        let mut notes = [self.aside.notes(), self.tally.notes()].concat();
        if self.header.tail > 1 {
            notes.push("The last columns are separated by blanks, as the IoT-23 data set has them.".to_owned());
        }
        notes
    }

    fn row<'a>(&mut self, line: &'a [u8]) -> std::result::Result<Record<'a>, &'static str> {
        let row = self.cells(line)?;
        self.record(&row)
    }

    /// What is wrong with a row is found before anything is counted of it.
    fn record<'a>(&mut self, row: &Row<'a>) -> std::result::Result<Record<'a>, &'static str> {
        let cell = |field: Field| row[field as usize];
        let tally = &mut self.tally;
        let mut record = Record::from_source(conn::source(cell(Field::Source))?);
        record.source_port = conn::port(cell(Field::SourcePort))?;
        record.destination_port = conn::port(cell(Field::DestinationPort))?;
        record.destination = tally.read(cell(Field::Destination), |cell| fields::address(cell, AddressKind::Text));
        record.protocol = tally.protocol(cell(Field::Protocol), record.source);
        record.start = tally.time(fields::real(cell(Field::Time)));
        record.duration = tally.read(cell(Field::Duration), |cell| fields::real(cell).filter(|length| *length >= 0.0));
        record.bytes_sent = tally.read(cell(Field::BytesSent), fields::digits);
        record.bytes_received = tally.read(cell(Field::BytesReceived), fields::digits);
        record.packets_sent = tally.read(cell(Field::PacketsSent), fields::digits);
        record.packets_received = tally.read(cell(Field::PacketsReceived), fields::digits);
        record.state = tally.read(cell(Field::State), state).flatten();
        record.source_mac = tally.read(cell(Field::SourceMac), fields::mac);
        record.destination_mac = tally.read(cell(Field::DestinationMac), fields::mac);
        record.label = tally.read(cell(Field::Label), |cell| conn::label(std::str::from_utf8(cell).ok()?));
        record.wire.history = tally.read(cell(Field::History), |cell| conn::history(std::str::from_utf8(cell).ok()?));
        let sent = tally.read(cell(Field::IpBytesSent), fields::digits);
        let received = tally.read(cell(Field::IpBytesReceived), fields::digits);
        record.wire.ip_bytes = sent.zip(received).map(|(sent, received)| [sent, received]);
        Ok(record)
    }

    /// Puts each cell that is read where its field looks for it.
    fn cells<'a>(&self, line: &'a [u8]) -> std::result::Result<Row<'a>, &'static str> {
        let header = &self.header;
        let mut row: Row<'a> = [b""; FIELDS];
        let mut put = |slot: u8, cell: &'a [u8]| {
            if slot != NONE && !header.is_unset(cell) {
                row[usize::from(slot)] = cell;
            }
        };
        let (separated, blank) = header.slots.split_at(header.slots.len() - header.tail);
        let mut rest = line;
        for &slot in separated {
            let end = memchr(header.separator, rest).ok_or(SHORT)?;
            put(slot, &rest[..end]);
            rest = &rest[end + 1..];
        }
        if let [slot] = blank {
            // Cells beyond the header's last column are passed over.
            put(*slot, &rest[..memchr(header.separator, rest).unwrap_or(rest.len())]);
            return Ok(row);
        }
        let mut cells = words(rest);
        for &slot in blank {
            put(slot, cells.next().ok_or(SHORT)?);
        }
        Ok(row)
    }
}
