//! Connections whose packets pass twice, the second time with one hop less to live: somebody forwards them.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};
use crate::model::special::{Class, special};
use crate::model::traffic::{AddressId, Traffic};

use super::claims::{Mac, is_station, owners};
use super::observed::{Piece, Weight, counted, listed};
use super::tally::Seen;
use super::{Detector, Scene};

pub const RELAYED_PACKETS: Detector = Detector {
    about: About {
        key: "relayed_packets",
        title: "Forwarded on one link",
        help: "What: looks for connections in which packets of the same sender arrive with two times-to-live that \
               differ by exactly one. Why: every machine that forwards a packet lowers its time-to-live by one. Seen \
               twice on the same link, the packet went through somebody who sits on that link, as an interceptor does. \
               His network card is the one to which the sender addressed the frame.",
        limits: "A capture that sees both sides of a router (on the router itself, or from a mirror port) shows the \
                 same. So a card that only forwards to and from other networks has little weight; one that forwards \
                 between two local neighbours, who could talk directly, has more. Only flows whose network cards and \
                 times-to-live are known count; where the addresses are rewritten on the way it is not seen.",
    },
    knobs: &[&FLOWS],
    family: Family::Interception,
    needs,
    run,
};

/// No source: between neighbours no packet is ever forwarded, so one connection is enough.
pub const FLOWS: Knob = Knob {
    key: "relayed_packets.flows",
    label: "Forwarded connections",
    help: "A card that forwards at least this many connections between neighbours is reported. 1 is this program's own choice.",
    unit: "connections",
    range: Range::Integer { min: 1, max: 100_000, default: 1 },
};

/// Beyond the local network a route may change by one hop in mid-connection: fewer connections are not listed.
const ROUTED: usize = 3;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let mut needs = Vec::new();
    if scene.traffic.source_ttl.is_absent() {
        needs.push("time-to-live of the packets (a capture)".to_owned());
    }
    if scene.traffic.destination_mac.is_absent() {
        needs.push("MAC addresses (a capture with its Ethernet layer)".to_owned());
    }
    needs
}

/// What one card forwarded.
#[derive(Default)]
struct Relay {
    /// Between two neighbours, and in all.
    local: usize,
    all: usize,
    ends: FxHashSet<AddressId>,
    seen: Seen,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let mut relays: FxHashMap<Mac, Relay> = FxHashMap::default();
    for row in 0..traffic.rows() {
        let (Some(mac), Some(destination)) = (traffic.destination_mac.get(row), traffic.destination.get(row)) else {
            continue;
        };
        if !is_station(mac) || !is_doubled(traffic, row) {
            continue;
        }
        let source = traffic.source()[row];
        let relay = relays.entry(mac).or_default();
        relay.all += 1;
        relay.local += usize::from(are_neighbours(traffic.address(source), traffic.address(destination)));
        relay.ends.extend([source, destination]);
        relay.seen.add(traffic, row);
    }
    let least = scene.settings.count(&FLOWS);
    relays.retain(|_, relay| relay.local >= least || relay.all >= ROUTED);
    if relays.is_empty() {
        return Vec::new();
    }
    let own = owners(scene);
    let mut relays: Vec<(Mac, Relay)> = relays.into_iter().collect();
    relays.sort_unstable_by_key(|(mac, _)| *mac);
    relays.into_iter().map(|(mac, relay)| finding(traffic, mac, relay, least, &own)).collect()
}

/// Both sides' packets come with two times-to-live one apart, or one side's where the other is silent.
fn is_doubled(traffic: &Traffic, row: usize) -> bool {
    let sides = [
        (traffic.source_ttl.get(row), traffic.packets_sent.get(row)),
        (traffic.destination_ttl.get(row), traffic.packets_received.get(row)),
    ];
    let one_apart = |ttl: [u8; 2]| ttl[0] > 0 && ttl[1] - ttl[0].min(ttl[1]) == 1;
    let heard = || sides.iter().filter(|(ttl, packets)| ttl.is_some() && packets.is_none_or(|packets| packets > 0));
    heard().count() > 0 && heard().all(|(ttl, packets)| ttl.is_some_and(one_apart) && packets.is_none_or(|p| p > 1))
}

/// Whether both addresses are of one small local network: then nobody needs to forward between them.
fn are_neighbours(one: Address, other: Address) -> bool {
    let is_local = |address: Address| {
        let class = address.ip().and_then(special).map(|special| special.class);
        matches!(class, Some(Class::Private | Class::Benchmarking | Class::LinkLocal))
    };
    match (one, other) {
        // Without the netmask, 256 addresses are the most usual network.
        (Address::V4(a), Address::V4(b)) => is_local(one) && a.octets()[..3] == b.octets()[..3],
        (Address::V6(a), Address::V6(b)) => is_local(one) && a.octets()[..8] == b.octets()[..8],
        _ => false,
    }
}

fn finding(traffic: &Traffic, mac: Mac, relay: Relay, least: usize, own: &FxHashMap<Mac, AddressId>) -> Finding {
    let (weight, how): (Weight, _) = match relay.local >= least {
        true => ((50.0, 0.6), "between neighbours who could talk directly"),
        false => ((10.0, 0.25), "as a router does where the capture sees both of its sides"),
    };
    let card = Address::Mac(mac);
    let address = own
        .get(&mac)
        .map(|id| traffic.address(*id))
        .filter(|own| !relay.ends.iter().any(|end| traffic.address(*end) == *own));
    let mut ends: Vec<Address> = relay.ends.iter().map(|end| traffic.address(*end)).collect();
    ends.sort_unstable();
    let summary = format!("{card} forwards {} of {}, {how}", counted(relay.all, "connection"), listed(&ends));
    let subject = address.unwrap_or(card);
    let (about, seen) = (&RELAYED_PACKETS.about, relay.seen);
    Piece { about, technique: Some("T1557"), subject, seen, weight, victims: ends, summary }.finding()
}
