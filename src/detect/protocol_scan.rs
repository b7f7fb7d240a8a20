//! One source that tries many IP protocols: what a machine speaks besides TCP and UDP.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, MAX_VICTIMS};
use crate::model::traffic::AddressId;

use super::doors::distinct;
use super::evidence::{points, role, severity};
use super::tally::Seen;
use super::{Detector, Scene};

pub const PROTOCOL_SCAN: Detector = Detector {
    about: About {
        key: "protocol_scan",
        title: "Many IP protocols",
        help: "What: counts the different IP protocols (TCP, UDP, GRE and so on, numbers 0 to 255) that one address \
               sends. Why: hosts use three or four and routers a few more; who sends ten is trying which of them a \
               target or a firewall lets through.",
        limits: "It needs a protocol column with numbers or names; names that are not known are not counted. Test \
                 equipment that sends every protocol on purpose looks the same.",
    },
    knobs: &[&PROTOCOLS],
    family: Family::Scanning,
    needs,
    run,
};

/// No source: nmap's protocol scan tries all 256.
pub const PROTOCOLS: Knob = Knob {
    key: "protocol_scan.protocols",
    label: "IP protocols of one address",
    help: "From this many different IP protocols on it is reported. 10 is this program's own choice: more than a router with tunnels and routing protocols uses.",
    unit: "protocols",
    range: Range::Integer { min: 4, max: 256, default: 10 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.protocol.is_absent();
    if absent { vec!["a protocol column".to_owned()] } else { Vec::new() }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let threshold = scene.settings.count(&PROTOCOLS);
    scene.order.sources(threshold).filter_map(|source| of_source(scene, source, threshold)).collect()
}

fn of_source(scene: &Scene<'_>, source: AddressId, threshold: usize) -> Option<Finding> {
    let traffic = scene.traffic;
    let rows = scene.order.rows(source);
    let mut used = [false; 256];
    rows.iter()
        .filter_map(|&row| traffic.protocol.get(row as usize))
        .for_each(|number| used[usize::from(number)] = true);
    let count = used.iter().filter(|used| **used).count();
    if count < threshold {
        return None;
    }
    let odd: Vec<u32> = rows
        .iter()
        .copied()
        .filter(|&row| !matches!(traffic.protocol.get(row as usize), None | Some(1 | 6 | 17 | 58)))
        .collect();
    let mut victims: Vec<AddressId> = odd.iter().filter_map(|&row| traffic.destination.get(row as usize)).collect();
    victims.dedup();
    let targets = distinct(victims.iter());
    let points = points(count, threshold, 50.0, 20.0, 80.0);
    let confidence = 0.8;
    let subject = traffic.address(source);
    let seen = Seen::of(traffic, odd.iter().copied());
    Some(Finding {
        id: 0,
        detector: PROTOCOL_SCAN.about.key,
        subject,
        role: role(confidence),
        victims: victims.into_iter().take(MAX_VICTIMS).map(|id| traffic.address(id)).collect(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1046"),
        summary: format!("{subject} sends {count} different IP protocols, to {targets} targets"),
    })
}
