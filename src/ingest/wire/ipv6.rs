//! The fixed header of IPv6 (RFC 8200).

use std::ops::Range;

use super::ip::Ip;
use super::{array, be16};

const VERSION: usize = 0;
const LENGTH: Range<usize> = 4..6;
const NEXT: usize = 6;
const HOPS: usize = 7;
const SOURCE: Range<usize> = 8..24;
const DESTINATION: Range<usize> = 24..40;
const HEADER: usize = 40;

/// A header that is long enough. The packet may be cut off behind it.
#[derive(Debug, Clone, Copy)]
pub struct Ipv6<'a>(&'a [u8]);

impl<'a> Ipv6<'a> {
    #[inline]
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= HEADER && bytes[VERSION] >> 4 == 6).then_some(Ipv6(bytes))
    }

    /// The first extension header or the transport protocol.
    pub fn next(&self) -> u8 {
        self.0[NEXT]
    }

    pub fn hop_limit(&self) -> u8 {
        self.0[HOPS]
    }

    pub fn source(&self) -> Ip {
        Ip(u128::from_be_bytes(array(&self.0[SOURCE])))
    }

    pub fn destination(&self) -> Ip {
        Ip(u128::from_be_bytes(array(&self.0[DESTINATION])))
    }

    /// Bytes behind this header. Segmentation offload and jumbograms leave 0 before TCP or more bytes than the field
    /// can count: then all there is.
    pub fn payload_length(&self) -> usize {
        let rest = self.0.len() - HEADER;
        match usize::from(be16(&self.0[LENGTH])) {
            0 if self.next() == 6 || rest > usize::from(u16::MAX) => rest,
            length => length,
        }
    }

    /// The captured bytes behind this header, without padding.
    pub fn payload(&self) -> &'a [u8] {
        let body = &self.0[HEADER..];
        &body[..self.payload_length().min(body.len())]
    }
}
