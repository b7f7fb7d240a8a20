//! A source whose knocks fail far more often than those of its neighbours in the same traffic.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::traffic::AddressId;

use super::attempts::Outcome;
use super::doors::{Door, distinct, doors, doors_where, victims};
use super::evidence::{role, severity};
use super::needs::outcome;
use super::tally::Seen;
use super::{Detector, Scene};

pub const FAILED_CONTACTS: Detector = Detector {
    about: About {
        key: "failed_contacts",
        title: "More failures than its neighbours",
        help: "What: compares how many of the doors (one port of one target and protocol each) that an address knocked at stayed shut \
               with how many did for all other addresses of the same input. Why: what fails often for everybody is a \
               server that is down; what fails for one address alone is somebody trying things. An attacker who \
               spreads a few probes over many targets among working connections shows only this way.",
        limits: "It needs outcomes and neighbours: with fewer than three other addresses that knock at known doors there \
                 is nothing to compare with. Where many addresses attack at once, each makes the others look ordinary. \
                 DNS and NTP look-ups, discovery and multicast are left out. File sharing and a misconfigured \
                 program stand out in the same way, so by itself this never blocks.",
    },
    knobs: &[&DOORS],
    family: Family::Scanning,
    needs: outcome,
    run,
};

/// Slips reports more than five unanswered ports or targets.
pub const DOORS: Knob = Knob {
    key: "failed_contacts.doors",
    label: "Doors that stay shut",
    help: "From this many different pairs of target and port that did not answer on it is looked at. 6 is Slips's number for a scan: more than five.",
    unit: "doors",
    range: Range::Integer { min: 2, max: 1_000_000, default: 6 },
};

/// The failure rate that anybody is granted, however smoothly the rest runs. Our own choice.
const GRANTED: f64 = 0.02;
/// One false alarm in this power of ten sources like the others. Our own choice.
const SURPRISE: f64 = 4.0;
/// Fewer neighbours than this are no crowd. Our own choice.
const NEIGHBOURS: usize = 3;
/// More than one target, or it may be one service that is down.
const TARGETS: usize = 3;
const LOOK_UPS: &[u16] = &[53, 123];

/// The doors of one source with a known outcome.
#[derive(Default, Clone, Copy)]
struct Count {
    shut: usize,
    known: usize,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let threshold = scene.settings.count(&DOORS);
    if scene.order.sources(1).all(|source| scene.outcomes.failed(source) < threshold) {
        return Vec::new();
    }
    let (mut crowd, mut all, mut odd, mut room) = (0, Count::default(), Vec::new(), Vec::new());
    for source in scene.order.sources(1) {
        let count = count(doors(scene, source, &mut room));
        crowd += usize::from(count.known > 0);
        all = Count { shut: all.shut + count.shut, known: all.known + count.known };
        if count.shut >= threshold {
            odd.push((source, count));
        }
    }
    odd.retain(|_| crowd > NEIGHBOURS);
    let found = odd.into_iter().filter_map(|(source, count)| {
        // Laplace's rule of succession: no neighbour's failure seen is not yet a rate of zero.
        let rate = (all.shut - count.shut + 1) as f64 / (all.known - count.known + 2) as f64;
        let surprise = surprise(count, rate.max(GRANTED));
        if surprise < SURPRISE {
            return None;
        }
        let shut = doors_where(scene, source, |door| is_looked_at(door) && door.outcome == Outcome::Failed);
        let targets = distinct(shut.iter().map(|door| door.target));
        (targets >= TARGETS).then(|| finding(scene, source, &shut, count, rate))
    });
    found.collect()
}

fn is_looked_at(door: &Door) -> bool {
    door.outcome != Outcome::Unknown && !LOOK_UPS.contains(&door.port)
}

fn count(doors: &[Door]) -> Count {
    let known = || doors.iter().filter(|door| is_looked_at(door));
    Count { shut: known().filter(|door| door.outcome == Outcome::Failed).count(), known: known().count() }
}

/// How unlikely at least this many failures are, as the power of ten: Chernoff's bound of the binomial tail.
fn surprise(count: Count, rate: f64) -> f64 {
    let share = count.shut as f64 / count.known as f64;
    if share <= rate {
        return 0.0;
    }
    let term = |part: f64, of: f64| if part > 0.0 { part * libm::log10(part / of) } else { 0.0 };
    count.known as f64 * (term(share, rate) + term(1.0 - share, 1.0 - rate))
}

/// Worth watching from the first, and below the block threshold always.
fn finding(scene: &Scene<'_>, source: AddressId, shut: &[Door], count: Count, rate: f64) -> Finding {
    let subject = scene.traffic.address(source);
    let points = super::evidence::points(shut.len(), scene.settings.count(&DOORS), 35.0, 10.0, 50.0);
    let confidence = 0.5 + 0.3 * count.shut as f64 / count.known as f64;
    let seen = Seen::of(scene.traffic, shut.iter().map(|door| door.row));
    let targets = distinct(shut.iter().map(|door| door.target));
    Finding {
        id: 0,
        detector: FAILED_CONTACTS.about.key,
        subject,
        role: role(confidence),
        victims: victims(scene.traffic, shut),
        first: seen.first,
        last: seen.last,
        rows: shut.iter().map(|door| u64::from(door.knocks)).sum(),
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1046"),
        summary: format!(
            "{} of {} doors that {subject} knocked at stayed shut, on {targets} targets; for all others {:.1} in 100 did",
            count.shut,
            count.known,
            rate * 100.0
        ),
    }
}
