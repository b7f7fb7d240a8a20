//! The command line and an allow list with a line that does not parse: the line is named and nothing is written.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;
use std::process::Command;

use flowglass::sample;

#[test]
fn an_allow_line_that_does_not_parse_stops_the_export() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("allow");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("traffic.csv"), sample::csv(1, 500)).unwrap();
    fs::write(folder.join("allow.txt"), "192.0.2.1\n\n192.0.2.0/33\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowglass"));
    command.current_dir(&folder).args([
        "analyze",
        "traffic.csv",
        "--allow",
        "allow.txt",
        "--export",
        "all",
        "--out",
        "out",
    ]);
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("line 3") && told.contains("192.0.2.0/33"), "{told}");
    assert!(!folder.join("out").exists(), "something was written");
}
