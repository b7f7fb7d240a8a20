//! The judgement as a whole: what is filled, what is missing and why.

use super::*;
use crate::model::address::Address;
use crate::model::record::Record;
use crate::model::settings::Settings;

fn settings() -> JudgeSettings {
    let knobs: Vec<&Knob> = MODELS.iter().flat_map(|(_, knobs)| knobs.iter().copied()).collect();
    JudgeSettings::new(&Settings::default().check(&knobs).unwrap()).unwrap()
}

fn traffic(ports: impl Iterator<Item = (Option<u16>, Option<u16>)>) -> Traffic {
    let mut traffic = Traffic::default();
    let source = Address::parse("10.0.0.1").unwrap();
    for (source_port, destination_port) in ports {
        traffic.push(&Record { source_port, destination_port, ..Record::from_source(source) });
    }
    traffic
}

#[test]
fn defaults_of_the_knobs_are_those_of_the_params() {
    let settings = settings();
    assert_eq!(settings.forest, ForestParams::default().check().unwrap());
    assert_eq!(settings.svm, SvmParams::default().check().unwrap());
    assert_eq!(settings.dbscan, DbscanParams::default().check().unwrap());
}

#[test]
fn every_model_fills_its_columns() {
    let rows =
        (0..400u16).map(|i| (Some(40_000 + i * 37 % 500), (i != 7).then_some(if i % 3 == 0 { 22 } else { 443 })));
    let mut heard = Vec::new();
    let judgement = judge(&traffic(rows), &settings(), &mut |stage, part| heard.push((stage, part)));
    let points = judgement.weights.len();
    assert!(judgement.missing.is_empty());
    assert_eq!(judgement.values.dim(), (points, 2));
    assert_eq!(judgement.point_of[7], UNJUDGED);
    let (forest, svm, clusters) = (judgement.forest.unwrap(), judgement.svm.unwrap(), judgement.clusters.unwrap());
    for verdict in [&forest, &svm] {
        assert_eq!((verdict.score.len(), verdict.anomalous.len()), (points, points));
        assert!(verdict.summary.exact && verdict.summary.anomalies > 0 && verdict.summary.anomalies < 40);
    }
    assert_eq!(clusters.label.len(), points);
    assert_eq!((clusters.summary.clusters, clusters.summary.noise), (2, 0));
    assert!(clusters.summary.silhouette.unwrap() > 0.0);
    assert_eq!(heard.first(), Some(&("features", 0.0)));
    assert_eq!(heard.last(), Some(&("silhouette", 1.0)));
}

#[test]
fn what_is_missing_is_said() {
    for (ports, words) in [
        (vec![(None, None); 3], "neither a source port nor a destination port"),
        (vec![(Some(1), None), (None, Some(2))], "No row has a source port and destination port"),
        (vec![(Some(1), Some(2))], "Only one row"),
        (vec![], "neither"),
    ] {
        let judgement = judge(&traffic(ports.into_iter()), &settings(), &mut |_, _| {});
        assert_eq!(judgement.missing.len(), 3);
        assert!(judgement.missing.iter().all(|(_, reason)| reason.contains(words)), "{:?}", judgement.missing);
        assert!(judgement.forest.is_none() && judgement.svm.is_none() && judgement.clusters.is_none());
    }
}

#[test]
fn one_column_that_never_varies_still_gets_an_answer() {
    let judgement = judge(&traffic((0..50).map(|_| (None, Some(443)))), &settings(), &mut |_, _| {});
    assert_eq!(judgement.features, ["destination_port"]);
    assert_eq!(judgement.forest.unwrap().summary.anomalies, 0);
    assert_eq!(judgement.clusters.unwrap().summary.silhouette, None);
    assert_eq!(judgement.svm.unwrap().score.len(), 1);
}
