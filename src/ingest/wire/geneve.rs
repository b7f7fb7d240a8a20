//! GENEVE (RFC 8926): a frame or packet in UDP.

use std::ops::Range;

use super::be16;

const VERSION: usize = 0;
const PROTOCOL: Range<usize> = 2..4;
const HEADER: usize = 8;

/// A header of version 0, complete with its options.
#[derive(Debug, Clone, Copy)]
pub struct Geneve<'a>(&'a [u8]);

impl<'a> Geneve<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let geneve = Geneve(bytes);
        (bytes.len() >= HEADER && bytes[VERSION] >> 6 == 0 && bytes.len() >= geneve.header()).then_some(geneve)
    }

    fn header(&self) -> usize {
        HEADER + usize::from(self.0[VERSION] & 0x3f) * 4
    }

    /// An EtherType.
    pub fn protocol(&self) -> u16 {
        be16(&self.0[PROTOCOL])
    }

    pub fn payload(&self) -> &'a [u8] {
        &self.0[self.header()..]
    }
}
