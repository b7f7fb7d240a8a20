//! VXLAN (RFC 7348): an Ethernet frame in UDP.

const FLAGS: usize = 0;
const RESERVED: usize = 3;
const HEADER: usize = 8;

/// A header with a valid network identifier.
#[derive(Debug, Clone, Copy)]
pub struct Vxlan<'a>(&'a [u8]);

impl<'a> Vxlan<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let fits = bytes.len() >= HEADER && bytes[FLAGS] & 0x08 != 0 && bytes[RESERVED] == 0;
        fits.then_some(Vxlan(bytes))
    }

    pub fn payload(&self) -> &'a [u8] {
        &self.0[HEADER..]
    }
}
