//! IPv4 (RFC 791). The header checksum is not looked at: the sender's own captures show it unset.

use std::ops::Range;

use super::ip::Ip;
use super::{be16, be32};

const VERSION: usize = 0;
const LENGTH: Range<usize> = 2..4;
const ID: Range<usize> = 4..6;
const FRAGMENT: Range<usize> = 6..8;
const TTL: usize = 8;
const PROTOCOL: usize = 9;
const SOURCE: Range<usize> = 12..16;
const DESTINATION: Range<usize> = 16..20;
const HEADER: usize = 20;

/// A header that is complete with its options. The packet may be cut off behind it.
#[derive(Debug, Clone, Copy)]
pub struct Ipv4<'a>(&'a [u8]);

impl<'a> Ipv4<'a> {
    #[inline]
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let packet = Ipv4(bytes);
        let fits = bytes.len() >= HEADER
            && bytes[VERSION] >> 4 == 4
            && (HEADER..=bytes.len()).contains(&packet.header())
            && (packet.total() == 0 || packet.total() >= packet.header());
        fits.then_some(packet)
    }

    #[inline]
    fn header(&self) -> usize {
        usize::from(self.0[VERSION] & 15) * 4
    }

    #[inline]
    fn total(&self) -> usize {
        usize::from(be16(&self.0[LENGTH]))
    }

    /// Bytes of the packet with its header. Segmentation offload leaves 0 in the field: then all there is.
    #[inline]
    pub fn length(&self) -> usize {
        if self.total() == 0 { self.0.len() } else { self.total() }
    }

    #[inline]
    pub fn id(&self) -> u16 {
        be16(&self.0[ID])
    }

    #[inline]
    pub fn more_fragments(&self) -> bool {
        be16(&self.0[FRAGMENT]) & 0x2000 != 0
    }

    /// Where this fragment lies in its packet's payload, in bytes.
    #[inline]
    pub fn fragment_offset(&self) -> usize {
        usize::from(be16(&self.0[FRAGMENT]) & 0x1fff) * 8
    }

    #[inline]
    pub fn ttl(&self) -> u8 {
        self.0[TTL]
    }

    #[inline]
    pub fn protocol(&self) -> u8 {
        self.0[PROTOCOL]
    }

    #[inline]
    pub fn source(&self) -> Ip {
        Ip::v4(be32(&self.0[SOURCE]))
    }

    #[inline]
    pub fn destination(&self) -> Ip {
        Ip::v4(be32(&self.0[DESTINATION]))
    }

    /// Bytes of payload the header promises; fewer may have been captured.
    #[inline]
    pub fn payload_length(&self) -> usize {
        self.length() - self.header()
    }

    /// The captured payload, without padding behind the packet.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        &self.0[self.header()..self.length().min(self.0.len())]
    }
}
