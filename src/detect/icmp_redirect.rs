//! ICMP messages that ask a host to send its packets another way.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::about::About;
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};
use crate::model::observation::{Icmp, IcmpKind};

use super::claims::{Mac, claims};
use super::observed::{Piece, Weight, counted, listed};
use super::tally::Seen;
use super::{Detector, Scene};

pub const ICMP_REDIRECT: Detector = Detector {
    about: About {
        key: "icmp_redirect",
        title: "Redirected by ICMP",
        help: "What: lists who asks hosts to use another gateway, with ICMP type 5 or ICMPv6 type 137. Why: an attacker \
               can draw traffic to himself so. And a machine that forwards what is not its own, as an interceptor \
               does, gives itself away: it tells both of two neighbours to talk to each other directly.",
        limits: "A network with two routers sends redirects in earnest, so one that merely names another gateway has \
                 little weight. It weighs much where the sender's card is the one that has the new gateway's address \
                 (a forged message that draws traffic to its sender), or where two neighbours are redirected to each \
                 other. A wrong netmask or proxy ARP at one of them has the same effect. What an ICMPv6 redirect is \
                 about is not read. The first 200,000 ICMP messages are looked at.",
    },
    knobs: &[],
    family: Family::Interception,
    needs,
    run,
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let is_capture = !scene.traffic.observations.files().is_empty() && scene.traffic.rows() > 0;
    if is_capture { Vec::new() } else { vec!["ICMP packets, in a capture".to_owned()] }
}

/// One redirect: who is told to reach what through whom.
struct Redirect<'a> {
    packet: &'a Icmp,
    gateway: Address,
    /// Where the host wanted to send, if the message quotes it.
    wanted: Option<Address>,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let mut redirects: Vec<Redirect<'_>> = Vec::new();
    for packet in scene.kept(&scene.traffic.observations.icmp) {
        if let IcmpKind::Redirect { gateway } = packet.kind {
            redirects.push(Redirect { packet, gateway, wanted: packet.about.map(|about| about.destination) });
        }
    }
    if redirects.is_empty() {
        return Vec::new();
    }
    let holders = holders(scene);
    redirects.sort_by_key(|redirect| redirect.packet.source);
    redirects.chunk_by(|a, b| a.packet.source == b.packet.source).map(|sent| finding(sent, &holders)).collect()
}

/// Which cards have which local address.
fn holders(scene: &Scene<'_>) -> FxHashMap<Address, Vec<Mac>> {
    let mut holders: FxHashMap<Address, Vec<Mac>> = FxHashMap::default();
    for claim in claims(scene) {
        holders.entry(scene.traffic.address(claim.address)).or_default().push(claim.mac);
    }
    for packet in scene.kept(&scene.traffic.observations.arp) {
        holders.entry(packet.sender).or_default().push(packet.sender_mac);
    }
    holders
}

fn finding(sent: &[Redirect<'_>], holders: &FxHashMap<Address, Vec<Mac>>) -> Finding {
    let source = sent[0].packet.source;
    let has = |address: Address, mac: Mac| holders.get(&address).is_some_and(|macs| macs.contains(&mac));
    // The sender's card has the new gateway's address, and not the one it claims to write from.
    let forged = sent.iter().find(|redirect| {
        let gains = |mac: Mac| has(redirect.gateway, mac) && !has(source, mac);
        redirect.gateway != source && redirect.packet.source_mac.is_some_and(gains)
    });
    // Told to reach a neighbour directly; and the neighbour is told the same of the first.
    let direct: FxHashSet<(Address, Address)> = sent
        .iter()
        .filter(|redirect| redirect.wanted == Some(redirect.gateway))
        .map(|redirect| (redirect.packet.destination, redirect.gateway))
        .collect();
    let both = direct.iter().any(|&(told, of)| direct.contains(&(of, told)));
    let (subject, weight, why): (Address, Weight, String) = match forged {
        Some(redirect) => {
            let mac = redirect.packet.source_mac.map(Address::Mac);
            let card = mac.map_or(String::new(), |mac| format!(", {mac}"));
            let why = format!(", but the messages came from the card of the new gateway{card}");
            (redirect.gateway, (75.0, 0.8), why)
        }
        None if both => (source, (65.0, 0.75), ", both of two neighbours to each other: it stands between them".into()),
        None if !direct.is_empty() => (source, (45.0, 0.55), ", to a neighbour: it forwards what it need not".into()),
        None => (source, (15.0, 0.3), ", as a router beside another one does".into()),
    };
    let mut told: Vec<Address> = sent.iter().map(|redirect| redirect.packet.destination).collect();
    let mut gateways: Vec<Address> = sent.iter().map(|redirect| redirect.gateway).collect();
    for list in [&mut told, &mut gateways] {
        list.sort_unstable();
        list.dedup();
    }
    let count = counted(sent.len(), "redirect");
    let summary = format!("{source} told {} in {count} to send through {}{why}", listed(&told), listed(&gateways));
    let seen = Seen::of_packets(sent.iter().map(|redirect| &redirect.packet.at));
    Piece { about: &ICMP_REDIRECT.about, technique: Some("T1557"), subject, seen, weight, victims: told, summary }
        .finding()
}
