//! Reads protocols: by number, by name, or as the last name of a stack.

use crate::model::address::Address;

use super::fields::{count, is_blank};

/// What a protocol cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Number(u8),
    /// Empty, or a protocol below IP such as ARP.
    NoIp,
    Unknown,
}

/// Names of IP protocols and their IANA numbers.
const PROTOCOLS: [(&str, u8); 22] = [
    ("icmp", 1),
    ("igmp", 2),
    ("ipip", 4),
    ("ipencap", 4),
    ("ipv4", 4),
    ("egp", 8),
    ("ipv6", 41),
    ("rsvp", 46),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("ipv6-icmp", 58),
    ("icmp6", 58),
    ("icmpv6", 58),
    ("eigrp", 88),
    ("ospf", 89),
    ("pim", 103),
    ("vrrp", 112),
    ("l2tp", 115),
    ("sctp", 132),
    ("udplite", 136),
    ("hopopt", 0),
];

const BELOW_IP: [&str; 10] = ["arp", "rarp", "llc", "lldp", "man", "stp", "ipx", "loop", "eapol", "cdp"];

/// Whether it is ICMP of either version: then there are no ports, and exporters write type and code where they would be.
#[inline]
pub fn is_icmp(protocol: Option<u8>) -> bool {
    matches!(protocol, Some(1 | 58))
}

/// The ICMP that goes to and from such an address.
pub fn icmp(address: Address) -> u8 {
    if matches!(address, Address::V6(_)) { 58 } else { 1 }
}

/// TCP or UDP in the first three of four letters.
#[inline(always)]
pub fn three_letters(text: [u8; 4]) -> Option<u8> {
    const LETTERS: u32 = 0x00ff_ffff;
    // This bit tells a small letter from a large one.
    match (u32::from_le_bytes(text) | 0x2020_2020) & LETTERS {
        TCP => Some(6),
        UDP => Some(17),
        _ => None,
    }
}

const TCP: u32 = u32::from_le_bytes(*b"tcp\0");
const UDP: u32 = u32::from_le_bytes(*b"udp\0");

/// Reads a protocol: its number, its name, or a stack of names that ends in it (`IPV4-TCP`, `IPV4-2`).
#[inline]
pub fn protocol(cell: &[u8]) -> Protocol {
    if let [a, b, c] = *cell
        && let Some(number) = three_letters([a, b, c, 0])
    {
        return Protocol::Number(number);
    }
    if let Some(number) = count(cell) {
        return u8::try_from(number).map_or(Protocol::Unknown, Protocol::Number);
    }
    let named = |name: &str| cell.eq_ignore_ascii_case(name.as_bytes());
    if let Some((_, number)) = PROTOCOLS.iter().find(|(name, _)| named(name)) {
        return Protocol::Number(*number);
    }
    if is_blank(cell) || BELOW_IP.iter().any(|name| named(name)) {
        return Protocol::NoIp;
    }
    // The rest is shorter each time, so this ends.
    match cell.iter().rposition(|&byte| matches!(byte, b'-' | b':' | b'/')) {
        Some(sign) if cell.len() < 64 => protocol(&cell[sign + 1..]),
        _ => Protocol::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_by_number_name_and_stack() {
        for (text, expected) in [
            ("6", Protocol::Number(6)),
            ("UDP", Protocol::Number(17)),
            ("ipv6-icmp", Protocol::Number(58)),
            ("IPV4-TCP", Protocol::Number(6)),
            ("IPV4-2", Protocol::Number(2)),
            ("arp", Protocol::NoIp),
            ("", Protocol::NoIp),
            ("TLSv1.2", Protocol::Unknown),
            ("256", Protocol::Unknown),
        ] {
            assert_eq!(protocol(text.as_bytes()), expected, "{text}");
        }
    }
}
