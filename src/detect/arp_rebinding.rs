//! An address whose network card changes in ARP, once or to and fro.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};
use crate::model::observation::{Arp, At, Dhcp};

use super::claims::Mac;
use super::neighbours::{claimed, is_claim, is_damaged};
use super::observed::{Piece, Weight, counted, listed};
use super::tally::Seen;
use super::{Detector, Scene};

pub const ARP_REBINDING: Detector = Detector {
    about: About {
        key: "arp_rebinding",
        title: "An address changes its card in ARP",
        help: "What: follows in ARP which network card (MAC) has which address and lists every change; one that goes \
               to and fro (a flip-flop) weighs more. Why: where an attacker poisons the neighbours and the true owner \
               still answers, the address seems to jump between the two cards.",
        limits: "Two machines that were given the same address also flip-flop, and so does a switch or router with \
                 several ports, so a card is called an attacker only if it has another address of its own and told \
                 somebody unasked that it has this one. A single change is an ordinary event (a new card, a fail-over) and \
                 has hardly any weight. Changes that a DHCP lease seen before explains, and virtual routers (VRRP, \
                 CARP, HSRP, GLBP), are left out. Where one ARP packet in fifty has an operation that does not exist the \
                 capture is damaged, and no card is named. The first 200,000 ARP packets are looked at.",
    },
    knobs: &[&CHANGES],
    family: Family::Interception,
    needs,
    run,
};

/// arpwatch calls the second change back a flip-flop; wirerust holds the third within a minute to be serious.
pub const CHANGES: Knob = Knob {
    key: "arp_rebinding.changes",
    label: "Changes of the card",
    help: "From this many changes on an address is held to flip-flop. 2, there and back, is what arpwatch uses.",
    unit: "changes",
    range: Range::Integer { min: 2, max: 10_000, default: 2 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.observations.arp.items().is_empty();
    if absent { vec!["ARP packets, in a capture with its Ethernet layer".to_owned()] } else { Vec::new() }
}

/// One address that changed its card.
struct Rebound {
    address: Address,
    /// The cards, in the order in which they first had the address.
    cards: Vec<Mac>,
    changes: usize,
    seen: Seen,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let seen = &scene.traffic.observations;
    let all = scene.kept(&seen.arp);
    let packets: Vec<&Arp> = all.iter().filter(|packet| is_claim(packet)).collect();
    let rebound = rebound(&packets, scene.kept(&seen.dhcp));
    let disputed: FxHashSet<Address> = rebound.iter().map(|one| one.address).collect();
    // Cards with an address that nobody disputes.
    let mut own: FxHashMap<Mac, Address> = FxHashMap::default();
    for packet in packets.iter().filter(|packet| !disputed.contains(&packet.sender)) {
        own.entry(packet.sender_mac).or_insert(packet.sender);
    }
    let unasked: FxHashSet<(Mac, Address)> =
        claimed(all).into_iter().filter(|claim| claim.unasked > 0).map(|claim| (claim.mac, claim.address)).collect();
    let least = scene.settings.count(&CHANGES);
    let damaged = is_damaged(all);
    let mut suspects: Vec<(Mac, &Rebound)> = Vec::new();
    let mut findings = Vec::new();
    for one in &rebound {
        let is_odd = |card: &&Mac| own.contains_key(*card) && unasked.contains(&(**card, one.address));
        let (with, without): (Vec<Mac>, Vec<Mac>) = one.cards.iter().partition(is_odd);
        // More than an owner, his fail-over and an attacker: the packets are damaged or made up.
        let few = one.cards.len() <= 3 && !damaged;
        if few && one.changes >= least && !without.is_empty() && !with.is_empty() {
            suspects.extend(with.into_iter().map(|card| (card, one)));
        } else {
            findings.push(unclear(one, least));
        }
    }
    suspects.sort_by_key(|(card, one)| (*card, one.address));
    let by_card = suspects.chunk_by(|a, b| a.0 == b.0);
    findings.extend(by_card.map(|taken| interceptor(taken, own[&taken[0].0])));
    findings
}

/// Every address with more than one card, by address. A card that a DHCP server had given the address is its rightful
/// owner from then on.
fn rebound(packets: &[&Arp], leases: &[Dhcp]) -> Vec<Rebound> {
    let mut leased: FxHashMap<(Address, Mac), f64> = FxHashMap::default();
    for lease in leases.iter().filter(|lease| lease.kind == 5) {
        if let Some(address) = lease.leased {
            leased.entry((address, lease.client_mac)).or_insert(lease.at.time);
        }
    }
    let mut states: FxHashMap<Address, (Mac, Rebound)> = FxHashMap::default();
    for packet in packets {
        let Arp { at, sender_mac, sender, .. } = **packet;
        let (current, one) = states.entry(sender).or_insert_with(|| {
            (sender_mac, Rebound { address: sender, cards: vec![sender_mac], changes: 0, seen: seen(&at) })
        });
        if *current == sender_mac {
            continue;
        }
        *current = sender_mac;
        let is_new = !one.cards.contains(&sender_mac);
        let by_lease = leased.get(&(sender, sender_mac)).is_some_and(|&since| since <= at.time);
        if is_new && by_lease {
            // It begins anew: what was before is the business of the owner before.
            (one.cards, one.changes) = (vec![sender_mac], 0);
            continue;
        }
        one.changes += 1;
        one.seen.note(&at);
        // More cards on one address than anybody could look at: the changes are still counted.
        if is_new && one.cards.len() < 16 {
            one.cards.push(sender_mac);
        }
    }
    let mut rebound: Vec<Rebound> = states.into_values().map(|(_, one)| one).filter(|one| one.changes > 0).collect();
    rebound.sort_unstable_by_key(|one| one.address);
    rebound
}

fn seen(at: &At) -> Seen {
    Seen::of_packets([at])
}

fn interceptor(taken: &[(Mac, &Rebound)], own: Address) -> Finding {
    let changes: usize = taken.iter().map(|(_, one)| one.changes).sum();
    let weight: Weight = if taken.len() > 1 || changes > 2 { (65.0, 0.75) } else { (50.0, 0.6) };
    let mut seen = Seen::default();
    taken.iter().for_each(|(_, one)| seen.join(&one.seen));
    let victims: Vec<Address> = taken.iter().map(|(_, one)| one.address).collect();
    let subject = Address::Mac(taken[0].0);
    let summary = format!(
        "{subject}, which has {own} of its own, takes turns with the owner's card at {} ({})",
        listed(&victims),
        counted(changes, "change"),
    );
    Piece { about: &ARP_REBINDING.about, technique: Some("T1557.002"), subject, seen, weight, victims, summary }
        .finding()
}

/// Nothing says which card is the wrong one.
fn unclear(one: &Rebound, least: usize) -> Finding {
    let (weight, how): (Weight, _) = match one.changes {
        changes if changes >= least => ((12.0, 0.3), "to and fro, which two machines with one address do, too"),
        _ => ((2.0, 0.15), "as a new card or a fail-over does"),
    };
    let cards: Vec<Address> = one.cards.iter().map(|card| Address::Mac(*card)).collect();
    let summary =
        format!("{} changes its card {} ({}), {how}", one.address, counted(one.changes, "time"), listed(&cards));
    let (subject, seen) = (one.address, one.seen);
    let victims = Vec::new();
    Piece { about: &ARP_REBINDING.about, technique: Some("T1557.002"), subject, seen, weight, victims, summary }
        .finding()
}
