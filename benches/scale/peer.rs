//! scikit-learn on the same file, where `cargo xtask bench` found a Python that has it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::input::Input;
use crate::run::{Run, median};

/// Above this its one-class SVM takes hours, and above the other its forest minutes: they are left out.
const MOST_FOR_SVM: u64 = 100_000;
const MOST_FOR_FOREST: u64 = 2_000_000;

/// The median run, or none where there is no such Python or the input is too large for it.
pub fn run(input: &Input, times: usize) -> Option<Run> {
    let python = std::env::var_os("FLOWGLASS_PYTHON")?;
    if input.rows > MOST_FOR_FOREST {
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/scale/peer.py");
    let svm = if input.rows <= MOST_FOR_SVM { "svm" } else { "no-svm" };
    let once = |_| {
        let output = Command::new(&python).arg(&script).arg(&input.path).arg(svm).output().expect("Python starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let stages = serde_json::from_value(told["stages"].clone()).expect("names and seconds");
        Run::new(stages, told["peak"].as_u64())
    };
    Some(median((0..times).map(once).collect(), Run::total))
}
