//! Times the readers on made-up files, natively and without hashing: one parser, one core. `cargo xtask bench` has tshark
//! beside them.
//!
//! `cargo bench --bench reading` runs all; words after `--` pick the lines that contain one of them.

#[path = "scale/parser.rs"]
mod parser;

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flowglass::sample::{Packets, Pairs, Shape, capture, conn_log, stream};

use parser::read;

const ROWS: u64 = 500_000;
/// Bytes of each capture.
const CAPTURE: u64 = 64 << 20;

/// A name, and how the file is made.
type Line = (&'static str, fn(&mut dyn FnMut(&[u8])) -> u64);

const LINES: [Line; 5] = [
    ("table, repeated", |sink| table(Pairs::Repeated, sink)),
    ("table, distinct", |sink| table(Pairs::Distinct, sink)),
    ("capture, mixed", |sink| capture(4, CAPTURE, Packets::Mixed, sink)),
    ("capture, headers only", |sink| capture(4, CAPTURE, Packets::Headers, sink)),
    ("conn.log", log),
];

fn table(pairs: Pairs, sink: &mut dyn FnMut(&[u8])) -> u64 {
    stream(Shape { seed: 4, rows: ROWS, pairs }, sink);
    ROWS
}

fn log(sink: &mut dyn FnMut(&[u8])) -> u64 {
    conn_log(4, ROWS, sink);
    ROWS
}

fn readers(bench: &mut Criterion) {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, make) in LINES {
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
    }
}

/// Ten samples and short ones, as the kernels have.
fn short() -> Criterion {
    let short = Criterion::default().sample_size(10);
    short.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = short(); targets = readers }
criterion_main!(benches);
