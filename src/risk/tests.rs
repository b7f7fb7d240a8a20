//! How evidence adds up, and how hosts are ranked.

use super::*;
use crate::model::finding::Family;
use crate::model::finding::Severity;
use crate::model::record::Record;

fn finding(id: u32, detector: &'static str, subject: &str, confidence: f64, points: f64) -> Finding {
    Finding {
        id,
        detector,
        subject: Address::parse(subject).unwrap(),
        role: crate::detect::evidence::role(confidence),
        victims: vec![Address::parse("9.9.9.9").unwrap()],
        first: None,
        last: None,
        rows: 1,
        severity: Severity::Low,
        confidence,
        points,
        technique: None,
        summary: String::new(),
    }
}

fn assessed(findings: &[Finding]) -> Vec<Host> {
    let mut traffic = Traffic::default();
    for source in ["8.8.8.8", "8.8.8.8", "9.9.9.9", "7.7.7.7"] {
        traffic.push(&Record::from_source(Address::parse(source).unwrap()));
    }
    assess(&traffic, &Geography::default(), findings, &Checked::default()).iter().cloned().collect()
}

#[test]
fn families_are_capped_and_weak_evidence_of_all_together_never_blocks() {
    let keys = ["model_votes", "vertical_scan", "horizontal_scan", "geo_unknown", "address_claimed_by_several_macs"];
    let weak: Vec<Finding> = keys.iter().map(|key| finding(0, key, "8.8.8.8", 0.4, 100.0)).collect();
    let ledger = ledger(&weak, &Checked::default());
    assert_eq!(ledger.risk, 50.0);
    let lines: Vec<_> = ledger.lines.iter().map(|line| (line.family, line.strong, line.weak)).collect();
    assert_eq!(
        lines,
        [
            (Family::Models, 0.0, 5.0),
            (Family::Scanning, 0.0, 85.0),
            (Family::Spoofing, 0.0, 30.0),
            (Family::Interception, 0.0, 85.0)
        ]
    );
    // The default of `policy.block` is 60.
    assert_eq!(assessed(&weak)[0].risk, 50.0);
}

#[test]
fn of_one_family_the_strongest_counts_and_families_add_up() {
    let one_family =
        [finding(1, "vertical_scan", "8.8.8.8", 0.9, 70.0), finding(2, "horizontal_scan", "8.8.8.8", 0.9, 60.0)];
    assert_eq!(ledger(&one_family, &Checked::default()).risk, 70.0, "one behaviour, seen twice");
    let weaker = finding(2, "source_port_spread", "8.8.8.8", 0.1, 40.0);
    assert_eq!(ledger(&[one_family[0].clone(), weaker.clone()], &Checked::default()).risk, 70.0);
    let stronger = Finding { points: 80.0, ..weaker };
    let both = ledger(&[one_family[0].clone(), stronger], &Checked::default());
    assert_eq!((both.lines[0].strong, both.lines[0].weak), (70.0, 10.0), "beyond the strong, and told");
    let two = [finding(1, "vertical_scan", "8.8.8.8", 0.9, 30.0), finding(2, "geo_unknown", "8.8.8.8", 0.9, 20.0)];
    assert_eq!(ledger(&two, &Checked::default()).risk, 50.0);
}

#[test]
fn weak_evidence_lifts_nobody_to_the_block_threshold() {
    let weak = finding(2, "geo_unknown", "8.8.8.8", 0.4, 30.0);
    let with = |points| {
        let strong = finding(1, "vertical_scan", "8.8.8.8", 0.9, points);
        ledger(&[strong, weak.clone()], &Checked::default()).risk
    };
    assert_eq!([10.0, 45.0, 55.0].map(with), [40.0, 50.0, 55.0]);
}

#[test]
fn what_is_done_to_a_victim_never_blocks_it() {
    let hit = |key| Finding { role: Role::Victim, ..finding(1, key, "8.8.8.8", 1.0, 100.0) };
    let hosts = assessed(&[hit("vertical_scan"), hit("address_claimed_by_several_macs")]);
    assert_eq!((hosts[0].risk, hosts[0].role), (50.0, Role::Victim));
}

#[test]
fn hosts_stand_by_risk_then_address_with_their_parts() {
    let scan = finding(1, "vertical_scan", "8.8.8.8", 0.9, 40.0);
    let claim = finding(2, "address_claimed_by_several_macs", "8.8.8.8", 0.9, 41.0);
    let silent = finding(3, "address_claimed_by_several_macs", "00:11:22:33:44:55", 0.9, 1.0);
    let hosts = assessed(&[scan, claim, silent]);
    let order: Vec<_> = hosts.iter().map(|host| (host.address.to_string(), host.risk, host.role, host.rows)).collect();
    let row = |address: &str, risk, role, rows| (address.to_owned(), risk, role, rows);
    assert_eq!(
        order,
        [
            row("8.8.8.8", 81.0, Role::Attacker, 2),
            row("00:11:22:33:44:55", 1.0, Role::Attacker, 0),
            row("7.7.7.7", 0.0, Role::Bystander, 1),
            row("9.9.9.9", 0.0, Role::Victim, 1),
        ]
    );
    assert_eq!(*hosts[0].evidence, [2, 1], "heaviest first");
}

#[test]
fn no_evidence_is_a_positive_zero() {
    assert!(assessed(&[]).iter().all(|host| host.risk.to_bits() == 0));
}

#[test]
fn no_traffic_has_no_hosts() {
    assert!(assess(&Traffic::default(), &Geography::default(), &[], &Checked::default()).is_empty());
}
