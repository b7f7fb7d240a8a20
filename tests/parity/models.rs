//! Runs one model on one golden and compares.

use flowglass::ml::dbscan::DbscanParams;
use flowglass::ml::forest::ForestParams;
use flowglass::ml::points::Points;
use flowglass::ml::scaler::StandardScaler;
use flowglass::ml::silhouette::{BUDGET, silhouette};
use flowglass::ml::svm::{OneClassSvm, SvmParams};
use linfa::DatasetBase;
use linfa::traits::Fit;
use serde_json::Value;

/// The numbers stored as the hex of their bits.
fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    let parse = |hex: &Value| u64::from_str_radix(hex.as_str().expect("hex"), 16).expect("hex");
    list.iter().map(|hex| f64::from_bits(parse(hex))).collect()
}

fn sampled<T: Copy>(values: &[T]) -> Vec<T> {
    values.iter().step_by((values.len() / 64).max(1)).copied().collect()
}

/// One value per row from one per point.
fn by_row<T: Copy>(points: &Points, values: &[T]) -> Vec<T> {
    points.of_row.iter().map(|&point| values[point as usize]).collect()
}

fn bitmap(flags: &[bool]) -> String {
    let byte = |eight: &[bool]| eight.iter().enumerate().fold(0u8, |byte, (i, &flag)| byte | u8::from(flag) << (7 - i));
    flags.chunks(8).map(|eight| format!("{:02x}", byte(eight))).collect()
}

fn close(found: &[f64], expected: &Value, tolerance: f64, what: &str) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let off = (found - expected).abs();
        assert!(off <= tolerance * expected.abs().max(1.0), "{what} {i}: {found} for {expected}, off by {off:e}");
    }
}

fn name(golden: &Value) -> String {
    format!("{} {}", golden["case"], golden["params"])
}

pub fn scaler(golden: &Value, points: &Points) {
    let scaler = StandardScaler::fit(points);
    let expected = &golden["expected"];
    close(&scaler.mean, &expected["mean"], 1e-12, "mean");
    close(&scaler.scale, &expected["scale"], 1e-12, "scale");
    let scaled = scaler.transform(&points.values);
    let rows: Vec<f64> = points.of_row.iter().flat_map(|&point| scaled.row(point as usize).to_vec()).collect();
    close(&sampled(&rows), &expected["values"], 1e-12, &name(golden));
}

pub fn forest(golden: &Value, points: &Points) {
    let params = &golden["params"];
    let params = ForestParams::new(
        params["n_estimators"].as_u64().expect("a number") as usize,
        params["max_samples"].as_u64().unwrap_or(256) as usize,
        params["contamination"].as_f64(),
        params["random_state"].as_u64().expect("a number") as u32,
    );
    let forest = params.fit(&DatasetBase::new(points.clone(), ())).expect("fits");
    let expected = &golden["expected"];
    let what = name(golden);
    close(&sampled(&by_row(points, &forest.scores)), &expected["scores"], 1e-12, &what);
    close(&[forest.offset], &expected["offset"], 1e-12, &what);
    assert!(bitmap(&by_row(points, &forest.anomalous())) == expected["labels"], "labels differ: {what}");
}

pub fn svm(golden: &Value, points: &Points) {
    let params = &golden["params"];
    let nu = params["nu"].as_f64().expect("a number");
    let params = SvmParams::new(nu, params["gamma"].as_f64(), 10_000);
    let svm = params.fit(&DatasetBase::new(points.clone(), ())).expect("fits");
    let expected = &golden["expected"];
    let what = name(golden);
    if points.rows() > 10_000 {
        return nearly(&svm, points, expected["labels"].as_str().expect("hex"));
    }
    assert!(svm.exact && svm.error.is_none(), "{what}");
    close(&sampled(&by_row(points, &svm.decision)), &expected["decision"], 1e-6, &what);
    assert!(bitmap(&by_row(points, &svm.anomalous())) == expected["labels"], "labels differ: {what}");
}

pub fn dbscan(golden: &Value, points: &Points) {
    let params = &golden["params"];
    let min_samples = params["min_samples"].as_u64().expect("a number") as u32;
    let params = DbscanParams::new(params["eps"].as_f64().expect("a number"), min_samples);
    let found = params.fit(&DatasetBase::new(points.clone(), ())).expect("fits");
    let expected: Vec<i32> = serde_json::from_value(golden["expected"]["labels"].clone()).expect("labels");
    let what = name(golden);
    assert!(by_row(points, &found.labels) == expected, "labels differ: {what}");
    if expected.len() <= 2000 {
        let found = silhouette(points, &found.labels, BUDGET);
        match (&golden["expected"]["silhouette"], found) {
            (Value::Null, found) => assert_eq!(found, None, "{what}"),
            (stored, found) => close(&[found.expect("defined").mean], stored, 1e-12, &what),
        }
    }
}

/// Above the row limit: fewer than 1 label in 1,000 differs, and the model says that it is not exact.
fn nearly(svm: &OneClassSvm, points: &Points, labels: &str) {
    assert!(!svm.exact && svm.error.is_some_and(|error| error < 0.02), "{:?}", svm.error);
    let found = bitmap(&by_row(points, &svm.anomalous()));
    let digit = |hex: char| hex.to_digit(16).expect("hex");
    let differ: u32 = found.chars().zip(labels.chars()).map(|(a, b)| (digit(a) ^ digit(b)).count_ones()).sum();
    assert!((differ as usize) < points.rows() / 1000, "{differ} labels differ");
}
