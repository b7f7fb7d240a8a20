//! An IP packet of either version, with what the flow table needs of it.

use crate::ingest::wire::extension::Extension;
use crate::ingest::wire::ip::Ip;
use crate::ingest::wire::ipv4::Ipv4;
use crate::ingest::wire::ipv6::Ipv6;

/// IPv6 extension headers stepped over.
const MAX_EXTENSIONS: usize = 8;

/// Which part of its packet a datagram is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Whole,
    /// The first fragment: it has the transport header.
    First,
    /// A later fragment.
    Later,
}

/// An IP packet.
#[derive(Debug, Clone, Copy)]
pub struct Datagram<'a> {
    pub source: Ip,
    pub destination: Ip,
    /// The transport protocol's number.
    pub protocol: u8,
    pub ttl: u8,
    /// The identification that a packet's fragments share.
    pub id: u32,
    pub part: Part,
    /// Bytes with the IP headers, as the header says.
    pub length: usize,
    /// Bytes behind the IP headers, as the header says.
    pub payload_length: usize,
    /// As much of them as was captured.
    pub payload: &'a [u8],
}

#[inline(always)]
pub fn v4(bytes: &[u8]) -> Option<Datagram<'_>> {
    let ip = Ipv4::check(bytes)?;
    let part = match (ip.fragment_offset(), ip.more_fragments()) {
        (0, false) => Part::Whole,
        (0, true) => Part::First,
        _ => Part::Later,
    };
    Some(Datagram {
        source: ip.source(),
        destination: ip.destination(),
        protocol: ip.protocol(),
        ttl: ip.ttl(),
        id: ip.id().into(),
        part,
        length: ip.length(),
        payload_length: ip.payload_length(),
        payload: ip.payload(),
    })
}

pub fn v6(bytes: &[u8]) -> Option<Datagram<'_>> {
    let ip = Ipv6::check(bytes)?;
    let mut datagram = Datagram {
        source: ip.source(),
        destination: ip.destination(),
        protocol: ip.next(),
        ttl: ip.hop_limit(),
        id: 0,
        part: Part::Whole,
        length: 40 + ip.payload_length(),
        payload_length: ip.payload_length(),
        payload: ip.payload(),
    };
    for _ in 0..MAX_EXTENSIONS {
        if !Extension::is(datagram.protocol) || datagram.part == Part::Later {
            return Some(datagram);
        }
        let extension = Extension::check(datagram.protocol, datagram.payload)?;
        if let Some((id, offset, more)) = extension.fragment() {
            datagram.id = id;
            datagram.part = match (offset, more) {
                (0, false) => Part::Whole,
                (0, true) => Part::First,
                _ => Part::Later,
            };
        }
        datagram.protocol = extension.next();
        datagram.payload_length -= extension.length().min(datagram.payload_length);
        datagram.payload = extension.payload();
    }
    Some(datagram)
}
