//! Columns as bytes, so that one worker can hand them to another. The bytes are those of this machine: they are for
//! moving, not for keeping.

use std::borrow::Cow;
use std::ops::Range;

use bytemuck::Pod;
use serde::{Deserialize, Serialize};

use super::column::Column;
use super::record::ConnState;
use super::traffic::AddressId;

/// A column's rows as bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Packed<'a> {
    #[serde(borrow, with = "serde_bytes")]
    values: Cow<'a, [u8]>,
    /// As in `Column`: a bit for each row, or nothing.
    #[serde(borrow, with = "serde_bytes")]
    present: Cow<'a, [u8]>,
    pub rows: usize,
    filled: usize,
}

/// What a column holds: something that a plain number stands for.
pub trait Value: Copy + Default {
    type Plain: Pod;
    fn of(plain: Self::Plain) -> Self;
    /// Values as bytes.
    fn bytes(values: &[Self]) -> Cow<'_, [u8]>;
}

macro_rules! plain_values {
    ($($kind:ty),*) => {$(
        impl Value for $kind {
            type Plain = Self;
            fn of(plain: Self) -> Self {
                plain
            }
            fn bytes(values: &[Self]) -> Cow<'_, [u8]> {
                bytemuck::cast_slice(values).into()
            }
        }
    )*};
}
plain_values!(u8, u16, u64, f64, [u8; 2], [u8; 6], [u64; 2]);

impl Value for AddressId {
    type Plain = u32;
    fn of(plain: u32) -> Self {
        AddressId(plain)
    }
    fn bytes(values: &[Self]) -> Cow<'_, [u8]> {
        let numbers: Vec<u32> = values.iter().map(|id| id.0).collect();
        bytemuck::cast_slice(&numbers).to_vec().into()
    }
}

impl Value for ConnState {
    type Plain = u8;
    fn of(plain: u8) -> Self {
        ConnState::ALL.get(usize::from(plain)).copied().unwrap_or_default()
    }
    fn bytes(values: &[Self]) -> Cow<'_, [u8]> {
        values.iter().map(|state| *state as u8).collect()
    }
}

/// The values that some bytes stand for.
pub fn values_of<T: Value>(bytes: &[u8]) -> impl ExactSizeIterator<Item = T> + '_ {
    bytes.chunks_exact(size_of::<T::Plain>()).map(|value| T::of(bytemuck::pod_read_unaligned(value)))
}

impl<'a> Packed<'a> {
    pub fn of<T: Value>(column: &'a Column<T>) -> Self {
        let (values, present) = column.parts();
        Packed { values: T::bytes(values), present: u64::bytes(present), rows: column.len(), filled: column.filled() }
    }

    /// The column again.
    pub fn unpack<T: Value>(&self) -> Column<T> {
        Column::from_parts(
            values_of(&self.values).collect(),
            values_of(&self.present).collect(),
            self.rows,
            self.filled,
        )
    }

    /// The values one after the other, where every row has one.
    fn full<T: Value>(&self) -> Option<impl ExactSizeIterator<Item = T> + '_> {
        (self.filled == self.rows).then(|| values_of(&self.values))
    }
}

/// What can be done with a column whatever it holds.
pub trait AnyColumn {
    /// Appends rows without a value up to `rows` rows in all.
    fn level(&mut self, rows: usize);
    /// Puts blocks of rows, which are all rows, in another order.
    fn arrange(&mut self, blocks: &[Range<usize>]);
    /// Makes room for `rows` rows in all, where there is any value.
    fn reserve(&mut self, rows: usize);
    fn pack(&self) -> Packed<'_>;
    /// Appends the rows of a packed column of the same kind.
    fn append(&mut self, packed: &Packed<'_>);
}

impl<T: Value> Column<T> {
    /// Appends the rows of a packed column, each value changed by `change`, which may find that there is none.
    pub fn append_with(&mut self, packed: &Packed<'_>, change: impl Fn(T) -> Option<T>) {
        let rows = self.len() + packed.rows;
        match packed.full::<T>() {
            _ if packed.filled == 0 => self.level(rows),
            Some(values) => self.extend(values.map(change)),
            None => packed.unpack::<T>().iter().for_each(|value| self.push(value.and_then(&change))),
        }
    }
}

impl<T: Value> AnyColumn for Column<T> {
    fn level(&mut self, rows: usize) {
        Column::level(self, rows);
    }

    fn arrange(&mut self, blocks: &[Range<usize>]) {
        Column::arrange(self, blocks);
    }

    fn reserve(&mut self, rows: usize) {
        Column::reserve(self, rows);
    }

    fn pack(&self) -> Packed<'_> {
        Packed::of(self)
    }

    fn append(&mut self, packed: &Packed<'_>) {
        match packed.full::<T>() {
            Some(values) => self.extend_full(values),
            None => self.append_with(packed, Some),
        }
    }
}
