//! ICMP and ICMPv6 (RFC 792, RFC 4443): both begin alike.

use std::ops::Range;

use super::ip::Ip;
use super::{array, be32};

const KIND: usize = 0;
const CODE: usize = 1;
const GATEWAY: Range<usize> = 4..8;
const HEADER: usize = 8;
const TARGET: Range<usize> = 8..24;
const REDIRECT_V6: usize = 40;

/// A message that is long enough.
#[derive(Debug, Clone, Copy)]
pub struct Icmp<'a>(&'a [u8]);

impl<'a> Icmp<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= HEADER).then_some(Icmp(bytes))
    }

    pub fn kind(&self) -> u8 {
        self.0[KIND]
    }

    pub fn code(&self) -> u8 {
        self.0[CODE]
    }

    /// Of an ICMPv4 redirect: the better gateway.
    pub fn gateway(&self) -> Ip {
        Ip::v4(be32(&self.0[GATEWAY]))
    }

    /// Of an ICMPv6 redirect: the better first hop.
    pub fn target_v6(&self) -> Option<Ip> {
        (self.0.len() >= REDIRECT_V6).then(|| Ip(u128::from_be_bytes(array(&self.0[TARGET]))))
    }

    /// What follows the eight bytes: in an error the packet that it is about.
    pub fn payload(&self) -> &'a [u8] {
        &self.0[HEADER..]
    }
}
