//! Pings to many hosts: someone looks who is there.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, MAX_VICTIMS};
use crate::model::traffic::AddressId;

use super::attempts::Outcome;
use super::evidence::{Distinct, Quality, points, role, severity};
use super::icmp::{is_icmp, is_request};
use super::tally::Seen;
use super::{Detector, Scene};

pub const ICMP_SWEEP: Detector = Detector {
    about: About {
        key: "icmp_sweep",
        title: "Pings to many hosts",
        help: "What: counts the different hosts to which one address sends ICMP echo, time stamp or address mask \
               requests. Why: before an attack someone finds out which addresses are in use; who pings without \
               knowing asks many that are not, so that most requests stay unanswered.",
        limits: "The whole input is one window. Monitoring systems ping many hosts, too, which mostly answer: that \
                 weighs little. Where the input has no ICMP types, the rows may be other messages than pings, and \
                 weigh less. Sweeps with ARP or TCP are left to other detectors.",
    },
    knobs: &[&HOSTS],
    family: Family::Scanning,
    needs,
    run,
};

pub const HOSTS: Knob = Knob {
    key: "icmp_sweep.hosts",
    label: "Hosts asked",
    help: "From this many different hosts on it is reported. 20 is the number of requests in Snort's medium level for ICMP sweeps; Slips counts in steps of 5.",
    unit: "addresses",
    range: Range::Integer { min: 2, max: 1_000_000, default: 20 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let traffic = scene.traffic;
    let columns = [
        (traffic.destination.is_absent(), "a destination address column"),
        (traffic.protocol.is_absent(), "a protocol column"),
    ];
    columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned()).collect()
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let least = scene.settings.count(&HOSTS);
    scene.order.sources(least).filter_map(|source| sweep(scene, source, least)).collect()
}

/// A host asked, and how that went.
struct Asked {
    row: u32,
    target: AddressId,
    outcome: Outcome,
    /// Whether it is known that these were requests.
    known: bool,
}

fn asked(scene: &Scene<'_>, source: AddressId, row: u32) -> Option<Asked> {
    let traffic = scene.traffic;
    let at = row as usize;
    if !is_icmp(traffic, at) {
        return None;
    }
    let known = is_request(traffic, at);
    let target = traffic.destination.get(at).filter(|&target| scene.sides.is_one_host(target))?;
    if known == Some(false) {
        return None;
    }
    let answered = || !scene.order.pair(traffic, target, source).is_empty();
    let outcome = match traffic.packets_received.get(at) {
        Some(0) if !answered() => Outcome::Failed,
        None if !answered() => Outcome::Unknown,
        _ => Outcome::Answered,
    };
    Some(Asked { row, target, outcome, known: known.is_some() })
}

fn sweep(scene: &Scene<'_>, source: AddressId, least: usize) -> Option<Finding> {
    let traffic = scene.traffic;
    let asked: Vec<Asked> = scene.order.rows(source).iter().filter_map(|&row| asked(scene, source, row)).collect();
    let mut keys: Vec<(AddressId, Outcome)> = asked.iter().map(|asked| (asked.target, asked.outcome)).collect();
    let hosts = Distinct::of(&mut keys);
    let mut quality = hosts.quality(least)?;
    let known = asked.iter().any(|asked| asked.known);
    if !known && traffic.packets_received.is_absent() {
        quality = quality.min(Quality::Unknown);
    }
    let (points, confidence, how) = match quality {
        // Messages of an unknown type that nobody answers and nobody asked for.
        Quality::Failed if !known => {
            (points(hosts.failed, least, 32.0, 8.0, 45.0), 0.55, format!("{} did not answer", hosts.failed))
        }
        // Looking around harms nobody yet: by itself it does not reach the default block threshold of 60.
        Quality::Failed => {
            let share = hosts.failed as f64 / hosts.all as f64;
            (
                points(hosts.failed, least, 40.0, 10.0, 55.0),
                0.6 + 0.3 * share,
                format!("{} did not answer", hosts.failed),
            )
        }
        Quality::Unknown => (points(hosts.all, least, 10.0, 5.0, 20.0), 0.3, "outcome unknown".to_owned()),
        Quality::Answered => (points(hosts.all, least, 3.0, 3.0, 8.0), 0.2, "most answered".to_owned()),
    };
    let mut victims: Vec<AddressId> = keys.iter().map(|key| key.0).collect();
    victims.dedup();
    let seen = Seen::of(traffic, asked.iter().map(|asked| asked.row));
    Some(Finding {
        id: 0,
        detector: ICMP_SWEEP.about.key,
        subject: traffic.address(source),
        role: role(confidence),
        victims: victims.iter().take(MAX_VICTIMS).map(|&id| traffic.address(id)).collect(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1018"),
        summary: format!("{} pinged {} hosts, {how}", traffic.address(source), hosts.all),
    })
}
