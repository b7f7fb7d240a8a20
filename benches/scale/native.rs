//! The library natively, in a process of its own, so that its peak memory is its own.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use flowglass::analysis::Analysis;
use flowglass::catalog::knobs;
use flowglass::ingest::SLICE;
use flowglass::model::settings::Settings;
use serde_json::{Value, json};

use crate::input::Input;
use crate::run::{Run, high_water};

/// Runs this program again as a child and reads its one line.
pub fn run(input: &Input) -> Run {
    let this = std::env::current_exe().expect("a program knows itself");
    let output = Command::new(this).arg("--native").arg(&input.path).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let stages = serde_json::from_value(told["stages"].clone()).expect("names and seconds");
    Run::new(stages, told["peak"].as_u64())
}

/// The child: reads and analyses one file, and prints its stages. The library has no clock: what passes between
/// two calls of its progress is the earlier one's stage.
pub fn child(path: &Path) {
    let mut stages: Vec<(String, f64)> = Vec::new();
    let mut stage = ("Reading", Instant::now());
    let mut analysis = Analysis::new(Settings::default().check(&knobs()).expect("the defaults pass"));
    read(&mut analysis, path);
    let mut enter = |next: &'static str| {
        if next != stage.0 {
            stages.push((stage.0.to_owned(), stage.1.elapsed().as_secs_f64()));
            stage = (next, Instant::now());
        }
    };
    let outcome = analysis.run(&mut |progress| enter(progress.stage)).expect("the input has rows");
    enter("");
    assert!(outcome.traffic.rows() > 0);
    println!("{}", json!({ "stages": stages, "peak": high_water("self") }));
}

fn read(analysis: &mut Analysis, path: &Path) {
    let mut file = File::open(path).expect("the input was just made");
    let mut slice = vec![0; SLICE];
    analysis.begin("traffic.csv");
    loop {
        let length = file.read(&mut slice).expect("it can be read");
        if length == 0 {
            break;
        }
        analysis.feed(&slice[..length]).expect("the sample reads");
    }
    analysis.finish_file().expect("the sample reads");
}
