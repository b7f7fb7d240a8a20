//! UDP (RFC 768).

use std::ops::Range;

use super::be16;

const SOURCE: Range<usize> = 0..2;
const DESTINATION: Range<usize> = 2..4;
const HEADER: usize = 8;

/// A header that is long enough.
#[derive(Debug, Clone, Copy)]
pub struct Udp<'a>(&'a [u8]);

impl<'a> Udp<'a> {
    #[inline]
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= HEADER).then_some(Udp(bytes))
    }

    #[inline]
    pub fn source_port(&self) -> u16 {
        be16(&self.0[SOURCE])
    }

    #[inline]
    pub fn destination_port(&self) -> u16 {
        be16(&self.0[DESTINATION])
    }

    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        &self.0[HEADER..]
    }
}
