//! What the tests over the shared data have in common: where it is, and how a file is read.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use flowglass::catalog::knobs;
use flowglass::error::Result;
use flowglass::ingest::intake::Intake;
use flowglass::ingest::reader::Reader;
use flowglass::model::report::Input;
use flowglass::model::settings::{Checked, Settings};
use flowglass::model::traffic::Traffic;

/// The folder of the shared data, or `None` with a message.
pub fn data() -> Option<PathBuf> {
    let named = std::env::var_os("FLOWGLASS_DATA").map(PathBuf::from);
    let beside = |up: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join(up).join("shared/data");
    let found = named.into_iter().chain([beside(".."), beside("../..")]).find(|path| path.join("captures").is_dir());
    if found.is_none() {
        println!("skipped: there is no shared data; FLOWGLASS_DATA names its folder");
    }
    found
}

/// Every file under `captures`, sorted.
pub fn captures(data: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![data.join("captures")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// Checked settings from their JSON.
pub fn settings(json: &str) -> Checked {
    serde_json::from_str::<Settings>(json).unwrap().check(&knobs()).unwrap()
}

/// Reads one file in slices of the given size.
pub fn read(name: &str, bytes: &[u8], slice: usize, json: &str) -> Result<(Input, Traffic)> {
    let settings = settings(json);
    let mut intake = Intake::default();
    let mut reader = Reader::new(name, &mut intake);
    for slice in bytes.chunks(slice) {
        reader.feed(slice, &settings, &mut intake)?;
    }
    let input = reader.finish(&settings, &mut intake)?.remove(0);
    Ok((input, intake.traffic))
}

/// Every row of the table as text.
pub fn rows(traffic: &Traffic) -> Vec<String> {
    let row = |row: usize| {
        let destination = traffic.destination.get(row).map(|id| traffic.address(id));
        let counts = (traffic.packets_sent.get(row), traffic.packets_received.get(row), traffic.frame_bytes.get(row));
        let ports = (traffic.source_port.get(row), traffic.destination_port.get(row), traffic.protocol.get(row));
        let times = (traffic.start.get(row), traffic.duration.get(row), traffic.handshake.get(row));
        let wire = (traffic.history(row), traffic.state.get(row), traffic.source_ttl.get(row), traffic.flags.get(row));
        format!("{} {destination:?} {ports:?} {counts:?} {times:?} {wire:?}", traffic.address(traffic.source()[row]))
    };
    (0..traffic.rows()).map(row).collect()
}
