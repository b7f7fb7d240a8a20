//! Votes of the models, and addresses without a place.

use super::*;
use crate::model::geo::{GeoSource, Located, Place};
use crate::model::judgement::{UNJUDGED, Verdict};
use crate::model::special::special;

fn verdict(anomalous: [bool; 4]) -> Option<Verdict> {
    Some(Verdict { anomalous: anomalous.to_vec(), ..Verdict::default() })
}

fn judgement(point_of: Vec<u32>) -> Judgement {
    Judgement {
        point_of,
        forest: verdict([true, true, false, false]),
        svm: verdict([true, false, true, false]),
        ..Judgement::default()
    }
}

#[test]
fn only_rows_that_both_models_find_odd_name_an_address() {
    let sources = ["10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.2"];
    let traffic = traffic(sources.map(|source| Record::from_source(address(source))));
    let judgement = judgement(vec![0, 3, UNJUDGED, 1, 2]);
    let findings = found(detector("model_votes"), &traffic, &Geography::default(), &judgement);
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].subject, findings[0].rows), (address("10.0.0.1"), 1));
    assert!(findings[0].summary.starts_with("1 of 2 judged rows"), "{}", findings[0].summary);
}

#[test]
fn votes_grow_with_share_and_number_and_stop_at_20() {
    let points = |odd: usize, plain: usize| {
        let traffic = traffic((0..odd + plain).map(|_| Record::from_source(address("10.0.0.1"))));
        let judgement = judgement((0..odd + plain).map(|row| if row < odd { 0 } else { 3 }).collect());
        found(detector("model_votes"), &traffic, &Geography::default(), &judgement)[0].points
    };
    assert!(points(1, 0) < points(10, 0) && points(10, 90) < points(10, 0));
    assert_eq!(points(99, 0), 20.0);
    assert_eq!(points(5000, 0), 20.0);
}

#[test]
fn without_models_the_reasons_are_named() {
    let missing = vec![("isolation_forest", "no destination port column".to_owned())];
    let (traffic, geography, settings) = Default::default();
    let judgement = Judgement { missing, ..Judgement::default() };
    let scene = Scene::new(&traffic, &geography, &judgement, &settings);
    assert_eq!((detector("model_votes").needs)(&scene), ["isolation_forest: no destination port column"]);
}

fn source(kind: &str, ip_version: u8) -> GeoSource {
    GeoSource { file: "x".to_owned(), kind: kind.to_owned(), built: 0, ip_version, error: None }
}

#[test]
fn each_kind_of_unknown_place_has_its_own_weight() {
    let sources = ["8.8.8.8", "9.9.9.9", "10.0.0.1", "2a00::1", "1.1.1.1"];
    let traffic = traffic(sources.map(|source| flow(source, "4.4.4.4", (1, 2))));
    let mut located = vec![Located::NoRecord; 6];
    // The destination, second in order of appearance, is no sender and stays unnamed.
    located[2] = Located::WithoutLocation(Place::default().into());
    located[3] = Located::Special(special("10.0.0.1".parse().unwrap()).unwrap());
    located[4] = Located::NoIpv6;
    located[5] = Located::Place(Place::default().into());
    let geography = Geography { sources: vec![source("GeoLite2-City", 4)], located };
    let findings = found(detector("geo_unknown"), &traffic, &geography, &Judgement::default());
    let named: Vec<_> = findings.iter().map(|finding| (finding.subject, finding.points)).collect();
    let expected = [("8.8.8.8", 8.0), ("9.9.9.9", 4.0), ("10.0.0.1", 0.0), ("2a00::1", 0.0)];
    assert_eq!(named, expected.map(|(text, points)| (address(text), points)));
    assert!(findings[2].summary.contains("private"));
}

#[test]
fn a_database_of_networks_cannot_tell_places() {
    let (traffic, judgement, settings) = Default::default();
    let geography = Geography { sources: vec![source("GeoLite2-ASN", 6)], located: Vec::new() };
    let scene = Scene::new(&traffic, &geography, &judgement, &settings);
    assert_eq!((detector("geo_unknown").needs)(&scene).len(), 1);
}
