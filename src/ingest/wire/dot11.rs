//! IEEE 802.11 frames.

use std::ops::Range;

use super::array;

const CONTROL: usize = 0;
const FLAGS: usize = 1;
const FIRST: Range<usize> = 4..10;
const SECOND: Range<usize> = 10..16;
const THIRD: Range<usize> = 16..22;
const FOURTH: Range<usize> = 24..30;
const HEADER: usize = 24;

/// A data frame, complete up to its payload.
#[derive(Debug, Clone, Copy)]
pub struct Dot11<'a>(&'a [u8]);

impl<'a> Dot11<'a> {
    /// `None` for a frame that is too short and for management and control frames.
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let frame = Dot11(bytes);
        let is_data = bytes.len() >= HEADER && bytes[CONTROL] & 0x0f == 0x08;
        (is_data && bytes.len() >= frame.header()).then_some(frame)
    }

    /// Bit 0: to the distribution system; bit 1: from it.
    fn ends_in_system(&self) -> u8 {
        self.0[FLAGS] & 3
    }

    fn has_quality(&self) -> bool {
        self.0[CONTROL] & 0x80 != 0
    }

    fn header(&self) -> usize {
        let fourth = if self.ends_in_system() == 3 { 6 } else { 0 };
        // The order bit of a quality-of-service frame announces four bytes of HT control.
        let throughput = if self.0[FLAGS] & 0x80 != 0 { 4 } else { 0 };
        HEADER + fourth + if self.has_quality() { 2 + throughput } else { 0 }
    }

    /// Whether the payload is encrypted.
    pub fn protected(&self) -> bool {
        self.0[FLAGS] & 0x40 != 0
    }

    /// Whether there is no payload: "null" frames only signal power saving.
    pub fn is_null(&self) -> bool {
        self.0[CONTROL] & 0x40 != 0
    }

    /// Whether the payload is several frames in one (A-MSDU).
    pub fn is_aggregate(&self) -> bool {
        self.has_quality() && self.0[if self.ends_in_system() == 3 { 30 } else { HEADER }] & 0x80 != 0
    }

    pub fn source(&self) -> [u8; 6] {
        match self.ends_in_system() {
            0 | 1 => array(&self.0[SECOND]),
            2 => array(&self.0[THIRD]),
            _ => array(&self.0[FOURTH]),
        }
    }

    pub fn destination(&self) -> [u8; 6] {
        match self.ends_in_system() {
            0 | 2 => array(&self.0[FIRST]),
            _ => array(&self.0[THIRD]),
        }
    }

    /// What follows the header, which some drivers pad to a multiple of four.
    pub fn payload(&self, padded: bool) -> &'a [u8] {
        let header = if padded { self.header().next_multiple_of(4) } else { self.header() };
        &self.0[header.min(self.0.len())..]
    }
}
