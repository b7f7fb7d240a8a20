//! One source that tries one port on many targets: a horizontal scan.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, MAX_VICTIMS};
use crate::model::traffic::{AddressId, Traffic};

use super::attempts::Outcome;
use super::doors::{Door, doors};
use super::evidence::{Distinct, Quality, points, role, severity};
use super::needs::destination;
use super::tally::Seen;
use super::{Detector, Scene};

pub const HORIZONTAL_SCAN: Detector = Detector {
    about: About {
        key: "horizontal_scan",
        title: "One port on many targets",
        help: "What: counts the different targets on which one address tries the same destination port. Why: an \
               attacker or a worm that knows one weakness looks for machines that have it, and most addresses it \
               tries do not answer. Targets that did not answer weigh much; where the input does not tell the \
               outcome the count weighs little; targets that answered are ordinary use and are not reported.",
        limits: "The whole input is one window. Where the outcome is unknown, ports 53, 80, 123, 443 and 853 are left \
                 out: every browser and resolver uses them with many hosts. Ports of discovery and address \
                 assignment (67, 68, 137, 138, 546, 547, 1900, 5353, 5355) and multicast and broadcast targets are \
                 always left out, and so are ping sweeps, which have no port. Peer-to-peer programs meet many peers \
                 that are gone and look like this: on their usual ports that never blocks. A worm whose every attempt succeeds is not seen.",
    },
    knobs: &[&TARGETS],
    family: Family::Scanning,
    needs: destination,
    run,
};

/// Zeek's misc/scan notices an address scan from 25 hosts on one port on.
pub const TARGETS: Knob = Knob {
    key: "horizontal_scan.targets",
    label: "Targets on one port",
    help: "From this many different targets on one destination port on it is reported. 25 is what Zeek's scan script uses.",
    unit: "addresses",
    range: Range::Integer { min: 2, max: 1_000_000, default: 25 },
};

/// Asked of many servers at once, and often in vain: DNS and NTP.
const LOOK_UPS: &[u16] = &[53, 123];
/// Where programs that share files and coins meet their peers, most of whom are gone (IANA's registry and the programs'
/// defaults): eDonkey, Gnutella, BitTorrent, Bitcoin and Ethereum.
const PEERS: &[u16] = &[
    4661, 4662, 4672, 6346, 6347, 6881, 6882, 6883, 6884, 6885, 6886, 6887, 6888, 6889, 6969, 8333, 18_333, 30_303,
    51_413,
];
/// What every browser and resolver uses with many hosts.
const EVERYDAY: &[u16] = &[53, 80, 123, 443, 853];

/// What one source did on one port.
struct Sweep {
    port: u16,
    targets: Distinct,
    quality: Quality,
    seen: Seen,
    /// Failed targets first where some failed, then in order of first appearance.
    victims: Vec<AddressId>,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let threshold = scene.settings.count(&TARGETS);
    let order = &scene.order;
    let many = |source: &AddressId| order.targets(scene.traffic, *source).nth(threshold - 1).is_some();
    let found = order.sources(threshold).filter(many).filter_map(|source| {
        let mut doors = doors(scene, source, &mut Vec::new()).to_vec();
        doors.sort_by_key(|door| door.port);
        let ports = doors.chunk_by(|a, b| a.port == b.port);
        let mut sweeps: Vec<Sweep> = ports.filter_map(|doors| sweep(scene, source, doors, threshold)).collect();
        let best = sweeps.iter().map(|sweep| sweep.quality).max()?;
        sweeps.retain(|sweep| sweep.quality == best);
        sweeps.sort_by_key(|sweep| (std::cmp::Reverse((sweep.targets.failed, sweep.targets.all)), sweep.port));
        Some(finding(scene.traffic, source, &sweeps, threshold))
    });
    found.collect()
}

fn sweep(scene: &Scene<'_>, source: AddressId, doors: &[Door], threshold: usize) -> Option<Sweep> {
    if doors.len() < threshold {
        return None;
    }
    let (traffic, port) = (scene.traffic, doors[0].port);
    let mut keys: Vec<_> = doors.iter().map(|door| (door.target, door.outcome)).collect();
    let targets = Distinct::of(&mut keys);
    // A pool of time servers that does not answer is not a network that is being searched.
    let quality = targets.quality(threshold)?;
    let quality = if LOOK_UPS.contains(&port) { quality.min(Quality::Unknown) } else { quality };
    let ordinary = quality == Quality::Answered || quality == Quality::Unknown && EVERYDAY.contains(&port);
    if ordinary {
        return None;
    }
    let of_outcome = |failed: bool| keys.iter().filter(move |key| (key.1 == Outcome::Failed) == failed);
    let mut victims: Vec<AddressId> = of_outcome(true).map(|key| key.0).collect();
    victims.dedup();
    if victims.is_empty() {
        victims = of_outcome(false).map(|key| key.0).collect();
        victims.dedup();
    }
    victims.truncate(MAX_VICTIMS);
    let on_port =
        |row: &u32| traffic.destination_port.get(*row as usize) == Some(port) && scene.outcomes.get(*row).is_some();
    let seen = Seen::of(traffic, scene.order.rows(source).iter().copied().filter(on_port));
    Some(Sweep { port, targets, quality, seen, victims })
}

/// Own choice: below the default block threshold of 60.
const OF_PEERS: f64 = 55.0;

/// As for vertical scans: failed attempts alone reach the default block threshold at about five times the
/// threshold, all else stays far below it.
fn finding(traffic: &Traffic, source: AddressId, sweeps: &[Sweep], threshold: usize) -> Finding {
    let worst = &sweeps[0];
    let Distinct { all, failed, .. } = worst.targets;
    let total: usize = sweeps.iter().map(|sweep| sweep.targets.failed).sum();
    let (points, confidence, outcome) = if worst.quality == Quality::Failed {
        let share = failed as f64 / all as f64;
        let most = if sweeps.iter().all(|sweep| PEERS.contains(&sweep.port)) { OF_PEERS } else { 80.0 };
        (points(total, threshold, 50.0, 15.0, most), 0.7 + 0.25 * share, format!("{failed} of them in vain"))
    } else {
        (points(all, threshold, 10.0, 5.0, 20.0), 0.3, "outcome unknown".to_owned())
    };
    let more = if sweeps.len() > 1 { format!("; {} ports in all", sweeps.len()) } else { String::new() };
    Finding {
        id: 0,
        detector: HORIZONTAL_SCAN.about.key,
        subject: traffic.address(source),
        role: role(confidence),
        victims: worst.victims.iter().map(|&id| traffic.address(id)).collect(),
        first: sweeps.iter().filter_map(|sweep| sweep.seen.first).reduce(f64::min),
        last: sweeps.iter().filter_map(|sweep| sweep.seen.last).reduce(f64::max),
        rows: sweeps.iter().map(|sweep| sweep.seen.rows).sum(),
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1046"),
        summary: format!("{} tried port {} on {all} targets, {outcome}{more}", traffic.address(source), worst.port),
    }
}
