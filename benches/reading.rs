//! Times the readers on made-up files, natively and without hashing: one parser, one core.
//!
//! `cargo bench --bench reading` runs all; a word after `--` picks the lines that contain it.

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flowglass::catalog::knobs;
use flowglass::ingest::intake::Intake;
use flowglass::ingest::{SLICE, recognise};
use flowglass::model::settings::Settings;
use flowglass::sample::{Packets, Pairs, Shape, capture, conn_log, stream};

const ROWS: u64 = 500_000;

fn table(pairs: Pairs) -> Vec<u8> {
    let mut file = Vec::new();
    stream(Shape { seed: 4, rows: ROWS, pairs }, &mut |slice| file.extend_from_slice(slice));
    file
}

/// Bytes of each capture.
const CAPTURE: u64 = 64 << 20;

fn packets(packets: Packets) -> (Vec<u8>, u64) {
    let mut file = Vec::new();
    let count = capture(4, CAPTURE, packets, &mut |slice| file.extend_from_slice(slice));
    (file, count)
}

fn log() -> Vec<u8> {
    let mut file = Vec::new();
    conn_log(4, ROWS, &mut |slice| file.extend_from_slice(slice));
    file
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
    let (mixed, headers) = (packets(Packets::Mixed), packets(Packets::Headers));
    for (name, file, rows) in [
        ("table, repeated", table(Pairs::Repeated), ROWS),
        ("table, distinct", table(Pairs::Distinct), ROWS),
        ("capture, mixed", mixed.0, mixed.1),
        ("capture, headers only", headers.0, headers.1),
        ("conn.log", log(), ROWS),
    ] {
        assert_eq!(read(&file), rows, "{name}");
        let mut group = bench.benchmark_group("reading");
        group.throughput(Throughput::Bytes(file.len() as u64));
        group.bench_function(name, |timer| timer.iter(|| read(&file)));
        group.finish();
    }
}

/// Ten samples and short ones, as the kernels have.
fn short() -> Criterion {
    let short = Criterion::default().sample_size(10);
    short.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = short(); targets = readers }
criterion_main!(benches);
