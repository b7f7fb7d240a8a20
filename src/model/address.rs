//! Who sends and receives: an IP address, or a MAC or AS number where that is all the input has.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Serialize, Serializer};

/// An endpoint's identity. `Display` is the one canonical spelling; IPv4-mapped IPv6 is IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    Mac([u8; 6]),
    /// An autonomous system, in data sets that hide the addresses behind it.
    As(u32),
}

impl Address {
    /// Reads an IPv4 or IPv6 address, brackets and zone (`%eth0`) allowed, or a MAC.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        let bare = bare.split_once('%').map_or(bare, |(address, _zone)| address);
        match bare.parse::<IpAddr>() {
            Ok(ip) => Some(ip.into()),
            Err(_) => parse_mac(text).map(Address::Mac),
        }
    }

    /// The IP address, where this is one.
    pub fn ip(self) -> Option<IpAddr> {
        match self {
            Address::V4(ip) => Some(ip.into()),
            Address::V6(ip) => Some(ip.into()),
            Address::Mac(_) | Address::As(_) => None,
        }
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Address::V4(ip),
            IpAddr::V6(ip) => Address::V6(ip),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::V4(ip) => ip.fmt(f),
            Address::V6(ip) => ip.fmt(f),
            Address::Mac([a, b, c, d, e, g]) => {
                write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
            }
            Address::As(number) => write!(f, "AS{number}"),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads `aa:bb:cc:dd:ee:ff` or `aa-bb-cc-dd-ee-ff`.
pub fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let mut mac = [0; 6];
    let mut parts = text.split([':', '-']);
    for byte in &mut mac {
        let part = parts.next().filter(|part| part.len() == 2)?;
        *byte = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_reads_to_the_canonical_one() {
        for (text, canonical) in [
            (" 10.0.0.1 ", "10.0.0.1"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("[2001:DB8::0:1]", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("AA-BB-CC-00-11-22", "aa:bb:cc:00:11:22"),
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in ["", "10.0.0", "10.0.0.256", "host", "1:2:3:4:5:6", "=1+1", "é0:00:00:00:00:00"] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }
}
