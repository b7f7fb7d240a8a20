//! Which MAC addresses claim which IP addresses, from both ends of every row, with virtual routers left out.

use rustc_hash::FxHashMap;

use crate::model::address::Address;
use crate::model::special::{Class, special};
use crate::model::traffic::{AddressId, Traffic};

use super::Scene;

pub type Mac = [u8; 6];

/// Pairs past this number are not kept: 32 bytes each, so 64 MB at most.
const MOST_PAIRS: usize = 1_000_000;

/// Switches repeat group membership messages in other hosts' names.
const IGMP: u8 = 2;

/// One MAC that claims one address.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Claim {
    pub address: AddressId,
    pub mac: Mac,
    pub rows: u32,
    /// How often the address passed to this card from another one, in input order.
    pub turns: u32,
    /// Seconds since 1970 where every row has a time, else row numbers.
    pub first: f64,
    pub last: f64,
}

/// All claims on addresses of local networks, by address, then MAC. Addresses elsewhere are reached
/// through a router, so that their MAC says nothing of them.
pub fn claims(scene: &Scene<'_>) -> Vec<Claim> {
    let (claims, left_out) = gather(scene.traffic, MOST_PAIRS);
    scene.leave_out(left_out);
    claims
}

/// The local address of each card that has one only.
pub fn owners(scene: &Scene<'_>) -> FxHashMap<Mac, AddressId> {
    let mut owned: FxHashMap<Mac, Vec<AddressId>> = FxHashMap::default();
    claims(scene).iter().for_each(|claim| owned.entry(claim.mac).or_default().push(claim.address));
    owned.into_iter().filter(|(_, addresses)| addresses.len() == 1).map(|(mac, one)| (mac, one[0])).collect()
}

/// The claims of the first `most` pairs, and how many ends of rows belong to further ones.
fn gather(traffic: &Traffic, most: usize) -> (Vec<Claim>, usize) {
    let mut left_out = 0;
    let timed = traffic.start.filled() == traffic.rows();
    let on_link: Vec<bool> = traffic.addresses().iter().map(|&address| is_on_link(address)).collect();
    let mut pairs: FxHashMap<(AddressId, Mac), Claim> = FxHashMap::default();
    let mut holders: Vec<Option<Mac>> = vec![None; traffic.addresses().len()];
    for row in 0..traffic.rows() {
        if traffic.protocol.get(row) == Some(IGMP) {
            continue;
        }
        let at = if timed { traffic.start.get(row).unwrap_or(0.0) } else { row as f64 };
        let sender = (Some(traffic.source()[row]), traffic.source_mac.get(row));
        let receiver = (traffic.destination.get(row), traffic.destination_mac.get(row));
        for end in [sender, receiver] {
            let (Some(address), Some(mac)) = end else { continue };
            if !on_link[address.index()] || !is_station(mac) {
                continue;
            }
            let full = pairs.len() >= most;
            let fresh = Claim { address, mac, rows: 0, turns: 0, first: at, last: at };
            let claim = match pairs.get_mut(&(address, mac)) {
                Some(claim) => claim,
                None if full => {
                    left_out += 1;
                    continue;
                }
                None => pairs.entry((address, mac)).or_insert(fresh),
            };
            claim.rows = claim.rows.saturating_add(1);
            let before = holders[address.index()].replace(mac);
            claim.turns += u32::from(before.is_some_and(|before| before != mac));
            claim.first = claim.first.min(at);
            claim.last = claim.last.max(at);
        }
    }
    let mut claims: Vec<Claim> = pairs.into_values().collect();
    claims.sort_unstable_by_key(|claim| (claim.address, claim.mac));
    (claims, left_out)
}

/// An address of one machine on a local network.
pub fn is_on_link(address: Address) -> bool {
    let class = address.ip().and_then(special).map(|special| special.class);
    matches!(class, Some(Class::Private | Class::Shared | Class::Benchmarking))
}

/// The MAC of one machine: no group address, not all zeros, and none that routers hand to each other:
/// VRRP and CARP (RFC 9568: 00:00:5e:00:01:xx and 02:xx), HSRP (RFC 2281: 00:00:0c:07:ac:xx; version 2:
/// 00:00:0c:9f:fx:xx) and GLBP (00:07:b4:00:xx:xx).
pub fn is_station(mac: Mac) -> bool {
    let virtual_router = matches!(
        mac,
        [0, 0, 0x5e, 0, 1 | 2, _]
            | [0, 0, 0x0c, 0x07, 0xac, _]
            | [0, 0, 0x0c, 0x9f, 0xf0..=0xff, _]
            | [0, 7, 0xb4, 0, ..]
    );
    mac[0] & 1 == 0 && mac != [0; 6] && !virtual_router
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;

    #[test]
    fn pairs_past_the_bound_are_counted_and_those_before_it_still_grow() {
        let mut traffic = Traffic::default();
        for card in [1, 2, 3, 1, 3, 2] {
            let source = Address::parse(&format!("10.0.0.{card}")).unwrap();
            traffic.push(&Record { source_mac: Some([2, 0, 0, 0, 0, card]), ..Record::from_source(source) });
        }
        let (claims, left_out) = gather(&traffic, 2);
        assert_eq!(claims.iter().map(|claim| (claim.mac[5], claim.rows)).collect::<Vec<_>>(), [(1, 2), (2, 2)]);
        assert_eq!((left_out, gather(&traffic, 3).1), (2, 0));
    }
}
