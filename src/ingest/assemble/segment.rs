//! The transport's part of a packet: the ports that tell flows apart, and the data.

use crate::ingest::wire::be_at;
use crate::ingest::wire::icmp::Icmp;
use crate::ingest::wire::sctp::Sctp;
use crate::ingest::wire::tcp::Tcp;
use crate::ingest::wire::udp::Udp;

use super::datagram::Datagram;
use super::layers::Reason;

pub const TCP: u8 = 6;
pub const UDP: u8 = 17;
pub const ICMP: u8 = 1;
pub const ICMP_V6: u8 = 58;
pub const SCTP: u8 = 132;

/// Bytes of a header without options.
const TCP_HEADER: usize = 20;
const UDP_HEADER: usize = 8;

pub const CUT_TCP: Reason = "TCP: header cut short or damaged";
pub const CUT_UDP: Reason = "UDP: header cut short";
pub const CUT_ICMP: Reason = "ICMP: header cut short";
pub const CUT_SCTP: Reason = "SCTP: header cut short";

/// A transport header, read.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// Source and destination; of ICMP what `icmp_ports` makes of type and code; 0 where there are none.
    pub ports: [u16; 2],
    pub has_ports: bool,
    /// Bytes of data as the headers say.
    pub length: usize,
    /// As much of it as was captured.
    pub data: &'a [u8],
    pub tcp: Option<Tcp<'a>>,
    /// An ICMP message that has no answer: the two directions are no one flow.
    pub one_way: bool,
}

/// A TCP segment.
#[inline(always)]
pub fn of_tcp<'a>(datagram: &Datagram<'a>, tcp: Tcp<'a>) -> Segment<'a> {
    let ports = [tcp.source_port(), tcp.destination_port()];
    let length = datagram.payload_length.saturating_sub(tcp.header());
    Segment { ports, has_ports: true, length, data: tcp.payload(), tcp: Some(tcp), one_way: false }
}

/// A UDP datagram.
#[inline(always)]
pub fn of_udp<'a>(datagram: &Datagram<'a>, udp: Udp<'a>) -> Segment<'a> {
    let ports = [udp.source_port(), udp.destination_port()];
    let length = datagram.payload_length.saturating_sub(UDP_HEADER);
    Segment { ports, has_ports: true, length, data: udp.payload(), tcp: None, one_way: false }
}

/// Reads the transport header of a packet that is no later fragment.
pub fn read<'a>(datagram: &Datagram<'a>) -> Result<Segment<'a>, Reason> {
    let bytes = datagram.payload;
    let behind = |header: usize| datagram.payload_length.saturating_sub(header);
    match datagram.protocol {
        TCP => {
            let tcp = Tcp::check(bytes).map(|tcp| of_tcp(datagram, tcp));
            tcp.or_else(|| ports_alone(datagram, TCP_HEADER)).ok_or(CUT_TCP)
        }
        UDP => {
            let udp = Udp::check(bytes).map(|udp| of_udp(datagram, udp));
            udp.or_else(|| ports_alone(datagram, UDP_HEADER)).ok_or(CUT_UDP)
        }
        ICMP | ICMP_V6 => {
            let icmp = Icmp::check(bytes).ok_or(CUT_ICMP)?;
            let (ports, one_way) = icmp_ports(datagram.protocol, icmp.kind(), icmp.code());
            Ok(Segment { ports, has_ports: true, length: behind(8), data: icmp.payload(), tcp: None, one_way })
        }
        SCTP => {
            let sctp = Sctp::check(bytes).ok_or(CUT_SCTP)?;
            let ports = [sctp.source_port(), sctp.destination_port()];
            Ok(Segment { ports, has_ports: true, length: behind(12), data: sctp.payload(), tcp: None, one_way: false })
        }
        _ => {
            let length = datagram.payload_length;
            Ok(Segment { ports: [0; 2], has_ports: false, length, data: bytes, tcp: None, one_way: false })
        }
    }
}

/// The ports of a packet of which a capture kept only the start: its header is whole as the IP header says, of `header`
/// bytes at least, but was not stored so far.
#[cold]
fn ports_alone<'a>(datagram: &Datagram<'a>, header: usize) -> Option<Segment<'a>> {
    let bytes = datagram.payload;
    if bytes.len() >= header || datagram.payload_length < header {
        return None;
    }
    let ports = [be_at(bytes, 0, 2)?, be_at(bytes, 2, 2)?].map(|port| port as u16);
    let length = datagram.payload_length - header;
    Some(Segment { ports, has_ports: true, length, data: &[], tcp: None, one_way: false })
}

/// As Zeek does: the type stands for the source port, and the type of the answer for the destination port; where
/// there is no answer, the code.
fn icmp_ports(protocol: u8, kind: u8, code: u8) -> ([u16; 2], bool) {
    const V4: [(u8, u8); 5] = [(8, 0), (13, 14), (15, 16), (17, 18), (10, 9)];
    const V6: [(u8, u8); 6] = [(128, 129), (133, 134), (135, 136), (130, 131), (139, 140), (144, 145)];
    let pairs: &[(u8, u8)] = if protocol == ICMP { &V4 } else { &V6 };
    let answer = pairs.iter().find_map(|&(ask, reply)| match kind {
        _ if kind == ask => Some(reply),
        _ if kind == reply => Some(ask),
        _ => None,
    });
    ([kind.into(), answer.unwrap_or(code).into()], answer.is_none())
}
