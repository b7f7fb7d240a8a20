//! Linux "cooked" capture, version 1.

use std::ops::Range;

use super::{array, be16};

const HARDWARE: Range<usize> = 2..4;
const ADDRESS_LENGTH: Range<usize> = 4..6;
const ADDRESS: Range<usize> = 6..12;
const PROTOCOL: Range<usize> = 14..16;
const HEADER: usize = 16;

/// A header that is long enough.
#[derive(Debug, Clone, Copy)]
pub struct Sll<'a>(&'a [u8]);

impl<'a> Sll<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= HEADER).then_some(Sll(bytes))
    }

    /// The ARPHRD type of the interface.
    pub fn hardware(&self) -> u16 {
        be16(&self.0[HARDWARE])
    }

    /// The sender's MAC address, where the link has such addresses.
    pub fn source(&self) -> Option<[u8; 6]> {
        (be16(&self.0[ADDRESS_LENGTH]) == 6).then(|| array(&self.0[ADDRESS]))
    }

    /// An EtherType, or 4 for 802.2 frames.
    pub fn protocol(&self) -> u16 {
        be16(&self.0[PROTOCOL])
    }

    pub fn payload(&self) -> &'a [u8] {
        &self.0[HEADER..]
    }
}
