//! Addresses into networks: exactly the same addresses in fewer entries, or, where asked, a few more addresses.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The shortest prefixes a network may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Widest {
    pub v4: u8,
    pub v6: u8,
}

/// The fewest networks, none wider than allowed, that hold exactly `ips`; IPv4 first, ascending.
pub fn exact(ips: &[IpAddr], widest: Widest) -> Vec<IpNet> {
    let (v4, v6) = split(ips);
    let v4 = merge(&v4, 32, widest.v4).into_iter().map(|(start, prefix)| network_v4(start, prefix));
    let v6 = merge(&v6, 128, widest.v6).into_iter().map(|(start, prefix)| network_v6(start, prefix));
    v4.chain(v6).collect()
}

/// As `exact`, but every network of the widest size that holds `dense` or more of `ips` and passes `free` is taken
/// whole. Also gives how many addresses were added that way.
pub fn nearby(ips: &[IpAddr], widest: Widest, dense: usize, free: impl Fn(&IpNet) -> bool) -> (Vec<IpNet>, u128) {
    let mut groups: BTreeMap<IpNet, Vec<IpAddr>> = BTreeMap::new();
    for &ip in ips {
        groups.entry(around(ip, widest)).or_default().push(ip);
    }
    let mut networks = Vec::new();
    let mut added: u128 = 0;
    for (network, mut members) in groups {
        members.sort_unstable();
        members.dedup();
        if members.len() >= dense && free(&network) {
            added = added.saturating_add(size(&network).saturating_sub(members.len() as u128));
            networks.push(network);
        } else {
            networks.extend(exact(&members, widest));
        }
    }
    (networks, added)
}

/// The number of addresses in a network; 2^128 is given as the largest number there is.
pub fn size(network: &IpNet) -> u128 {
    1u128.checked_shl(u32::from(network.max_prefix_len() - network.prefix_len())).unwrap_or(u128::MAX)
}

fn around(ip: IpAddr, widest: Widest) -> IpNet {
    match ip {
        IpAddr::V4(ip) => network_v4(u128::from(ip.to_bits()), widest.v4).trunc(),
        IpAddr::V6(ip) => network_v6(ip.to_bits(), widest.v6).trunc(),
    }
}

/// The addresses of each family as numbers, ascending, each once.
fn split(ips: &[IpAddr]) -> (Vec<u128>, Vec<u128>) {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for ip in ips {
        match ip {
            IpAddr::V4(ip) => v4.push(u128::from(ip.to_bits())),
            IpAddr::V6(ip) => v6.push(ip.to_bits()),
        }
    }
    for family in [&mut v4, &mut v6] {
        family.sort_unstable();
        family.dedup();
    }
    (v4, v6)
}

/// Joins neighbours: each address is pushed on a stack and the two topmost networks become one as long as they
/// are the halves of a network that is not too wide. The addresses must be ascending.
fn merge(starts: &[u128], bits: u8, widest: u8) -> Vec<(u128, u8)> {
    let mut stack: Vec<(u128, u8)> = Vec::new();
    for &start in starts {
        stack.push((start, bits));
        while let [.., (low, a), (high, b)] = stack[..] {
            let half = 1u128 << (bits - a);
            if a != b || a <= widest || low & half != 0 || high != low | half {
                break;
            }
            stack.truncate(stack.len() - 2);
            stack.push((low, a - 1));
        }
    }
    stack
}

/// `prefix` is 32 or less wherever it comes from, and wrong ones give the single address.
fn network_v4(start: u128, prefix: u8) -> IpNet {
    let ip = Ipv4Addr::from_bits(start as u32);
    Ipv4Net::new(ip, prefix).unwrap_or(Ipv4Net::from(ip)).into()
}

fn network_v6(start: u128, prefix: u8) -> IpNet {
    let ip = Ipv6Addr::from_bits(start);
    Ipv6Net::new(ip, prefix).unwrap_or(Ipv6Net::from(ip)).into()
}
