//! Captures and logs read natively, by one parser on one core, and the captures by tshark beside it.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use flowglass::catalog::knobs;
use flowglass::ingest::intake::Intake;
use flowglass::ingest::{HEAD, SLICE, recognise};
use flowglass::model::settings::Settings;

use crate::input::Readable;
use crate::run::middle;

/// The columns of a flow that tshark names.
const FIELDS: [&str; 12] = [
    "frame.time_epoch",
    "frame.len",
    "eth.src",
    "eth.dst",
    "ip.src",
    "ip.dst",
    "ip.ttl",
    "ip.proto",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.flags",
    "udp.port",
];

/// The median of several readings, in seconds. The file is in memory.
pub fn natively(input: &Readable, times: usize) -> f64 {
    let file = fs::read(&input.path).expect("the input is there");
    middle((0..times).map(|_| read(&file)).collect())
}

fn read(file: &[u8]) -> f64 {
    let settings = Settings::default().check(&knobs()).expect("the defaults pass");
    let begun = Instant::now();
    let mut intake = Intake::default();
    intake.begin("made up");
    let mut parser = (recognise(&file[..HEAD]).expect("a known format").open)(&settings);
    file.chunks(SLICE).for_each(|slice| parser.feed(slice, &mut intake).expect("it reads"));
    parser.finish(&mut intake).expect("it reads");
    assert!(intake.accepted() > 0);
    begun.elapsed().as_secs_f64()
}

/// The seconds in which tshark prints the same columns, once; none where it is not installed.
pub fn tshark(input: &Readable) -> Option<f64> {
    let begun = Instant::now();
    let mut shark = Command::new("tshark");
    shark.arg("-r").arg(&input.path).args(["-n", "-T", "fields"]).args(FIELDS.iter().flat_map(|field| ["-e", field]));
    let status = shark.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    assert!(status.success(), "tshark reads {}", input.name);
    Some(begun.elapsed().as_secs_f64())
}
