//! A handful of doors on one target, or on one port, that stay shut within a minute: a small scan.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::traffic::AddressId;

use super::attempts::Outcome;
use super::doors::{Door, doors_where, victims, when};
use super::evidence::{points, role, severity};
use super::needs::outcome_in_time;
use super::tally::Seen;
use super::{Detector, Scene};

pub const SCAN_BURST: Detector = Detector {
    about: About {
        key: "scan_burst",
        title: "Small scan",
        help: "What: looks for a handful of ports of one target, or of targets on one port, that one address tries in \
               vain within a minute. Why: a careful scanner, or a program that spreads by itself, tries few things at a \
               time and stays below the thresholds of the large scans; within a single minute a few failures in a row are \
               already unusual.",
        limits: "It needs outcomes and times. DNS, NTP, discovery and multicast are left out. A program whose servers \
                 are all gone and file sharing look the same, so this stays below the block threshold.",
    },
    knobs: &[&DOORS, &WINDOW],
    family: Family::Scanning,
    needs: outcome_in_time,
    run,
};

/// Slips reports more than five.
pub const DOORS: Knob = Knob {
    key: "scan_burst.doors",
    label: "Doors that stay shut",
    help: "From this many different ports on one target, or targets on one port, on it is reported. 6 is Slips's number: more than five.",
    unit: "doors",
    range: Range::Integer { min: 3, max: 100_000, default: 6 },
};

pub const WINDOW: Knob = Knob {
    key: "scan_burst.window",
    label: "Window",
    help: "The time in which they are tried. 60 s is the window of Snort's port scan detection at its low level.",
    unit: "seconds",
    range: Range::Real { min: 1.0, max: 86_400.0, default: 60.0 },
};

const LOOK_UPS: &[u16] = &[53, 123];

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let threshold = scene.settings.count(&DOORS);
    let sources = scene.order.sources(threshold).filter(|&source| scene.outcomes.failed(source) >= threshold);
    sources.filter_map(|source| of_source(scene, source, threshold)).collect()
}

fn of_source(scene: &Scene<'_>, source: AddressId, threshold: usize) -> Option<Finding> {
    let mut shut = doors_where(scene, source, |door| door.outcome == Outcome::Failed && !LOOK_UPS.contains(&door.port));
    let on_target = fullest(scene, shut.chunk_by_mut(|a, b| a.target == b.target));
    shut.sort_by_key(|door| (door.port, door.target));
    let on_port = fullest(scene, shut.chunk_by_mut(|a, b| a.port == b.port));
    let (burst, what) = if on_target.len() > on_port.len() {
        (on_target, "ports of one target")
    } else {
        (on_port, "targets on one port")
    };
    (burst.len() >= threshold).then(|| finding(scene, source, &burst, what))
}

/// The most doors of any group whose first knocks lie within one window.
fn fullest<'a>(scene: &Scene<'_>, groups: impl Iterator<Item = &'a mut [Door]>) -> Vec<Door> {
    let time = |door: &Door| when(scene.traffic, door.row);
    let window = scene.settings.real(&WINDOW);
    let mut best = Vec::new();
    for group in groups {
        group.sort_by(|a, b| time(a).total_cmp(&time(b)).then(a.row.cmp(&b.row)));
        let (mut from, mut most) = (0, 0..0);
        for to in 0..group.len() {
            while time(&group[to]) - time(&group[from]) > window {
                from += 1;
            }
            most = if to + 1 - from > most.len() { from..to + 1 } else { most };
        }
        if most.len() > best.len() {
            best = group[most].to_vec();
        }
    }
    best
}

/// Below the watch threshold at first: it may be bad luck; never at the block threshold.
fn finding(scene: &Scene<'_>, source: AddressId, burst: &[Door], what: &str) -> Finding {
    let subject = scene.traffic.address(source);
    let points = points(burst.len(), scene.settings.count(&DOORS), 25.0, 15.0, 45.0);
    let confidence = 0.5;
    let seen = Seen::of(scene.traffic, burst.iter().map(|door| door.row));
    Finding {
        id: 0,
        detector: SCAN_BURST.about.key,
        subject,
        role: role(confidence),
        victims: victims(scene.traffic, burst),
        first: seen.first,
        last: seen.last,
        rows: burst.iter().map(|door| u64::from(door.knocks)).sum(),
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1046"),
        summary: format!("{subject} tried {} {what} in vain within {:.0} s", burst.len(), scene.settings.real(&WINDOW)),
    }
}
