//! Times the models on inputs that `tests/parity/inputs.rs` describes, DBSCAN beside linfa's.
//!
//! `cargo bench --bench kernels` runs all; words after `--` pick the lines that contain one of them.

use std::hint::black_box;
use std::time::Instant;

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
    let points = inputs::points(&json!({ "kind": "ports", "rows": rows, "columns": 2, "seed": seed }));
    let values = StandardScaler::fit(&points).transform(&points.values);
    DatasetBase::new(points.with_values(values), ())
}

/// Runs `work` where its name was asked for and prints the best of three times, once where it is slow.
fn time<T>(name: &str, mut work: impl FnMut() -> T) -> Option<T> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if !wanted.is_empty() && !wanted.iter().any(|word| name.contains(word.as_str())) {
        return None;
    }
    let (mut best, mut result) = (f64::INFINITY, None);
    for _ in 0..3 {
        let start = Instant::now();
        result = Some(black_box(work()));
        best = best.min(start.elapsed().as_secs_f64());
        if best > 3.0 {
            break;
        }
    }
    println!("{name:50} {:10.1} ms", best * 1e3);
    result
}

fn main() {
    for rows in [10_000, 100_000, 1_000_000] {
        let data = ports(rows, 77);
        println!("{rows} rows, {} distinct", data.records.len());
        time(&format!("forest fit and score {rows}"), || ForestParams::default().fit(&data).expect("fits").offset);
        if let Some(found) = time(&format!("svm {rows}"), || SvmParams::default().fit(&data).expect("fits")) {
            println!("    {} {:?}", found.method, found.error);
        }
        let clusters = DbscanParams::default().fit(&data).expect("fits");
        time(&format!("dbscan {rows}"), || DbscanParams::default().fit(&data).expect("fits").clusters);
        let found = time(&format!("silhouette {rows}"), || silhouette(&data.records, &clusters.labels, BUDGET));
        println!("    {} clusters, {found:?}", clusters.clusters);
    }
    for rows in [2_000, 10_000, 20_000] {
        let data = ports(rows, 5);
        let of_row = data.records.of_row.iter().map(|&point| point as usize).collect::<Vec<_>>();
        let plain = data.records.values.select(ndarray::Axis(0), &of_row);
        let params = || linfa_clustering::Dbscan::params(10).tolerance(0.3);
        time(&format!("dbscan beside linfa {rows}"), || DbscanParams::default().fit(&data).expect("fits").clusters);
        time(&format!("linfa dbscan {rows}"), || params().transform(&plain).map(|labels| labels.len()).ok());
    }
}
