//! A column of the traffic table in which any row may have no value.

use std::fmt;
use std::ops::Range;

/// Values of one kind, one per row; a column nobody filled costs nothing.
#[derive(Clone, Default)]
pub struct Column<T> {
    values: Vec<T>,
    /// One bit per row, set where it has a value. Empty as long as every row has one, or none has.
    present: Vec<u64>,
    rows: usize,
    filled: usize,
}

impl<T: Copy + Default> Column<T> {
    /// Appends one row. Storage starts with the first value, and the rows before it are missing.
    #[inline]
    pub fn push(&mut self, value: Option<T>) {
        match value {
            Some(value) if self.filled == self.rows => {
                self.values.push(value);
                self.filled += 1;
            }
            None if self.filled == 0 => {}
            _ => self.push_sparse(value),
        }
        self.rows += 1;
    }

    /// Appends to a column of which some rows have a value and some have not, or will not with this one.
    fn push_sparse(&mut self, value: Option<T>) {
        if self.present.is_empty() {
            self.present = vec![0; self.rows / 64 + 1];
            (0..self.filled).for_each(|row| self.present[row / 64] |= 1 << (row % 64));
        }
        if let Some(value) = value {
            self.values.resize(self.rows, T::default());
            self.values.push(value);
            self.present.resize(self.rows / 64 + 1, 0);
            self.present[self.rows / 64] |= 1 << (self.rows % 64);
            self.filled += 1;
        }
    }

    /// The value in `row`, or `None` where the input gave none or there is no such row.
    #[inline]
    pub fn get(&self, row: usize) -> Option<T> {
        if self.filled == self.rows {
            return self.values.get(row).copied();
        }
        let word = self.present.get(row / 64)?;
        if word >> (row % 64) & 1 == 1 { self.values.get(row).copied() } else { None }
    }

    /// The number of rows, with or without a value.
    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The number of rows that have a value.
    pub fn filled(&self) -> usize {
        self.filled
    }

    /// True where no row has a value: the input has no such column.
    pub fn is_absent(&self) -> bool {
        self.filled == 0
    }

    /// The value of each row in turn.
    pub fn iter(&self) -> impl Iterator<Item = Option<T>> + '_ {
        (0..self.rows).map(|row| self.get(row))
    }

    /// Puts blocks of rows, which are all rows, in another order.
    pub fn arrange(&mut self, blocks: &[Range<usize>]) {
        if self.is_absent() {
            return;
        }
        let mut arranged = Column::default();
        for row in blocks.iter().cloned().flatten() {
            arranged.push(self.get(row));
        }
        *self = arranged;
    }

    /// Puts another value in place of each.
    pub fn replace(&mut self, value: impl Fn(T) -> T) {
        let full = self.filled == self.rows;
        for (row, old) in self.values.iter_mut().enumerate() {
            if full || self.present.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1) {
                *old = value(*old);
            }
        }
    }

    /// Appends rows: as if each was pushed, but several times as fast.
    pub fn extend(&mut self, values: impl ExactSizeIterator<Item = Option<T>>) {
        if self.is_absent() && self.rows > 0 {
            return values.for_each(|value| self.push(value));
        }
        let (start, full) = (self.rows, self.filled == self.rows);
        let mut missing = Vec::new();
        self.values.resize(start + values.len(), T::default());
        for ((row, place), value) in (start..).zip(&mut self.values[start..]).zip(values) {
            match value {
                Some(value) => *place = value,
                None => missing.push(row),
            }
        }
        self.rows = self.values.len();
        self.filled += self.rows - start - missing.len();
        if self.is_absent() {
            self.values = Vec::new();
        } else if !full || !missing.is_empty() {
            if full {
                // The bits of the rows before, of which every one has a value, and no further ones.
                self.present = vec![u64::MAX; start / 64];
                self.present.push((1 << (start % 64)) - 1);
            }
            // Rows without a value that were pushed last may have no word yet.
            self.present.resize(self.rows.div_ceil(64), 0);
            (start..self.rows).for_each(|row| self.present[row / 64] |= 1 << (row % 64));
            missing.into_iter().for_each(|row| self.present[row / 64] &= !(1 << (row % 64)));
        }
    }

    /// Appends rows that all have a value.
    pub fn extend_full(&mut self, values: impl ExactSizeIterator<Item = T>) {
        if self.filled < self.rows {
            return self.extend(values.map(Some));
        }
        self.rows += values.len();
        self.filled += values.len();
        self.values.extend(values);
    }

    /// The values and the bits of the rows that have one, as they are stored.
    pub fn parts(&self) -> (&[T], &[u64]) {
        (&self.values, &self.present)
    }

    /// A column from what `parts` gave. Rows that the parts do not hold have no value.
    pub fn from_parts(values: Vec<T>, present: Vec<u64>, rows: usize, filled: usize) -> Self {
        let whole = if filled == rows { values.len() == rows } else { filled == 0 || values.len() <= rows };
        if whole { Column { values, present, rows, filled } } else { Column { rows, ..Column::default() } }
    }

    /// Appends rows without a value up to `rows` rows in all.
    pub fn level(&mut self, rows: usize) {
        if self.filled == 0 {
            self.rows = self.rows.max(rows);
        }
        (self.rows..rows).for_each(|_| self.push(None));
    }

    /// Makes room for `rows` rows in all, where there is any value.
    pub fn reserve(&mut self, rows: usize) {
        if !self.is_absent() {
            self.values.reserve_exact(rows.saturating_sub(self.values.len()));
        }
    }
}

/// The value of each row: how they are stored depends on how they came.
impl<T: Copy + Default + fmt::Debug> fmt::Debug for Column<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_before_between_and_after_are_missing() {
        let mut column = Column::default();
        for row in 0..200u16 {
            column.push((row % 3 == 1 && row < 150).then_some(row));
        }
        assert_eq!(column.len(), 200);
        assert_eq!(column.filled(), 50);
        for row in 0..200u16 {
            let expected = (row % 3 == 1 && row < 150).then_some(row);
            assert_eq!(column.get(row.into()), expected, "row {row}");
        }
        assert_eq!(column.get(200), None);
    }

    #[test]
    fn a_full_column_stays_right_when_a_row_goes_missing() {
        let mut column = Column::default();
        let value = |row: u16| (row != 130 && row != 140).then_some(row);
        for row in 0..200u16 {
            column.push(value(row));
            assert_eq!(
                (0..=row).map(|row| column.get(row.into())).rposition(|v| v.is_none()),
                match row {
                    0..130 => None,
                    130..140 => Some(130),
                    _ => Some(140),
                }
            );
        }
        assert_eq!(column.iter().collect::<Vec<_>>(), (0..200).map(value).collect::<Vec<_>>());
    }

    #[test]
    fn missing_rows_stay_missing_when_more_are_appended() {
        // A word's worth of rows without a value between a push and an extension.
        let mut column = Column::<u16>::default();
        [None, Some(1)].into_iter().chain([None; 100]).for_each(|value| column.push(value));
        column.extend([Some(2)].into_iter());
        assert_eq!((column.get(1), column.get(80), column.get(102)), (Some(1), None, Some(2)));
        // A row without a value between an extension and a push.
        let mut column = Column::<u16>::default();
        column.extend([Some(1), None].into_iter());
        [None, Some(2)].into_iter().for_each(|value| column.push(value));
        assert_eq!(column.iter().collect::<Vec<_>>(), [Some(1), None, None, Some(2)]);
    }

    proptest::proptest! {
        #[test]
        fn rows_appended_together_are_as_if_pushed(
            blocks in proptest::collection::vec(
                proptest::collection::vec(proptest::option::weighted(0.8, 0u16..9), 0..150), 0..6),
            kinds in proptest::collection::vec(0..3, 6),
        ) {
            let (mut pushed, mut extended) = (Column::default(), Column::default());
            for (block, kind) in blocks.into_iter().zip(kinds) {
                // Blocks that are full and blocks that are empty, too.
                let value = |value: Option<u16>| match kind {
                    0 => value,
                    1 => Some(value.unwrap_or(1)),
                    _ => None,
                };
                let block: Vec<_> = block.into_iter().map(value).collect();
                block.iter().for_each(|value| pushed.push(*value));
                match block.iter().copied().collect::<Option<Vec<u16>>>() {
                    Some(full) if full.len() % 2 == 0 => extended.extend_full(full.into_iter()),
                    _ => extended.extend(block.into_iter()),
                }
            }
            proptest::prop_assert_eq!((pushed.len(), pushed.filled()), (extended.len(), extended.filled()));
            proptest::prop_assert!(pushed.iter().eq(extended.iter()));
            pushed.push(Some(7));
            extended.push(Some(7));
            proptest::prop_assert!(pushed.iter().eq(extended.iter()));
        }
    }

    #[test]
    fn a_column_without_values_stores_none() {
        let mut column = Column::<u64>::default();
        (0..1000).for_each(|_| column.push(None));
        assert!(column.is_absent());
        assert_eq!(column.values.capacity(), 0);
    }
}
