//! The main job: drop a CSV and a database, read the results, take every download, and nothing leaves the tab.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::time::Duration;

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
    downloads_are_the_librarys(&mut tab, &natively(&traffic, &places));

    tab.chrome.cdp.rest(Duration::from_secs(1));
    assert_eq!(tab.requests(), Vec::<String>::new(), "requested after the seal");
    assert_eq!(site.page.seen(), served, "the server was asked after the seal");
}

/// Each canvas has more than one colour.
fn plots_are_drawn(tab: &mut Tab) {
    let drawn = "[...document.querySelectorAll('#plots canvas')].map((canvas) => {
        const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
        return new Set(pixels).size > 1;
    })";
    let drawn = tab.value(drawn);
    assert!(drawn.as_array().is_some_and(|plots| plots.len() >= 2 && plots.iter().all(|plot| plot == true)), "{drawn}");
}

/// Byte for byte what the library gives natively. A text may name the time it was made in a comment; a picture is
/// drawn with the browser's own fonts.
fn downloads_are_the_librarys(tab: &mut Tab, native: &[(String, Vec<u8>)]) {
    let offered = "[...document.querySelectorAll('#downloads button[data-file]')].map((button) => button.dataset.file)";
    let offered: Vec<String> = serde_json::from_value(tab.value(offered)).expect("names");
    for (name, _) in native {
        assert!(offered.contains(name), "{name} is not among the downloads: {offered:?}");
    }
    let files: BTreeMap<String, Vec<u8>> = offered.iter().map(|name| (name.clone(), tab.download(name))).collect();
    for (name, bytes) in native.iter().filter(|(name, _)| !name.ends_with(".png")) {
        assert!(without_comments(&files[name]) == without_comments(bytes), "{name} is not what the library gives");
    }
    assert!(files["report.json"] == native_file(native, "report.json"), "report.json differs");
    let report: Value = serde_json::from_slice(&files["report.json"]).expect("JSON");
    assert_eq!(report["inputs"][0]["read"].as_u64(), Some(ROWS as u64));
    assert!(report["hosts"].as_array().is_some_and(|hosts| hosts.iter().any(|host| host["decision"] == "block")));
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".png")) {
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() > 1000, "{name} is no picture");
    }
    zip_holds(&files["flowglass.zip"], &files, native);
}

fn zip_holds(zip: &[u8], files: &BTreeMap<String, Vec<u8>>, native: &[(String, Vec<u8>)]) {
    let mut zip = zip::ZipArchive::new(Cursor::new(zip)).expect("a zip");
    for (name, _) in native {
        let mut bytes = Vec::new();
        zip.by_name(name).expect("the zip has every file").read_to_end(&mut bytes).expect("it unpacks");
        let picture = name.ends_with(".png") && bytes.starts_with(b"\x89PNG");
        assert!(picture || without_comments(&bytes) == without_comments(&files[name]), "{name} in the zip differs");
    }
}

fn native_file<'a>(native: &'a [(String, Vec<u8>)], name: &str) -> &'a [u8] {
    native.iter().find(|(other, _)| other == name).map(|(_, bytes)| bytes.as_slice()).expect("the library writes it")
}

fn without_comments(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#")).collect()
}
