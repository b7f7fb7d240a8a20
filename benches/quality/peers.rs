//! What the same rows are judged to be by others: the original script, Zeek's thresholds, and PyOD.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use flowglass::model::address::Address;
use flowglass::model::outcome::Outcome;

use crate::measure::labels;

/// The largest mean of the two models' votes on any row of each source: 1 is the script's "both models".
pub fn script_votes(outcome: &Outcome) -> BTreeMap<Address, f64> {
    let mut worst = BTreeMap::new();
    for (row, source) in outcome.traffic.source().iter().enumerate() {
        let risk = row_votes(outcome, row).unwrap_or(0.0);
        let host = worst.entry(outcome.traffic.address(*source)).or_insert(0.0);
        *host = f64::max(*host, risk);
    }
    worst
}

pub fn row_votes(outcome: &Outcome, row: usize) -> Option<f64> {
    outcome.judgement.risk(outcome.judgement.point(row)?)
}

/// The forest's own score of a row, turned so that higher is worse.
pub fn row_forest(outcome: &Outcome, row: usize) -> Option<f64> {
    let point = outcome.judgement.point(row)?;
    outcome.judgement.forest.as_ref().map(|forest| -forest.score[point])
}

/// How many different source ports each address has: the script names it from eleven on.
pub fn script_ports(outcome: &Outcome) -> BTreeMap<Address, f64> {
    let mut ports: BTreeMap<Address, BTreeSet<u16>> = BTreeMap::new();
    for (row, source) in outcome.traffic.source().iter().enumerate() {
        let seen = ports.entry(outcome.traffic.address(*source)).or_default();
        seen.extend(outcome.traffic.source_port.get(row));
    }
    ports.into_iter().map(|(address, ports)| (address, ports.len() as f64)).collect()
}

/// Zeek's misc/scan by its thresholds alone: 15 ports on one host or 25 hosts on one port. The score is the count over
/// its threshold, the larger of the two: named from 1 on. `failed` counts only what the state calls failed.
pub fn zeek(outcome: &Outcome, failed: bool) -> BTreeMap<Address, f64> {
    let traffic = &outcome.traffic;
    let mut ports: BTreeMap<(u32, u32), BTreeSet<u16>> = BTreeMap::new();
    let mut hosts: BTreeMap<(u32, u16), BTreeSet<u32>> = BTreeMap::new();
    for (row, source) in traffic.source().iter().enumerate() {
        let ends = (traffic.destination.get(row), traffic.destination_port.get(row));
        let (Some(target), Some(port)) = ends else { continue };
        if failed && !traffic.state.get(row).is_some_and(|state| state.failed()) {
            continue;
        }
        ports.entry((source.0, target.0)).or_default().insert(port);
        hosts.entry((source.0, port)).or_default().insert(target.0);
    }
    let ports = ports.into_iter().map(|(key, ports)| (key.0, ports.len() as f64 / 15.0));
    let hosts = hosts.into_iter().map(|(key, hosts)| (key.0, hosts.len() as f64 / 25.0));
    let mut worst: BTreeMap<Address, f64> = BTreeMap::new();
    for (source, score) in ports.chain(hosts) {
        let host = worst.entry(traffic.addresses()[source as usize]).or_default();
        *host = host.max(score);
    }
    worst
}

/// Rows that PyOD's models are given at most; every n-th of more.
const MOST_FOR_PYOD: usize = 50_000;

/// AUC and average precision of PyOD's models on the labelled rows, by model; empty without `FLOWGLASS_PYTHON`.
pub fn pyod(outcome: &Outcome, folder: &Path) -> BTreeMap<String, [f64; 2]> {
    let Some(python) = std::env::var_os("FLOWGLASS_PYTHON") else { return BTreeMap::new() };
    let input = folder.join("rows.csv");
    matrix(outcome, &input).expect("target can be written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/quality/peer.py");
    let output = Command::new(python).arg(script).arg(&input).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The numbers of each labelled row, log-scaled, its label last. A missing number is a 0.
fn matrix(outcome: &Outcome, path: &Path) -> std::io::Result<()> {
    let traffic = &outcome.traffic;
    let rows: Vec<(usize, bool)> =
        labels(outcome).into_iter().enumerate().filter_map(|(row, label)| Some((row, label?))).collect();
    let step = rows.len().div_ceil(MOST_FOR_PYOD).max(1);
    let mut file = BufWriter::new(fs::File::create(path)?);
    for &(row, guilty) in rows.iter().step_by(step) {
        let numbers = [
            traffic.source_port.get(row).map(f64::from),
            traffic.destination_port.get(row).map(f64::from),
            traffic.protocol.get(row).map(f64::from),
            traffic.duration.get(row).map(|seconds| seconds * 1e6),
            traffic.bytes_sent.get(row).map(|count| count as f64),
            traffic.bytes_received.get(row).map(|count| count as f64),
            traffic.packets_sent.get(row).map(|count| count as f64),
            traffic.packets_received.get(row).map(|count| count as f64),
        ];
        for number in numbers {
            write!(file, "{},", libm::log1p(number.unwrap_or(0.0).max(0.0)))?;
        }
        writeln!(file, "{}", u8::from(guilty))?;
    }
    file.flush()
}
