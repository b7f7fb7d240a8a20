//! TCP (RFC 9293).

use std::ops::Range;

use super::{be16, be32};

const SOURCE: Range<usize> = 0..2;
const DESTINATION: Range<usize> = 2..4;
const SEQUENCE: Range<usize> = 4..8;
const OFFSET: usize = 12;
const FLAGS: usize = 13;
const WINDOW: Range<usize> = 14..16;
const HEADER: usize = 20;

pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const ACK: u8 = 16;

/// A fixed header that is long enough. Its options may be cut off.
#[derive(Debug, Clone, Copy)]
pub struct Tcp<'a>(&'a [u8]);

impl<'a> Tcp<'a> {
    #[inline]
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= HEADER && bytes[OFFSET] >> 4 >= 5).then_some(Tcp(bytes))
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
    pub fn sequence(&self) -> u32 {
        be32(&self.0[SEQUENCE])
    }

    #[inline]
    pub fn flags(&self) -> u8 {
        self.0[FLAGS]
    }

    #[inline]
    pub fn window(&self) -> u16 {
        be16(&self.0[WINDOW])
    }

    /// Bytes of the header with its options, 20..60.
    #[inline]
    pub fn header(&self) -> usize {
        usize::from(self.0[OFFSET] >> 4) * 4
    }

    /// Which options stand in it: bit n for kind n below 32.
    pub fn options(&self) -> u32 {
        let mut rest = &self.0[HEADER..self.header().min(self.0.len())];
        let mut seen = 0;
        while let [kind, tail @ ..] = rest {
            seen |= if *kind < 32 { 1 << kind } else { 0 };
            // Kind 0 ends the list, kind 1 is one byte of padding, the others carry their length.
            rest = match (kind, tail) {
                (0, _) | (2.., []) => break,
                (1, _) => tail,
                (_, [length, ..]) => rest.get(usize::from(*length).max(2)..).unwrap_or_default(),
            };
        }
        seen
    }

    /// The captured data.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        &self.0[self.header().min(self.0.len())..]
    }
}
