//! Probes with TCP flags that no connection begins with.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, MAX_VICTIMS};
use crate::model::traffic::{AddressId, Traffic};

use super::attempts::{Attempt, Outcome, looks_like_answers};
use super::evidence::{points, role, severity};
use super::tally::Seen;
use super::{Detector, Scene};

pub const STEALTH_SCAN: Detector = Detector {
    about: About {
        key: "stealth_scan",
        title: "Scan with odd TCP flags",
        help: "What: counts ports that one address probes with packets without flags (NULL), with FIN alone, with \
               FIN, PSH and URG (Xmas), with SYN and FIN together, or with ACK or FIN and ACK outside of a connection. Why: a \
               system answers such packets differently for open and closed ports, and simple firewalls and logs \
               overlook them. No ordinary program sends the first four; the last two also end or continue \
               connections that began before the capture, so that they count only over many ports of one target.",
        limits: "Needs TCP flags, from a capture, or Zeek's history, which does not tell FIN, Xmas and ordinary \
                 FIN-ACK packets apart and does not show NULL scans. Half-open (SYN) scans are the other scan detectors' matter.",
    },
    knobs: &[&PROBES, &PORTS],
    family: Family::Scanning,
    needs,
    run,
};

pub const PROBES: Knob = Knob {
    key: "stealth_scan.probes",
    label: "Probes with impossible flags",
    help: "From this many different targets and ports on it is reported. A few such packets may be damage; 5 is this program's own choice.",
    unit: "probes",
    range: Range::Integer { min: 1, max: 1_000_000, default: 5 },
};

pub const PORTS: Knob = Knob {
    key: "stealth_scan.ports",
    label: "Ports probed with ACK",
    help: "From this many different ports of one target on, packets with ACK or with FIN and ACK outside of a connection are reported. 15 is Zeek's number for a port scan.",
    unit: "ports",
    range: Range::Integer { min: 2, max: 65_535, default: 15 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let traffic = scene.traffic;
    let columns = [
        (traffic.destination.is_absent(), "a destination address column"),
        (traffic.destination_port.is_absent(), "a destination port column"),
        (traffic.flags.is_absent() && !has_history(traffic), "TCP flags (a capture, or Zeek's history)"),
    ];
    columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned()).collect()
}

fn has_history(traffic: &Traffic) -> bool {
    (0..traffic.rows()).any(|row| traffic.history(row).is_some())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Flags {
    Null,
    Fin,
    Xmas,
    SynFin,
    /// FIN and ACK.
    Maimon,
    /// FIN with or without ACK: Zeek's history writes both as F.
    Closing,
    Ack,
}

impl Flags {
    fn name(self) -> &'static str {
        match self {
            Flags::Null => "NULL",
            Flags::Fin => "FIN",
            Flags::Xmas => "Xmas",
            Flags::SynFin => "SYN and FIN",
            Flags::Maimon => "Maimon (FIN and ACK)",
            Flags::Closing => "FIN, with ACK or without",
            Flags::Ack => "ACK",
        }
    }

    /// Whether no connection has such packets.
    fn is_impossible(self) -> bool {
        !matches!(self, Flags::Maimon | Flags::Closing | Flags::Ack)
    }
}

const TCP: u8 = 6;
const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const PSH: u8 = 8;
const ACK: u8 = 16;
const URG: u8 = 32;

/// A probe is a packet, or the same a few times over; our own choice.
const REPEATED: u64 = 4;

/// What the source of `row` probed with, where it did nothing else and had no answer but a reset.
fn flags(traffic: &Traffic, row: usize) -> Option<Flags> {
    let bytes = traffic.bytes_sent.get(row).unwrap_or(0) + traffic.bytes_received.get(row).unwrap_or(0);
    let many = traffic.packets_sent.get(row).is_some_and(|packets| packets == 0 || packets > REPEATED);
    if traffic.protocol.get(row) != Some(TCP) || bytes > 0 || many {
        return None;
    }
    let Some([sent, received]) = traffic.flags.get(row) else { return by_history(traffic.history(row)?) };
    if received & !(RST | ACK) != 0 || received == ACK {
        return None;
    }
    match sent & (FIN | SYN | RST | PSH | ACK | URG) {
        0 => Some(Flags::Null),
        FIN => Some(Flags::Fin),
        sent if sent == FIN | PSH | URG => Some(Flags::Xmas),
        sent if sent & (SYN | FIN | ACK) == SYN | FIN => Some(Flags::SynFin),
        sent if sent == FIN | ACK => Some(Flags::Maimon),
        ACK => Some(Flags::Ack),
        _ => None,
    }
}

fn by_history(history: &str) -> Option<Flags> {
    match history.trim_end_matches('r') {
        "F" => Some(Flags::Closing),
        "Q" => Some(Flags::SynFin),
        "A" => Some(Flags::Ack),
        _ => None,
    }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let least = scene.settings.count(&PROBES).min(scene.settings.count(&PORTS));
    scene.order.sources(least).filter_map(|source| finding(scene, source)).collect()
}

/// The probes of one source that count, with their flags.
fn probes(scene: &Scene<'_>, source: AddressId) -> Vec<(Flags, Attempt)> {
    let traffic = scene.traffic;
    let of = |&row: &u32| {
        let flags = flags(traffic, row as usize)?;
        let (target, port) = (traffic.destination.get(row as usize)?, traffic.destination_port.get(row as usize)?);
        Some((flags, Attempt { row, target: Some(target), port, outcome: Outcome::Unknown }))
    };
    let mut all: Vec<(Flags, Attempt)> = scene.order.rows(source).iter().filter_map(of).collect();
    all.sort_by_key(|(flags, attempt)| (flags.is_impossible(), attempt.target, attempt.port, attempt.row));
    let mut probes: Vec<(Flags, Attempt)> = Vec::new();
    for same in all.chunk_by(|a, b| {
        (a.0.is_impossible(), a.1.target) == (b.0.is_impossible(), b.1.target)
            || a.0.is_impossible() && b.0.is_impossible()
    }) {
        let distinct = same.chunk_by(|a, b| (a.1.target, a.1.port) == (b.1.target, b.1.port)).count();
        let attempts = same.iter().map(|(_, attempt)| (attempt.row, attempt.port));
        let counts = if same[0].0.is_impossible() {
            distinct >= scene.settings.count(&PROBES)
        } else {
            distinct >= scene.settings.count(&PORTS) && !looks_like_answers(traffic, attempts)
        };
        if counts {
            probes.extend_from_slice(same);
        }
    }
    probes
}

fn finding(scene: &Scene<'_>, source: AddressId) -> Option<Finding> {
    let traffic = scene.traffic;
    let probes = probes(scene, source);
    let impossible = probes.iter().any(|probe| probe.0.is_impossible());
    let mut places: Vec<_> = probes.iter().map(|probe| (probe.1.target, probe.1.port)).collect();
    places.sort_unstable();
    places.dedup();
    let mut kinds: Vec<Flags> = probes.iter().map(|probe| probe.0).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let mut victims: Vec<AddressId> = places.iter().filter_map(|place| place.0).collect();
    victims.dedup();
    let (first, subject) = (victims.first()?, traffic.address(source));
    // As for scans whose attempts failed: a hundred probes alone come to the default block threshold.
    let confidence = if impossible { 0.85 } else { 0.6 };
    let points = points(places.len(), scene.settings.count(&PORTS), 50.0, 15.0, 80.0);
    let more = if victims.len() > 1 { format!(" and {} more", victims.len() - 1) } else { String::new() };
    let on = traffic.address(*first);
    let summary =
        format!("{subject} probed {} ports of {on}{more} with odd TCP flags: {}", places.len(), names.join(", "));
    let seen = Seen::of(traffic, probes.iter().map(|probe| probe.1.row));
    Some(Finding {
        id: 0,
        detector: STEALTH_SCAN.about.key,
        subject,
        role: role(confidence),
        victims: victims.iter().take(MAX_VICTIMS).map(|&id| traffic.address(id)).collect(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1046"),
        summary,
    })
}
