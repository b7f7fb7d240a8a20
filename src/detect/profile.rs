//! How a host behaves, in a few numbers that a person can read.

use crate::model::record::ConnState;
use crate::model::traffic::{AddressId, Traffic};

use super::Scene;
use super::doors::{Door, doors};
use super::evidence::{data, lasting};

/// One number of a profile.
pub struct Feature {
    /// What a summary says of a host's value.
    pub said: fn(f64) -> String,
    /// The bare value, for the range of the others.
    pub value: fn(f64) -> String,
    /// Whether factors count rather than differences: then its logarithm is compared.
    pub by_factors: bool,
}

fn count(value: f64) -> String {
    format!("{value:.0}")
}

fn percent(value: f64) -> String {
    format!("{:.0} %", value * 100.0)
}

fn bits(value: f64) -> String {
    format!("{value:.1}")
}

/// The numbers of a profile, in the order of `profile`.
pub const FEATURES: [Feature; 7] = [
    Feature { said: |hosts| format!("contacts {} hosts", count(hosts)), value: count, by_factors: true },
    Feature { said: |ports| format!("uses {} destination ports", count(ports)), value: count, by_factors: true },
    Feature {
        said: |spread| format!("spreads over ports with {} bits of entropy", bits(spread)),
        value: bits,
        by_factors: false,
    },
    Feature {
        said: |share| format!("fails in {} of its connections", percent(share)),
        value: percent,
        by_factors: false,
    },
    Feature { said: |bytes| format!("sends {} a connection", data(bytes)), value: data, by_factors: true },
    Feature {
        said: |share| format!("sends {} of the bytes it moves", percent(share)),
        value: percent,
        by_factors: false,
    },
    Feature { said: |gap| format!("starts a connection every {}", lasting(gap)), value: lasting, by_factors: true },
];

/// What one host did; NaN where the input does not tell.
pub type Profile = [f64; FEATURES.len()];

/// Measures a host that has rows.
pub fn profile(scene: &Scene<'_>, source: AddressId) -> Profile {
    let (traffic, rows) = (scene.traffic, scene.order.rows(source));
    let peers = scene.order.targets(traffic, source).filter(|(target, _)| target.is_some()).count();
    let (ports, spread) = ports(doors(scene, source, &mut Vec::new()));
    let (sent, received) = bytes(traffic, rows);
    let known = |value: f64, absent: bool| if absent { f64::NAN } else { value };
    [
        known(peers as f64, traffic.destination.is_absent()),
        known(ports, traffic.destination_port.is_absent()),
        known(spread, traffic.destination_port.is_absent()),
        failures(traffic, rows),
        known(sent / rows.len() as f64, traffic.bytes_sent.is_absent()),
        known(sent / (sent + received).max(1.0), traffic.bytes_sent.is_absent() || traffic.bytes_received.is_absent()),
        gap(traffic, rows),
    ]
}

/// How many different destination ports it knocked at, and Shannon's entropy of them in bits.
fn ports(doors: &[Door]) -> (f64, f64) {
    let mut ports: Vec<(u16, u32)> = doors.iter().map(|door| (door.port, door.knocks)).collect();
    ports.sort_unstable();
    let all: f64 = ports.iter().map(|port| f64::from(port.1)).sum();
    let (mut different, mut entropy) = (0.0, 0.0);
    for run in ports.chunk_by(|a, b| a.0 == b.0) {
        let share = run.iter().map(|port| f64::from(port.1)).sum::<f64>() / all;
        different += 1.0;
        entropy -= share * libm::log2(share);
    }
    (different, entropy)
}

fn failures(traffic: &Traffic, rows: &[u32]) -> f64 {
    let states = rows.iter().filter_map(|&row| traffic.state.get(row as usize));
    let (all, failed) =
        states.fold((0u32, 0u32), |(all, failed), state: ConnState| (all + 1, failed + u32::from(state.failed())));
    f64::from(failed) / f64::from(all)
}

fn bytes(traffic: &Traffic, rows: &[u32]) -> (f64, f64) {
    let of = |column: &crate::model::column::Column<u64>| {
        rows.iter().filter_map(|&row| column.get(row as usize)).fold(0.0, |sum, bytes| sum + bytes as f64)
    };
    (of(&traffic.bytes_sent), of(&traffic.bytes_received))
}

/// The middle time between one start and the next.
fn gap(traffic: &Traffic, rows: &[u32]) -> f64 {
    let starts = rows.iter().filter_map(|&row| traffic.start.get(row as usize)).filter(|start| start.is_finite());
    let mut starts: Vec<f64> = starts.collect();
    if starts.len() < 2 {
        return f64::NAN;
    }
    // Stable, because the rows of each target already stand in order.
    starts.sort_by(f64::total_cmp);
    let mut gaps: Vec<f64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    middle(&mut gaps)
}

/// The median, without sorting all.
fn middle(values: &mut [f64]) -> f64 {
    let half = values.len() / 2;
    let is_odd = values.len() % 2 == 1;
    let (below, &mut upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let lower = if is_odd { upper } else { below.iter().copied().fold(f64::NEG_INFINITY, f64::max) };
    (lower + upper) / 2.0
}
