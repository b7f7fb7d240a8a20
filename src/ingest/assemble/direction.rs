//! Who began a flow whose first packet does not say so.

use crate::ingest::wire::tcp::{ACK, RST, SYN};

use super::segment::{Segment, TCP, UDP};

/// Ports that Zeek's analyzers register as a server's, TCP and UDP together: a packet from one of them to a port that
/// is none comes from the responder.
const SERVERS: [u16; 65] = [
    21, 22, 23, 25, 53, 67, 68, 80, 81, 88, 102, 110, 123, 135, 137, 139, 143, 161, 162, 389, 443, 445, 502, 514, 563,
    585, 587, 614, 631, 636, 989, 990, 992, 993, 995, 1080, 1434, 1812, 2123, 2152, 2811, 3128, 3268, 3306, 3389, 3544,
    4011, 4789, 5060, 5072, 5222, 5223, 5269, 5353, 5355, 5432, 6081, 6379, 6666, 6667, 6668, 6669, 8000, 8080, 8888,
];

/// Whether the sender of a flow's first packet is its responder.
#[inline]
pub fn is_reply(protocol: u8, segment: &Segment<'_>) -> bool {
    let flags = segment.tcp.map_or(0, |tcp| tcp.flags());
    match protocol {
        TCP if flags & (SYN | ACK) == SYN => false,
        TCP if flags & (SYN | ACK | RST) == SYN | ACK => true,
        TCP | UDP => {
            let [source, destination] = segment.ports.map(|port| SERVERS.binary_search(&port).is_ok());
            source && !destination
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ports_are_in_order_for_the_search() {
        assert!(SERVERS.is_sorted());
    }
}
