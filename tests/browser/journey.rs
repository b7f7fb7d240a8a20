//! The main job: drop a CSV and a database, read the results, take every download, and nothing leaves the tab.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::time::Duration;

use flowglass::sample;
use serde_json::Value;

use crate::inputs::{self, natively};
use crate::site::Site;
use crate::tab::Tab;

const ROWS: usize = 20_000;

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn from_drop_to_downloads_without_a_request() {
    let site = Site::start();
    let mut tab = Tab::open("journey", &site);
    let folder = tab.chrome.folder("inputs");
    let (traffic, places) = (inputs::traffic(&folder, ROWS), inputs::places(&folder));
    assert!(!tab.requests().is_empty(), "the page was loaded before the seal, and these requests were seen");
    let served = site.page.seen();

    tab.give("#traffic-input", &[&traffic]);
    tab.give("#geo-input", &[&places]);
    tab.click("#run");
    assert_eq!(tab.outcome(120), "done");
    assert_ne!(tab.value("document.querySelectorAll('#hosts tbody tr').length"), 0);
    assert_eq!(tab.value("document.querySelector('#problems')?.textContent.trim() ?? ''"), "");
    plots_are_drawn(&mut tab);
    let lines = fs::read(&traffic).expect("it was just written").split(|byte| *byte == b'\n').count();
    // The header, and nothing behind the last line's end.
    downloads_are_the_librarys(&mut tab, &natively(&traffic, &places), lines - 2);

    tab.chrome.cdp.rest(Duration::from_secs(1));
    assert_eq!(tab.requests(), Vec::<String>::new(), "requested after the seal");
    assert_eq!(site.page.seen(), served, "the server was asked after the seal");
}

/// Each canvas gets more than one colour: some frames after the results, on a busy machine.
fn plots_are_drawn(tab: &mut Tab) {
    let drawn = "[...document.querySelectorAll('#plots canvas')].map((canvas) => {
        const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
        return new Set(pixels).size > 1;
    })";
    tab.wait(&format!("(plots => plots.length >= 2 && plots.every(Boolean))({drawn})"), 10);
}

/// Byte for byte what the library gives natively, at the same time of the clock.
fn downloads_are_the_librarys(tab: &mut Tab, native: &[(String, Vec<u8>)], rows: usize) {
    tab.value(&format!("Date.now = () => {}", inputs::NOW * 1000));
    let offered = "[...document.querySelectorAll('#downloads button[data-file]')].map((button) => button.dataset.file)";
    let offered: Vec<String> = serde_json::from_value(tab.value(offered)).expect("names");
    let missing: Vec<_> = native.iter().filter(|(name, _)| !offered.contains(name)).map(|(name, _)| name).collect();
    assert!(missing.is_empty(), "not among the downloads: {missing:?}");
    let differ: Vec<_> = native.iter().filter(|(name, bytes)| tab.download(name) != *bytes).collect();
    let differ: Vec<_> = differ.iter().map(|(name, _)| name).collect();
    assert!(differ.is_empty(), "not what the library gives: {differ:?}");
    println!("{} downloads are byte for byte the library's", native.len());

    let report: Value = serde_json::from_slice(&tab.download("report.json")).expect("JSON");
    assert_eq!(report["inputs"][0]["read"].as_u64(), Some(rows as u64));
    let riskiest = &report["hosts"][0]["address"];
    assert!(
        sample::ATTACKERS.iter().any(|(address, _)| riskiest == address),
        "{riskiest} is no attacker of the sample"
    );
    for name in offered.iter().filter(|name| name.ends_with(".png")) {
        let picture = tab.download(name);
        assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.len() > 1000, "{name} is no picture");
    }
    zip_holds(&tab.download("flowglass.zip"), native);
    let together = unzip(&tab.download("flowglass-nftables.zip"));
    let names: Vec<&str> = together.keys().map(String::as_str).collect();
    assert_eq!(names, ["flowglass-undo.nft", "flowglass.nft"], "an export of several files is one download");
    for (name, bytes) in native.iter().filter(|(name, _)| together.contains_key(name)) {
        assert_eq!(together[name], *bytes, "{name} in its export's zip");
    }
}

/// The files of a zip, without their folders.
fn unzip(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(zip)).expect("a zip");
    let mut held = BTreeMap::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).expect("it is listed");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("it unpacks");
        let name = file.name().expect("it has a name").rsplit('/').next().unwrap_or_default().to_owned();
        held.insert(name, bytes);
    }
    held
}

/// Every standard output and every other one, under its name or in a folder.
fn zip_holds(zip: &[u8], native: &[(String, Vec<u8>)]) {
    let held = unzip(zip);
    for name in ["report.json", "rows.csv", "risky_ips.txt", "blocked_ips.txt", "risk_score_histogram.png"] {
        assert!(held.contains_key(name), "{name} is not in the zip: {:?}", held.keys());
    }
    let differ: Vec<_> =
        native.iter().filter(|(name, bytes)| held.get(name).is_some_and(|held| held != bytes)).collect();
    assert!(differ.is_empty(), "differ in the zip: {:?}", differ.iter().map(|(name, _)| name).collect::<Vec<_>>());
}
