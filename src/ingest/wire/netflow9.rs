//! The headers of NetFlow version 9 (RFC 3954) and of IPFIX (RFC 7011) messages, and of the sets in both.

use std::ops::Range;

use super::{be16, be32};

const VERSION: Range<usize> = 0..2;

const UPTIME: Range<usize> = 4..8;
const SECONDS: Range<usize> = 8..12;
const SOURCE: Range<usize> = 16..20;
const HEADER_9: usize = 20;

const LENGTH: Range<usize> = 2..4;
const EXPORTED: Range<usize> = 4..8;
const DOMAIN: Range<usize> = 12..16;
const HEADER_IPFIX: usize = 16;

/// The header of a message of either version.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a>(&'a [u8]);

impl<'a> Message<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let fits = match be16(bytes.get(VERSION)?) {
            9 => bytes.len() >= HEADER_9,
            10 => bytes.len() >= HEADER_IPFIX && usize::from(be16(&bytes[LENGTH])) >= HEADER_IPFIX,
            _ => false,
        };
        fits.then_some(Message(bytes))
    }

    pub fn is_ipfix(&self) -> bool {
        be16(&self.0[VERSION]) == 10
    }

    pub fn header(&self) -> usize {
        if self.is_ipfix() { HEADER_IPFIX } else { HEADER_9 }
    }

    /// The bytes of the whole message, which version 9 does not say.
    pub fn length(&self) -> Option<usize> {
        self.is_ipfix().then(|| usize::from(be16(&self.0[LENGTH])))
    }

    /// Milliseconds since 1970 at which it was sent.
    pub fn sent(&self) -> i64 {
        let range = if self.is_ipfix() { EXPORTED } else { SECONDS };
        i64::from(be32(&self.0[range])) * 1000
    }

    /// Milliseconds since the exporter was switched on, which IPFIX does not say here.
    pub fn uptime(&self) -> Option<u32> {
        (!self.is_ipfix()).then(|| be32(&self.0[UPTIME]))
    }

    /// Which part of the exporter numbers its templates on its own.
    pub fn domain(&self) -> u32 {
        be32(&self.0[if self.is_ipfix() { DOMAIN } else { SOURCE }])
    }

    /// What follows the header.
    pub fn sets(&self) -> &'a [u8] {
        let end = self.length().unwrap_or(self.0.len()).min(self.0.len());
        &self.0[self.header()..end]
    }
}

/// The header of a set, and the set where it is all there.
#[derive(Debug, Clone, Copy)]
pub struct Set<'a>(&'a [u8]);

pub const SET_HEADER: usize = 4;

impl<'a> Set<'a> {
    /// A set of a length and an id that the standards allow.
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let set = Set(bytes);
        let fits = bytes.len() >= SET_HEADER && set.length() >= SET_HEADER && matches!(set.id(), 0..=3 | 256..);
        fits.then_some(set)
    }

    pub fn id(&self) -> u16 {
        be16(&self.0[..2])
    }

    /// Bytes with the header.
    pub fn length(&self) -> usize {
        usize::from(be16(&self.0[2..SET_HEADER]))
    }

    /// What follows the header, as far as it is there.
    pub fn body(&self) -> &'a [u8] {
        &self.0[SET_HEADER..self.length().min(self.0.len())]
    }
}
