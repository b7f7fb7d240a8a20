//! The 802.1Q tag behind an EtherType of 0x8100, 0x88a8 or 0x9100.

use std::ops::Range;

use super::be16;

const KIND: Range<usize> = 2..4;
const HEADER: usize = 4;

/// A tag that is long enough.
#[derive(Debug, Clone, Copy)]
pub struct Vlan<'a>(&'a [u8]);

impl<'a> Vlan<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= HEADER).then_some(Vlan(bytes))
    }

    pub fn kind(&self) -> u16 {
        be16(&self.0[KIND])
    }

    pub fn payload(&self) -> &'a [u8] {
        &self.0[HEADER..]
    }
}
