//! One address: what is known of it, and the ledger its risk is the sum of.

use serde::Serialize;

use super::{table, words};
use crate::model::address::Address;
use crate::model::finding::{Finding, Severity};
use crate::model::outcome::Outcome;
use crate::model::report::{Host, Report};
use crate::risk::{self, Ledger};

/// Everything a screen shows of one address, in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HostView {
    pub address: String,
    pub tone: &'static str,
    pub risk: String,
    /// 0..1.
    pub level: f64,
    /// What is to be done, and why not more where it is withheld.
    pub decision: String,
    pub withheld: Option<String>,
    /// Name and value: place, network, role, rows.
    pub facts: Vec<(&'static str, String)>,
    /// Heaviest first.
    pub ledger: Vec<Entry>,
    /// What each family of detectors counts, of how many points at most.
    pub families: Vec<(&'static str, String)>,
    /// How the points make the risk, where they do not simply add up.
    pub sum: String,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    pub id: u32,
    pub title: String,
    /// `+12`.
    pub points: String,
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: &'static str,
    pub summary: String,
    /// When, how many rows, how sure, and the technique.
    pub facts: Vec<(&'static str, String)>,
}

/// The view of `address`, or `None` where the report has no such host.
pub fn host(outcome: &Outcome, address: Address) -> Option<HostView> {
    let report = &outcome.report;
    let host = report.hosts.iter().find(|host| host.address == address)?;
    let findings: Vec<&Finding> = host.evidence.iter().filter_map(|&id| finding(report, id)).collect();
    let ledger = risk::ledger(findings.iter().copied(), &report.settings);
    let withheld = report.withheld.iter().find(|withheld| withheld.address == address);
    Some(HostView {
        address: address.to_string(),
        tone: table::tone(host),
        risk: words::score(host.risk),
        level: (host.risk / 100.0).clamp(0.0, 1.0),
        decision: words::decision(host.decision).to_owned(),
        withheld: withheld.map(|withheld| withheld.reason.clone()),
        facts: facts(report, host),
        families: ledger.lines.iter().map(family).collect(),
        sum: sum(host, &ledger, findings.iter().map(|finding| finding.points).sum()),
        ledger: findings.into_iter().map(|finding| entry(finding, report)).collect(),
    })
}

fn finding(report: &Report, id: u32) -> Option<&Finding> {
    report.findings.get((id as usize).checked_sub(1)?)
}

fn facts(report: &Report, host: &Host) -> Vec<(&'static str, String)> {
    let text = |column| table::cell(report, host, column);
    let place = host.place.as_deref();
    let position = place.and_then(|place| place.position).map(|(lat, lon)| format!("{lat:.3}, {lon:.3}"));
    let radius = place.and_then(|place| place.accuracy_radius).map(|km| format!(" (within {km} km)"));
    let all = [
        ("Role", format!("{:?}", host.role).to_lowercase()),
        ("Rows as source", text("rows")),
        ("Place", text("place")),
        ("Position", position.unwrap_or_default() + &radius.unwrap_or_default()),
        ("Network", text("network")),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn entry(finding: &Finding, report: &Report) -> Entry {
    let when = match (finding.first, finding.last) {
        (Some(first), Some(last)) => words::span(first, last),
        (Some(first), None) => words::time(first),
        (None, _) => String::new(),
    };
    let victims = finding.victims.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let all = [
        ("When", when),
        ("Rows", words::count(finding.rows)),
        ("Confidence", format!("{:.0} %", finding.confidence * 100.0)),
        ("ATT&CK", finding.technique.unwrap_or_default().to_owned()),
        ("Against", victims),
        ("In", files(finding, report)),
    ];
    Entry {
        id: finding.id,
        title: words::detector(finding.detector).to_owned(),
        points: format!("+{}", words::score(finding.points)),
        severity: severity(finding.severity),
        summary: finding.summary.clone(),
        facts: all.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
    }
}

/// The names of the files that show it, where there are several inputs.
fn files(finding: &Finding, report: &Report) -> String {
    const NAMED: usize = 5;
    let Some(origin) = report.origins.iter().find(|origin| origin.finding == finding.id) else {
        return String::new();
    };
    let more = origin.files.len().saturating_sub(NAMED);
    let named = origin.files.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// A family's name, and its part of the risk.
fn family(line: &risk::Line) -> (&'static str, String) {
    let name = words::family(line.family);
    let (counted, cap) = (words::score(line.strong + line.weak), words::score(line.cap));
    (name, format!("{counted} points, at most {cap}"))
}

/// How the points make the risk: families and weak evidence count up to a cap.
fn sum(host: &Host, ledger: &Ledger, points: f64) -> String {
    let [given, risk] = [points, host.risk].map(words::score);
    let (strong, weak) = ledger.lines.iter().fold((0.0, 0.0), |sum, line| (sum.0 + line.strong, sum.1 + line.weak));
    let cap = words::score(ledger.weak_cap);
    match ledger.lines.as_slice() {
        [] => "No detector has evidence against this address.".to_owned(),
        _ if given == risk => format!("These points add up to the risk of {risk}."),
        _ if weak > 0.0 && strong + weak > ledger.weak_cap => format!(
            "These points add up to {given}. Of each family the strongest evidence counts, up to the family's cap, and \
             weak evidence (a confidence under 50 %, or of being a victim) lifts the risk to {cap} at most, which leaves \
             a risk of {risk}."
        ),
        _ => {
            format!(
                "These points add up to {given}; of each family the strongest evidence counts, up to the family's cap, \
                 which leaves a risk of {risk}."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture::outcome;

    #[test]
    fn the_ledger_names_every_piece_of_evidence_and_how_it_adds_up() {
        let outcome = outcome();
        let view = host(&outcome, Address::parse("203.0.113.7").unwrap()).unwrap();
        assert_eq!(view.ledger.len(), 2);
        assert_eq!(view.ledger[0].points, "+60");
        assert!(view.sum.contains("90") && view.sum.contains("80"), "{}", view.sum);
        assert!(view.facts.contains(&("Place", "Stockholm, SE".to_owned())), "{:?}", view.facts);
    }

    #[test]
    fn evidence_names_its_files_where_there_are_several() {
        let mut outcome = outcome();
        let files = (1..=7).map(|file| format!("{file}.csv")).collect();
        outcome.report.origins = vec![crate::model::report::Origin { finding: 1, files }];
        let view = host(&outcome, Address::parse("203.0.113.7").unwrap()).unwrap();
        let named = |entry: &Entry| entry.facts.iter().find(|fact| fact.0 == "In").map(|fact| fact.1.clone());
        let first = view.ledger.iter().find(|entry| entry.id == 1).and_then(named);
        assert_eq!(first.as_deref(), Some("1.csv, 2.csv, 3.csv, 4.csv, 5.csv and 2 more"));
        assert_eq!(view.ledger.iter().find(|entry| entry.id == 2).and_then(named), None);
    }

    #[test]
    fn an_address_that_is_no_host_has_no_view() {
        assert_eq!(host(&outcome(), Address::parse("192.0.2.99").unwrap()), None);
    }

    #[test]
    fn a_withheld_address_says_why() {
        let view = host(&outcome(), Address::parse("10.0.0.1").unwrap()).unwrap();
        assert_eq!(view.withheld.as_deref(), Some("a private address"));
    }
}
