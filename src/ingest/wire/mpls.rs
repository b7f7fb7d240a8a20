//! One entry of an MPLS label stack (RFC 3032).

use std::ops::Range;

use super::be32;

const ENTRY: Range<usize> = 0..4;

/// An entry that is long enough.
#[derive(Debug, Clone, Copy)]
pub struct Mpls<'a>(&'a [u8]);

impl<'a> Mpls<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= ENTRY.end).then_some(Mpls(bytes))
    }

    /// Whether what follows is no further label.
    pub fn bottom(&self) -> bool {
        be32(&self.0[ENTRY]) & 0x100 != 0
    }

    pub fn payload(&self) -> &'a [u8] {
        &self.0[ENTRY.end..]
    }
}
