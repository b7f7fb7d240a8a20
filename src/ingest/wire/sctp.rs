//! The common header of SCTP (RFC 9260).

use std::ops::Range;

use super::be16;

const SOURCE: Range<usize> = 0..2;
const DESTINATION: Range<usize> = 2..4;
const HEADER: usize = 12;

/// A header that is long enough.
#[derive(Debug, Clone, Copy)]
pub struct Sctp<'a>(&'a [u8]);

impl<'a> Sctp<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= HEADER).then_some(Sctp(bytes))
    }

    pub fn source_port(&self) -> u16 {
        be16(&self.0[SOURCE])
    }

    pub fn destination_port(&self) -> u16 {
        be16(&self.0[DESTINATION])
    }

    pub fn payload(&self) -> &'a [u8] {
        &self.0[HEADER..]
    }
}
