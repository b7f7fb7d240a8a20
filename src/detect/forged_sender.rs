//! A local network card that sends in the name of many addresses elsewhere, and is no way to them.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};
use crate::model::traffic::{AddressId, Traffic};

use super::attempts::Outcome;
use super::claims::{Mac, is_on_link, is_station};
use super::observed::{Piece, Weight, listed};
use super::sides::Side;
use super::tally::Seen;
use super::{Detector, Scene};

pub const FORGED_SENDER: Detector = Detector {
    about: About {
        key: "forged_sender",
        title: "Outside addresses from an inside card",
        help: "What: looks for a network card (MAC) that has a local address of its own and yet sends packets in the \
               name of many addresses of the Internet, of which no conversation comes about, while the way to the \
               Internet leads through another card. Why: only a router hands on other machines' packets, and to a \
               router others send what is meant for elsewhere. A machine that writes invented senders into its \
               packets hides in a flood so; its card gives it away.",
        limits: "Only on the link where the forger sits, with network cards in the input. A router that only takes in \
                 while another one sends out looks alike, and so is named with little weight unless it uses the other \
                 way out itself or talks to neighbours as a client does. Virtual routers (VRRP, CARP, HSRP, GLBP) are \
                 left out, and so are forged local addresses. At most 100,000 pairs of card and address are kept.",
    },
    knobs: &[&ADDRESSES],
    family: Family::Spoofing,
    needs,
    run,
};

/// No source: a machine has one address for each of its networks, and seldom more than a few.
pub const ADDRESSES: Knob = Knob {
    key: "forged_sender.addresses",
    label: "Addresses in whose name it sends",
    help: "From this many different outside addresses on a card is named. 10 is this program's own choice.",
    unit: "addresses",
    range: Range::Integer { min: 2, max: 100_000, default: 10 },
};

const MOST_PAIRS: usize = 100_000;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let traffic = scene.traffic;
    let mut needs = Vec::new();
    if traffic.source_mac.is_absent() || traffic.destination_mac.is_absent() {
        needs.push("MAC addresses (a capture with its Ethernet layer)".to_owned());
    }
    if traffic.destination.is_absent() {
        needs.push("a destination address column".to_owned());
    }
    needs
}

/// What one card did.
#[derive(Default)]
struct Card {
    own: Option<AddressId>,
    /// It has several local addresses, some of which may be forged, too.
    has_several: bool,
    /// The outside addresses in whose name it sent.
    names: FxHashSet<AddressId>,
    targets: FxHashSet<AddressId>,
    /// Rows in their name, and those of them that became a conversation.
    sent: u64,
    talked: u64,
    seen: Seen,
    /// Others send through it what is meant for elsewhere.
    is_way_out: bool,
    /// It uses a way out itself, or is a neighbour's client.
    is_host: bool,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let cards = cards(scene);
    // Without a way out that is known, anybody may be the router.
    if !cards.values().any(|card| card.is_way_out) {
        return Vec::new();
    }
    let least = scene.settings.count(&ADDRESSES);
    let forges = |card: &Card| {
        !card.is_way_out && card.own.is_some() && card.names.len() >= least && card.talked * 20 <= card.sent
    };
    let mut found: Vec<(&Mac, &Card)> = cards.iter().filter(|(_, card)| forges(card)).collect();
    found.sort_unstable_by_key(|(mac, _)| **mac);
    found.into_iter().filter_map(|(mac, card)| finding(scene.traffic, *mac, card)).collect()
}

fn cards(scene: &Scene<'_>) -> FxHashMap<Mac, Card> {
    let traffic = scene.traffic;
    let mut cards: FxHashMap<Mac, Card> = FxHashMap::default();
    let mut pairs = 0;
    for row in 0..traffic.rows() {
        let (source, destination) = (traffic.source()[row], traffic.destination.get(row));
        let outward = destination.is_some_and(|id| scene.sides.get(id) == Side::Outside);
        if let Some(mac) = traffic.destination_mac.get(row).filter(|&mac| outward && is_station(mac)) {
            cards.entry(mac).or_default().is_way_out = true;
        }
        // A row that holds answers alone has its ends the other way round.
        let sends = traffic.packets_sent.get(row) != Some(0);
        let Some(mac) = traffic.source_mac.get(row).filter(|&mac| sends && is_station(mac)) else { continue };
        let card = cards.entry(mac).or_default();
        let answered = scene.outcomes.get(row as u32) == Some(Outcome::Answered);
        if scene.sides.get(source) == Side::Outside {
            if pairs < MOST_PAIRS {
                pairs += usize::from(card.names.insert(source));
            } else if !card.names.contains(&source) {
                scene.leave_out(1);
            }
            // Of the targets only the first few are named.
            card.targets.extend(destination.filter(|_| card.targets.len() < MOST_PAIRS));
            card.sent += 1;
            card.talked += u64::from(answered && traffic.packets_sent.get(row).is_none_or(|packets| packets > 2));
            card.seen.add(traffic, row);
        } else if is_on_link(traffic.address(source)) {
            card.has_several |= *card.own.get_or_insert(source) != source;
            card.is_host |= outward || answered;
        }
    }
    cards
}

fn finding(traffic: &Traffic, mac: Mac, card: &Card) -> Option<Finding> {
    let own = traffic.address(card.own?);
    let subject = if card.has_several { Address::Mac(mac) } else { own };
    let weight: Weight = if card.is_host { (60.0, 0.75) } else { (20.0, 0.4) };
    let mut names: Vec<Address> = card.names.iter().map(|&id| traffic.address(id)).collect();
    names.sort_unstable();
    let summary = format!(
        "{}, the card of {own}, sent in the name of {} outside addresses to which it is no way, such as {}",
        Address::Mac(mac),
        names.len(),
        listed(&names[..names.len().min(3)]),
    );
    let victims = card.targets.iter().map(|&id| traffic.address(id)).collect();
    let (about, technique, seen) = (&FORGED_SENDER.about, Some("T1498"), card.seen);
    Some(Piece { about, technique, subject, seen, weight, victims, summary }.finding())
}
