//! The loopback header of BSD systems: an address family in either byte order.

use std::ops::Range;

use super::{be16, be32};

const FAMILY: Range<usize> = 0..4;

/// A header that is long enough.
#[derive(Debug, Clone, Copy)]
pub struct Null<'a>(&'a [u8]);

impl<'a> Null<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= FAMILY.end).then_some(Null(bytes))
    }

    /// The family as a small number: the writer's byte order is not recorded, but families are below 65,536.
    pub fn family(&self) -> u32 {
        let family = be32(&self.0[FAMILY]);
        if family > 0xffff { family.swap_bytes() } else { family }
    }

    /// 2 is IPv4 everywhere; IPv6 is 10, 24, 28 or 30, by system.
    pub fn is_ip(&self) -> bool {
        matches!(self.family(), 2 | 10 | 24 | 28 | 30)
    }

    /// The EtherType, where Cisco HDLC stands in place of a family: address 0x0f or 0x8f, control 0.
    pub fn hdlc(&self) -> Option<u16> {
        matches!(self.0[..2], [0x0f | 0x8f, 0]).then(|| be16(&self.0[2..4]))
    }

    pub fn payload(&self) -> &'a [u8] {
        &self.0[FAMILY.end..]
    }
}
