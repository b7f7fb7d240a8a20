//! PPP over Ethernet (RFC 2516).

use std::ops::Range;

use super::be16;

const VERSION: usize = 0;
const CODE: usize = 1;
const LENGTH: Range<usize> = 4..6;
const HEADER: usize = 6;

/// A session packet of version 1, type 1.
#[derive(Debug, Clone, Copy)]
pub struct Pppoe<'a>(&'a [u8]);

impl<'a> Pppoe<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= HEADER && bytes[VERSION] == 0x11).then_some(Pppoe(bytes))
    }

    /// 0 for session data; everything else is discovery.
    pub fn code(&self) -> u8 {
        self.0[CODE]
    }

    /// The PPP frame, without the padding behind it.
    pub fn payload(&self) -> &'a [u8] {
        let body = &self.0[HEADER..];
        let length = usize::from(be16(&self.0[LENGTH]));
        &body[..length.min(body.len())]
    }
}
