//! Files that are not what they say: a clear message, and the page goes on.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use flowglass::sample;

use crate::inputs;
use crate::site::Site;
use crate::tab::Tab;

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn a_file_that_cannot_be_read_is_told_and_the_next_one_works() {
    let site = Site::start();
    let mut tab = Tab::open("faults", &site);
    let folder = tab.chrome.folder("inputs");
    let picture = inputs::put(&folder, "picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01");
    let empty = inputs::put(&folder, "empty.csv", b"");
    let strange = inputs::put(&folder, "strange.csv", b"colour,shape\nred,round\n");
    for file in [&picture, &empty, &strange] {
        tab.give("#traffic-input", &[file]);
        tab.click("#run");
        assert_eq!(tab.outcome(30), "failed", "{}", file.display());
        let told = tab.text("document.querySelector('#problems').textContent.trim()");
        assert!(!told.is_empty(), "{} failed without a word", file.display());
        tab.click("#restart");
        tab.wait("document.documentElement.dataset.state === 'ready'", 10);
    }
    tab.click("#sample");
    assert_eq!(tab.outcome(60), "done");
}

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn a_limit_that_stops_a_file_is_asked_about_and_raised() {
    let site = Site::start();
    let mut tab = Tab::open("limit", &site);
    let folder = tab.chrome.folder("inputs");
    let table = sample::csv(1, 60_000);
    let rows = table.iter().filter(|byte| **byte == b'\n').count() as u64 - 1;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&table).expect("memory can be written");
    let packed = inputs::put(&folder, "packed.csv.gz", &gzip.finish().expect("memory can be written"));
    tab.give("#traffic-input", &[&packed]);
    tab.value(
        "(() => { const input = document.querySelector('[name=\"unpack.limit\"]');
          input.value = '3'; input.dispatchEvent(new Event('input')); })()",
    );
    tab.click("#run");
    assert_eq!(tab.outcome(60), "done");
    let read = |tab: &mut Tab| {
        let report: serde_json::Value = serde_json::from_slice(&tab.download("report.json")).expect("JSON");
        report["inputs"][0]["read"].as_u64().expect("a count")
    };
    let kept = read(&mut tab);
    assert!(kept > rows / 4 && kept < rows, "{kept} of {rows} rows were kept");
    let asked = tab.text("document.querySelector('#problems').textContent");
    assert!(asked.contains("larger than 3 MiB") && asked.contains("to 12 MiB and analyse again"), "{asked}");
    tab.click("#problems button");
    tab.wait("document.querySelector('#problems').textContent === ''", 10);
    assert_eq!(tab.outcome(60), "done");
    assert_eq!(read(&mut tab), rows);
    assert_eq!(tab.text("document.querySelector('#problems').textContent"), "");
}
