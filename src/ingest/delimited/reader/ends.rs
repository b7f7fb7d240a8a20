//! Who spoke to whom: what decides whether a row is a flow.

use crate::ingest::text::cell::Cell;
use crate::ingest::text::fields::{self, Port, is_blank};
use crate::ingest::text::protocols::{Protocol, is_icmp};
use crate::model::address::Address;
use crate::model::traffic::{Ends, Traffic};

use super::super::aliases::Field;
use super::{Block, Rows, reason, value};

/// Who spoke to whom in the kept rows of a block.
#[derive(Debug, Default)]
pub struct Spoken {
    /// Or why the row is no flow.
    source: Vec<Result<Address, &'static str>>,
    destination: Vec<Option<Address>>,
    /// Both again by number, once it is known which rows are flows; and the rest.
    ends: Ends,
}

/// A row that is no flow.
#[derive(Debug)]
pub struct Refused {
    /// Its place among the rows of the block that are not empty, and its number in the block.
    pub place: usize,
    pub row: u32,
    pub reason: &'static str,
}

impl Spoken {
    /// Begins a block of rows with them.
    fn flush(&mut self, traffic: &mut Traffic) {
        let Spoken { source, destination, ends } = self;
        for (source, destination) in source.iter().zip(destination) {
            ends.source.extend(source.iter().map(|source| traffic.intern(*source)));
            ends.destination.push(destination.map(|address| traffic.intern(address)));
        }
        traffic.begin_block(ends);
        ends.clear();
    }

    /// Takes out the rows that are no flows.
    fn refuse(&mut self, kept: &mut Vec<u32>) -> Vec<Refused> {
        let of = |(place, (row, source)): (usize, (&u32, &Result<Address, &'static str>))| {
            source.err().map(|reason| Refused { place, row: *row, reason })
        };
        let refused: Vec<Refused> = kept.iter().zip(&self.source).enumerate().filter_map(of).collect();
        if !refused.is_empty() {
            let source = std::mem::take(&mut self.source);
            retain(kept, &source);
            retain(&mut self.destination, &source);
            retain(&mut self.ends.protocol, &source);
            retain(&mut self.ends.source_port, &source);
            retain(&mut self.ends.destination_port, &source);
            self.source.extend(source.into_iter().filter(Result::is_ok));
        }
        refused
    }
}

/// Keeps what stands where there is a source.
fn retain<T>(values: &mut Vec<T>, sources: &[Result<Address, &'static str>]) {
    let mut sources = sources.iter();
    values.retain(|_| sources.next().is_some_and(Result::is_ok));
}

impl Rows {
    /// Reads addresses, ports and protocols of the kept rows, each column by itself, and begins a block of rows with
    /// them. Rows that are no flows are not kept, but given back.
    pub fn ends(&mut self, block: &Block<'_>, traffic: &mut Traffic) -> Vec<Refused> {
        self.sources(block);
        self.protocols(block);
        self.ports(block);
        self.destinations(block);
        let refused = self.spoken.refuse(&mut self.kept);
        self.spoken.flush(traffic);
        refused
    }

    fn sources(&mut self, block: &Block<'_>) {
        let Rows { columns, kept, spoken, .. } = self;
        let kind = columns.source_kind;
        spoken.source.clear();
        spoken.source.extend(kept.iter().map(|&row| {
            let cell = block.cell(Field::Source, row);
            // Frames without an IP header (ARP, LLDP) have a MAC where others have an address.
            let instead = || no_address(cell, block.cell(Field::SourceMac, row));
            cell.address(kind).map_or_else(instead, Ok)
        }));
        if columns.has(Field::Half) {
            for (&row, source) in kept.iter().zip(&mut spoken.source) {
                if block.cell(Field::Half, row).trimmed() == b"B" {
                    *source = Err(reason::REPLY_HALF);
                }
            }
        }
    }

    fn protocols(&mut self, block: &Block<'_>) {
        let Rows { tally, kept, spoken, .. } = self;
        spoken.ends.protocol.extend(kept.iter().zip(&spoken.source).map(|(&row, source)| {
            match block.cell(Field::Protocol, row).protocol() {
                Protocol::Number(number) => Some(number),
                Protocol::NoIp => None,
                Protocol::Unknown => {
                    tally.unreadable[Field::Protocol as usize] += u64::from(source.is_ok());
                    None
                }
            }
        }));
    }

    fn ports(&mut self, block: &Block<'_>) {
        let Rows { tally, kept, spoken: Spoken { source: sources, ends, .. }, .. } = self;
        let columns =
            [(Field::SourcePort, &mut ends.source_port), (Field::DestinationPort, &mut ends.destination_port)];
        for (field, ports) in columns {
            ports.extend(kept.iter().zip(&mut *sources).zip(&ends.protocol).map(|((&row, source), protocol)| {
                let cell = block.cell(field, row);
                match cell.port() {
                    _ if is_icmp(*protocol) => icmp_port(cell),
                    Port::Number(number) => Some(number),
                    Port::Missing => None,
                    Port::Bad => {
                        *source = source.and(Err(reason::BAD_PORT));
                        None
                    }
                }
            }));
        }
        for ((&row, protocol), source) in kept.iter().zip(&ends.protocol).zip(sources) {
            if is_icmp(*protocol) && source.is_ok() {
                let cells = [Field::SourcePort, Field::DestinationPort].map(|field| block.cell(field, row));
                tally.icmp_ports += u64::from(cells.iter().any(|cell| !is_blank(cell.trimmed())));
            }
        }
    }

    fn destinations(&mut self, block: &Block<'_>) {
        let Rows { columns, tally, kept, spoken, .. } = self;
        let kind = columns.destination_kind;
        let unreadable = &mut tally.unreadable[Field::Destination as usize];
        spoken.destination.clear();
        spoken.destination.extend(kept.iter().zip(&spoken.source).map(|(&row, source)| {
            let source = source.ok()?;
            let read = value(block.cell(Field::Destination, row), unreadable, |cell| cell.address(kind));
            read.or_else(|| {
                let mac = matches!(source, Address::Mac(_)).then(|| block.cell(Field::DestinationMac, row))?;
                fields::mac(mac.trimmed()).map(Address::Mac)
            })
        }));
    }
}

#[cold]
fn no_address(cell: Cell<'_>, mac: Cell<'_>) -> Result<Address, &'static str> {
    if !is_blank(cell.trimmed()) {
        return Err(reason::BAD_SOURCE);
    }
    fields::mac(mac.trimmed()).map(Address::Mac).ok_or(reason::NO_SOURCE)
}

/// ICMP has no ports: exporters write type and code there, in many ways (`0x0008`, `3.1`, `8`). Plain numbers are kept, as
/// the models of the original script judged by them; no detector takes them for ports.
fn icmp_port(cell: Cell<'_>) -> Option<u16> {
    cell.count().and_then(|number| u16::try_from(number).ok())
}
