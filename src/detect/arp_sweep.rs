//! One card that asks for many local addresses in a short time: an ARP sweep.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, MAX_VICTIMS};
use crate::model::observation::Arp;

use super::evidence::{points, role, severity};
use super::{Detector, Scene};

pub const ARP_SWEEP: Detector = Detector {
    about: About {
        key: "arp_sweep",
        title: "ARP sweep",
        help: "What: counts the different local addresses that one network card asks for within a short time, and how \
               many of them nobody has. Why: before an attacker inside a network can attack his neighbours he has to \
               find out who is there, and asking for every address in turn is the usual way.",
        limits: "It needs a capture with its Ethernet layer, taken on the same network. Routers ask for many addresses, \
                 too: a card that others ask for as their gateway, a DHCP server's router, and a card with several \
                 addresses are left out, so a sweep from the router itself is not seen. A sweep slower than the window \
                 is not seen. Inventory programs do the same on purpose. The first 200,000 ARP packets are looked at.",
    },
    knobs: &[&TARGETS, &WINDOW],
    family: Family::Scanning,
    needs,
    run,
};

/// Slips: five targets in 30 seconds.
pub const TARGETS: Knob = Knob {
    key: "arp_sweep.targets",
    label: "Addresses asked for",
    help: "From this many different addresses within the window on it is reported. 5 is what Slips uses.",
    unit: "addresses",
    range: Range::Integer { min: 2, max: 65_536, default: 5 },
};

pub const WINDOW: Knob = Knob {
    key: "arp_sweep.window",
    label: "Window",
    help: "The time in which they are asked for. 30 s is what Slips uses.",
    unit: "seconds",
    range: Range::Real { min: 0.1, max: 86_400.0, default: 30.0 },
};

/// From this many addresses that nobody has on it is no chance. Our own choice: a machine that starts asks for its
/// gateway, its resolver, its printer and the like, and most of those are there.
const NOBODY: usize = 10;
const REQUEST: u16 = 1;

type Mac = [u8; 6];

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.observations.arp.items().is_empty();
    if absent { vec!["ARP packets: a capture with its Ethernet layer".to_owned()] } else { Vec::new() }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let seen = &scene.traffic.observations;
    let packets = scene.kept(&seen.arp);
    let requests = packets.iter().filter(|arp| arp.operation == REQUEST && arp.sender != arp.target);
    let mut by_card: FxHashMap<Mac, Vec<&Arp>> = FxHashMap::default();
    requests.for_each(|arp| by_card.entry(arp.sender_mac).or_default().push(arp));
    let present: FxHashSet<Address> = packets.iter().map(|arp| arp.sender).collect();
    let routers: FxHashSet<Address> = scene.kept(&seen.dhcp).iter().filter_map(|dhcp| dhcp.router).collect();
    let mut cards: Vec<(Mac, Vec<&Arp>)> = by_card.into_iter().collect();
    cards.sort_unstable_by_key(|card| card.0);
    let found = cards.into_iter().filter_map(|(mac, mut asked)| {
        asked.sort_by(|a, b| a.at.time.total_cmp(&b.at.time).then(a.at.packet.cmp(&b.at.packet)));
        let sweep = widest(&asked, scene.settings.real(&WINDOW))?;
        (sweep.len() >= scene.settings.count(&TARGETS))
            .then(|| finding(scene, mac, &asked, &present, &routers))
            .flatten()
    });
    found.collect()
}

/// The most different targets within one window, of requests in time order.
fn widest(asked: &[&Arp], window: f64) -> Option<Vec<Address>> {
    let mut count: FxHashMap<Address, u32> = FxHashMap::default();
    let (mut from, mut most, mut best) = (0, 0, 0..0);
    for (to, arp) in asked.iter().enumerate() {
        *count.entry(arp.target).or_default() += 1;
        while arp.at.time - asked[from].at.time > window {
            let left = count.entry(asked[from].target).or_default();
            *left -= 1;
            if *left == 0 {
                count.remove(&asked[from].target);
            }
            from += 1;
        }
        if count.len() > most {
            (most, best) = (count.len(), from..to + 1);
        }
    }
    let mut targets: Vec<Address> = asked.get(best)?.iter().map(|arp| arp.target).collect();
    targets.sort_unstable();
    targets.dedup();
    Some(targets)
}

fn finding(
    scene: &Scene<'_>,
    mac: Mac,
    asked: &[&Arp],
    present: &FxHashSet<Address>,
    routers: &FxHashSet<Address>,
) -> Option<Finding> {
    let threshold = scene.settings.count(&TARGETS);
    let mut own: Vec<Address> = asked.iter().map(|arp| arp.sender).filter(|sender| !is_unset(*sender)).collect();
    own.sort_unstable();
    own.dedup();
    if own.len() > 1 || own.iter().any(|address| routers.contains(address)) {
        return None;
    }
    let mut targets: Vec<Address> = asked.iter().map(|arp| arp.target).collect();
    targets.sort_unstable();
    targets.dedup();
    let all = targets.len();
    targets.retain(|target| !present.contains(target));
    let nobody = targets.len();
    let (points, confidence) = if nobody >= NOBODY && nobody * 2 >= all {
        (points(nobody, NOBODY, 40.0, 20.0, 65.0), 0.9)
    } else {
        (points(all, threshold, 10.0, 10.0, 20.0), 0.3)
    };
    let subject = own.first().copied().unwrap_or(Address::Mac(mac));
    let name = Address::Mac(mac);
    Some(Finding {
        id: 0,
        detector: ARP_SWEEP.about.key,
        subject,
        role: role(confidence),
        victims: targets.into_iter().take(MAX_VICTIMS).collect(),
        first: asked.first().map(|arp| arp.at.time).filter(|time| *time > 0.0),
        last: asked.last().map(|arp| arp.at.time).filter(|time| *time > 0.0),
        rows: asked.len() as u64,
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1018"),
        summary: format!("{subject} ({name}) asked for {all} local addresses, {nobody} of which nobody has"),
    })
}

fn is_unset(address: Address) -> bool {
    address.ip().is_some_and(|ip| ip.is_unspecified())
}
