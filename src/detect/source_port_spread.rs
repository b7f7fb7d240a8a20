//! The original script's port check, named for what it counts: different source ports of one address.

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, Role};
use crate::model::traffic::AddressId;

use super::evidence::{points, severity};
use super::tally::Seen;
use super::{Detector, Scene};

pub const SOURCE_PORT_SPREAD: Detector = Detector {
    about: About {
        key: "source_port_spread",
        title: "Many source ports",
        help: "What: names every address that sends from more than ten different source ports. Why: the original \
               script calls this a possible port scan; it is kept so that its results can be compared.",
        limits: "It counts the sender's ports, not the ports tried, so it shows no scan: every ordinary client takes \
                 a fresh source port per connection, and eleven connections are enough. It adds at most 1 point \
                 and blocks nobody by itself.",
    },
    knobs: &[&PORTS],
    family: Family::Scanning,
    needs,
    run,
};

/// The original script's constant.
pub const PORTS: Knob = Knob {
    key: "source_port_spread.ports",
    label: "Source ports of one address",
    help: "An address with more different source ports than this is named. 10 is the original script's number.",
    unit: "ports",
    range: Range::Integer { min: 1, max: 65_535, default: 10 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.source_port.is_absent();
    if absent { vec!["a source port column".to_owned()] } else { Vec::new() }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let threshold = scene.settings.count(&PORTS);
    let order = &scene.order;
    let mut seen_ports = vec![false; 1 << 16];
    let mut ports: Vec<u16> = Vec::new();
    let mut spread: Vec<(AddressId, usize)> = Vec::new();
    for source in order.sources(threshold + 1) {
        ports.drain(..).for_each(|port| seen_ports[usize::from(port)] = false);
        for port in order.rows(source).iter().filter_map(|&row| traffic.source_port.get(row as usize)) {
            if !std::mem::replace(&mut seen_ports[usize::from(port)], true) {
                ports.push(port);
            }
        }
        if ports.len() > threshold {
            spread.push((source, ports.len()));
        }
    }
    let sources: Vec<AddressId> = spread.iter().map(|(source, _)| *source).collect();
    let seen = Seen::of_sources(traffic, &sources);
    spread
        .iter()
        .zip(seen)
        .map(|(&(source, ports), seen)| finding(traffic.address(source), ports, seen, threshold))
        .collect()
}

fn finding(subject: Address, ports: usize, seen: Seen, threshold: usize) -> Finding {
    let points = points(ports, threshold, 0.5, 0.2, 1.0);
    Finding {
        id: 0,
        detector: SOURCE_PORT_SPREAD.about.key,
        subject,
        role: Role::Bystander,
        victims: Vec::new(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence: 0.1,
        points,
        technique: None,
        summary: format!("{subject} sends from {ports} different source ports"),
    }
}
