//! What ARP packets say of who has which address, and whether anybody had asked.

use rustc_hash::FxHashMap;

use crate::model::address::Address;
use crate::model::observation::Arp;

use super::claims::{Mac, is_station};
use super::tally::Seen;

/// An answer within this many seconds of the question answers it. Our own choice: Linux asks again each second and
/// gives up after three.
const ANSWERED_WITHIN: f64 = 5.0;

/// One card's claims on one address, by how they were made.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub mac: Mac,
    pub address: Address,
    pub seen: Seen,
    /// Questions to everybody, sent in this address's name.
    pub asked: u64,
    /// Questions to one card: honest hosts ask so only to make sure of a neighbour they know.
    pub probed: u64,
    /// Answers to a question that the input holds.
    pub answered: u64,
    /// Told to everybody without a question, as hosts do when they come up or take over.
    pub announced: u64,
    /// Told to one host that had not asked.
    pub unasked: u64,
    /// Those hosts.
    pub told: Vec<Address>,
}

impl Claimed {
    fn new(mac: Mac, address: Address) -> Self {
        let (asked, probed, answered, announced, unasked) = Default::default();
        Claimed { mac, address, seen: Seen::default(), asked, probed, answered, announced, unasked, told: Vec::new() }
    }

    /// Whether the card uses the address as hosts use their own: it asks everybody in its name, or answers when asked.
    pub fn is_used(&self) -> bool {
        self.asked + self.answered > 0
    }
}

/// All claims, by MAC, then address. Virtual routers are left out (`is_station`), and so are hosts without an address.
pub fn claimed(packets: &[Arp]) -> Vec<Claimed> {
    let mut claims: FxHashMap<(Mac, Address), Claimed> = FxHashMap::default();
    // When somebody last asked for an address.
    let mut questions: FxHashMap<(Address, Address), f64> = FxHashMap::default();
    for packet in packets {
        if packet.operation == 1 {
            questions.insert((packet.sender, packet.target), packet.at.time);
        }
        if !is_claim(packet) {
            continue;
        }
        let key = (packet.sender_mac, packet.sender);
        let claim = claims.entry(key).or_insert_with(|| Claimed::new(key.0, key.1));
        claim.seen.note(&packet.at);
        let to_all = is_to_all(packet);
        match (packet.operation, to_all) {
            (1, true) if packet.sender == packet.target => claim.announced += 1,
            (1, true) => claim.asked += 1,
            (1, false) => claim.probed += 1,
            _ => {
                let asked_at = questions.get(&(packet.target, packet.sender));
                if asked_at.is_some_and(|asked| (0.0..=ANSWERED_WITHIN).contains(&(packet.at.time - asked))) {
                    claim.answered += 1;
                } else if to_all {
                    claim.announced += 1;
                } else {
                    claim.unasked += 1;
                    claim.told.push(packet.target);
                }
            }
        }
    }
    let mut claims: Vec<Claimed> = claims.into_values().collect();
    for claim in &mut claims {
        claim.told.sort_unstable();
        claim.told.dedup();
    }
    claims.sort_unstable_by_key(|claim| (claim.mac, claim.address));
    claims
}

/// Whether a packet says that a station has an address: `0.0.0.0` asks whether an address is free. What comes in
/// another card's frame is no word of the station's.
pub fn is_claim(packet: &Arp) -> bool {
    let no_address = packet.sender.ip().is_none_or(|ip| ip.is_unspecified());
    let own = packet.frame_source.is_none_or(|card| card == packet.sender_mac);
    matches!(packet.operation, 1 | 2) && own && !no_address && is_station(packet.sender_mac)
}

/// Whether everybody hears it. Without the frame only a question says so.
fn is_to_all(packet: &Arp) -> bool {
    match packet.frame_destination {
        Some(destination) => destination[0] & 1 == 1,
        None => packet.operation == 1 || packet.sender == packet.target,
    }
}

/// The highest operation that IANA has assigned.
const LAST_OPERATION: u16 = 25;

/// Whether the packets are damaged: one in fifty or more has an operation that does not exist. Then a card that is
/// seen once may be another one's with a wrong byte. Our own choice; captures for testing are often made so.
pub fn is_damaged(packets: &[Arp]) -> bool {
    let wrong = packets.iter().filter(|packet| !(1..=LAST_OPERATION).contains(&packet.operation)).count();
    wrong > 1 && wrong * 50 >= packets.len()
}
