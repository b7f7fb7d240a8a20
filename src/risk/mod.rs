//! What all findings on an address come to: a sum of points that can be followed line by line.

pub mod flows;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::about::{Knob, Range};
use crate::detect::evidence::WEAK;
use crate::detect::family;
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, Role};
use crate::model::geo::{Geography, Located, Place};
use crate::model::report::{Decision, Host};
use crate::model::settings::Checked;
use crate::model::traffic::Traffic;

const fn cap(key: &'static str, label: &'static str, help: &'static str, default: f64) -> Knob {
    Knob { key, label, help, unit: "points", range: Range::Real { min: 0.0, max: 100.0, default } }
}

// The caps are this program's own choice: one family of strong evidence may pass the default block threshold
// of 60, the models, an unknown location and all other weak evidence together may not.
pub const MODELS: Knob = cap("risk.models", "Most for the models", "The votes of the models add at most this.", 20.0);
pub const SCANNING: Knob =
    cap("risk.scanning", "Most for scanning", "The strongest evidence of scanning adds at most this.", 85.0);
pub const SPOOFING: Knob =
    cap("risk.spoofing", "Most for spoofing", "The strongest evidence of forged addresses adds at most this.", 30.0);
pub const INTERCEPTION: Knob = cap(
    "risk.interception",
    "Most for interception",
    "The strongest evidence of interception adds at most this.",
    85.0,
);
pub const BRUTE_FORCE: Knob = cap(
    "risk.brute_force",
    "Most for guessing",
    "The strongest evidence of guessed passwords adds at most this.",
    85.0,
);
pub const FLOOD: Knob =
    cap("risk.flood", "Most for floods", "The strongest evidence of floods adds at most this.", 85.0);
pub const COMMAND_AND_CONTROL: Knob = cap(
    "risk.command_and_control",
    "Most for remote control",
    "The strongest evidence of remote control adds at most this.",
    85.0,
);
pub const BEHAVIOUR: Knob = cap(
    "risk.behaviour",
    "Most for unusual behaviour",
    "The strongest evidence of unusual behaviour adds at most this.",
    25.0,
);
pub const WEAK_EVIDENCE: Knob = cap(
    "risk.weak_evidence",
    "Most for weak evidence",
    "Findings with a confidence below 0.5, and findings on victims, of all families together add at most this. Below the block threshold it keeps weak evidence alone from blocking anybody.",
    50.0,
);

/// The settings of this stage.
pub const KNOBS: &[&Knob] = &[
    &MODELS,
    &SCANNING,
    &SPOOFING,
    &INTERCEPTION,
    &BRUTE_FORCE,
    &FLOOD,
    &COMMAND_AND_CONTROL,
    &BEHAVIOUR,
    &WEAK_EVIDENCE,
];

fn cap_of(family: Family) -> &'static Knob {
    match family {
        Family::Models => &MODELS,
        Family::Scanning => &SCANNING,
        Family::Spoofing => &SPOOFING,
        Family::Interception => &INTERCEPTION,
        Family::BruteForce => &BRUTE_FORCE,
        Family::Flood => &FLOOD,
        Family::CommandAndControl => &COMMAND_AND_CONTROL,
        Family::Behaviour => &BEHAVIOUR,
    }
}

/// What the findings of one family come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    pub family: Family,
    /// The points of the strongest finding with a confidence of at least 0.5 that does not show a victim, capped.
    pub strong: f64,
    /// What the strongest of the others has beyond that, within the same cap.
    pub weak: f64,
    /// The family's cap.
    pub cap: f64,
}

/// How one address's risk comes about: `min(100, sum of strong + min(weak_cap, sum of weak))`.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// One line per family that has findings, in the families' order.
    pub lines: Vec<Line>,
    pub weak_cap: f64,
    /// 0..100.
    pub risk: f64,
}

/// Adds up the findings on one subject.
pub fn ledger<'a>(findings: impl IntoIterator<Item = &'a Finding>, settings: &Checked) -> Ledger {
    let mut points: Vec<(Family, bool, f64)> =
        findings.into_iter().filter_map(|finding| Some((family(finding)?, is_weak(finding), finding.points))).collect();
    // A fixed order, so that the same findings give the same sum to the last bit.
    points.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)));
    let line = |group: &[(Family, bool, f64)]| {
        let cap = settings.real(cap_of(group[0].0));
        // Strongest first within each kind: what several detectors of a family see is one behaviour.
        let most = |weak: bool| group.iter().find(|point| point.1 == weak).map_or(0.0, |point| point.2);
        let strong = most(false).min(cap);
        Line { family: group[0].0, strong, weak: (most(true).min(cap) - strong).max(0.0), cap }
    };
    let lines: Vec<Line> = points.chunk_by(|a, b| a.0 == b.0).map(line).collect();
    let weak_cap = settings.real(&WEAK_EVIDENCE);
    let strong = sum(lines.iter().map(|line| line.strong));
    let weak = sum(lines.iter().map(|line| line.weak));
    Ledger { lines, weak_cap, risk: (strong + weak.min(weak_cap)).min(100.0) }
}

/// Evidence that blocks nobody: the detector is not sure, or the address is the one it was done to.
fn is_weak(finding: &Finding) -> bool {
    finding.confidence < WEAK || finding.role == Role::Victim
}

/// The sum; of nothing it is 0, where the standard library's is -0, which sorts and prints otherwise.
fn sum(points: impl Iterator<Item = f64>) -> f64 {
    points.fold(0.0, |sum, points| sum + points)
}

/// Every source address and every subject of a finding, by falling risk, then by address. Nothing is decided yet.
pub fn assess(traffic: &Traffic, geography: &Geography, findings: &[Finding], settings: &Checked) -> Vec<Host> {
    let mut rows = vec![0u64; traffic.addresses().len()];
    traffic.source().iter().for_each(|source| rows[source.index()] += 1);
    let mut on: FxHashMap<Address, Vec<&Finding>> = FxHashMap::default();
    findings.iter().for_each(|finding| on.entry(finding.subject).or_default().push(finding));
    // Weak evidence makes nobody a victim, as it makes nobody an attacker.
    let victims: FxHashSet<Address> =
        findings.iter().filter(|f| f.confidence >= WEAK).flat_map(|f| f.victims.iter().copied()).collect();

    let sources = traffic.addresses().iter().zip(&rows).filter(|(_, rows)| **rows > 0).map(|(address, _)| *address);
    let silent = on.keys().copied().filter(|&subject| traffic.find(subject).is_none_or(|id| rows[id.index()] == 0));
    let mut hosts: Vec<Host> = sources
        .chain(silent)
        .map(|address| {
            let evidence = on.get(&address).map_or(&[][..], Vec::as_slice);
            let id = traffic.find(address);
            let place = id.and_then(|id| place(geography.located.get(id.index())?));
            Host {
                address,
                risk: ledger(evidence.iter().copied(), settings).risk,
                decision: Decision::Ignore,
                role: role(evidence, victims.contains(&address)),
                evidence: heaviest_first(evidence),
                network: place.and_then(network),
                place: place.cloned(),
                rows: id.map_or(0, |id| rows[id.index()]),
            }
        })
        .collect();
    hosts.sort_by(|a, b| b.risk.total_cmp(&a.risk).then(a.address.cmp(&b.address)));
    hosts
}

fn heaviest_first(evidence: &[&Finding]) -> Vec<u32> {
    let mut sorted = evidence.to_vec();
    sorted.sort_by(|a, b| b.points.total_cmp(&a.points).then(a.id.cmp(&b.id)));
    sorted.iter().map(|finding| finding.id).collect()
}

/// The worst part that a finding gives it; being done something to comes after doing something.
fn role(evidence: &[&Finding], is_victim: bool) -> Role {
    let plays = |role: Role| evidence.iter().any(|finding| finding.role == role);
    if plays(Role::Compromised) {
        Role::Compromised
    } else if plays(Role::Attacker) {
        Role::Attacker
    } else if is_victim || plays(Role::Victim) {
        Role::Victim
    } else {
        Role::Bystander
    }
}

fn place(located: &Located) -> Option<&Place> {
    match located {
        Located::Place(place) | Located::WithoutLocation(place) => Some(place),
        _ => None,
    }
}

/// `AS64496 Example`, or the half of it that is known.
fn network(place: &Place) -> Option<String> {
    let number = place.as_number.map(|number| format!("AS{number}"));
    match (number, &place.as_name) {
        (Some(number), Some(name)) => Some(format!("{number} {name}")),
        (number, name) => number.or(name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assess(&traffic, &Geography::default(), findings, &Checked::default())
    }

    #[test]
    fn families_are_capped_and_weak_evidence_of_all_together_never_blocks() {
        let keys =
            ["model_votes", "vertical_scan", "horizontal_scan", "geo_unknown", "address_claimed_by_several_macs"];
        let weak: Vec<Finding> = keys.iter().map(|key| finding(0, key, "8.8.8.8", 0.4, 100.0)).collect();
        let ledger = ledger(&weak, &Checked::default());
        assert_eq!(ledger.risk, 50.0);
        let lines: Vec<_> = ledger.lines.iter().map(|line| (line.family, line.strong, line.weak)).collect();
        assert_eq!(
            lines,
            [
                (Family::Models, 0.0, 20.0),
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
        assert_eq!(ledger(&[one_family[0].clone(), stronger], &Checked::default()).risk, 80.0);
        let two = [finding(1, "vertical_scan", "8.8.8.8", 0.9, 30.0), finding(2, "geo_unknown", "8.8.8.8", 0.9, 20.0)];
        assert_eq!(ledger(&two, &Checked::default()).risk, 50.0);
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
        let order: Vec<_> =
            hosts.iter().map(|host| (host.address.to_string(), host.risk, host.role, host.rows)).collect();
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
        assert_eq!(hosts[0].evidence, [2, 1], "heaviest first");
    }

    #[test]
    fn no_evidence_is_a_positive_zero() {
        assert!(assessed(&[]).iter().all(|host| host.risk.to_bits() == 0));
    }

    #[test]
    fn no_traffic_has_no_hosts() {
        assert_eq!(assess(&Traffic::default(), &Geography::default(), &[], &Checked::default()), []);
    }
}
