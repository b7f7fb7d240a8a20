//! One source that tries many ports of many targets: a block scan.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::traffic::AddressId;

use super::attempts::Outcome;
use super::doors::{Door, distinct, doors, doors_where, victims};
use super::evidence::{points, role, severity};
use super::needs::destination;
use super::observed::Weight;
use super::tally::Seen;
use super::{Detector, Scene};

pub const BLOCK_SCAN: Detector = Detector {
    about: About {
        key: "block_scan",
        title: "Many ports on many targets",
        help: "What: counts the doors (one port of one target and protocol each) that one address knocks at, where they spread over \
               more than five ports and more than five targets. Why: a scanner that tries a few ports on each of \
               many machines stays below the thresholds for one port and for one target, and is found only when both \
               are counted together. Doors that did not open weigh much; where the input does not tell, only a large \
               number counts, and little.",
        limits: "At least two doors per target are asked for, because file sharing programs meet many gone peers, each \
                 on a port of its own. A scan of one random port per target is therefore left to the random walk. \
                 Discovery ports and multicast are left out. The whole input is one window.",
    },
    knobs: &[&DOORS],
    family: Family::Scanning,
    needs: destination,
    run,
};

/// The simple-scan package that replaced Zeek's own script counts 25 pairs of target and port for remote sources.
pub const DOORS: Knob = Knob {
    key: "block_scan.doors",
    label: "Doors that stay shut",
    help: "From this many different pairs of target and port that did not answer on it is reported; where the outcome is unknown, from ten times as many. 25 is what Zeek's simple-scan package uses.",
    unit: "doors",
    range: Range::Integer { min: 4, max: 1_000_000, default: 25 },
};

/// The same package calls up to five ports an address scan and up to five targets a port scan.
const FEW: usize = 5;
/// Our own choice: counted alone, many doors are what a busy proxy knocks at, too.
const UNKNOWN_FACTOR: usize = 10;

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let threshold = scene.settings.count(&DOORS);
    let many = |source: &AddressId| scene.order.targets(scene.traffic, *source).nth(FEW).is_some();
    scene.order.sources(threshold).filter(many).filter_map(|source| of_source(scene, source, threshold)).collect()
}

fn of_source(scene: &Scene<'_>, source: AddressId, threshold: usize) -> Option<Finding> {
    let failing = scene.outcomes.failed(source) >= threshold;
    if !failing && scene.order.rows(source).len() < threshold * UNKNOWN_FACTOR {
        return None;
    }
    let mut room = Vec::new();
    let doors = doors(scene, source, &mut room);
    let count = |wanted: Outcome| doors.iter().filter(|door| door.outcome == wanted).count();
    let (failed, unknown) = (count(Outcome::Failed), count(Outcome::Unknown));
    let known = doors.len() - unknown;
    let of = |wanted: Outcome| doors_where(scene, source, |door| door.outcome == wanted);
    if failed >= threshold && failed * 2 >= known {
        let shut = of(Outcome::Failed);
        let weight = (points(failed, threshold, 50.0, 15.0, 80.0), 0.7 + 0.25 * failed as f64 / known as f64);
        if is_block(&shut) {
            return Some(finding(
                scene,
                source,
                &shut,
                doors.len(),
                weight,
                &format!("{failed} of which did not answer"),
            ));
        }
    }
    let threshold = threshold * UNKNOWN_FACTOR;
    if unknown < threshold || unknown * 2 < doors.len() {
        return None;
    }
    let open = of(Outcome::Unknown);
    let weight = (points(unknown, threshold, 10.0, 5.0, 20.0), 0.3);
    is_block(&open).then(|| finding(scene, source, &open, doors.len(), weight, "outcome unknown"))
}

/// Ports and targets are both many, and targets are tried on more than one port each.
fn is_block(doors: &[Door]) -> bool {
    let ports = distinct(doors.iter().map(|door| door.port));
    let targets = distinct(doors.iter().map(|door| door.target));
    ports > FEW && targets > FEW && doors.len() >= 2 * targets
}

fn finding(
    scene: &Scene<'_>,
    source: AddressId,
    doors: &[Door],
    all: usize,
    (points, confidence): Weight,
    what: &str,
) -> Finding {
    let subject = scene.traffic.address(source);
    let seen = Seen::of(scene.traffic, doors.iter().map(|door| door.row));
    let ports = distinct(doors.iter().map(|door| door.port));
    let targets = distinct(doors.iter().map(|door| door.target));
    Finding {
        id: 0,
        detector: BLOCK_SCAN.about.key,
        subject,
        role: role(confidence),
        victims: victims(scene.traffic, doors),
        first: seen.first,
        last: seen.last,
        rows: doors.iter().map(|door| u64::from(door.knocks)).sum(),
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1046"),
        summary: format!("{subject} knocked at {all} doors ({ports} ports, {targets} targets), {what}"),
    }
}
