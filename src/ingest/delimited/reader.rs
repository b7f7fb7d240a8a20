//! Turns the rows of a file whose layout is known into flows, a block of rows at a time and each block column by column,
//! and keeps account of what it could not read.

use crate::ingest::intake::Intake;
use crate::ingest::text::fields::{self, Port, is_blank};
use crate::ingest::text::protocols::{Protocol, protocol};
use crate::ingest::text::states::state;
use crate::ingest::text::times::{Clock, Unit, duration};
use crate::model::address::Address;
use crate::model::column::Column;
use crate::model::traffic::{AddressId, Traffic};

use super::aliases::{FIELDS, Field};
use super::cells::Cells;
use super::columns::Columns;
use super::grid::Grid;
use super::head::Layout;
use super::lines::{Block, Cut, Row};

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
    grid: Grid,
    /// The rows of the block that are flows.
    kept: Vec<u32>,
    ends: Ends,
    pub columns: Columns,
    pub clock: Clock,
    pub tally: Tally,
    pub count: u64,
}

/// Who spoke to whom in the kept rows of a block.
#[derive(Debug, Default)]
struct Ends {
    source: Vec<AddressId>,
    destination: Vec<Option<AddressId>>,
    protocol: Vec<Option<u8>>,
    source_port: Vec<Option<u16>>,
    destination_port: Vec<Option<u16>>,
}

impl Ends {
    /// Begins a block of rows with them.
    fn flush(&mut self, traffic: &mut Traffic) {
        traffic.begin_block(&self.source);
        self.source.clear();
        traffic.destination.extend(self.destination.drain(..));
        traffic.protocol.extend(self.protocol.drain(..));
        traffic.source_port.extend(self.source_port.drain(..));
        traffic.destination_port.extend(self.destination_port.drain(..));
    }
}

impl Rows {
    pub fn new(layout: Layout) -> Self {
        Rows {
            delimiter: layout.delimiter,
            width: layout.width,
            grid: Grid::new([layout.delimiter, layout.end], layout.width, |slot| Some(layout.columns.at(slot)?.index)),
            kept: Vec::new(),
            ends: Ends::default(),
            columns: layout.columns,
            clock: Clock::new(layout.order),
            tally: Tally::default(),
            count: 0,
        }
    }

    /// Takes what the stream was cut into. A blank line is no row.
    pub fn take(&mut self, cut: Cut<'_>, intake: &mut Intake) {
        match cut {
            Cut::Rows(block) => self.block(&block, intake),
            Cut::Unended(line, at) => {
                if !is_empty(line) && Cells::new(line, self.delimiter).count() < self.width {
                    return self.reject(at, reason::TRUNCATED, intake);
                }
                let row = Row { start: 0, end: line.len() as u32, quoted: true };
                let before = intake.accepted();
                self.block(&Block { bytes: line, at, rows: &[row] }, intake);
                if intake.accepted() > before {
                    intake.unended(at);
                }
            }
            Cut::TooLong(at) => self.reject(at, reason::TOO_LONG, intake),
            Cut::OpenQuote(at) => self.reject(at, reason::OPEN_QUOTE, intake),
        }
    }

    /// All that is counted beside the rows: the rows themselves, unreadable cells by field, and the rest.
    pub fn counts(&self) -> Vec<u64> {
        let Rows { clock, tally, count, .. } = self;
        let flags = [clock.zoneless, clock.ordered].map(u64::from);
        [&tally.unreadable[..], &[*count, tally.icmp_ports], &flags].concat()
    }

    /// Adds the counts of other rows of the same file.
    pub fn add(&mut self, counts: &[u64]) {
        let Some((unreadable, [count, icmp_ports, zoneless, ordered])) = counts.split_first_chunk::<FIELDS>() else {
            return;
        };
        self.tally.unreadable.iter_mut().zip(unreadable).for_each(|(all, more)| *all += more);
        self.count += count;
        self.tally.icmp_ports += icmp_ports;
        self.clock.zoneless |= *zoneless > 0;
        self.clock.ordered |= *ordered > 0;
    }

    fn reject(&mut self, at: u64, reason: &'static str, intake: &mut Intake) {
        self.count += 1;
        intake.reject(self.count, at, reason);
    }

    /// Reads a block of rows: who spoke to whom first, for that decides which rows are flows, then column by column.
    fn block(&mut self, block: &Block<'_>, intake: &mut Intake) {
        self.grid.cut(block);
        self.kept.clear();
        for (number, row) in (0..).zip(block.rows) {
            if is_empty(block.of(row)) {
                continue;
            }
            match self.ends(block.bytes, number, &mut intake.traffic) {
                Ok(()) => {
                    self.count += 1;
                    self.kept.push(number);
                }
                Err(reason) => self.reject(block.at + u64::from(row.start), reason, intake),
            }
        }
        let traffic = &mut intake.traffic;
        self.ends.flush(traffic);
        self.times(block.bytes, traffic);
        self.volume(block.bytes, traffic);
        self.fill(block.bytes, Field::SourceMac, &mut traffic.source_mac, |_, cell| fields::mac(cell));
        self.fill(block.bytes, Field::DestinationMac, &mut traffic.destination_mac, |_, cell| fields::mac(cell));
        self.states(block.bytes, traffic);
        self.labels(block.bytes, traffic);
        traffic.level();
        intake.accept_rows(self.kept.len());
    }

    /// Reads addresses, ports and protocol of a row and adds them, or says why the row is no flow.
    #[inline]
    fn ends(&mut self, bytes: &[u8], row: u32, traffic: &mut Traffic) -> Result<(), &'static str> {
        if self.columns.has(Field::Half) && self.grid.cell(bytes, Field::Half, row) == b"B" {
            return Err(reason::REPLY_HALF);
        }
        let source = self.source(bytes, row)?;
        let protocol = match protocol(self.grid.cell(bytes, Field::Protocol, row)) {
            Protocol::Number(number) => Some(number),
            Protocol::NoIp => None,
            Protocol::Unknown => {
                self.tally.unreadable[Field::Protocol as usize] += 1;
                None
            }
        };
        let (source_port, destination_port) = self.ports(bytes, row, protocol)?;
        let kind = self.columns.destination_kind;
        let mut destination = self.read(bytes, Field::Destination, row, |cell| fields::address(cell, kind));
        if destination.is_none() && matches!(source, Address::Mac(_)) {
            destination = fields::mac(self.grid.cell(bytes, Field::DestinationMac, row)).map(Address::Mac);
        }
        self.ends.source.push(traffic.intern(source));
        self.ends.destination.push(destination.map(|address| traffic.intern(address)));
        self.ends.protocol.push(protocol);
        self.ends.source_port.push(source_port);
        self.ends.destination_port.push(destination_port);
        Ok(())
    }

    /// Frames without an IP header (ARP, LLDP) have a MAC where others have an address.
    #[inline]
    fn source(&self, bytes: &[u8], row: u32) -> Result<Address, &'static str> {
        let cell = self.grid.cell(bytes, Field::Source, row);
        match fields::address(cell, self.columns.source_kind) {
            Some(address) => Ok(address),
            None if !is_blank(cell) => Err(reason::BAD_SOURCE),
            None => {
                let mac = fields::mac(self.grid.cell(bytes, Field::SourceMac, row));
                mac.map(Address::Mac).ok_or(reason::NO_SOURCE)
            }
        }
    }

    /// A cell's value; one that is neither readable nor blank is counted.
    #[inline(always)]
    fn read<T>(&mut self, bytes: &[u8], field: Field, row: u32, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        value(self.grid.cell(bytes, field, row), &mut self.tally.unreadable[field as usize], read)
    }

    /// ICMP has no ports: exporters write type and code there, in many ways (`0x0008`, `3.1`, `8`). Plain numbers
    /// are kept, as the models of the original script judged by them; no detector takes them for ports.
    #[inline]
    fn ports(
        &mut self,
        bytes: &[u8],
        row: u32,
        protocol: Option<u8>,
    ) -> Result<(Option<u16>, Option<u16>), &'static str> {
        let cells = [Field::SourcePort, Field::DestinationPort].map(|field| self.grid.cell(bytes, field, row));
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

    /// Fills a column of the block's flows from a field; a column the file has not is left to `Traffic::level`.
    #[inline]
    fn fill<T: Copy + Default>(
        &mut self,
        bytes: &[u8],
        field: Field,
        column: &mut Column<T>,
        mut read: impl FnMut(&mut Clock, &[u8]) -> Option<T>,
    ) {
        if self.columns.has(field) {
            let (clock, unreadable) = (&mut self.clock, &mut self.tally.unreadable[field as usize]);
            let cells = self.grid.cells(bytes, field, &self.kept);
            column.extend(cells.map(|cell| value(cell, unreadable, |cell| read(clock, cell))));
        }
    }

    /// Calls `row` for each of the block's flows.
    #[inline]
    fn each_row(&mut self, mut row: impl FnMut(&mut Self, u32)) {
        let kept = std::mem::take(&mut self.kept);
        kept.iter().for_each(|&number| row(self, number));
        self.kept = kept;
    }

    fn times(&mut self, bytes: &[u8], traffic: &mut Traffic) {
        let [unit, start, end] = [Field::Duration, Field::Start, Field::End].map(|field| self.columns.unit(field));
        if !self.columns.has(Field::End) {
            self.fill(bytes, Field::Duration, &mut traffic.duration, |_, cell| duration(cell, unit));
            return self.fill(bytes, Field::Start, &mut traffic.start, |clock, cell| clock.time(cell, start));
        }
        self.each_row(|rows, row| {
            let told = rows.read(bytes, Field::Duration, row, |cell| duration(cell, unit));
            let start = rows.moment(bytes, Field::Start, row, start);
            let lasted = told.or_else(|| {
                let end = rows.moment(bytes, Field::End, row, end);
                end.zip(start).map(|(end, start)| end - start).filter(|length| *length >= 0.0)
            });
            traffic.start.push(start);
            traffic.duration.push(lasted);
        });
    }

    fn moment(&mut self, bytes: &[u8], field: Field, row: u32, unit: Unit) -> Option<f64> {
        let cell = self.grid.cell(bytes, field, row);
        value(cell, &mut self.tally.unreadable[field as usize], |cell| self.clock.time(cell, unit))
    }

    fn volume(&mut self, bytes: &[u8], traffic: &mut Traffic) {
        use Field::{BytesReceived, BytesSent, BytesTotal, PacketsReceived, PacketsSent, PacketsTotal};
        let columns = (&mut traffic.bytes_sent, &mut traffic.bytes_received);
        self.both_ways(bytes, [BytesSent, BytesReceived, BytesTotal], columns);
        let columns = (&mut traffic.packets_sent, &mut traffic.packets_received);
        self.both_ways(bytes, [PacketsSent, PacketsReceived, PacketsTotal], columns);
    }

    /// What was sent and what was received; from a total and one of the two, the other. A total alone is sent.
    fn both_ways(
        &mut self,
        bytes: &[u8],
        [sent, received, total]: [Field; 3],
        columns: (&mut Column<u64>, &mut Column<u64>),
    ) {
        if !self.columns.has(total) {
            self.fill(bytes, sent, columns.0, |_, cell| fields::count(cell));
            return self.fill(bytes, received, columns.1, |_, cell| fields::count(cell));
        }
        self.each_row(|rows, row| {
            let there = rows.read(bytes, sent, row, fields::count);
            let back = rows.read(bytes, received, row, fields::count);
            let all =
                if there.is_some() && back.is_some() { None } else { rows.read(bytes, total, row, fields::count) };
            let (there, back) = match (there, back, all) {
                (Some(there), None, Some(all)) => (Some(there), all.checked_sub(there)),
                (None, Some(back), Some(all)) => (all.checked_sub(back), Some(back)),
                (None, None, all) => (all, None),
                _ => (there, back),
            };
            columns.0.push(there);
            columns.1.push(back);
        });
    }

    fn states(&mut self, bytes: &[u8], traffic: &mut Traffic) {
        if self.columns.has(Field::State) {
            self.each_row(|rows, row| traffic.state.push(rows.read(bytes, Field::State, row, state).flatten()));
        }
    }

    fn labels(&mut self, bytes: &[u8], traffic: &mut Traffic) {
        if self.columns.has(Field::Label) {
            self.each_row(|rows, row| {
                let cell = rows.grid.cell(bytes, Field::Label, row);
                let text = std::str::from_utf8(cell).ok().filter(|label| label.len() <= MAX_LABEL);
                rows.tally.unreadable[Field::Label as usize] += u64::from(text.is_none());
                traffic.push_label(text.filter(|text| !text.is_empty()));
            });
        }
    }
}

/// What a cell holds; one that is neither readable nor blank is counted.
#[inline(always)]
fn value<T>(cell: &[u8], unreadable: &mut u64, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
    if cell.is_empty() {
        return None;
    }
    let value = read(cell);
    if value.is_none() && !is_blank(cell) {
        *unreadable += 1;
    }
    value
}

fn is_empty(line: &[u8]) -> bool {
    line.first().is_none_or(|first| matches!(first, b' ' | b'\r')) && line.iter().all(|b| matches!(b, b' ' | b'\r'))
}
