//! A small finished analysis for the tests of this folder: three hosts, six rows, one cluster.

use ndarray::array;

use crate::model::address::Address;
use crate::model::finding::{Finding, Role, Severity};
use crate::model::geo::{GeoSource, Geography, Place};
use crate::model::judgement::{Clusters, Judgement, UNJUDGED, Verdict};
use crate::model::outcome::Outcome;
use crate::model::record::Record;
use crate::model::report::{
    Decision, DetectorRun, Host, Input, ModelRun, Models, REPORT_VERSION, ReasonCount, Rejected, Report, Span, Status,
    Surroundings, Withheld,
};
use crate::model::settings::Checked;
use crate::model::traffic::Traffic;

fn address(text: &str) -> Address {
    Address::parse(text).expect("the fixture's own address")
}

/// 203.0.113.7 scans (four rows), 10.0.0.1 is withheld, 2001:db8::5 is quiet and unjudged.
pub fn outcome() -> Outcome {
    let traffic = traffic();
    let judgement = judgement();
    let report = report(&judgement);
    let geography = Geography { sources: report.databases.clone(), located: Vec::new() };
    Outcome { traffic, geography, judgement, report }
}

fn traffic() -> Traffic {
    let mut traffic = Traffic::default();
    let rows = [
        ("203.0.113.7", Some((40_000, 22))),
        ("203.0.113.7", Some((40_000, 22))),
        ("203.0.113.7", Some((40_001, 23))),
        ("203.0.113.7", Some((65_535, 0))),
        ("10.0.0.1", Some((40_000, 22))),
        ("2001:db8::5", None),
    ];
    for (index, (source, ports)) in rows.into_iter().enumerate() {
        traffic.push(&Record {
            destination: Some(address("10.0.0.1")),
            source_port: ports.map(|ports| ports.0),
            destination_port: ports.map(|ports| ports.1),
            start: Some(1_730_926_261.0 + index as f64),
            ..Record::from_source(address(source))
        });
    }
    traffic
}

fn judgement() -> Judgement {
    let verdict = |anomalous: [bool; 3]| Verdict {
        score: vec![0.5, -0.25, -1.0],
        anomalous: anomalous.to_vec(),
        ..Verdict::default()
    };
    Judgement {
        features: vec!["source_port", "destination_port"],
        point_of: vec![0, 0, 1, 2, 0, UNJUDGED],
        values: array![[40_000, 22], [40_001, 23], [65_535, 0]],
        weights: vec![3, 1, 1],
        normal: vec![[40_000.0, 50_000.0], [10.0, 23.0]],
        forest: Some(verdict([false, true, true])),
        svm: Some(verdict([false, false, true])),
        clusters: Some(Clusters { label: vec![0, 0, -1], ..Clusters::default() }),
        missing: Vec::new(),
    }
}

fn finding(id: u32, subject: &str, detector: &'static str, points: f64) -> Finding {
    Finding {
        id,
        detector,
        subject: address(subject),
        role: Role::Attacker,
        victims: vec![address("10.0.0.1")],
        first: Some(1_730_926_261.0),
        last: Some(1_730_926_264.0),
        rows: 4,
        severity: Severity::High,
        confidence: 0.9,
        points,
        technique: Some("T1046"),
        summary: "probed 3 ports".to_owned(),
    }
}

fn host(text: &str, risk: f64, decision: Decision, evidence: &[u32], rows: u32) -> Host {
    Host { address: address(text), risk, decision, role: Role::Attacker, evidence: evidence.into(), place: None, rows }
}

fn hosts() -> Vec<Host> {
    let place = Place {
        country: Some("SE".into()),
        city: Some("Stockholm".into()),
        as_number: Some(64496),
        as_name: Some("Example".into()),
        ..Place::default()
    };
    let scanner = Host { place: Some(place.into()), ..host("203.0.113.7", 80.0, Decision::Block, &[1, 2], 4) };
    let withheld = host("10.0.0.1", 70.0, Decision::Watch, &[3], 1);
    vec![scanner, withheld, host("2001:db8::5", 0.0, Decision::Ignore, &[], 1)]
}

fn input() -> Input {
    Input {
        name: "flows.csv".into(),
        format: "csv".into(),
        bytes: 2048,
        sha256: "00".into(),
        given: Some(0),
        read: 6,
        rejected: 1,
        reasons: vec![ReasonCount { reason: "the address is missing".into(), rows: 1 }],
        notes: vec!["the column \"x\" was not used".into()],
    }
}

fn models(judgement: &Judgement) -> Models {
    let missing = || "it needs ports".to_owned();
    Models {
        features: judgement.features.clone(),
        unjudged: 1,
        points: 3,
        isolation_forest: ModelRun::Ran(judgement.forest.clone().unwrap_or_default().summary),
        one_class_svm: ModelRun::NotComputable { not_computable: missing() },
        dbscan: ModelRun::NotComputable { not_computable: missing() },
    }
}

fn report(judgement: &Judgement) -> Report {
    let rejected = Rejected { file: "flows.csv".into(), row: 3, byte: 90, reason: "the address is missing".into() };
    let database = GeoSource {
        file: "city.mmdb".into(),
        kind: "GeoLite2-City".into(),
        built: 1_700_000_000,
        ip_version: 6,
        error: None,
    };
    let run = DetectorRun {
        key: "probe",
        status: Status::NotComputable,
        needs: vec!["a source MAC column".into()],
        findings: 0,
        note: None,
    };
    Report {
        version: REPORT_VERSION,
        generator: "flowglass test".into(),
        settings: Checked::default(),
        surroundings: Surroundings::default(),
        span: Some(Span { first: 1_730_926_261.0, last: 1_730_926_266.0 }),
        inputs: vec![input()],
        databases: vec![database],
        models: models(judgement),
        detectors: vec![run],
        findings: vec![
            finding(1, "203.0.113.7", "vertical_scan", 60.0),
            finding(2, "203.0.113.7", "horizontal_scan", 30.0),
            finding(3, "10.0.0.1", "vertical_scan", 70.0),
        ],
        origins: Vec::new(),
        hosts: hosts().into_iter().collect(),
        withheld: vec![Withheld { address: address("10.0.0.1"), reason: "a private address".into() }],
        rejected: vec![rejected],
    }
}
