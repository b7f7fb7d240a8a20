//! Ethernet II and IEEE 802.3 frames.

use std::ops::Range;

use super::{array, be16};

const DESTINATION: Range<usize> = 0..6;
const SOURCE: Range<usize> = 6..12;
const KIND: Range<usize> = 12..14;
const HEADER: usize = 14;

/// The EtherType of IPv4.
pub const IPV4: u16 = 0x0800;

/// A frame that is long enough.
#[derive(Debug, Clone, Copy)]
pub struct Ethernet<'a>(&'a [u8]);

impl<'a> Ethernet<'a> {
    #[inline]
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= HEADER).then_some(Ethernet(bytes))
    }

    #[inline]
    pub fn destination(&self) -> [u8; 6] {
        array(&self.0[DESTINATION])
    }

    #[inline]
    pub fn source(&self) -> [u8; 6] {
        array(&self.0[SOURCE])
    }

    /// An EtherType, or below 1,536 the length of an 802.3 frame.
    #[inline]
    pub fn kind(&self) -> u16 {
        be16(&self.0[KIND])
    }

    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        &self.0[HEADER..]
    }
}
