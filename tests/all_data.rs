//! Every file of the shared data that is of a kind Flowglass reads opens, in time and without a panic, and what is cut
//! off keeps all that is complete before the cut. `FLOWGLASS_DATA` names the data; without it `../shared/data` is tried.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use common::{data, read};
use flowglass::ingest::{HEAD, recognise};
use flowglass::model::report::Input;

/// Seconds allowed: one per 50 MB once optimised, and something for opening a file on a busy machine. An unoptimised
/// build takes some twenty times as long.
fn allowed(bytes: usize) -> f64 {
    let slower = if cfg!(debug_assertions) { 30.0 } else { 1.0 };
    1.0 + bytes as f64 / 50e6 * slower
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.file_name().and_then(|name| name.to_str()) {
            // GeoIP databases are no traffic.
            Some("mmdb") => {}
            _ if path.is_dir() => walk(&path, files),
            _ => files.push(path),
        }
    }
}

fn all(data: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    walk(data, &mut files);
    files.sort();
    files
}

/// What was read, as a line of the table.
fn line(name: &str, input: &Input, flows: usize, seconds: f64) -> String {
    let reasons: Vec<String> = input.reasons.iter().map(|count| format!("{} {}", count.rows, count.reason)).collect();
    let (format, rows) = (&input.format, input.read);
    format!("{name}\t{format}\t{rows}\t{flows}\t{}\t{}\t{seconds:.3}", input.rejected, reasons.join("; "))
}

#[test]
fn every_file_opens_or_says_why_not() {
    let Some(data) = data() else { return };
    let mut opened: BTreeMap<String, usize> = BTreeMap::new();
    let (mut refused, mut slow, mut odd) = (Vec::new(), Vec::new(), 0);
    println!("file\tformat\trows\tflows\trejected\treasons\tseconds");
    for path in all(&data) {
        let name = path.strip_prefix(&data).unwrap().display().to_string();
        let bytes = std::fs::read(&path).unwrap();
        let begun = Instant::now();
        let result = read(&name, &bytes, 8 << 20, "{}");
        let seconds = begun.elapsed().as_secs_f64();
        if seconds > allowed(bytes.len()) {
            slow.push(format!("{name}: {seconds:.2} s for {} bytes", bytes.len()));
        }
        match result {
            Ok((input, traffic)) => {
                println!("{}", line(&name, &input, traffic.rows(), seconds));
                let reasons: u64 = input.reasons.iter().map(|count| count.rows).sum();
                assert_eq!(reasons, input.rejected, "{name}");
                *opened.entry(input.format).or_default() += 1;
            }
            Err(error) => {
                let known = recognise(&bytes[..bytes.len().min(HEAD)]).map_or("", |format| format.about.key);
                // Tables without addresses, logs of Zeek's that tell of no more connections, and what nobody knows.
                odd += usize::from(!["", "csv", "zeek"].contains(&known));
                refused.push(error.to_string());
            }
        }
    }
    println!("\nopened: {opened:?}\n{} refused:\n{}", refused.len(), refused.join("\n"));
    assert!(slow.is_empty(), "{slow:#?}");
    assert!(odd < 20, "{odd} files of a known format were refused");
    let least = [("pcap", 3_500), ("pcapng", 100), ("zeek", 300), ("suricata", 3), ("netflow", 80), ("csv", 80)];
    for (format, least) in least {
        let count = opened.get(format).copied().unwrap_or(0);
        assert!(count >= least, "{format}: {count} opened, not {least}");
    }
}

/// The offsets at which a file is cut, from Knuth's MMIX multiplier and increment.
struct Cuts(u64);

impl Cuts {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1 + (self.0 >> 33) as usize % (end - 1)
    }
}

/// Small files of every format, at most so many of each.
fn samples(data: &Path) -> Vec<(String, Vec<u8>)> {
    const EACH: usize = 2;
    let (mut taken, mut samples): (BTreeMap<String, usize>, Vec<_>) = (BTreeMap::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for path in all(data) {
        let length = path.metadata().unwrap().len();
        if !(200..12_000).contains(&length) {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let Ok((input, _)) = read("x", &bytes, bytes.len(), "{}") else { continue };
        let packed = if bytes.starts_with(b"\x1f\x8b") { " in gzip" } else { "" };
        let count = taken.entry(input.format.clone() + packed).or_default();
        if *count < EACH && input.read > 3 && seen.insert(bytes.clone()) {
            *count += 1;
            samples.push((path.display().to_string(), bytes));
        }
    }
    println!("{taken:?}");
    samples
}

/// Whether each line of a plain file is a row.
fn is_lines(bytes: &[u8], format: &str) -> bool {
    let text = bytes.iter().all(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace());
    text && !["pcap", "pcapng", "netflow"].contains(&format)
}

#[test]
fn what_is_complete_before_a_cut_is_kept() {
    let Some(data) = data() else { return };
    let mut cuts = 0;
    let mut said = 0;
    for (name, bytes) in samples(&data) {
        let mut random = Cuts(1);
        // What is complete before each place, by reading on: rows never become fewer.
        let mut places: Vec<usize> = (0..1_000).map(|_| random.below(bytes.len())).collect();
        places.sort_unstable();
        let (mut before, mut complete) = (0, 0);
        for place in places {
            let Ok((input, _)) = read("cut", &bytes[..place], 4096, "{}") else {
                assert_eq!(before, 0, "{name}: cut at {place} nothing is read, but before it was");
                continue;
            };
            cuts += 1;
            let truncated = input.notes.iter().find(|note| note.starts_with("truncated at byte"));
            said += usize::from(truncated.is_some());
            if let Some(note) = truncated {
                let byte = note["truncated at byte ".len()..].split(',').next().unwrap().parse::<usize>().unwrap();
                assert!(note.ends_with("records kept"), "{name}: {note}");
                assert!(byte <= place || bytes.starts_with(b"\x1f\x8b"), "{name}: cut at {place}: {note}");
            }
            // A line that is cut is rejected, or said to have no line end; a comment or a whole JSON object is neither.
            let line = bytes[..place].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            let rowless = line.is_empty() || line.starts_with(b"#") || line.ends_with(b"}");
            if !rowless && input.read > 0 && is_lines(&bytes, &input.format) {
                let told = input.notes.iter().any(|note| note.contains("has no line end")) || truncated.is_some();
                assert!(told || input.rejected > 0, "{name}: nothing is said of the cut at {place}");
            }
            // The row that is cut may be read from what is there of it, and be rejected once there is more.
            assert!(input.read + 1 >= complete, "{name}: {} rows at {place}, {complete} before", input.read);
            let rows = input.read + input.rejected;
            assert!(rows + 1 >= before, "{name}: {rows} rows at {place}, {before} before");
            (before, complete) = (before.max(rows), complete.max(input.read));
        }
    }
    println!("{cuts} cuts, {said} said to be truncated");
    assert!(cuts > 5_000 && said * 2 > cuts, "{cuts} cuts, {said} said to be truncated");
}
