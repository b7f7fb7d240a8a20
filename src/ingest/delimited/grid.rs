//! The cells of some rows, by field: what the typed columns are read from.

use crate::ingest::text::cell::Cell;
use crate::ingest::text::signs::places_of;

use super::aliases::{FIELDS, Field};
use super::cells::{Cells, Span};
use super::lines::{Block, Row};

/// No column, in `Grid::columns`.
const NONE: usize = usize::MAX;

/// Finds the cells of rows. Those of a plain row, which has no quotes and as many cells as the header, lie between signs
/// whose places are found for a whole block at once. An odd row is cut cell by cell.
#[derive(Debug)]
pub struct Grid {
    /// The delimiter and the line end.
    signs: [u8; 2],
    /// The number of cells in the header.
    width: usize,
    /// The column of each field.
    columns: [usize; FIELDS],
    /// The places of all signs; before them, that of a line end in front of the block.
    borders: Vec<u32>,
    rows: Vec<Place>,
    odd: Vec<[Span; FIELDS]>,
}

/// Where the cells of a row are.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// The sign in front of its first cell, by its number in `borders`; a sign stands behind each of its cells.
    Plain(usize),
    /// In `odd`.
    Odd(usize),
}

impl Grid {
    /// `columns` gives the column of each field's slot, of `width` columns in all.
    pub fn new(signs: [u8; 2], width: usize, columns: impl Fn(usize) -> Option<usize>) -> Self {
        let columns = std::array::from_fn(|slot| columns(slot).unwrap_or(NONE));
        Grid { signs, width, columns, borders: Vec::new(), rows: Vec::new(), odd: Vec::new() }
    }

    /// Cuts the rows of a block, in place of those cut before.
    pub fn cut(&mut self, block: &Block<'_>) {
        // One more than this is 0, where the block begins.
        const BEFORE: u32 = u32::MAX;
        self.borders.clear();
        self.borders.push(BEFORE);
        places_of(self.signs, block.bytes, &mut self.borders);
        self.rows.clear();
        self.odd.clear();
        let mut from = 0;
        for row in block.rows {
            let plain = !row.quoted && self.borders.get(from + self.width) == Some(&row.end);
            let place = if plain { Place::Plain(from) } else { self.cut_odd(row, block) };
            self.rows.push(place);
            if plain {
                from += self.width;
            } else {
                from += self.borders[from + 1..].iter().take_while(|border| **border < row.end).count() + 1;
            }
        }
    }

    /// Cells that a row lacks are empty, cells beyond the header are passed over.
    fn cut_odd(&mut self, row: &Row, block: &Block<'_>) -> Place {
        let cells: Vec<Span> = Cells::new(block.of(row), self.signs[0]).map(|cell| cell.moved(row.start)).collect();
        self.odd.push(self.columns.map(|column| cells.get(column).copied().unwrap_or_default()));
        Place::Odd(self.odd.len() - 1)
    }

    /// The cell of a row of the block whose bytes these are; empty where there is no such column.
    #[inline(always)]
    pub fn cell<'a>(&self, bytes: &'a [u8], field: Field, row: u32) -> Cell<'a> {
        let column = self.columns[field as usize];
        let from = if self.odd.is_empty() {
            row as usize * self.width
        } else {
            match self.rows[row as usize] {
                Place::Plain(from) => from,
                Place::Odd(number) => return self.odd[number][field as usize].cell(bytes),
            }
        };
        match self.borders.get(from.saturating_add(column)..) {
            Some([before, behind, ..]) => {
                // The carriage return in front of a line end is no part of the last cell.
                let last = column + 1 == self.width;
                let returned = last && bytes.get((*behind as usize).wrapping_sub(1)) == Some(&b'\r');
                Cell::new(bytes, before.wrapping_add(1), *behind - u32::from(returned))
            }
            _ => Cell::new(bytes, 0, 0),
        }
    }
}
