//! Bursts of empty packets that nobody answers, in tables that have no ports: what a scan looks like there.

use rustc_hash::FxHashMap;

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, MAX_VICTIMS};
use crate::model::traffic::{AddressId, Traffic};

use super::evidence::{points, role, severity};
use super::tally::Seen;
use super::{Detector, Scene};

pub const EMPTY_BURSTS: Detector = Detector {
    about: About {
        key: "empty_bursts",
        title: "Empty packets without answer",
        help: "What: in flow tables without ports, looks for bursts of TCP packets that carry nothing and get next to no \
               answer, from one address to several others. Why: a port scan is hundreds of such packets in a second. \
               The ports would show it best; where a table leaves them out, the silence still does.",
        limits: "It runs only where the input has no destination ports, because with ports a few unanswered packets are \
                 an ordinary retry. It cannot tell a scan from a flood of connection requests. Packets of up to 60 bytes \
                 count as empty, which is a header with its options. It needs packets and bytes of both directions.",
    },
    knobs: &[&PACKETS, &TARGETS],
    family: Family::Scanning,
    needs,
    run,
};

pub const PACKETS: Knob = Knob {
    key: "empty_bursts.packets",
    label: "Empty packets",
    help: "From this many empty packets without answer on, over all targets, an address is reported. 100 is this program's own choice.",
    unit: "packets",
    range: Range::Integer { min: 10, max: 1_000_000_000, default: 100 },
};

pub const TARGETS: Knob = Knob {
    key: "empty_bursts.targets",
    label: "Targets",
    help: "They must go to at least this many addresses. 3 is this program's own choice: one target may simply be down.",
    unit: "addresses",
    range: Range::Integer { min: 1, max: 1_000_000, default: 3 },
};

const TCP: u8 = 6;
/// An IPv4 and a TCP header with 20 bytes of options.
const EMPTY_BYTES: u64 = 60;
/// A connection that gets no answer is tried five or six times by common systems; per flow at least as many.
const BURST: u64 = 6;
/// At most one packet back for so many. Our own choice.
const ANSWERS: u64 = 5;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let traffic = scene.traffic;
    let lacks = [
        (
            !traffic.destination_port.is_absent(),
            "a table without destination ports (with them, the other scan detectors see more)",
        ),
        (traffic.destination.is_absent(), "a destination address column"),
        (traffic.protocol.is_absent(), "a protocol column"),
        (
            traffic.packets_sent.is_absent() || traffic.packets_received.is_absent(),
            "columns for the packets of both directions",
        ),
        (
            traffic.bytes_sent.is_absent() || traffic.bytes_received.is_absent(),
            "columns for the bytes of both directions",
        ),
    ];
    lacks.iter().filter(|(lacks, _)| *lacks).map(|(_, what)| (*what).to_owned()).collect()
}

/// What one address sent in vain: packets and rows per target.
#[derive(Default)]
struct Silence {
    packets: u64,
    targets: Vec<AddressId>,
    rows: Vec<u32>,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let mut silences: FxHashMap<AddressId, Silence> = FxHashMap::default();
    for row in 0..u32::try_from(scene.traffic.rows()).unwrap_or(u32::MAX) {
        let Some((sender, target, packets)) = burst(scene.traffic, row as usize) else { continue };
        let silence = silences.entry(sender).or_default();
        silence.packets += packets;
        silence.targets.push(target);
        silence.rows.push(row);
    }
    let mut silences: Vec<(AddressId, Silence)> = silences.into_iter().collect();
    silences.sort_unstable_by_key(|one| one.0);
    silences.into_iter().filter_map(|(sender, silence)| finding(scene, sender, silence)).collect()
}

/// Who sent empty packets to whom in vain, and how many. Either end may be the one: some exporters sort the two.
fn burst(traffic: &Traffic, row: usize) -> Option<(AddressId, AddressId, u64)> {
    if traffic.protocol.get(row) != Some(TCP) {
        return None;
    }
    let (source, target) = (traffic.source()[row], traffic.destination.get(row)?);
    let sent = (traffic.packets_sent.get(row).unwrap_or(0), traffic.bytes_sent.get(row).unwrap_or(0));
    let received = (traffic.packets_received.get(row).unwrap_or(0), traffic.bytes_received.get(row).unwrap_or(0));
    let vain = |(packets, bytes): (u64, u64), back: u64| {
        packets >= BURST && bytes <= packets.saturating_mul(EMPTY_BYTES) && back.saturating_mul(ANSWERS) <= packets
    };
    if vain(sent, received.0) {
        Some((source, target, sent.0))
    } else {
        vain(received, sent.0).then_some((target, source, received.0))
    }
}

fn finding(scene: &Scene<'_>, sender: AddressId, mut silence: Silence) -> Option<Finding> {
    let threshold = scene.settings.count(&PACKETS);
    silence.targets.sort_unstable();
    silence.targets.dedup();
    if silence.packets < threshold as u64 || silence.targets.len() < scene.settings.count(&TARGETS) {
        return None;
    }
    let points = points(silence.packets as usize, threshold, 45.0, 10.0, 70.0);
    let confidence = 0.7;
    let subject = scene.traffic.address(sender);
    let seen = Seen::of(scene.traffic, silence.rows.iter().copied());
    Some(Finding {
        id: 0,
        detector: EMPTY_BURSTS.about.key,
        subject,
        role: role(confidence),
        victims: silence.targets.iter().take(MAX_VICTIMS).map(|&id| scene.traffic.address(id)).collect(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1046"),
        summary: format!(
            "{subject} sent {} empty packets to {} targets with next to no answer",
            silence.packets,
            silence.targets.len()
        ),
    })
}
