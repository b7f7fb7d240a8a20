//! ARP for IPv4 over Ethernet (RFC 826).

use std::net::Ipv4Addr;
use std::ops::Range;

use super::{array, be16, be32};

const KINDS: Range<usize> = 0..4;
const LENGTHS: Range<usize> = 4..6;
const OPERATION: Range<usize> = 6..8;
const SENDER_MAC: Range<usize> = 8..14;
const SENDER: Range<usize> = 14..18;
const TARGET_MAC: Range<usize> = 18..24;
const TARGET: Range<usize> = 24..28;

/// A packet that is long enough and maps IPv4 to six-byte addresses.
#[derive(Debug, Clone, Copy)]
pub struct Arp<'a>(&'a [u8]);

impl<'a> Arp<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let fits = bytes.len() >= TARGET.end
            // Hardware 1 (Ethernet) or 6 (IEEE 802), protocol IPv4.
            && matches!(be32(&bytes[KINDS]), 0x0001_0800 | 0x0006_0800)
            && bytes[LENGTHS] == [6, 4];
        fits.then_some(Arp(bytes))
    }

    /// 1 request, 2 reply.
    pub fn operation(&self) -> u16 {
        be16(&self.0[OPERATION])
    }

    pub fn sender_mac(&self) -> [u8; 6] {
        array(&self.0[SENDER_MAC])
    }

    pub fn sender(&self) -> Ipv4Addr {
        Ipv4Addr::from(array::<4>(&self.0[SENDER]))
    }

    pub fn target_mac(&self) -> [u8; 6] {
        array(&self.0[TARGET_MAC])
    }

    pub fn target(&self) -> Ipv4Addr {
        Ipv4Addr::from(array::<4>(&self.0[TARGET]))
    }
}
