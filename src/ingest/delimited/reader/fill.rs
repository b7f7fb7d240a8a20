//! The columns of a block's flows: times, volumes, states and labels.

use crate::ingest::text::cell::Cell;
use crate::ingest::text::states::state;
use crate::ingest::text::times::{Clock, Unit};
use crate::model::column::Column;
use crate::model::traffic::Traffic;

use super::super::aliases::Field;
use super::{Block, Rows, value};

/// A label or a name longer than this is none; it also bounds what the table must hold.
const MAX_TEXT: usize = 200;

impl Rows {
    /// Fills a column of the block's flows from a field; a column the file has not is left to `Traffic::level`.
    #[inline]
    pub fn fill<T: Copy + Default>(
        &mut self,
        block: &Block<'_>,
        field: Field,
        column: &mut Column<T>,
        mut read: impl FnMut(&mut Clock, Cell<'_>) -> Option<T>,
    ) {
        if self.columns.has(field) {
            let (clock, unreadable) = (&mut self.clock, &mut self.tally.unreadable[field as usize]);
            let cells = self.kept.iter().map(|&row| block.cell(field, row));
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

    pub fn times(&mut self, block: &Block<'_>, traffic: &mut Traffic) {
        let [unit, start, end] = [Field::Duration, Field::Start, Field::End].map(|field| self.columns.unit(field));
        if !self.columns.has(Field::End) {
            self.fill(block, Field::Duration, &mut traffic.duration, |_, cell| cell.duration(unit));
            return self.fill(block, Field::Start, &mut traffic.start, |clock, cell| cell.time(start, clock));
        }
        self.each_row(|rows, row| {
            let told = rows.read(block, Field::Duration, row, |cell| cell.duration(unit));
            let start = rows.moment(block, Field::Start, row, start);
            let lasted = told.or_else(|| {
                let end = rows.moment(block, Field::End, row, end);
                end.zip(start).map(|(end, start)| end - start).filter(|length| *length >= 0.0)
            });
            traffic.start.push(start);
            traffic.duration.push(lasted);
        });
    }

    fn moment(&mut self, block: &Block<'_>, field: Field, row: u32, unit: Unit) -> Option<f64> {
        let cell = block.cell(field, row);
        value(cell, &mut self.tally.unreadable[field as usize], |cell| cell.time(unit, &mut self.clock))
    }

    pub fn volume(&mut self, block: &Block<'_>, traffic: &mut Traffic) {
        use Field::{BytesReceived, BytesSent, BytesTotal, PacketsReceived, PacketsSent, PacketsTotal};
        let columns = (&mut traffic.bytes_sent, &mut traffic.bytes_received);
        self.both_ways(block, [BytesSent, BytesReceived, BytesTotal], columns);
        let columns = (&mut traffic.packets_sent, &mut traffic.packets_received);
        self.both_ways(block, [PacketsSent, PacketsReceived, PacketsTotal], columns);
    }

    /// What was sent and what was received; from a total and one of the two, the other. A total alone is sent.
    fn both_ways(
        &mut self,
        block: &Block<'_>,
        [sent, received, total]: [Field; 3],
        columns: (&mut Column<u64>, &mut Column<u64>),
    ) {
        let [has_sent, has_received, has_total] = [sent, received, total].map(|field| self.columns.has(field));
        if !has_total {
            self.fill(block, sent, columns.0, |_, cell| cell.count());
            return self.fill(block, received, columns.1, |_, cell| cell.count());
        }
        if !has_sent && !has_received {
            return self.fill(block, total, columns.0, |_, cell| cell.count());
        }
        self.each_row(|rows, row| {
            let there = rows.read(block, sent, row, |cell| cell.count());
            let back = rows.read(block, received, row, |cell| cell.count());
            let all = if there.is_some() && back.is_some() {
                None
            } else {
                rows.read(block, total, row, |cell| cell.count())
            };
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

    pub fn states(&mut self, block: &Block<'_>, traffic: &mut Traffic) {
        if self.columns.has(Field::State) {
            self.each_row(|rows, row| {
                traffic.state.push(rows.read(block, Field::State, row, |cell| state(cell.trimmed())).flatten())
            });
        }
    }

    /// Gives each of the block's flows its short text: a label, an identity.
    pub fn texts(&mut self, block: &Block<'_>, field: Field, mut push: impl FnMut(Option<&str>)) {
        if self.columns.has(field) {
            self.each_row(|rows, row| {
                let cell = block.cell(field, row).trimmed();
                let text = std::str::from_utf8(cell).ok().filter(|text| text.len() <= MAX_TEXT);
                rows.tally.unreadable[field as usize] += u64::from(text.is_none());
                push(text.filter(|text| !text.is_empty()));
            });
        }
    }
}
