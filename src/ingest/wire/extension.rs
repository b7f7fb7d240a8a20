//! The extension headers between IPv6 and the transport.

use std::ops::Range;

use super::{be16, be32};

const NEXT: usize = 0;
const LENGTH: usize = 1;
const FRAGMENT: Range<usize> = 2..4;
const FRAGMENT_ID: Range<usize> = 4..8;
const SMALLEST: usize = 8;

const FRAGMENT_HEADER: u8 = 44;
const AUTHENTICATION: u8 = 51;

/// One extension header, complete.
#[derive(Debug, Clone, Copy)]
pub struct Extension<'a> {
    kind: u8,
    bytes: &'a [u8],
}

impl<'a> Extension<'a> {
    /// Whether a "next header" number is one of an extension that can be stepped over.
    pub fn is(kind: u8) -> bool {
        // Hop-by-hop, routing, fragment, authentication, destination, mobility, HIP, shim6.
        matches!(kind, 0 | 43 | FRAGMENT_HEADER | AUTHENTICATION | 60 | 135 | 139 | 140)
    }

    pub fn check(kind: u8, bytes: &'a [u8]) -> Option<Self> {
        let extension = Extension { kind, bytes };
        (bytes.len() >= SMALLEST && bytes.len() >= extension.length()).then_some(extension)
    }

    /// Bytes of this header.
    pub fn length(&self) -> usize {
        let units = usize::from(self.bytes[LENGTH]);
        match self.kind {
            FRAGMENT_HEADER => SMALLEST,
            // Counted in units of four bytes less two (RFC 4302), at least the smallest header.
            AUTHENTICATION => ((units + 2) * 4).max(SMALLEST),
            _ => (units + 1) * 8,
        }
    }

    pub fn next(&self) -> u8 {
        self.bytes[NEXT]
    }

    /// Identification, offset in bytes and "more follow", where this is a fragment header.
    pub fn fragment(&self) -> Option<(u32, usize, bool)> {
        let field = be16(&self.bytes[FRAGMENT]);
        let id = be32(&self.bytes[FRAGMENT_ID]);
        (self.kind == FRAGMENT_HEADER).then_some((id, usize::from(field & 0xfff8), field & 1 == 1))
    }

    pub fn payload(&self) -> &'a [u8] {
        &self.bytes[self.length()..]
    }
}
