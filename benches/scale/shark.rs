//! tshark on the captures that are read natively.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::input::Readable;
use crate::reading::Reading;

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

/// How tshark prints the same columns, once; none where it is not installed.
pub fn tshark(input: &Readable) -> Option<Reading> {
    let begun = Instant::now();
    let mut shark = Command::new("tshark");
    shark.arg("-r").arg(&input.path).args(["-n", "-T", "fields"]).args(FIELDS.iter().flat_map(|field| ["-e", field]));
    let status = shark.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    assert!(status.success(), "tshark reads {}", input.name);
    Some(Reading::of(input, begun.elapsed().as_secs_f64()))
}
