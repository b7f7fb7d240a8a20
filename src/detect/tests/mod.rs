//! Small scenes for the detectors, and the laws that all detectors keep.

mod answers;
mod bounds;
mod floods;
mod guesses;
mod hidden;
mod intercepted;
mod local;
mod named;
mod neighbours;
mod odd;
mod probes;
mod remote;
mod scans;
mod travel;
mod unusual;

use super::*;
use crate::model::address::Address;
use crate::model::record::{ConnState, Record};

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// A TCP connection attempt.
fn flow<'a>(source: &str, destination: &str, ports: (u16, u16)) -> Record<'a> {
    Record {
        destination: Some(address(destination)),
        source_port: Some(ports.0),
        destination_port: Some(ports.1),
        protocol: Some(6),
        ..Record::from_source(address(source))
    }
}

fn traffic<'a>(records: impl IntoIterator<Item = Record<'a>>) -> Traffic {
    let mut traffic = Traffic::default();
    records.into_iter().for_each(|record| traffic.push(&record));
    traffic
}

/// What one detector finds with default settings.
fn found(detector: &Detector, traffic: &Traffic, geography: &Geography, judgement: &Judgement) -> Vec<Finding> {
    let settings = Checked::default();
    let scene = Scene::new(traffic, geography, judgement, &settings);
    assert_eq!((detector.needs)(&scene), Vec::<String>::new());
    (detector.run)(&scene)
}

fn found_in(detector: &Detector, traffic: &Traffic) -> Vec<Finding> {
    found(detector, traffic, &Geography::default(), &Judgement::default())
}

fn detector(key: &str) -> &'static Detector {
    DETECTORS.iter().find(|detector| detector.about.key == key).unwrap()
}

/// Traffic in which every column is filled and several detectors find something.
fn busy() -> Traffic {
    let scan = (1..200u16).map(|port| Record {
        state: Some(ConnState::REJ),
        start: Some(f64::from(port)),
        source_mac: Some([2, 0, 0, 0, 0, (port % 3) as u8]),
        ..flow("10.0.0.1", "10.0.0.2", (40_000 + port, port))
    });
    let sweep = (1..100u8).map(|host| Record {
        state: Some(ConnState::S0),
        start: Some(0.0),
        ..flow("10.0.0.3", &format!("10.0.1.{host}"), (40_000, 23))
    });
    traffic(scan.chain(sweep))
}

#[test]
fn empty_traffic_and_bare_addresses_give_nothing_and_no_panic() {
    let bare = traffic((0..50).map(|_| Record::from_source(address("10.0.0.1"))));
    for traffic in [Traffic::default(), bare] {
        let (geography, judgement, settings) = Default::default();
        let scene = Scene::new(&traffic, &geography, &judgement, &settings);
        let (findings, runs) = detect(&scene, |_| ());
        assert!(findings.is_empty());
        assert!(runs.iter().all(|run| !run.needs.is_empty()), "{runs:?}");
        for detector in DETECTORS {
            assert!((detector.run)(&scene).is_empty(), "{}", detector.about.key);
        }
    }
}

#[test]
fn findings_are_in_range_and_the_same_every_time() {
    let run = || {
        let (traffic, geography, judgement, settings) =
            (busy(), Default::default(), Default::default(), Default::default());
        let scene = Scene::new(&traffic, &geography, &judgement, &settings);
        detect(&scene, |_| ()).0
    };
    let findings = run();
    assert_eq!(findings, run());
    let keys: std::collections::BTreeSet<_> = findings.iter().map(|finding| finding.detector).collect();
    assert!(keys.len() >= 4, "{keys:?}");
    for (index, finding) in findings.iter().enumerate() {
        assert_eq!(finding.id as usize, index + 1);
        assert!((0.0..=100.0).contains(&finding.points) && (0.0..=1.0).contains(&finding.confidence), "{finding:?}");
        assert!(finding.rows > 0 && !finding.summary.is_empty() && family(finding).is_some());
        assert!(finding.victims.len() <= crate::model::finding::MAX_VICTIMS);
    }
}
