//! IPv6 router advertisements that are not the router's: a second router, or somebody who withdraws the first.

use rustc_hash::FxHashMap;

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};
use crate::model::observation::RouterAdvertisement;

use super::claims::{Mac, is_station};
use super::observed::{Piece, Weight, counted, listed};
use super::tally::Seen;
use super::{Detector, Scene};

pub const ROGUE_ROUTER: Detector = Detector {
    about: About {
        key: "rogue_router",
        title: "A second IPv6 router",
        help: "What: compares the IPv6 router advertisements: who sends them, from which network card, and what they \
               hand out. Why: whoever sends one becomes a gateway, and often the name server, of all machines that \
               hear it. An attacker adds himself, or first removes the true router by withdrawing it in its name \
               (lifetime 0).",
        limits: "Two routers may be meant: one that announces the same network as the other is not reported, one that \
                 announces another network gets little weight. A flood of invented routers is reported once. A lone \
                 rogue router, where the true network has no IPv6, cannot be told from a true one. Virtual routers \
                 (VRRP, HSRP) are left out. The first 200,000 advertisements are looked at.",
    },
    knobs: &[&FLOOD],
    family: Family::Interception,
    needs,
    run,
};

/// No source: one link has a router or two, and a handful while they are replaced.
pub const FLOOD: Knob = Knob {
    key: "rogue_router.flood",
    label: "Routers on one link",
    help: "From this many different advertising routers on it is a flood of invented ones. 20 is this program's own choice.",
    unit: "routers",
    range: Range::Integer { min: 3, max: 100_000, default: 20 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.observations.routers.items().is_empty();
    if absent { vec!["IPv6 router advertisements, in a capture".to_owned()] } else { Vec::new() }
}

/// What one card announced as one router.
struct Router<'a> {
    source: Address,
    mac: Option<Mac>,
    sent: Vec<&'a RouterAdvertisement>,
}

impl Router<'_> {
    fn withdraws(&self) -> bool {
        self.sent.iter().all(|offer| offer.lifetime == 0)
    }

    fn handed_out(&self) -> Option<&RouterAdvertisement> {
        self.sent.iter().find(|offer| offer.lifetime > 0).copied()
    }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let offers = scene.kept(&scene.traffic.observations.routers);
    let mut by_router: FxHashMap<(Address, Option<Mac>), Vec<&RouterAdvertisement>> = FxHashMap::default();
    for offer in offers.iter().filter(|offer| offer.source_mac.is_none_or(is_station)) {
        by_router.entry((offer.source, offer.source_mac)).or_default().push(offer);
    }
    let mut routers: Vec<Router<'_>> =
        by_router.into_iter().map(|((source, mac), sent)| Router { source, mac, sent }).collect();
    // The first to be heard is held to be the right one.
    routers.sort_by_key(|router| (router.sent[0].at.file, router.sent[0].at.packet));
    if routers.len() >= scene.settings.count(&FLOOD) {
        return vec![flood(&routers)];
    }
    let found = routers.iter().enumerate().filter_map(|(index, router)| judged(router, &routers, index));
    found.collect()
}

fn judged(router: &Router<'_>, all: &[Router<'_>], index: usize) -> Option<Finding> {
    let others = || all.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| other);
    // The same address from another card: whoever withdraws, or comes later, is not the owner.
    let double = others().find(|other| other.source == router.source && other.mac != router.mac);
    if let Some(owner) = double {
        let owner_withdraws = owner.withdraws();
        return match (router.withdraws(), owner_withdraws) {
            (true, false) => Some(finding(router, (75.0, 0.85), "is withdrawn, while its own card offers it", true)),
            (false, false) if all[..index].iter().any(|other| other.source == router.source) => {
                Some(finding(router, (55.0, 0.65), "is offered by a second card", true))
            }
            _ => None,
        };
    }
    let offer = router.handed_out()?;
    // Only who comes after another living router is a second one.
    let rival = all[..index].iter().filter_map(Router::handed_out).next()?;
    let own_resolver = offer.resolver.is_some_and(|resolver| resolver == offer.source);
    match (offer.prefix == rival.prefix, own_resolver && rival.resolver != offer.resolver) {
        (_, true) => Some(finding(router, (60.0, 0.7), "names itself as name server beside another router", false)),
        (true, false) => None,
        (false, false) => Some(finding(router, (20.0, 0.4), "announces another network than the first router", false)),
    }
}

fn finding(router: &Router<'_>, weight: Weight, what: &str, forged: bool) -> Finding {
    let card = router.mac.map(Address::Mac);
    // A forged address is the victim's.
    let subject = card.filter(|_| forged).unwrap_or(router.source);
    let by = card.map_or(String::new(), |card| format!(", in frames of {card},"));
    let summary = format!("{}{by} {what} ({})", router.source, counted(router.sent.len(), "router advertisement"));
    let victims = if forged { vec![router.source] } else { Vec::new() };
    let seen = Seen::of_packets(router.sent.iter().map(|offer| &offer.at));
    Piece { about: &ROGUE_ROUTER.about, technique: Some("T1557"), subject, seen, weight, victims, summary }.finding()
}

fn flood(routers: &[Router<'_>]) -> Finding {
    let mut cards: Vec<Mac> = routers.iter().filter_map(|router| router.mac).collect();
    cards.sort_unstable();
    cards.dedup();
    let subject = match cards.as_slice() {
        [one] => Address::Mac(*one),
        _ => routers[0].source,
    };
    let weight = if cards.len() == 1 { (70.0, 0.85) } else { (45.0, 0.45) };
    let sources: Vec<Address> = routers.iter().map(|router| router.source).collect();
    let summary =
        format!("{} advertise themselves, such as {}", counted(routers.len(), "IPv6 router"), listed(&sources));
    let seen = Seen::of_packets(routers.iter().flat_map(|router| &router.sent).map(|offer| &offer.at));
    let victims = Vec::new();
    Piece { about: &ROGUE_ROUTER.about, technique: Some("T1557"), subject, seen, weight, victims, summary }.finding()
}
