//! The cells of some rows, by field: what the typed columns are read from.

use std::ops::Range;

use crate::ingest::text::cell::Cell;
use crate::ingest::text::signs::{Places, Signs};

use super::aliases::{FIELDS, Field};
use super::block::Row;
use super::cells::{Cells, Span};

/// No column, in `Grid::columns`.
const NONE: usize = usize::MAX;

/// Bytes in which plain rows are looked for at once: few enough to stay in the first-level cache with what is read from
/// them, enough to be read column by column. Unit tests have small files: theirs are small, too.
pub const WINDOW: usize = if cfg!(test) { 80 } else { 16 << 10 };

/// Finds the cells of rows. Those of a plain row, which has no quotes and as many cells as the header, lie between signs
/// whose places are found for many rows at once. An odd row is cut cell by cell.
#[derive(Debug)]
pub struct Grid {
    signs: Signs,
    /// The number of cells in the header.
    width: usize,
    /// The column of each field.
    columns: [usize; FIELDS],
    places: Places,
    /// The rows at hand, where all are plain.
    plain: usize,
    /// The rows at hand, where some may be odd.
    rows: Vec<Place>,
    odd: Vec<Odd>,
}

/// Where the cells of a row are.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// By the number of its first one.
    Plain(usize),
    /// In `odd`.
    Odd(usize),
}

/// A row cut cell by cell.
#[derive(Debug)]
struct Odd {
    row: Row,
    cells: [Span; FIELDS],
}

impl Grid {
    /// `columns` gives the column of each field's slot, of `width` columns in all.
    pub fn new([separator, line_end]: [u8; 2], width: usize, columns: impl Fn(usize) -> Option<usize>) -> Self {
        Grid {
            signs: Signs { separator, line_end, odd: b'"' },
            width,
            columns: std::array::from_fn(|slot| columns(slot).unwrap_or(NONE)),
            places: Places::default(),
            plain: 0,
            rows: Vec::new(),
            odd: Vec::new(),
        }
    }

    pub fn separator(&self) -> u8 {
        self.signs.separator
    }

    pub fn line_end(&self) -> u8 {
        self.signs.line_end
    }

    /// The number of cells in the header.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Cuts the rows at the start of some bytes that start before `until`, if they are plain ones up to the last line end
    /// within a window; gives the bytes they take.
    pub fn cut_plain(&mut self, bytes: &[u8], until: u64) -> Option<usize> {
        // A row of one cell may be an empty line, which is none.
        if self.width < 2 {
            return None;
        }
        let window = &bytes[..bytes.len().min(WINDOW)];
        self.places.find(self.signs, window);
        self.rows.clear();
        let lines = self.places.plain_lines(window, self.signs, self.width)?;
        let start = |line: usize| u64::from(self.places.start(line * self.width));
        self.plain =
            if start(lines) <= until { lines } else { (0..lines).take_while(|line| start(*line) < until).count() };
        (self.plain > 0).then(|| start(self.plain) as usize)
    }

    /// Cuts rows that stand one after the other.
    pub fn cut(&mut self, bytes: &[u8], rows: &[Row]) {
        self.places.find(self.signs, bytes);
        self.plain = 0;
        self.rows.clear();
        self.odd.clear();
        let mut from = 0;
        for row in rows {
            let all = self.places.all();
            let plain = !row.quoted && all.get(from + self.width) == Some(&row.end);
            if plain {
                self.rows.push(Place::Plain(from));
                from += self.width;
            } else {
                from += all[from + 1..].iter().take_while(|place| **place < row.end).count() + 1;
                let place = self.cut_odd(*row, bytes);
                self.rows.push(place);
            }
        }
    }

    /// Cells that a row lacks are empty, cells beyond the header are passed over.
    fn cut_odd(&mut self, row: Row, bytes: &[u8]) -> Place {
        let line = &bytes[row.start as usize..row.end as usize];
        let cells: Vec<Span> = Cells::new(line, self.signs.separator).map(|cell| cell.moved(row.start)).collect();
        let cells = self.columns.map(|column| cells.get(column).copied().unwrap_or_default());
        self.odd.push(Odd { row, cells });
        Place::Odd(self.odd.len() - 1)
    }

    /// The number of rows at hand.
    pub fn rows(&self) -> u32 {
        if self.is_plain() { self.plain as u32 } else { self.rows.len() as u32 }
    }

    /// Whether none of the rows may be odd.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.rows.is_empty()
    }

    /// Where a row starts and ends.
    pub fn bounds(&self, row: u32) -> Range<usize> {
        let from = match self.rows.get(row as usize) {
            Some(Place::Odd(number)) => {
                let Row { start, end, .. } = self.odd[*number].row;
                return start as usize..end as usize;
            }
            Some(Place::Plain(from)) => *from,
            None => row as usize * self.width,
        };
        self.places.start(from) as usize..self.places.start(from + self.width) as usize - 1
    }

    /// The cell of a row; empty where there is no such column.
    #[inline(always)]
    pub fn cell<'a>(&self, bytes: &'a [u8], field: Field, row: u32) -> Cell<'a> {
        let column = self.columns[field as usize];
        let from = if self.is_plain() {
            row as usize * self.width
        } else {
            match self.rows[row as usize] {
                Place::Plain(from) => from,
                Place::Odd(number) => return self.odd[number].cells[field as usize].cell(bytes),
            }
        };
        let Some((start, behind)) = self.places.cell(from.saturating_add(column)) else {
            return Cell::new(bytes, 0, 0);
        };
        // The carriage return in front of a line end is no part of the last cell.
        let last = column + 1 == self.width;
        let returned = last && bytes.get((behind as usize).wrapping_sub(1)) == Some(&b'\r');
        Cell::new(bytes, start, behind - u32::from(returned))
    }
}
