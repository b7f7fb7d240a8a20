//! Addresses with a special purpose, as IANA registers them: who may use them, and whether they can be blocked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// What kind of special address it is; decides what geography, detectors and policy make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// No address at all: `0.0.0.0`, `::`.
    Unspecified,
    /// For use inside one organisation.
    Private,
    /// Between a provider and its customers (carrier-grade NAT).
    Shared,
    /// The machine itself.
    Loopback,
    /// Valid on one link only.
    LinkLocal,
    /// For examples in texts.
    Documentation,
    /// For tests of network devices.
    Benchmarking,
    Multicast,
    Broadcast,
    /// Set aside, used by a protocol's inner workings, or to be thrown away.
    Reserved,
}

impl Class {
    /// A host of the analyst's own networks may have such an address.
    pub fn is_local(self) -> bool {
        matches!(self, Class::Private | Class::Shared | Class::LinkLocal | Class::Benchmarking | Class::Loopback)
    }

    /// No host can ever send from such an address; one that does is misconfigured or forged.
    /// `0.0.0.0` and `::` are left out: a host without an address yet asks for one from there.
    pub fn cannot_send(self) -> bool {
        matches!(self, Class::Multicast | Class::Broadcast | Class::Documentation | Class::Reserved)
    }
}

/// One registered range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Special {
    /// The name a person reads, such as `private`.
    pub name: &'static str,
    pub class: Class,
    /// The document that sets it aside.
    pub source: &'static str,
}

const fn special_range(name: &'static str, class: Class, source: &'static str) -> Special {
    Special { name, class, source }
}

type V4 = (Ipv4Addr, u32, Special);
type V6 = (Ipv6Addr, u32, Special);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u32, special: Special) -> V4 {
    (Ipv4Addr::new(a, b, c, d), prefix, special)
}

const fn v6(a: u16, b: u16, c: u16, d: u16, prefix: u32, special: Special) -> V6 {
    (Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), prefix, special)
}

const PRIVATE: Special = special_range("private", Class::Private, "RFC 1918");
const DOCUMENTATION: Special = special_range("documentation", Class::Documentation, "RFC 5737");

/// IANA's IPv4 special-purpose registry (RFC 6890) and multicast, narrower ranges first.
/// Ranges that IANA marks as globally reachable are left out: a database can know them.
const V4_RANGES: &[V4] = &[
    v4(0, 0, 0, 0, 32, special_range("unspecified", Class::Unspecified, "RFC 1122")),
    v4(255, 255, 255, 255, 32, special_range("limited broadcast", Class::Broadcast, "RFC 919")),
    v4(0, 0, 0, 0, 8, special_range("this network", Class::Reserved, "RFC 791")),
    v4(10, 0, 0, 0, 8, PRIVATE),
    v4(100, 64, 0, 0, 10, special_range("shared (carrier-grade NAT)", Class::Shared, "RFC 6598")),
    v4(127, 0, 0, 0, 8, special_range("loopback", Class::Loopback, "RFC 1122")),
    v4(169, 254, 0, 0, 16, special_range("link-local", Class::LinkLocal, "RFC 3927")),
    v4(172, 16, 0, 0, 12, PRIVATE),
    v4(192, 0, 0, 0, 24, special_range("IETF protocol assignments", Class::Reserved, "RFC 6890")),
    v4(192, 0, 2, 0, 24, DOCUMENTATION),
    v4(192, 168, 0, 0, 16, PRIVATE),
    v4(198, 18, 0, 0, 15, special_range("benchmarking", Class::Benchmarking, "RFC 2544")),
    v4(198, 51, 100, 0, 24, DOCUMENTATION),
    v4(203, 0, 113, 0, 24, DOCUMENTATION),
    v4(224, 0, 0, 0, 4, special_range("multicast", Class::Multicast, "RFC 5771")),
    v4(240, 0, 0, 0, 4, special_range("reserved", Class::Reserved, "RFC 1112")),
];

/// IANA's IPv6 special-purpose registry, narrower ranges first; IPv4-mapped addresses are IPv4 by the time they come here.
const V6_RANGES: &[V6] = &[
    (Ipv6Addr::UNSPECIFIED, 128, special_range("unspecified", Class::Unspecified, "RFC 4291")),
    (Ipv6Addr::LOCALHOST, 128, special_range("loopback", Class::Loopback, "RFC 4291")),
    v6(0, 0, 0, 0, 96, special_range("IPv4-compatible (deprecated)", Class::Reserved, "RFC 4291")),
    v6(0x64, 0xff9b, 1, 0, 48, special_range("local translation", Class::Private, "RFC 8215")),
    v6(0x100, 0, 0, 0, 64, special_range("discard-only", Class::Reserved, "RFC 6666")),
    v6(0x100, 0, 0, 1, 64, special_range("dummy prefix", Class::Reserved, "RFC 9780")),
    v6(0x2001, 2, 0, 0, 48, special_range("benchmarking", Class::Benchmarking, "RFC 5180")),
    v6(0x2001, 0x10, 0, 0, 28, special_range("ORCHID (deprecated)", Class::Reserved, "RFC 4843")),
    v6(0x2001, 0xdb8, 0, 0, 32, special_range("documentation", Class::Documentation, "RFC 3849")),
    v6(0x3fff, 0, 0, 0, 20, special_range("documentation", Class::Documentation, "RFC 9637")),
    v6(0x5f00, 0, 0, 0, 16, special_range("segment routing", Class::Reserved, "RFC 9602")),
    v6(0xfc00, 0, 0, 0, 7, special_range("unique local", Class::Private, "RFC 4193")),
    v6(0xfe80, 0, 0, 0, 10, special_range("link-local", Class::LinkLocal, "RFC 4291")),
    v6(0xfec0, 0, 0, 0, 10, special_range("site-local (deprecated)", Class::Private, "RFC 3879")),
    v6(0xff00, 0, 0, 0, 8, special_range("multicast", Class::Multicast, "RFC 4291")),
];

/// The special-purpose range that holds `ip`, if one does.
pub fn special(ip: IpAddr) -> Option<&'static Special> {
    range(ip).map(|(_, special)| special)
}

/// The same with the network that IANA registered.
pub fn range(ip: IpAddr) -> Option<(IpNet, &'static Special)> {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let holds = |&&(start, prefix, _): &&V4| (ip.to_bits() ^ start.to_bits()).leading_zeros() >= prefix;
            V4_RANGES.iter().find(holds).and_then(|(start, prefix, special)| Some((network(*start, *prefix)?, special)))
        }
        IpAddr::V6(ip) => {
            let holds = |&&(start, prefix, _): &&V6| (ip.to_bits() ^ start.to_bits()).leading_zeros() >= prefix;
            V6_RANGES.iter().find(holds).and_then(|(start, prefix, special)| Some((network(*start, *prefix)?, special)))
        }
    }
}

/// `None` only for a prefix longer than the address, which no range above has.
fn network(start: impl Into<IpAddr>, prefix: u32) -> Option<IpNet> {
    IpNet::new(start.into(), prefix as u8).ok()
}

/// A special-purpose range that shares an address with `network`, if one does.
pub fn overlapping(network: &IpNet) -> Option<&'static Special> {
    let prefix = u32::from(network.prefix_len());
    match network.network() {
        IpAddr::V4(ip) => {
            let shares =
                |&&(start, range, _): &&V4| (ip.to_bits() ^ start.to_bits()).leading_zeros() >= range.min(prefix);
            V4_RANGES.iter().find(shares).map(|(_, _, special)| special)
        }
        IpAddr::V6(ip) => {
            let shares =
                |&&(start, range, _): &&V6| (ip.to_bits() ^ start.to_bits()).leading_zeros() >= range.min(prefix);
            V6_RANGES.iter().find(shares).map(|(_, _, special)| special)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_edges_of_ranges_and_their_neighbours() {
        for (ip, name) in [
            ("0.0.0.0", Some("unspecified")),
            ("0.0.0.1", Some("this network")),
            ("9.255.255.255", None),
            ("10.0.0.0", Some("private")),
            ("100.127.255.255", Some("shared (carrier-grade NAT)")),
            ("100.128.0.0", None),
            ("172.31.255.255", Some("private")),
            ("172.32.0.0", None),
            ("198.19.255.255", Some("benchmarking")),
            ("203.0.113.9", Some("documentation")),
            ("223.255.255.255", None),
            ("255.255.255.254", Some("reserved")),
            ("255.255.255.255", Some("limited broadcast")),
            ("::ffff:127.0.0.1", Some("loopback")),
            ("::1", Some("loopback")),
            ("fdff::1", Some("unique local")),
            ("febf::1", Some("link-local")),
            ("2001:db8::1", Some("documentation")),
            ("2001:db9::1", None),
            ("2606:4700::1", None),
        ] {
            assert_eq!(special(ip.parse().unwrap()).map(|s| s.name), name, "{ip}");
        }
    }

    #[test]
    fn every_range_is_given_with_its_network() {
        let of = |ip: &str| range(ip.parse().unwrap()).map(|(network, _)| network.to_string());
        assert_eq!(of("172.20.1.2").as_deref(), Some("172.16.0.0/12"));
        assert_eq!(of("fd12::1").as_deref(), Some("fc00::/7"));
        let v4 = V4_RANGES.iter().map(|(start, prefix, _)| network(*start, *prefix));
        assert!(v4.chain(V6_RANGES.iter().map(|(start, prefix, _)| network(*start, *prefix))).all(|net| net.is_some()));
    }

    #[test]
    fn a_network_overlaps_from_inside_and_from_outside() {
        for (network, name) in [
            ("192.0.0.0/16", Some("IETF protocol assignments")),
            ("10.1.2.0/24", Some("private")),
            ("8.8.8.0/24", None),
            ("2001::/16", Some("benchmarking")),
            ("2001:db8:1::/48", Some("documentation")),
            ("2606:4700::/32", None),
        ] {
            assert_eq!(overlapping(&network.parse().unwrap()).map(|s| s.name), name, "{network}");
        }
    }
}
