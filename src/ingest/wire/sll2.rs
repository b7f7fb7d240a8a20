//! Linux "cooked" capture, version 2.

use std::ops::Range;

use super::{array, be16};

const PROTOCOL: Range<usize> = 0..2;
const HARDWARE: Range<usize> = 8..10;
const ADDRESS_LENGTH: usize = 11;
const ADDRESS: Range<usize> = 12..18;
const HEADER: usize = 20;

/// A header that is long enough.
#[derive(Debug, Clone, Copy)]
pub struct Sll2<'a>(&'a [u8]);

impl<'a> Sll2<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= HEADER).then_some(Sll2(bytes))
    }

    /// An EtherType, or 4 for 802.2 frames.
    pub fn protocol(&self) -> u16 {
        be16(&self.0[PROTOCOL])
    }

    /// The ARPHRD type of the interface.
    pub fn hardware(&self) -> u16 {
        be16(&self.0[HARDWARE])
    }

    /// The sender's MAC address, where the link has such addresses.
    pub fn source(&self) -> Option<[u8; 6]> {
        (self.0[ADDRESS_LENGTH] == 6).then(|| array(&self.0[ADDRESS]))
    }

    pub fn payload(&self) -> &'a [u8] {
        &self.0[HEADER..]
    }
}
