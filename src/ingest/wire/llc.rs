//! IEEE 802.2 LLC and its SNAP extension.

use std::ops::Range;

use super::{be16, be32};

const SERVICES: Range<usize> = 0..2;
const ORGANISATION: Range<usize> = 2..6;
const KIND: Range<usize> = 6..8;
const SNAP: usize = 8;
const PLAIN: usize = 3;

/// A header that is long enough for what it says it is.
#[derive(Debug, Clone, Copy)]
pub struct Llc<'a>(&'a [u8]);

impl<'a> Llc<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let needed = if bytes.starts_with(&[0xaa, 0xaa]) { SNAP } else { PLAIN };
        (bytes.len() >= needed).then_some(Llc(bytes))
    }

    /// The EtherType of a SNAP header or of IP straight on LLC; `None` for spanning tree and its like.
    pub fn kind(&self) -> Option<u16> {
        match be16(&self.0[SERVICES]) {
            // Control byte 3 and organisation 0 (RFC 1042) or 0x0000f8 (bridge tunnel).
            0xaaaa if matches!(be32(&self.0[ORGANISATION]), 0x0300_0000 | 0x0300_00f8) => Some(be16(&self.0[KIND])),
            0x0606 => Some(0x0800),
            _ => None,
        }
    }

    pub fn payload(&self) -> &'a [u8] {
        if be16(&self.0[SERVICES]) == 0xaaaa { &self.0[SNAP..] } else { &self.0[PLAIN..] }
    }
}
