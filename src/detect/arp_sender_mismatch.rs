//! ARP packets whose sender inside is not the sender of the frame around them.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};
use crate::model::observation::Arp;

use super::claims::{Mac, is_station};
use super::neighbours::is_damaged;
use super::observed::{Piece, Weight, counted, listed};
use super::tally::Seen;
use super::{Detector, Scene};

pub const ARP_SENDER_MISMATCH: Detector = Detector {
    about: About {
        key: "arp_sender_mismatch",
        title: "ARP in another card's name",
        help: "What: lists network cards (MACs) that send ARP packets in which another card stands as the sender. Why: \
               an honest sender writes its own card inside and outside. Who writes another one inside binds an \
               address to that card, to draw traffic away from its owner or to cut it off.",
        limits: "Wireless bridges and repeaters change the frame and leave the inside, so this is weak unless the card \
                 inside also sends frames of its own on the same link, which a machine behind a bridge does not. \
                 Virtual routers (VRRP, CARP, HSRP, GLBP) and Microsoft's load balancing (02:bf:…, 03:bf:…) are left \
                 out, and damaged captures are weak. The first 200,000 ARP packets are looked at.",
    },
    knobs: &[&REPEATED],
    family: Family::Interception,
    needs,
    run,
};

/// No source: a single one may be damage.
pub const REPEATED: Knob = Knob {
    key: "arp_sender_mismatch.repeated",
    label: "Packets in another's name",
    help: "From this many ARP packets in the names of cards that are on the link themselves on, it is more than a hint. 3 is this program's own choice.",
    unit: "packets",
    range: Range::Integer { min: 1, max: 10_000, default: 3 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let mut packets = scene.traffic.observations.arp.items().iter();
    let absent = !packets.any(|packet| packet.frame_source.is_some());
    if absent { vec!["ARP packets, in a capture with its Ethernet layer".to_owned()] } else { Vec::new() }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let packets = scene.kept(&scene.traffic.observations.arp);
    let on_link: FxHashSet<Mac> = packets.iter().filter_map(honest).collect();
    let mut by_card: FxHashMap<Mac, Vec<&Arp>> = FxHashMap::default();
    for packet in packets.iter().filter(|packet| is_sender(packet.sender_mac)) {
        if let Some(card) = packet.frame_source.filter(|&card| card != packet.sender_mac && is_sender(card)) {
            by_card.entry(card).or_default().push(packet);
        }
    }
    let mut by_card: Vec<(Mac, Vec<&Arp>)> = by_card.into_iter().collect();
    by_card.sort_unstable_by_key(|(card, _)| *card);
    let least = if is_damaged(packets) { usize::MAX } else { scene.settings.count(&REPEATED) };
    by_card.iter().map(|(card, sent)| finding(*card, sent, &on_link, least)).collect()
}

/// The sender of a packet that says the same inside and outside.
fn honest(packet: &Arp) -> Option<Mac> {
    packet.frame_source.filter(|&card| card == packet.sender_mac)
}

fn is_sender(mac: Mac) -> bool {
    let balanced = matches!(mac, [2 | 3, 0xbf, ..]);
    is_station(mac) && !balanced
}

fn finding(card: Mac, sent: &[&Arp], on_link: &FxHashSet<Mac>, least: usize) -> Finding {
    let foreign = sent.iter().filter(|packet| on_link.contains(&packet.sender_mac)).count();
    let (weight, how): (Weight, _) = match foreign >= least {
        true => ((50.0, 0.6), "which are on the link themselves"),
        false => ((10.0, 0.3), "as a bridge does"),
    };
    let distinct = |of: fn(&Arp) -> Address| {
        let mut distinct: Vec<Address> = sent.iter().map(|packet| of(packet)).collect();
        distinct.sort_unstable();
        distinct.dedup();
        distinct
    };
    let (named, victims) = (distinct(|packet| Address::Mac(packet.sender_mac)), distinct(|packet| packet.sender));
    let subject = Address::Mac(card);
    let summary =
        format!("{subject} sent {} in the name of {}, {how}", counted(sent.len(), "ARP packet"), listed(&named));
    let seen = Seen::of_packets(sent.iter().map(|packet| &packet.at));
    let (about, technique) = (&ARP_SENDER_MISMATCH.about, Some("T1557.002"));
    Piece { about, technique, subject, seen, weight, victims, summary }.finding()
}
