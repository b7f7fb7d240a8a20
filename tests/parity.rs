//! The models against scikit-learn's answers, which `parity/make_goldens.py` stored; inputs are made anew by its rule.

use flowglass::ml::points::Points;
use flowglass::ml::scaler::StandardScaler;
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
