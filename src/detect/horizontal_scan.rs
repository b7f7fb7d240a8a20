//! One source that tries one port on many targets: a horizontal scan.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, MAX_VICTIMS};
use crate::model::traffic::{AddressId, Traffic};

use super::attempts::{Attempt, Outcome, aimed, attempts, looks_like_answers};
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
                 that are gone and look like this. A worm whose every attempt succeeds is not seen.",
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
        let mut attempts = attempts(scene, source, 1);
        attempts.retain(|attempt| aimed(scene.traffic, attempt));
        attempts.sort_by_key(|attempt| attempt.port);
        let sweeps = attempts.chunk_by(|a, b| a.port == b.port);
        let mut sweeps: Vec<Sweep> = sweeps.filter_map(|run| sweep(scene.traffic, run, threshold)).collect();
        let best = sweeps.iter().map(|sweep| sweep.quality).max()?;
        sweeps.retain(|sweep| sweep.quality == best);
        sweeps.sort_by_key(|sweep| (std::cmp::Reverse((sweep.targets.failed, sweep.targets.all)), sweep.port));
        Some(finding(scene.traffic, source, &sweeps, threshold))
    });
    found.collect()
}

fn sweep(traffic: &Traffic, attempts: &[Attempt], threshold: usize) -> Option<Sweep> {
    if attempts.len() < threshold {
        return None;
    }
    let port = attempts[0].port;
    let mut keys: Vec<_> = attempts.iter().map(|attempt| (attempt.target, attempt.outcome)).collect();
    let targets = Distinct::of(&mut keys);
    // A pool of time servers that does not answer is not a network that is being searched.
    let quality = targets.quality(threshold)?;
    let quality = if LOOK_UPS.contains(&port) { quality.min(Quality::Unknown) } else { quality };
    let ordinary = quality == Quality::Answered || quality == Quality::Unknown && EVERYDAY.contains(&port);
    if ordinary || looks_like_answers(traffic, attempts) {
        return None;
    }
    let of_outcome = |failed: bool| keys.iter().filter(move |key| (key.1 == Outcome::Failed) == failed);
    let mut victims: Vec<AddressId> = of_outcome(true).filter_map(|key| key.0).collect();
    victims.dedup();
    if victims.is_empty() {
        victims = of_outcome(false).filter_map(|key| key.0).collect();
        victims.dedup();
    }
    victims.truncate(MAX_VICTIMS);
    let seen = Seen::of(traffic, attempts.iter().map(|attempt| attempt.row));
    Some(Sweep { port, targets, quality, seen, victims })
}

/// As for vertical scans: failed attempts alone reach the default block threshold at about five times the
/// threshold, all else stays far below it.
fn finding(traffic: &Traffic, source: AddressId, sweeps: &[Sweep], threshold: usize) -> Finding {
    let worst = &sweeps[0];
    let Distinct { all, failed, .. } = worst.targets;
    let total: usize = sweeps.iter().map(|sweep| sweep.targets.failed).sum();
    let (points, confidence, outcome) = if worst.quality == Quality::Failed {
        let share = failed as f64 / all as f64;
        (points(total, threshold, 50.0, 15.0, 80.0), 0.7 + 0.25 * share, format!("{failed} of them in vain"))
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
