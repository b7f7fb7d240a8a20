//! The models against scikit-learn's answers, which `parity/make_goldens.py` stored; inputs are made anew by its rule.

use flowglass::ml::dbscan::DbscanParams;
use flowglass::ml::points::Points;
use flowglass::ml::scaler::StandardScaler;
use linfa::DatasetBase;
use linfa::traits::{Fit, Transformer};
use serde_json::Value;

#[path = "parity/inputs.rs"]
mod inputs;
#[path = "parity/models.rs"]
mod models;

/// The goldens of one model: (input, parameters, expected).
fn goldens(model: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("parity/goldens.json")).expect("goldens.json is JSON");
    let all = all["goldens"].as_array().expect("a list").clone();
    let some: Vec<Value> = all.into_iter().filter(|golden| golden["model"] == model).collect();
    assert!(!some.is_empty(), "no goldens for {model}");
    some
}

/// The input of a golden, standardised where it says so.
fn points(golden: &Value) -> Points {
    let points = inputs::points(&golden["case"]);
    if golden["params"]["standardise"] != true {
        return points;
    }
    let values = StandardScaler::fit(&points).transform(&points.values);
    points.with_values(values)
}

#[test]
fn scaler_within_1e_12() {
    for golden in goldens("scaler") {
        models::scaler(&golden, &points(&golden));
    }
}

#[test]
fn forest_identical() {
    for golden in goldens("forest") {
        models::forest(&golden, &points(&golden));
    }
}

#[test]
fn svm_within_1e_6_and_labels_identical() {
    for golden in goldens("svm") {
        models::svm(&golden, &points(&golden));
    }
}

#[test]
fn dbscan_labels_identical_and_silhouette_within_1e_12() {
    for golden in goldens("dbscan") {
        models::dbscan(&golden, &points(&golden));
    }
}

#[test]
fn dbscan_agrees_with_linfa() {
    let case = serde_json::json!({ "kind": "blobs", "rows": 1500, "columns": 2, "seed": 3 });
    let points = inputs::points(&case);
    let rows: Vec<usize> = points.of_row.iter().map(|&point| point as usize).collect();
    let plain = points.values.select(ndarray::Axis(0), &rows);
    for (eps, least) in [(0.15, 6), (0.3, 12), (0.05, 3)] {
        let linfa = linfa_clustering::Dbscan::params(least).tolerance(eps).transform(&plain).expect("runs");
        let own = DbscanParams::new(eps, least as u32).fit(&DatasetBase::new(points.clone(), ())).expect("fits");
        let linfa: Vec<i32> = linfa.iter().map(|label| label.map_or(-1, |label| label as i32)).collect();
        let own: Vec<i32> = rows.iter().map(|&point| own.labels[point]).collect();
        assert!(own.iter().max() > Some(&0) && own.contains(&-1));
        assert_eq!(own, linfa, "eps {eps}");
    }
}
