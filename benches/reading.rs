//! Times the readers on made-up files, natively and without hashing: one parser, one core. Where tshark is installed, it
//! reads the same captures for comparison.
//!
//! `cargo bench --bench reading` runs all; words after `--` pick the lines that contain one of them.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flowglass::catalog::knobs;
use flowglass::ingest::intake::Intake;
use flowglass::ingest::{SLICE, recognise};
use flowglass::model::settings::Settings;
use flowglass::sample::{Packets, Pairs, Shape, capture, conn_log, stream};

const ROWS: u64 = 500_000;
/// Bytes of each capture.
const CAPTURE: u64 = 64 << 20;

/// A name, how the file is made, and whether tshark reads it.
type Line = (&'static str, fn(&mut dyn FnMut(&[u8])) -> u64, bool);

const LINES: [Line; 5] = [
    ("table, repeated", |sink| table(Pairs::Repeated, sink), false),
    ("table, distinct", |sink| table(Pairs::Distinct, sink), false),
    ("capture, mixed", |sink| capture(4, CAPTURE, Packets::Mixed, sink), true),
    ("capture, headers only", |sink| capture(4, CAPTURE, Packets::Headers, sink), true),
    ("conn.log", log, false),
];

fn table(pairs: Pairs, sink: &mut dyn FnMut(&[u8])) -> u64 {
    stream(Shape { seed: 4, rows: ROWS, pairs }, sink);
    ROWS
}

fn log(sink: &mut dyn FnMut(&[u8])) -> u64 {
    conn_log(4, ROWS, sink);
    ROWS
}

/// The rows or packets that were read.
fn read(file: &[u8]) -> u64 {
    let settings = Settings::default().check(&knobs()).expect("the defaults pass");
    let mut intake = Intake::default();
    intake.begin("made up");
    let mut parser = (recognise(&file[..1 << 16]).expect("a known format").open)(&settings);
    file.chunks(SLICE).for_each(|slice| parser.feed(slice, &mut intake).expect("it reads"));
    parser.finish(&mut intake).expect("it reads");
    intake.accepted()
}

fn readers(bench: &mut Criterion) {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, make, shark) in LINES {
        if !words.is_empty() && !words.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        let mut file = Vec::new();
        let rows = make(&mut |slice| file.extend_from_slice(slice));
        assert_eq!(read(&file), rows, "{name}");
        let mut group = bench.benchmark_group("reading");
        group.throughput(Throughput::BytesDecimal(file.len() as u64));
        group.bench_function(name, |timer| timer.iter(|| read(&file)));
        group.finish();
        if shark {
            compare(name, &file);
        }
    }
}

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

/// Says how fast tshark prints the columns of the same capture, and how many times as fast it is read here: once each,
/// one after the other.
fn compare(name: &str, file: &[u8]) {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("reading.pcap");
    std::fs::write(&path, file).expect("the capture is written");
    let begun = Instant::now();
    let mut shark = Command::new("tshark");
    shark.arg("-r").arg(&path).args(["-n", "-T", "fields"]).args(FIELDS.iter().flat_map(|field| ["-e", field]));
    let Ok(status) = shark.stdout(Stdio::null()).stderr(Stdio::null()).status() else {
        return println!("{name}: no tshark here to compare with");
    };
    assert!(status.success(), "tshark reads {name}");
    let theirs = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    read(file);
    let ours = begun.elapsed().as_secs_f64();
    let speed = |seconds: f64| file.len() as f64 / 1e6 / seconds;
    println!("{name}: tshark {:.1} MB/s, here {:.0} MB/s, {:.0} times", speed(theirs), speed(ours), theirs / ours);
}

/// Ten samples and short ones, as the kernels have.
fn short() -> Criterion {
    let short = Criterion::default().sample_size(10);
    short.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = short(); targets = readers }
criterion_main!(benches);
