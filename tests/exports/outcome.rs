//! Outcomes made by hand, so that a test knows what each exporter must say.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use flowglass::export::{EXPORTERS, Export, MemoryShelf};
use flowglass::model::address::Address;
use flowglass::model::finding::{Finding, Role, Severity};
use flowglass::model::geo::{GeoSource, Geography, Place};
use flowglass::model::judgement::{ClusterSummary, Clusters, Judgement, UNJUDGED, Verdict, VerdictSummary};
use flowglass::model::outcome::Outcome;
use flowglass::model::record::Record;
use flowglass::model::report::*;
use flowglass::model::settings::Checked;
use flowglass::model::traffic::Traffic;

/// 2026-03-01T12:00:00Z.
pub const NOW: i64 = 1_772_366_400;

/// Addresses in the order of their risk: 90, 80, 70 (block), 40 (watch), 0 (ignore), and a MAC at 95.
pub const HOSTS: [(&str, f64, Decision); 6] = [
    ("02:00:00:00:00:01", 95.0, Decision::Watch),
    ("203.0.114.7", 90.0, Decision::Block),
    ("2a00:1450::1", 80.5, Decision::Block),
    ("203.0.114.6", 70.25, Decision::Block),
    ("198.51.101.1", 40.0, Decision::Watch),
    ("192.0.3.1", 0.0, Decision::Ignore),
];

pub fn address(text: &str) -> Address {
    Address::parse(text).expect(text)
}

pub fn host(text: &str, risk: f64, decision: Decision) -> Host {
    Host { address: address(text), risk, decision, role: Role::Attacker, evidence: [1].into(), place: None, rows: 1 }
}

/// One row per host of `HOSTS`; the models judged all but the last.
pub fn small() -> Outcome {
    let hosts: Vec<Host> = HOSTS.iter().map(|&(text, risk, decision)| host(text, risk, decision)).collect();
    let mut outcome = with_hosts(hosts);
    outcome.judgement = judgement();
    outcome
}

/// An outcome in which exactly these addresses are to be blocked, by falling risk.
pub fn blocking(ips: &[IpAddr]) -> Outcome {
    let host = |(index, ip): (usize, &IpAddr)| host(&ip.to_string(), 100.0 - (index % 40) as f64, Decision::Block);
    with_hosts(ips.iter().enumerate().map(host).collect())
}

/// `count` distinct public addresses of both families, a third of them neighbours; the same at each call.
pub fn mixed(count: usize) -> Vec<IpAddr> {
    let mut state: u64 = 42;
    let mut next = || {
        // Knuth's MMIX constants; the high bits are the good ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 32
    };
    let mut ips = BTreeSet::new();
    while ips.len() < count {
        let bits = next() as u32;
        ips.insert(match ips.len() % 6 {
            0 | 1 => IpAddr::from(Ipv4Addr::from_bits(0x0500_0000 | bits >> 8)),
            2 | 3 => IpAddr::from(Ipv4Addr::from_bits(0x0501_0000 | bits >> 20)),
            4 => IpAddr::from(Ipv6Addr::from_bits(0x2a00 << 112 | u128::from(bits) << 80 | u128::from(next()))),
            _ => IpAddr::from(Ipv6Addr::from_bits(0x2a01 << 112 | u128::from(bits >> 20))),
        });
    }
    ips.into_iter().collect()
}

pub fn with_hosts(hosts: Vec<Host>) -> Outcome {
    let mut traffic = Traffic::default();
    for host in &hosts {
        traffic.push(&Record { source: host.address, ..record() });
    }
    let report = report(hosts);
    Outcome { traffic, geography: Geography::default(), judgement: Judgement::default(), report }
}

fn record() -> Record<'static> {
    Record { destination: Some(address("192.0.3.200")), ..Record::from_source(address("192.0.3.1")) }
}

fn judgement() -> Judgement {
    let verdict = |anomalous: [bool; 2]| {
        let score = vec![-0.1, 1e-9];
        Some(Verdict { score, anomalous: anomalous.to_vec(), summary: VerdictSummary::default() })
    };
    Judgement {
        point_of: vec![0, 1, 0, 1, 0, UNJUDGED],
        weights: vec![3, 2],
        forest: verdict([true, false]),
        svm: verdict([false, false]),
        clusters: Some(Clusters { label: vec![-1, 4], summary: ClusterSummary::default() }),
        ..Default::default()
    }
}

fn report(hosts: Vec<Host>) -> Report {
    let place = Arc::new(Place { country: Some("SE".into()), position: Some((59.0, 18.0)), ..Default::default() });
    Report {
        version: REPORT_VERSION,
        generator: "flowglass 0.1.0".into(),
        settings: Checked::default(),
        surroundings: Surroundings::default(),
        span: Some(Span { first: 1.0, last: 2.5 }),
        inputs: vec![input("flows.csv", hosts.len() as u64)],
        databases: vec![GeoSource {
            file: "city.mmdb".into(),
            kind: "GeoLite2-City".into(),
            built: 1,
            ip_version: 6,
            error: Some("damaged".into()),
        }],
        models: models(),
        detectors: vec![
            DetectorRun { key: "vertical_scan", status: Status::Found, needs: vec![], findings: 1, note: None },
            DetectorRun {
                key: "x",
                status: Status::NotComputable,
                needs: vec!["a column".into()],
                findings: 0,
                note: None,
            },
        ],
        findings: vec![finding()],
        origins: vec![],
        withheld: vec![Withheld { address: address("10.0.0.1"), reason: "private".into() }],
        rejected: vec![Rejected { file: "flows.csv".into(), row: 9, byte: 512, reason: "no address".into() }],
        hosts: hosts.into_iter().map(|host| Host { place: Some(place.clone()), ..host }).collect(),
    }
}

fn input(name: &str, read: u64) -> Input {
    Input {
        name: name.into(),
        format: "csv".into(),
        bytes: 1024,
        sha256: "ab".repeat(32),
        given: Some(0),
        read,
        rejected: 1,
        reasons: vec![ReasonCount { reason: "no address".into(), rows: 1 }],
        notes: vec!["columns: ClientIP".into()],
    }
}

fn models() -> Models {
    let missing = || "no destination port".to_owned();
    Models {
        features: vec!["source_port", "destination_port"],
        unjudged: 1,
        points: 2,
        isolation_forest: ModelRun::Ran(VerdictSummary { exact: true, error: Some(0.1), ..Default::default() }),
        one_class_svm: ModelRun::NotComputable { not_computable: missing() },
        dbscan: ModelRun::Ran(ClusterSummary { silhouette: Some(0.5), ..Default::default() }),
    }
}

fn finding() -> Finding {
    Finding {
        id: 1,
        detector: "vertical_scan",
        subject: address("203.0.114.7"),
        role: Role::Attacker,
        victims: vec![address("192.0.3.200")],
        first: Some(1.0),
        last: None,
        rows: 12,
        severity: Severity::High,
        confidence: 0.9,
        points: 60.0,
        technique: Some("T1046"),
        summary: "12 ports".into(),
    }
}

/// The files the exporter `key` writes.
pub fn files(key: &str, outcome: &Outcome) -> Vec<(String, String)> {
    let exporter = EXPORTERS.iter().find(|exporter| exporter.about.key == key).expect(key);
    let mut shelf = MemoryShelf::default();
    (exporter.write)(&Export { outcome, now: NOW, pictures: &[] }, &mut shelf).expect(key);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    shelf.0.into_iter().map(|(name, _, bytes)| (name, text(bytes))).collect()
}

/// The text of the only file the exporter `key` writes.
pub fn text(key: &str, outcome: &Outcome) -> String {
    let mut files = files(key, outcome);
    assert_eq!(files.len(), 1, "{key} writes one file");
    files.remove(0).1
}
