//! The radiotap header in front of captured 802.11 frames. All numbers are little-endian.

use std::ops::Range;

use super::be32;

const LENGTH: Range<usize> = 2..4;
const PRESENT: Range<usize> = 4..8;
const HEADER: usize = 8;

/// A header whose length field fits the frame.
#[derive(Debug, Clone, Copy)]
pub struct Radiotap<'a>(&'a [u8]);

impl<'a> Radiotap<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let radiotap = Radiotap(bytes);
        let fits = bytes.len() >= HEADER && (HEADER..=bytes.len()).contains(&radiotap.length());
        fits.then_some(radiotap)
    }

    fn length(&self) -> usize {
        let length = &self.0[LENGTH];
        usize::from(u16::from_le_bytes([length[0], length[1]]))
    }

    /// Whether the 802.11 header is padded to four bytes (flag 0x20 of the flags field, where that is present).
    pub fn padded(&self) -> bool {
        let present = |at: usize| self.0.get(at..at + 4).map_or(0, |word| be32(word).swap_bytes());
        // Bit 31 says that another word of presence bits follows.
        let mut end = PRESENT.end;
        while present(end - 4) >> 31 == 1 && end < self.length() {
            end += 4;
        }
        let first = present(PRESENT.start);
        // Bit 0 is the 8-byte clock, aligned to 8; bit 1 the flags.
        let flags = if first & 1 == 1 { end.next_multiple_of(8) + 8 } else { end };
        first & 2 != 0 && flags < self.length() && self.0[flags] & 0x20 != 0
    }

    pub fn payload(&self) -> &'a [u8] {
        &self.0[self.length()..]
    }
}
