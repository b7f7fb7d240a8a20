//! Turns the rows of a file whose layout is known into flows, a block of rows at a time and each block column by column,
//! and keeps account of what it could not read.

mod ends;
mod fill;

use crate::ingest::intake::Intake;
use crate::ingest::text::cell::Cell;
use crate::ingest::text::fields::{self, is_blank};
use crate::ingest::text::times::Clock;

use super::aliases::{FIELDS, Field};
use super::block::{Block, Cut};
use super::columns::Columns;
use super::head::Layout;

use ends::{Refused, Spoken};

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
    /// The rows of the block that are flows.
    kept: Vec<u32>,
    spoken: Spoken,
    pub columns: Columns,
    pub clock: Clock,
    pub tally: Tally,
    pub count: u64,
}

impl Rows {
    pub fn new(layout: Layout) -> Self {
        Rows {
            kept: Vec::new(),
            spoken: Spoken::default(),
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
            Cut::Unended(block) => {
                let Some(row) = block.rows().next() else { return };
                if block.is_short(row) {
                    return self.reject(block.at(row), reason::TRUNCATED, intake);
                }
                let before = intake.accepted();
                self.block(&block, intake);
                if intake.accepted() > before {
                    intake.unended(block.at(row));
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
        self.kept.clear();
        self.kept.extend(block.rows());
        let before = self.count;
        self.count += self.kept.len() as u64;
        let refused = self.ends(block, &mut intake.traffic);
        for Refused { place, row, reason } in refused {
            intake.reject(before + 1 + place as u64, block.at(row), reason);
        }
        let traffic = &mut intake.traffic;
        self.times(block, traffic);
        self.volume(block, traffic);
        self.fill(block, Field::SourceMac, &mut traffic.source_mac, |_, cell| fields::mac(cell.trimmed()));
        let destination_mac = &mut traffic.destination_mac;
        self.fill(block, Field::DestinationMac, destination_mac, |_, cell| fields::mac(cell.trimmed()));
        self.states(block, traffic);
        self.texts(block, Field::Label, |label| traffic.push_label(label));
        self.texts(block, Field::Identity, |name| {
            traffic.push_identity(name.filter(|name| !fields::is_blank(name.as_bytes())));
        });
        traffic.level();
        intake.accept_rows(self.kept.len());
    }

    /// A cell's value; one that is neither readable nor blank is counted.
    #[inline(always)]
    fn read<T>(
        &mut self,
        block: &Block<'_>,
        field: Field,
        row: u32,
        read: impl FnOnce(Cell<'_>) -> Option<T>,
    ) -> Option<T> {
        value(block.cell(field, row), &mut self.tally.unreadable[field as usize], read)
    }
}

/// What a cell holds; one that is neither readable nor blank is counted.
#[inline(always)]
fn value<T>(cell: Cell<'_>, unreadable: &mut u64, read: impl FnOnce(Cell<'_>) -> Option<T>) -> Option<T> {
    if cell.is_empty() {
        return None;
    }
    let value = read(cell);
    if value.is_none() {
        count_unreadable(cell, unreadable);
    }
    value
}

#[cold]
fn count_unreadable(cell: Cell<'_>, unreadable: &mut u64) {
    *unreadable += u64::from(!is_blank(cell.trimmed()));
}
