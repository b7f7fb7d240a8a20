//! Packets that carry packets: what stands inside, where the outside says so.

use crate::ingest::wire::ethernet;
use crate::ingest::wire::geneve::Geneve;
use crate::ingest::wire::gre::Gre;
use crate::ingest::wire::udp::Udp;
use crate::ingest::wire::vxlan::Vxlan;

use super::datagram::{Datagram, Part};
use super::layers::Next;

/// What a whole packet carries, if it is a tunnel's.
#[inline]
pub fn content<'a>(datagram: &Datagram<'a>) -> Option<(Next, &'a [u8])> {
    if datagram.part != Part::Whole {
        return None;
    }
    match datagram.protocol {
        6 => None,
        17 => in_udp(datagram.payload),
        4 => Some((Next::Kind(ethernet::IPV4), datagram.payload)),
        41 => Some((Next::Kind(0x86dd), datagram.payload)),
        47 => in_gre(datagram.payload),
        137 => Some((Next::Kind(0x8847), datagram.payload)),
        _ => None,
    }
}

/// VXLAN's own port and Linux's older one.
const VXLAN: [u16; 2] = [4789, 8472];
const GENEVE: u16 = 6081;

/// Whether what goes to this UDP port may be a tunnel's: destination ports only, as the standards say.
#[inline]
pub fn is_port(destination: u16) -> bool {
    VXLAN.contains(&destination) || destination == GENEVE
}

fn in_udp(payload: &[u8]) -> Option<(Next, &[u8])> {
    let udp = Udp::check(payload)?;
    match udp.destination_port() {
        port if VXLAN.contains(&port) => Vxlan::check(udp.payload()).map(|vxlan| (Next::Ethernet, vxlan.payload())),
        GENEVE => Geneve::check(udp.payload()).map(|geneve| (Next::Kind(geneve.protocol()), geneve.payload())),
        _ => None,
    }
}

fn in_gre(payload: &[u8]) -> Option<(Next, &[u8])> {
    let gre = Gre::check(payload)?;
    match gre.protocol() {
        // ERSPAN: type I has no header of its own and no GRE sequence number, type II has eight bytes.
        0x88be if !gre.has_sequence() => Some((Next::Ethernet, gre.payload())),
        0x88be => Some((Next::Ethernet, gre.payload().get(8..)?)),
        // ERSPAN type III: twelve bytes, and eight more where the last bit of them is set.
        0x22eb => {
            let optional = if gre.payload().get(11)? & 1 == 1 { 8 } else { 0 };
            Some((Next::Ethernet, gre.payload().get(12 + optional..)?))
        }
        kind => Some((Next::Kind(kind), gre.payload())),
    }
}
