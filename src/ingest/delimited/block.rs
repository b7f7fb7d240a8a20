//! What the stream is cut into: blocks of rows, and what is no row.

use crate::ingest::text::cell::Cell;

use super::aliases::Field;
use super::cells::Cells;
use super::grid::Grid;

/// What the stream is cut into.
#[derive(Debug, Clone, Copy)]
pub enum Cut<'a> {
    Rows(Block<'a>),
    /// The last row, where the file does not end with a line end: it may be cut short.
    Unended(Block<'a>),
    /// A line longer than `MAX_ROW`, with the byte of the stream at which it starts.
    TooLong(u64),
    /// The same for a row whose quote is not closed within `MAX_ROW`; reading goes on behind its first line.
    OpenQuote(u64),
}

/// Some rows of the stream.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// The rows with their line ends, less than 4 GiB.
    pub bytes: &'a [u8],
    /// The byte of the stream at which they start.
    pub at: u64,
    pub grid: &'a Grid,
}

/// Where a row stands among some bytes, without its line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub start: u32,
    pub end: u32,
    /// Whether it holds a quote.
    pub quoted: bool,
}

impl<'a> Block<'a> {
    /// The numbers of the rows that are not empty; a plain one has separators.
    pub fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        let plain = self.grid.is_plain();
        (0..self.grid.rows()).filter(move |row| plain || !is_empty(self.text(*row)))
    }

    /// The bytes of a row.
    pub fn text(&self, row: u32) -> &'a [u8] {
        &self.bytes[self.grid.bounds(row)]
    }

    /// Whether a row has fewer cells than the header.
    pub fn is_short(&self, row: u32) -> bool {
        Cells::new(self.text(row), self.grid.separator()).count() < self.grid.width()
    }

    /// The byte of the stream at which a row starts.
    pub fn at(&self, row: u32) -> u64 {
        self.at + self.grid.bounds(row).start as u64
    }

    /// The cell of a row; empty where there is no such column.
    #[inline(always)]
    pub fn cell(&self, field: Field, row: u32) -> Cell<'a> {
        self.grid.cell(self.bytes, field, row)
    }
}

fn is_empty(line: &[u8]) -> bool {
    line.first().is_none_or(|first| matches!(first, b' ' | b'\r')) && line.iter().all(|b| matches!(b, b' ' | b'\r'))
}
