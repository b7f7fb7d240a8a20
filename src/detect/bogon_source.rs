//! Sources that no packet can honestly have.

use rustc_hash::FxHashMap;

use crate::about::About;
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};
use crate::model::special::{Class, special};
use crate::model::traffic::{AddressId, Traffic};

use super::claims::is_station;
use super::observed::{Piece, counted};
use super::tally::Seen;
use super::{Detector, Scene};

pub const BOGON_SOURCE: Detector = Detector {
    about: About {
        key: "bogon_source",
        title: "Impossible source address",
        help: "What: lists source addresses that no host can have: group and broadcast addresses, ranges that are set \
               aside, a loopback address that talks to another machine, and a sender that is its own receiver. Why: \
               such a source is forged, or a device is broken. Networks that check their senders (RFC 2827, known as \
               BCP 38) drop it at the border.",
        limits: "A machine that talks to itself is only listed where its packets have a network card, because inside the \
                 machine that is normal; so are echoes of BFD (UDP port 3785). The address says nothing of who forged it, so nobody is blocked for it. Addresses for examples in \
                 texts (192.0.2.0/24 and the like) are left out: they stand for real ones in made-up and anonymised \
                 data. Private sources that come from outside are not looked at, because the input does not say which \
                 side a packet came from. At most 1,000 addresses are listed.",
    },
    knobs: &[],
    family: Family::Spoofing,
    needs,
    run,
};

const MOST_LISTED: usize = 1_000;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.destination.is_absent();
    if absent { vec!["a destination address column".to_owned()] } else { Vec::new() }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    // Once per address: what its class alone says.
    let classes: Vec<Option<Class>> = traffic.addresses().iter().map(|&address| class(address)).collect();
    let mut found: FxHashMap<(AddressId, &'static str), Seen> = FxHashMap::default();
    for row in 0..traffic.rows() {
        // A row that holds answers alone has them the other way round.
        if traffic.packets_sent.get(row) == Some(0) {
            continue;
        }
        let source = traffic.source()[row];
        let Some(why) = impossible(traffic, row, source, &classes) else { continue };
        if found.len() < MOST_LISTED || found.contains_key(&(source, why)) {
            found.entry((source, why)).or_default().add(traffic, row);
        } else {
            scene.leave_out(1);
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable_by_key(|(key, _)| *key);
    found.into_iter().map(|((source, why), seen)| finding(traffic.address(source), why, seen)).collect()
}

fn class(address: Address) -> Option<Class> {
    address.ip().and_then(special).map(|special| special.class)
}

fn impossible(traffic: &Traffic, row: usize, source: AddressId, classes: &[Option<Class>]) -> Option<&'static str> {
    let destination = traffic.destination.get(row)?;
    match classes[source.index()] {
        Some(Class::Multicast | Class::Broadcast) => Some("is the address of a group, not of a sender"),
        Some(Class::Reserved) => Some("lies in a range that is set aside"),
        // Group messages go round inside the machine, too.
        Some(Class::Loopback) if !matches!(classes[destination.index()], Some(Class::Loopback | Class::Multicast)) => {
            Some("is the machine itself, yet talks to another one")
        }
        Some(Class::Loopback | Class::Unspecified) => None,
        // Inside a machine there is no card, or one of zeros.
        _ if source == destination
            && traffic.source_mac.get(row).is_some_and(is_station)
            && !is_bfd_echo(traffic, row) =>
        {
            Some("is its own receiver (a LAND attack, or a broken device)")
        }
        _ => None,
    }
}

/// RFC 5881: a router sends such a packet to itself by way of its neighbour.
fn is_bfd_echo(traffic: &Traffic, row: usize) -> bool {
    [traffic.source_port.get(row), traffic.destination_port.get(row)].contains(&Some(3785))
}

fn finding(subject: Address, why: &str, seen: Seen) -> Finding {
    let summary = format!("{subject} {why} ({})", counted(seen.rows as usize, "row"));
    // Sure that it is forged, but not by whom: it must not be held against whoever has the address.
    let (about, weight, victims) = (&BOGON_SOURCE.about, (15.0, 0.45), Vec::new());
    Piece { about, technique: None, subject, seen, weight, victims, summary }.finding()
}
