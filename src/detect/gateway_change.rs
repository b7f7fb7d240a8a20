//! Hosts whose way out of the local network moves to another card, which is a local host's own.

use rustc_hash::FxHashMap;

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};
use crate::model::traffic::{AddressId, Traffic};

use super::claims::{Mac, is_on_link, is_station, owners};
use super::observed::{Piece, Weight, counted, listed};
use super::tally::Seen;
use super::{Detector, Scene};

pub const GATEWAY_CHANGE: Detector = Detector {
    about: About {
        key: "gateway_change",
        title: "Another way out",
        help: "What: follows to which network card (MAC) each local host sends what is meant for other networks, and \
               lists hosts for which it changes to a card that itself has a local address. Why: this is the effect of \
               a successful interception. The host still believes that it talks to its gateway, but its packets go to \
               the attacker's card.",
        limits: "A network with two routers changes its way out in earnest, when one fails or where each has its own \
                 destinations; virtual routers (VRRP, CARP, HSRP, GLBP) are left out. So a change counts only once per \
                 host, and it is weak unless the new card is known as a host that before used another way out \
                 itself. Only the first packet of a connection tells its way. Only private, shared and benchmarking \
                 addresses count as local.",
    },
    knobs: &[&ROWS],
    family: Family::Interception,
    needs,
    run,
};

/// No source: a single stray frame says nothing.
pub const ROWS: Knob = Knob {
    key: "gateway_change.rows",
    label: "Flows on the new way",
    help: "The new way out must show in at least this many flows of a host. 3 is this program's own choice.",
    unit: "flows",
    range: Range::Integer { min: 1, max: 100_000, default: 3 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let mut needs = Vec::new();
    if scene.traffic.destination_mac.is_absent() {
        needs.push("a destination MAC column, or a capture with its Ethernet layer".to_owned());
    }
    if scene.traffic.start.is_absent() {
        needs.push("a time column".to_owned());
    }
    needs
}

/// One host's use of one way out.
#[derive(Debug, Clone, Copy)]
struct Way {
    first: f64,
    last: f64,
    rows: u64,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let mut ways: FxHashMap<(AddressId, Mac), Way> = FxHashMap::default();
    let local: Vec<bool> = traffic.addresses().iter().map(|&address| is_on_link(address)).collect();
    for row in 0..traffic.rows() {
        let source = traffic.source()[row];
        let leaves = traffic.destination.get(row).is_some_and(|to| is_elsewhere(traffic.address(to)));
        let (Some(mac), Some(at)) = (traffic.destination_mac.get(row), traffic.start.get(row)) else { continue };
        if !local[source.index()] || !leaves || !is_station(mac) {
            continue;
        }
        let way = ways.entry((source, mac)).or_insert(Way { first: at, last: at, rows: 0 });
        *way = Way { first: way.first.min(at), last: way.last.max(at), rows: way.rows + 1 };
    }
    let mut ways: Vec<((AddressId, Mac), Way)> = ways.into_iter().collect();
    ways.sort_unstable_by_key(|(key, _)| *key);
    // Whoever only ever has one way out makes no change.
    if !ways.windows(2).any(|pair| pair[0].0.0 == pair[1].0.0) {
        return Vec::new();
    }
    let owners = owners(scene);
    let least = scene.settings.count(&ROWS) as u64;
    let mut changed: Vec<(Mac, AddressId, Way)> = Vec::new();
    for host in ways.chunk_by(|a, b| a.0.0 == b.0.0) {
        let Some(first) = host.iter().min_by(|a, b| a.1.first.total_cmp(&b.1.first)) else { continue };
        let later =
            host.iter().filter(|(key, way)| key.1 != first.0.1 && way.rows >= least && way.first > first.1.first);
        changed.extend(later.filter(|(key, _)| owners.contains_key(&key.1)).map(|(key, way)| (key.1, key.0, *way)));
    }
    changed.sort_unstable_by_key(|(mac, host, _)| (*mac, *host));
    changed.chunk_by(|a, b| a.0 == b.0).map(|hosts| finding(traffic, hosts, owners[&hosts[0].0], &ways)).collect()
}

/// An address that is reached through a router: an ordinary one of the Internet.
fn is_elsewhere(address: Address) -> bool {
    address.ip().is_some_and(|ip| crate::model::special::special(ip).is_none())
}

fn finding(
    traffic: &Traffic,
    hosts: &[(Mac, AddressId, Way)],
    owner: AddressId,
    ways: &[((AddressId, Mac), Way)],
) -> Finding {
    let mac = hosts[0].0;
    // A router of its own does not send what is meant for elsewhere through another one.
    let start = ways.partition_point(|(key, _)| key.0 < owner);
    let uses_another = ways[start..].iter().take_while(|(key, _)| key.0 == owner).any(|(key, _)| key.1 != mac);
    let (weight, how): (Weight, _) = match uses_another {
        true => ((60.0, 0.7), "a host that itself uses another way out"),
        false => ((20.0, 0.4), "which may be a second router"),
    };
    let seen = Seen {
        rows: hosts.iter().map(|(.., way)| way.rows).sum(),
        first: hosts.iter().map(|(.., way)| way.first).reduce(f64::min),
        last: hosts.iter().map(|(.., way)| way.last).reduce(f64::max),
    };
    let mut victims: Vec<Address> = hosts.iter().map(|(_, host, _)| traffic.address(*host)).collect();
    victims.sort_unstable();
    let subject = traffic.address(owner);
    let summary = format!(
        "{} of {} now leave the network through {subject} ({}), {how}",
        counted(seen.rows as usize, "flow"),
        listed(&victims),
        Address::Mac(mac),
    );
    let about = &GATEWAY_CHANGE.about;
    Piece { about, technique: Some("T1557"), subject, seen, weight, victims, summary }.finding()
}
