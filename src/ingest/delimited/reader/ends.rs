//! Who spoke to whom: what decides whether a row is a flow.

use crate::ingest::text::fields::{self, Port, is_blank};
use crate::ingest::text::protocols::{Protocol, protocol};
use crate::model::address::Address;
use crate::model::traffic::{AddressId, Traffic};

use super::super::aliases::Field;
use super::{Rows, reason};

/// Who spoke to whom in the kept rows of a block.
#[derive(Debug, Default)]
pub struct Ends {
    source: Vec<AddressId>,
    destination: Vec<Option<AddressId>>,
    protocol: Vec<Option<u8>>,
    source_port: Vec<Option<u16>>,
    destination_port: Vec<Option<u16>>,
}

impl Ends {
    /// Begins a block of rows with them.
    pub fn flush(&mut self, traffic: &mut Traffic) {
        traffic.begin_block(&self.source);
        self.source.clear();
        traffic.destination.extend(self.destination.drain(..));
        traffic.protocol.extend(self.protocol.drain(..));
        traffic.source_port.extend(self.source_port.drain(..));
        traffic.destination_port.extend(self.destination_port.drain(..));
    }
}

impl Rows {
    /// Reads addresses, ports and protocol of a row and adds them, or says why the row is no flow.
    #[inline]
    pub fn ends(&mut self, bytes: &[u8], row: u32, traffic: &mut Traffic) -> Result<(), &'static str> {
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
}
