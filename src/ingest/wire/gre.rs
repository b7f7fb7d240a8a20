//! Generic routing encapsulation (RFC 2784, RFC 2890) and its PPTP variant (RFC 2637).

use std::ops::Range;

use super::be16;

const FLAGS: Range<usize> = 0..2;
const PROTOCOL: Range<usize> = 2..4;
const HEADER: usize = 4;

const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const ACKNOWLEDGED: u16 = 0x0080;

/// A header that is complete with its optional fields, version 0 or 1, without source routes.
#[derive(Debug, Clone, Copy)]
pub struct Gre<'a>(&'a [u8]);

impl<'a> Gre<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let gre = Gre(bytes);
        let fits =
            bytes.len() >= HEADER && gre.version() <= 1 && (gre.flags() & ROUTING == 0) && bytes.len() >= gre.header();
        fits.then_some(gre)
    }

    fn flags(&self) -> u16 {
        be16(&self.0[FLAGS])
    }

    /// 0, or 1 for PPTP.
    pub fn version(&self) -> u16 {
        self.flags() & 7
    }

    pub fn has_sequence(&self) -> bool {
        self.flags() & SEQUENCE != 0
    }

    fn header(&self) -> usize {
        let acknowledged = if self.version() == 1 { ACKNOWLEDGED } else { 0 };
        let optional = [CHECKSUM, KEY, SEQUENCE, acknowledged];
        HEADER + 4 * optional.iter().filter(|&&flag| self.flags() & flag != 0).count()
    }

    /// An EtherType.
    pub fn protocol(&self) -> u16 {
        be16(&self.0[PROTOCOL])
    }

    pub fn payload(&self) -> &'a [u8] {
        &self.0[self.header()..]
    }
}
