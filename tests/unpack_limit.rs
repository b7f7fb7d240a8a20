//! The command line and a file that unpacks beyond the limit: it names the flag that raises it, and keeps what it read.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use flate2::{Compression, write::GzEncoder};
use flowglass::sample;
use serde_json::Value;

#[test]
fn a_limit_that_is_reached_names_the_flag_that_raises_it() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unpack-limit");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    // Unpacked in steps of a megabyte: three are read, the fourth is too much.
    let table = sample::csv(1, 60_000);
    let rows = table.iter().filter(|byte| **byte == b'\n').count() as u64 - 1;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&table).unwrap();
    fs::write(folder.join("traffic.csv.gz"), gzip.finish().unwrap()).unwrap();
    let run = |out: &str, limit: u32| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flowglass"));
        let limit = format!("unpack.limit={limit}");
        command.current_dir(&folder).args(["analyze", "traffic.csv.gz", "--set", &limit, "--out", out]);
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{told}");
        let report: Value = serde_json::from_slice(&fs::read(folder.join(out).join("report.json")).unwrap()).unwrap();
        let input = report["inputs"][0].clone();
        (told, input["read"].as_u64().unwrap(), input["sha256"].clone())
    };
    let (told, kept, hash) = run("cut", 3);
    assert!(told.contains("--set unpack.limit=12"), "{told}");
    assert!(kept > rows / 4 && kept < rows, "{kept} of {rows} rows");
    let (told, all, whole) = run("whole", 12);
    assert_eq!((told.as_str(), all), ("", rows));
    assert_eq!(hash, whole, "the hash is of the whole file in both");
}

#[test]
fn a_setting_that_is_no_pair_is_refused() {
    for wrong in ["unpack.limit", "unpack.limit=much", "no.such=1"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flowglass"));
        let output = command.args(["analyze", "absent.csv", "--set", wrong, "--out", "absent"]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(wrong.split('=').next().unwrap()), "{told}");
    }
}
