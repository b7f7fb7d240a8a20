//! The headline numbers, and what was read to get them.

use serde::Serialize;

use super::words;
use crate::model::geo::GeoSource;
use crate::model::outcome::Outcome;
use crate::model::report::{Decision, Input, ModelRun, Report};

/// Everything above the tables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// One sentence: the answer.
    pub headline: String,
    pub figures: Vec<Figure>,
    pub inputs: Vec<InputLine>,
    pub databases: Vec<DatabaseLine>,
}

/// One number, what it counts, and what it is a part of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    pub label: &'static str,
    pub value: String,
    pub note: String,
    /// `block`, `watch` or nothing: how it is coloured.
    pub tone: &'static str,
    /// The filter of the table of addresses that shows what was counted; empty where none does.
    pub filter: &'static str,
}

/// One traffic file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InputLine {
    pub name: String,
    pub facts: String,
    pub sha256: String,
    /// What the reader says of how it read the file.
    pub notes: Vec<String>,
}

/// One GeoIP database.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DatabaseLine {
    pub name: String,
    pub facts: String,
    /// Why it is not used, or that it is old.
    pub warning: Option<String>,
}

/// MaxMind's licence asks for a new release within this many days, and addresses do move.
pub const STALE_DAYS: i64 = 30;

/// `now` in seconds since 1970.
pub fn summary(outcome: &Outcome, now: i64) -> Summary {
    let report = &outcome.report;
    Summary {
        headline: headline(report),
        figures: figures(report),
        inputs: report.inputs.iter().map(input).collect(),
        databases: report.databases.iter().map(|source| database(source, now)).collect(),
    }
}

fn decided(report: &Report, decision: Decision) -> u64 {
    report.hosts.iter().filter(|host| host.decision == decision).count() as u64
}

fn headline(report: &Report) -> String {
    let (block, watch) = (decided(report, Decision::Block), decided(report, Decision::Watch));
    let hosts = words::counted(report.hosts.len() as u64, "address", "addresses");
    match (block, watch) {
        (0, 0) => format!("None of {hosts} behaves like an attacker."),
        (0, watch) => format!("Nothing to block among {hosts}; {} worth watching.", words::count(watch)),
        (block, watch) => format!("{} of {hosts} to block, {} to watch.", words::count(block), words::count(watch)),
    }
}

fn figures(report: &Report) -> Vec<Figure> {
    let hosts = report.hosts.len() as u64;
    let read: u64 = report.inputs.iter().map(|input| input.read).sum();
    let rejected: u64 = report.inputs.iter().map(|input| input.rejected).sum();
    let (block, watch) = (decided(report, Decision::Block), decided(report, Decision::Watch));
    let withheld = report.withheld.len() as u64;
    let plain = |label, value, note| Figure { label, value, note, tone: "", filter: "" };
    let mut figures = vec![
        Figure {
            tone: "block",
            filter: "decision:block",
            ..plain("To block", words::count(block), format!("{} of all addresses", words::share(block, hosts)))
        },
        Figure {
            tone: "watch",
            filter: "decision:watch",
            ..plain(
                "To watch",
                words::count(watch),
                format!("{} of these withheld from blocking", words::count(withheld)),
            )
        },
        plain("Addresses", words::count(hosts), format!("{} about them", findings(report))),
        plain("Rows read", words::count(read), format!("{} rejected", words::count(rejected))),
    ];
    if let Some(span) = report.span {
        let length = words::duration(span.last - span.first);
        figures.push(plain("Time covered", length, format!("from {}", words::time(span.first))));
    }
    figures.push(anomalies(report, read));
    figures
}

fn findings(report: &Report) -> String {
    words::counted(report.findings.len() as u64, "finding", "findings")
}

/// Rows the two anomaly models flag; the same wording where one or both did not run.
fn anomalies(report: &Report, read: u64) -> Figure {
    let models = [("Isolation Forest", &report.models.isolation_forest), ("SVM", &report.models.one_class_svm)];
    let ran = models.iter().filter_map(|(name, run)| match run {
        ModelRun::Ran(summary) => Some((name, summary.anomalies)),
        ModelRun::NotComputable { .. } => None,
    });
    let parts: Vec<String> = ran.map(|(name, rows)| format!("{name} {}", words::share(rows, read))).collect();
    let clusters = match &report.models.dbscan {
        ModelRun::Ran(summary) => words::count(summary.clusters),
        ModelRun::NotComputable { .. } => "–".to_owned(),
    };
    let note = match parts.as_slice() {
        [] => "no anomaly model could run".to_owned(),
        parts => format!("rows flagged: {}", parts.join(", ")),
    };
    Figure { label: "Clusters", value: clusters, note, tone: "", filter: "" }
}

fn input(input: &Input) -> InputLine {
    let rows = words::counted(input.read, "row", "rows");
    let rejected = if input.rejected == 0 { "none".to_owned() } else { words::count(input.rejected) };
    InputLine {
        name: input.name.clone(),
        facts: format!("{}, {}, {rows} read, {rejected} rejected", input.format, words::bytes(input.bytes)),
        sha256: input.sha256.clone(),
        notes: input.notes.clone(),
    }
}

fn database(source: &GeoSource, now: i64) -> DatabaseLine {
    let built = i64::try_from(source.built).unwrap_or(i64::MAX);
    let days = now.saturating_sub(built) / 86_400;
    let age = match days {
        ..0 => "built in the future".to_owned(),
        0 => "built today".to_owned(),
        days => format!("{} old", words::counted(days as u64, "day", "days")),
    };
    let stale = days > STALE_DAYS;
    let warning = match &source.error {
        Some(error) => Some(format!("Not used: {error}")),
        None if stale => {
            Some(format!("Built {days} days ago. Places change hands: get a release of the last {STALE_DAYS} days."))
        }
        None => None,
    };
    let facts = match source.error {
        Some(_) => String::new(),
        None => format!("{}, built {}, {age}, IPv{}", source.kind, words::date(built), source.ip_version),
    };
    DatabaseLine { name: source.file.clone(), facts, warning }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture::outcome;

    const DAY: i64 = 86_400;

    #[test]
    fn the_headline_counts_what_is_to_be_done() {
        let mut outcome = outcome();
        assert_eq!(summary(&outcome, 0).headline, "1 of 3 addresses to block, 1 to watch.");
        outcome.report.hosts.iter_mut().for_each(|host| host.decision = Decision::Ignore);
        assert!(summary(&outcome, 0).headline.starts_with("None of 3"));
    }

    #[test]
    fn figures_are_given_even_where_a_model_is_missing() {
        let summary = summary(&outcome(), 0);
        let clusters = summary.figures.iter().find(|figure| figure.label == "Clusters").unwrap();
        assert_eq!(clusters.value, "–");
        assert!(clusters.note.contains("Isolation Forest"), "{}", clusters.note);
        assert_eq!(summary.inputs[0].facts, "csv, 2 KiB, 6 rows read, 1 rejected");
    }

    #[test]
    fn a_database_warns_past_thirty_days_and_says_why_it_is_not_used() {
        let mut outcome = outcome();
        let warning =
            |outcome: &Outcome, days| summary(outcome, 1_700_000_000 + days * DAY).databases[0].warning.clone();
        assert_eq!(warning(&outcome, STALE_DAYS), None);
        assert!(warning(&outcome, STALE_DAYS + 1).unwrap().contains("31 days"));
        outcome.report.databases[0].error = Some("it is damaged".into());
        assert_eq!(warning(&outcome, 0).unwrap(), "Not used: it is damaged");
    }

    #[test]
    fn any_build_date_reads() {
        let mut outcome = outcome();
        outcome.report.databases[0].built = u64::MAX;
        assert!(summary(&outcome, 0).databases[0].facts.contains("future"));
    }
}
