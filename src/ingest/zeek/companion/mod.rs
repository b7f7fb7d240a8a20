//! The logs beside conn.log: they make no flow, and tell what packets tell beside theirs.

mod arp;
mod dhcp;
mod dns;
mod notice;
mod row;
mod ssh;
mod ssl;
mod x509;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::ingest::intake::Intake;
use crate::ingest::text::fields::{self, AddressKind};
use crate::ingest::text::log::reason;
use crate::ingest::text::times::{Clock, Unit};
use crate::model::address::Address;
use crate::model::observation::{At, Ends};

use super::conn::{self, Tally};
use super::header::Header;
pub use row::Slots;

/// One of these logs.
pub struct Companion {
    /// What Zeek calls it.
    path: &'static str,
    /// The columns that are read; the first is the time.
    names: &'static [&'static str],
    /// Columns of which each row has one and no other log has any: where no name says which log it is.
    marks: &'static [&'static str],
    /// Reads a row, or says why it cannot; `cells` stand in the order of `names`.
    read: fn(cells: &[&[u8]], desk: &mut Desk<'_>) -> Result<(), &'static str>,
}

/// All that are read.
const COMPANIONS: [&Companion; 7] =
    [&dns::DNS, &dhcp::DHCP, &ssl::SSL, &x509::X509, &ssh::SSH, &arp::ARP, &notice::NOTICE];

pub const NO_DESTINATION: &str = "the destination address is missing, or is no address";

/// Kinds of notices counted by name; the rest count together.
const MAX_KINDS: usize = 200;

/// The companion that Zeek calls so.
pub fn named(path: &str) -> Option<&'static Companion> {
    COMPANIONS.into_iter().find(|companion| companion.path == path)
}

/// The companion that has such a column.
pub fn marked(has: impl Fn(&str) -> bool) -> Option<&'static Companion> {
    COMPANIONS.into_iter().find(|companion| companion.marks.iter().any(|mark| has(mark)))
}

/// What the rows of one file add up to.
#[derive(Debug, Default)]
pub struct Aside {
    rows: u64,
    clock: Clock,
    kinds: BTreeMap<String, u64>,
    other_kinds: u64,
}

/// Where a reader puts what its row says.
pub struct Desk<'a> {
    pub intake: &'a mut Intake,
    aside: &'a mut Aside,
    /// Seconds since 1970; 0 where the row has no time.
    time: f64,
    row: u64,
}

impl Aside {
    /// Reads a row of text.
    pub fn text(
        &mut self,
        slots: &Slots,
        line: &[u8],
        header: &Header,
        row: u64,
        (tally, intake): (&mut Tally, &mut Intake),
    ) -> Result<(), &'static str> {
        self.read(slots.companion, &slots.text(line, header)?, row, (tally, intake))
    }

    /// Reads a row of JSON.
    pub fn json(
        &mut self,
        companion: &'static Companion,
        line: &[u8],
        row: u64,
        sinks: (&mut Tally, &mut Intake),
    ) -> Result<(), &'static str> {
        let cells = row::json(companion.names, line)?;
        let cells: Vec<&[u8]> = cells.iter().map(AsRef::as_ref).collect();
        self.read(companion, &cells, row, sinks)
    }

    fn read(
        &mut self,
        companion: &Companion,
        cells: &[&[u8]],
        row: u64,
        (tally, intake): (&mut Tally, &mut Intake),
    ) -> Result<(), &'static str> {
        let cell = cells.first().copied().unwrap_or_default();
        let time = fields::real(cell).or_else(|| self.clock.time(cell, Unit::Auto));
        let time = tally.time(time).unwrap_or(0.0);
        self.rows += 1;
        (companion.read)(cells, &mut Desk { intake, aside: self, time, row })
    }

    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.rows > 0 {
            notes.push(format!("Rows that make no flow of their own: {}.", self.rows));
        }
        let mut kinds: Vec<(&String, u64)> = self.kinds.iter().map(|(kind, count)| (kind, *count)).collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        if !kinds.is_empty() {
            let named = kinds.iter().take(10).map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>();
            let rest = kinds.iter().skip(10).map(|(_, count)| count).sum::<u64>() + self.other_kinds;
            let rest = if rest > 0 { format!(", others {rest}") } else { String::new() };
            notes.push(format!("Zeek's own notices, no evidence here: {}{rest}.", named.join(", ")));
        }
        notes
    }
}

impl Desk<'_> {
    /// The place of this row.
    pub fn at(&self) -> At {
        self.intake.traffic.observations.at(self.time, self.row)
    }

    /// The same, so many seconds later.
    pub fn later(&self, seconds: f64) -> At {
        let time = if self.time > 0.0 { self.time + seconds } else { self.time };
        At { time, ..self.at() }
    }

    /// Counts a notice.
    fn notice(&mut self, kind: &[u8]) {
        let plain = |byte: &&u8| byte.is_ascii_alphanumeric() || b":_-".contains(byte);
        let kind: String = kind.iter().filter(plain).take(60).map(|byte| *byte as char).collect();
        let kinds = &mut self.aside.kinds;
        if kinds.len() < MAX_KINDS || kinds.contains_key(&kind) {
            *kinds.entry(kind).or_default() += 1;
        } else {
            self.aside.other_kinds += 1;
        }
    }
}

/// An address; `None` where the cell is empty or holds none.
fn address(cell: &[u8]) -> Option<Address> {
    fields::address(cell, AddressKind::Text)
}

/// The ends of the connection a row is about: all four cells must be there.
fn ends(source: &[u8], source_port: &[u8], destination: &[u8], destination_port: &[u8]) -> Result<Ends, &'static str> {
    Ok(Ends {
        client: conn::source(source)?,
        client_port: conn::port(source_port)?.ok_or(reason::BAD_PORT)?,
        server: address(destination).ok_or(NO_DESTINATION)?,
        server_port: conn::port(destination_port)?.ok_or(reason::BAD_PORT)?,
    })
}

/// The items of a list or a set.
fn items(cell: &[u8]) -> impl Iterator<Item = &[u8]> {
    cell.split(|byte| *byte == b',').filter(|item| !item.is_empty())
}
