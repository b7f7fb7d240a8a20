//! NetFlow version 5: a header and up to 30 flows of 48 bytes, as Cisco's documentation lays them out.

use std::ops::Range;

use super::ip::Ip;
use super::{be16, be32};

const COUNT: Range<usize> = 2..4;
const UPTIME: Range<usize> = 4..8;
const SECONDS: Range<usize> = 8..12;
const NANOSECONDS: Range<usize> = 12..16;
const HEADER: usize = 24;

const SOURCE: Range<usize> = 0..4;
const DESTINATION: Range<usize> = 4..8;
const PACKETS: Range<usize> = 16..20;
const BYTES: Range<usize> = 20..24;
const FIRST: Range<usize> = 24..28;
const LAST: Range<usize> = 28..32;
const SOURCE_PORT: Range<usize> = 32..34;
const DESTINATION_PORT: Range<usize> = 34..36;
const FLAGS: usize = 37;
const PROTOCOL: usize = 38;
const RECORD: usize = 48;

/// As many as fit in a packet of 1,500 bytes.
const MOST: usize = 30;

/// A packet whose flows are all there.
#[derive(Debug, Clone, Copy)]
pub struct Netflow5<'a>(&'a [u8]);

impl<'a> Netflow5<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let length = Self::length(bytes)?;
        bytes.get(..length).map(Netflow5)
    }

    /// The bytes of the whole packet, where a header stands here.
    pub fn length(bytes: &[u8]) -> Option<usize> {
        let count = usize::from(be16(bytes.get(COUNT)?));
        (bytes.len() >= HEADER && be16(&bytes[..2]) == 5 && (1..=MOST).contains(&count))
            .then_some(HEADER + count * RECORD)
    }

    /// Milliseconds since 1970 at which the exporter was switched on.
    pub fn boot(&self) -> i64 {
        let now = i64::from(be32(&self.0[SECONDS])) * 1000 + i64::from(be32(&self.0[NANOSECONDS])) / 1_000_000;
        now - i64::from(be32(&self.0[UPTIME]))
    }

    pub fn flows(&self) -> impl Iterator<Item = Flow5<'a>> {
        self.0[HEADER..].chunks_exact(RECORD).map(Flow5)
    }
}

/// One flow, of 48 bytes.
#[derive(Debug, Clone, Copy)]
pub struct Flow5<'a>(&'a [u8]);

impl Flow5<'_> {
    pub fn source(&self) -> Ip {
        Ip::v4(be32(&self.0[SOURCE]))
    }

    pub fn destination(&self) -> Ip {
        Ip::v4(be32(&self.0[DESTINATION]))
    }

    pub fn ports(&self) -> [u16; 2] {
        [be16(&self.0[SOURCE_PORT]), be16(&self.0[DESTINATION_PORT])]
    }

    pub fn protocol(&self) -> u8 {
        self.0[PROTOCOL]
    }

    /// The TCP flags of all packets, or-ed.
    pub fn flags(&self) -> u8 {
        self.0[FLAGS]
    }

    pub fn packets(&self) -> u32 {
        be32(&self.0[PACKETS])
    }

    /// Bytes with the IP headers.
    pub fn bytes(&self) -> u32 {
        be32(&self.0[BYTES])
    }

    /// Milliseconds from the exporter's start to the first and to the last packet.
    pub fn times(&self) -> [u32; 2] {
        [be32(&self.0[FIRST]), be32(&self.0[LAST])]
    }
}
