//! Times the models on inputs that `tests/parity/inputs.rs` describes, DBSCAN beside linfa's.
//!
//! `cargo bench --bench kernels` runs all; a word after `--` picks the lines that contain it.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use flowglass::ml::dbscan::DbscanParams;
use flowglass::ml::forest::ForestParams;
use flowglass::ml::points::Points;
use flowglass::ml::scaler::StandardScaler;
use flowglass::ml::silhouette::{BUDGET, silhouette};
use flowglass::ml::svm::SvmParams;
use linfa::DatasetBase;
use linfa::traits::{Fit, Transformer};
use serde_json::json;

#[path = "../tests/parity/inputs.rs"]
mod inputs;

/// Standardised ports, like traffic.
fn ports(rows: usize, seed: u64) -> DatasetBase<Points, ()> {
    let mut points = inputs::points(&json!({ "kind": "ports", "rows": rows, "columns": 2, "seed": seed }));
    StandardScaler::fit(&points).apply(&mut points.values);
    DatasetBase::new(points, ())
}

fn models(bench: &mut Criterion) {
    for rows in [10_000, 100_000, 1_000_000] {
        let data = ports(rows, 77);
        bench.bench_function(&format!("forest fit and score {rows}"), |timer| {
            timer.iter(|| ForestParams::default().fit(&data).expect("fits").offset);
        });
        bench.bench_function(&format!("svm {rows}"), |timer| {
            timer.iter(|| SvmParams::default().fit(&data).expect("fits").support_points());
        });
        let clusters = DbscanParams::default().fit(&data).expect("fits");
        bench.bench_function(&format!("dbscan {rows}"), |timer| {
            timer.iter(|| DbscanParams::default().fit(&data).expect("fits").clusters);
        });
        bench.bench_function(&format!("silhouette {rows}"), |timer| {
            timer.iter(|| silhouette(&data.records, &clusters.labels, BUDGET));
        });
    }
}

fn beside_linfa(bench: &mut Criterion) {
    for rows in [2_000, 10_000, 20_000] {
        let data = ports(rows, 5);
        let of_row = data.records.of_row.iter().map(|&point| point as usize).collect::<Vec<_>>();
        let plain = data.records.values.select(ndarray::Axis(0), &of_row);
        bench.bench_function(&format!("dbscan beside linfa {rows}"), |timer| {
            timer.iter(|| DbscanParams::default().fit(&data).expect("fits").clusters);
        });
        bench.bench_function(&format!("linfa dbscan {rows}"), |timer| {
            let params = || linfa_clustering::Dbscan::params(10).tolerance(0.3);
            timer.iter(|| params().transform(&plain).map(|labels| labels.len()).ok());
        });
    }
}

/// Ten samples and short ones: the slow lines take seconds each, and a regression worth finding shows in ten.
fn short() -> Criterion {
    let short = Criterion::default().sample_size(10);
    short.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1))
}

criterion_group! { name = kernels; config = short(); targets = models, beside_linfa }
criterion_main!(kernels);
