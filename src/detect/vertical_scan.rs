//! One source that tries many ports of one target: a vertical scan.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, MAX_VICTIMS};
use crate::model::traffic::{AddressId, Traffic};

use super::attempts::{attempts, looks_like_answers};
use super::doors::{Door, doors};
use super::evidence::{Distinct, Quality, points, role, severity};
use super::tally::Seen;
use super::{Detector, Scene};

pub const VERTICAL_SCAN: Detector = Detector {
    about: About {
        key: "vertical_scan",
        title: "Many ports on one target",
        help: "What: counts the different destination ports that one address tries on one target. Why: an attacker \
               who looks for a way in knocks at many doors of the same machine, and most do not open. Attempts that \
               failed weigh much; attempts whose outcome the input does not tell weigh little; attempts that were \
               answered weigh next to nothing. Without a destination column it counts ports per source alone and \
               calls that a port spread, never a scan.",
        limits: "The whole input is one window, so a slow scan counts fully and so do many failures over a long \
                 time. Scans spread over many sources stay below the threshold. The outcome comes from a state \
                 column, else from the packets or bytes that came back, else from a TCP flow too small to hold more than \
                 a refusal (100 bytes; above 480 it carried data); where none of these exists it is unknown, and so is \
                 silence in a capture of one direction, or over UDP where nothing ever answers. \
                 Replies are recognised by their reverse direction standing earlier, or by coming from a few \
                 service ports to client ports; a scanner that imitates the latter is missed. Ports of discovery and address assignment, multicast and broadcast are left out. Passive FTP, \
                 peer-to-peer programs and monitoring also touch many ports.",
    },
    knobs: &[&PORTS],
    family: Family::Scanning,
    needs,
    run,
};

/// Zeek's misc/scan notices a port scan from 15 ports on one host on.
pub const PORTS: Knob = Knob {
    key: "vertical_scan.ports",
    label: "Ports on one target",
    help: "From this many different destination ports on one target on it is reported. 15 is what Zeek's scan script uses.",
    unit: "ports",
    range: Range::Integer { min: 2, max: 65_535, default: 15 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.destination_port.is_absent();
    if absent { vec!["a destination port column".to_owned()] } else { Vec::new() }
}

/// What one source did to one target.
struct Probe {
    target: Option<AddressId>,
    ports: Distinct,
    quality: Quality,
    seen: Seen,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let threshold = scene.settings.count(&PORTS);
    let order = &scene.order;
    let found = order.sources(threshold).filter_map(|source| {
        let mut room = Vec::new();
        let targets = doors(scene, source, &mut room).chunk_by(|a, b| a.target == b.target);
        let mut probes: Vec<Probe> = targets.filter_map(|doors| probe(scene, source, doors, threshold)).collect();
        if scene.traffic.destination.is_absent() {
            probes.extend(port_spread(scene, source, threshold));
        }
        // The best evidence is reported.
        let best = probes.iter().map(|probe| probe.quality).max()?;
        probes.retain(|probe| probe.quality == best);
        probes.sort_by_key(|probe| {
            let address = probe.target.map(|id| scene.traffic.address(id));
            (std::cmp::Reverse((probe.ports.failed, probe.ports.all)), address)
        });
        Some(finding(scene.traffic, source, &probes, threshold))
    });
    found.collect()
}

/// What was done to the target of these doors.
fn probe(scene: &Scene<'_>, source: AddressId, doors: &[Door], threshold: usize) -> Option<Probe> {
    if doors.len() < threshold {
        return None;
    }
    let target = doors[0].target;
    let mut keys: Vec<_> = doors.iter().map(|door| (door.port, door.outcome)).collect();
    let ports = Distinct::of(&mut keys);
    let quality = ports.quality(threshold)?;
    let rows = scene.order.pair(scene.traffic, source, target).iter().copied();
    let seen = Seen::of(scene.traffic, rows.filter(|&row| scene.outcomes.get(row).is_some()));
    Some(Probe { target: Some(target), ports, quality, seen })
}

/// What was done to targets that the input does not name.
fn port_spread(scene: &Scene<'_>, source: AddressId, threshold: usize) -> Option<Probe> {
    let attempts = attempts(scene, source, threshold);
    let mut keys: Vec<_> = attempts.iter().map(|attempt| (attempt.port, attempt.outcome)).collect();
    let ports = Distinct::of(&mut keys);
    let quality = ports.quality(threshold)?;
    if looks_like_answers(scene.traffic, attempts.iter().map(|attempt| (attempt.row, attempt.port))) {
        return None;
    }
    let seen = Seen::of(scene.traffic, attempts.iter().map(|attempt| attempt.row));
    Some(Probe { target: None, ports, quality, seen })
}

/// The numbers below keep everything but failed attempts far under the default block threshold of 60, and let
/// failed attempts alone reach it at about 70 ports; see `risk` for how they add up.
fn finding(traffic: &Traffic, source: AddressId, probes: &[Probe], threshold: usize) -> Finding {
    let worst = &probes[0];
    let failed: usize = probes.iter().map(|probe| probe.ports.failed).sum();
    let Distinct { all, .. } = worst.ports;
    let (points, confidence, what) = match (worst.target, worst.quality) {
        (Some(_), Quality::Failed) => {
            let share = worst.ports.failed as f64 / all as f64;
            let what = format!("tried {all} ports, of which {} failed, on", worst.ports.failed);
            (points(failed, threshold, 50.0, 15.0, 80.0), 0.7 + 0.25 * share, what)
        }
        (Some(_), Quality::Unknown) => {
            (points(all, threshold, 20.0, 10.0, 35.0), 0.4, format!("tried {all} ports, outcome unknown, on"))
        }
        (Some(_), Quality::Answered) => {
            (points(all, threshold, 1.0, 1.0, 3.0), 0.2, format!("used {all} ports, most of which answered, on"))
        }
        (None, _) => (points(all, threshold, 8.0, 8.0, 20.0), 0.2, format!("used {all} destination ports on")),
    };
    let victims: Vec<_> = probes.iter().filter_map(|probe| probe.target).map(|id| traffic.address(id)).collect();
    let on = match (victims.first(), victims.len()) {
        (None, _) => "targets that the input does not name (a port spread, no confirmed scan)".to_owned(),
        (Some(first), 1) => first.to_string(),
        (Some(first), targets) => format!("{first}; {targets} targets in all"),
    };
    Finding {
        id: 0,
        detector: VERTICAL_SCAN.about.key,
        subject: traffic.address(source),
        role: role(confidence),
        victims: victims.into_iter().take(MAX_VICTIMS).collect(),
        first: probes.iter().filter_map(|probe| probe.seen.first).reduce(f64::min),
        last: probes.iter().filter_map(|probe| probe.seen.last).reduce(f64::max),
        rows: probes.iter().map(|probe| probe.seen.rows).sum(),
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1046"),
        summary: format!("{} {what} {on}", traffic.address(source)),
    }
}
