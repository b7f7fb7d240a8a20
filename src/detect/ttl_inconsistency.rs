//! An address whose packets seem to come from several distances at once: some of them may be forged.

use rustc_hash::FxHashSet;

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::traffic::{AddressId, Traffic};

use super::observed::{Piece, Weight, counted};
use super::tally::Seen;
use super::{Detector, Scene};

pub const TTL_INCONSISTENCY: Detector = Detector {
    about: About {
        key: "ttl_inconsistency",
        title: "One address from several distances",
        help: "What: tells from the time-to-live of TCP packets how many routers they passed, and lists addresses \
               whose packets come from several distances within a minute, or from two within one connection. Why: \
               packets of one machine take the same way; a forger elsewhere cannot easily imitate the distance. A \
               reset from another distance than the rest of its connection is how connections are cut by a third party.",
        limits: "Firewalls, load balancers and proxies answer in a server's name from another distance, several \
                 machines share one address behind a translator, routes change by a hop or two, and \
                 scanning tools choose the time-to-live at random. So this is weak \
                 evidence, and the address named is the one imitated, not the forger. About one forged packet in ten \
                 has the right distance by chance. Distances of more than 30 hops are taken for traceroute and left out.",
    },
    knobs: &[&DISTANCES, &GAP],
    family: Family::Spoofing,
    needs,
    run,
};

/// No source: a translator in front of two kinds of machines shows two.
pub const DISTANCES: Knob = Knob {
    key: "ttl_inconsistency.distances",
    label: "Distances within a minute",
    help: "An address seen from this many distances, each more than a hop from the next, within a minute is listed. 3 is this program's own choice.",
    unit: "distances",
    range: Range::Integer { min: 2, max: 30, default: 3 },
};
/// No source: routes that change in mid-connection change by few hops.
pub const GAP: Knob = Knob {
    key: "ttl_inconsistency.gap",
    label: "Hops within a connection",
    help: "A side of a connection whose packets differ by at least this many hops, or began at another time-to-live, is listed. 5 is this program's own choice.",
    unit: "hops",
    range: Range::Integer { min: 1, max: 30, default: 5 },
};

const TCP: u8 = 6;
const RST: u8 = 4;
/// Longer ways are rare in the Internet (Wang, Jin and Shin on hop-count filtering, 2007).
const MOST_HOPS: u8 = 30;
/// Findings past this number are left out, the weakest first.
const MOST_LISTED: usize = 1_000;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.source_ttl.is_absent() && scene.traffic.destination_ttl.is_absent();
    if absent { vec!["time-to-live of the packets (a capture, or a TTL column)".to_owned()] } else { Vec::new() }
}

/// Hops passed, from the common initial values (the paper's set, less 30 and 60, which 32 and 64 cover).
fn hops(ttl: u8) -> Option<(u8, u8)> {
    let initial = [32, 64, 128, 255].into_iter().find(|initial| ttl <= *initial)?;
    Some((initial, initial - ttl)).filter(|(_, hops)| *hops <= MOST_HOPS)
}

/// What is known of one address.
#[derive(Debug, Clone, Default)]
struct Sender {
    minute: i64,
    /// Bit n: seen from n hops in the current minute.
    current: u32,
    /// The most crowded minute.
    distances: u32,
    seen: Seen,
    /// Connections with two distances, and those of them with a reset.
    mixed: u64,
    reset: u64,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let gap = scene.settings.count(&GAP) as u8;
    let mut senders = vec![Sender::default(); traffic.addresses().len()];
    for row in (0..traffic.rows()).filter(|&row| traffic.protocol.get(row) == Some(TCP)) {
        let source = Some(traffic.source()[row]);
        let sides = [(source, &traffic.source_ttl), (traffic.destination.get(row), &traffic.destination_ttl)];
        for (side, (address, ttl)) in sides.into_iter().enumerate() {
            let (Some(address), Some([low, high])) = (address, ttl.get(row)) else { continue };
            let reset = traffic.flags.get(row).is_some_and(|flags| flags[side] & RST != 0);
            look(&mut senders[address.index()], traffic, row, [low, high], gap, reset);
        }
    }
    let least = scene.settings.count(&DISTANCES) as u32;
    let odd = |sender: &Sender| sender.distances >= least || sender.mixed > 0;
    let mut found: Vec<(AddressId, &Sender)> = senders
        .iter()
        .enumerate()
        .filter(|(_, sender)| odd(sender))
        .map(|(id, one)| (AddressId(id as u32), one))
        .collect();
    found.sort_by_key(|(id, sender)| (std::cmp::Reverse((sender.reset, sender.distances, sender.mixed)), *id));
    scene.leave_out(found.len().saturating_sub(MOST_LISTED));
    let listed: FxHashSet<AddressId> = found.iter().take(MOST_LISTED).map(|(id, _)| *id).collect();
    found.retain(|(id, _)| listed.contains(id));
    found.sort_by_key(|(id, _)| *id);
    found.iter().map(|(id, sender)| finding(traffic, *id, sender, least)).collect()
}

fn look(sender: &mut Sender, traffic: &Traffic, row: usize, [low, high]: [u8; 2], gap: u8, reset: bool) {
    let (Some(near), Some(far)) = (hops(high), hops(low)) else { return };
    if near.0 != far.0 || far.1.abs_diff(near.1) >= gap {
        sender.mixed += 1;
        sender.reset += u64::from(reset);
        sender.seen.add(traffic, row);
        return;
    }
    let minute = traffic.start.get(row).map_or(0, |start| (start / 60.0).floor() as i64);
    if minute != sender.minute {
        (sender.minute, sender.current) = (minute, 0);
    }
    sender.current |= 1 << far.1;
    // Neighbouring bits are one distance.
    let distances = (sender.current & !(sender.current << 1)).count_ones();
    if distances > sender.distances {
        sender.distances = distances;
        sender.seen.add(traffic, row);
    }
}

fn finding(traffic: &Traffic, id: AddressId, sender: &Sender, least: u32) -> Finding {
    let subject = traffic.address(id);
    let many = sender.distances >= least;
    let mut said = Vec::new();
    if many {
        said.push(format!(
            "seems to be {} away within a minute",
            counted(sender.distances as usize, "different distance")
        ));
    }
    if sender.mixed > 0 {
        let resets = if sender.reset > 0 { format!(", {} of them with a reset", sender.reset) } else { String::new() };
        let connections = counted(sender.mixed as usize, "connection");
        said.push(format!("has packets from two distances within {connections}{resets}"));
    }
    let weight: Weight = match (sender.reset > 0, many) {
        (true, _) => (12.0, 0.4),
        (false, true) => (10.0, 0.35),
        (false, false) => (5.0, 0.25),
    };
    let summary = format!("{subject} {}", said.join(" and "));
    let (about, seen, victims) = (&TTL_INCONSISTENCY.about, sender.seen, Vec::new());
    Piece { about, technique: None, subject, seen, weight, victims, summary }.finding()
}
