//! The lists beside the table: what ran and what could not, what was rejected, what was withheld.

use serde::Serialize;

use super::words;
use crate::about::About;
use crate::detect::DETECTORS;
use crate::model::judgement::{ClusterSummary, VerdictSummary};
use crate::model::report::{DetectorRun, Input, ModelRun, Report, Status, Surroundings};

/// The lists of one report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lists {
    pub runs: Vec<Run>,
    pub rejected: Rejections,
    pub withheld: Vec<(String, String)>,
    pub withheld_count: usize,
    /// What is taken for the analyst's own, gateways and name servers: a title and the addresses.
    pub surroundings: Vec<(&'static str, String)>,
}

/// One detector or model: whether it ran and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    pub title: String,
    /// `found`, `nothing_found` or `not_computable`.
    pub status: &'static str,
    /// The status in words.
    pub outcome: String,
    /// What it needs, or how it was computed.
    pub detail: String,
    pub help: &'static str,
    pub limits: &'static str,
}

/// Rejected rows: all counted by reason, the first named.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rejections {
    pub total: u64,
    /// Reason and rows, per file.
    pub reasons: Vec<(String, String, String)>,
    /// File, row, byte, reason.
    pub rows: Vec<[String; 4]>,
}

/// A list on the screen names at most this many lines; the report has the rest.
pub const MAX_LINES: usize = 1000;

/// A sentence names at most this many addresses.
const MAX_INLINE: usize = 20;

/// `models` are the models' own descriptions, by key.
pub fn lists(report: &Report, models: &[About]) -> Lists {
    let withheld = report.withheld.iter().take(MAX_LINES);
    Lists {
        runs: report.detectors.iter().map(detector).chain(model_runs(report, models)).collect(),
        rejected: rejections(report),
        withheld: withheld.map(|withheld| (withheld.address.to_string(), withheld.reason.clone())).collect(),
        withheld_count: report.withheld.len(),
        surroundings: surroundings(&report.surroundings),
    }
}

fn surroundings(seen: &Surroundings) -> Vec<(&'static str, String)> {
    let home = seen.home.networks();
    let whose = match (seen.home.is_guessed(), home.is_empty()) {
        (false, _) => "Your own networks",
        (true, false) => "Your own networks, guessed from the private ranges in use",
        (true, true) => "Your own networks",
    };
    let home = if home.is_empty() { "none known: name them under the settings".to_owned() } else { first(home) };
    let seen = [("Gateways", &seen.gateways), ("Name servers", &seen.resolvers)];
    let seen = seen.into_iter().filter(|(_, all)| !all.is_empty()).map(|(title, all)| (title, first(all)));
    [(whose, home)].into_iter().chain(seen).collect()
}

/// The first few; the report has them all.
fn first(all: &[impl ToString]) -> String {
    let named: Vec<String> = all.iter().take(MAX_INLINE).map(ToString::to_string).collect();
    let more = all.len().saturating_sub(MAX_INLINE);
    if more > 0 { format!("{} and {more} more", named.join(", ")) } else { named.join(", ") }
}

fn detector(run: &DetectorRun) -> Run {
    let about = DETECTORS.iter().find(|detector| detector.about.key == run.key).map(|detector| detector.about);
    let (status, outcome) = match run.status {
        Status::Found => ("found", words::counted(run.findings, "finding", "findings")),
        Status::NothingFound => ("nothing_found", "Nothing found".to_owned()),
        Status::NotComputable => ("not_computable", "Could not run".to_owned()),
    };
    let detail = match &run.note {
        _ if !run.needs.is_empty() => format!("It needs {}.", run.needs.join(" and ")),
        Some(note) => format!("{note}."),
        None => String::new(),
    };
    Run {
        title: about.map_or(run.key, |about| about.title).to_owned(),
        status,
        outcome,
        detail,
        help: about.map_or("", |about| about.help),
        limits: about.map_or("", |about| about.limits),
    }
}

fn model_runs(report: &Report, models: &[About]) -> [Run; 3] {
    let run = |key: &'static str, answer: Result<(bool, String, String), &str>| {
        let about = models.iter().find(|about| about.key == key);
        let (status, outcome, detail) = match answer {
            Ok((true, outcome, detail)) => ("found", outcome, detail),
            Ok((false, outcome, detail)) => ("nothing_found", outcome, detail),
            Err(why) => ("not_computable", "Could not run".to_owned(), why.to_owned()),
        };
        Run {
            title: about.map_or(key, |about| about.title).to_owned(),
            status,
            outcome,
            detail,
            help: about.map_or("", |about| about.help),
            limits: about.map_or("", |about| about.limits),
        }
    };
    let models = &report.models;
    [
        run("isolation_forest", answer(&models.isolation_forest, verdict)),
        run("one_class_svm", answer(&models.one_class_svm, verdict)),
        run("dbscan", answer(&models.dbscan, clusters)),
    ]
}

fn answer<T>(run: &ModelRun<T>, words: fn(&T) -> (bool, String, String)) -> Result<(bool, String, String), &str> {
    match run {
        ModelRun::Ran(summary) => Ok(words(summary)),
        ModelRun::NotComputable { not_computable } => Err(not_computable),
    }
}

fn exactness(exact: bool, error: Option<f64>) -> String {
    match (exact, error) {
        (true, _) => "Exact.".to_owned(),
        (false, Some(error)) => format!("Approximate: about {} of labels would differ.", percent(error)),
        (false, None) => "Approximate.".to_owned(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

fn verdict(summary: &VerdictSummary) -> (bool, String, String) {
    let outcome = format!("{} flagged", words::counted(summary.anomalies, "row", "rows"));
    let exact = exactness(summary.exact, summary.error);
    (summary.anomalies > 0, outcome, format!("{exact} {}", summary.method).trim().to_owned())
}

fn clusters(summary: &ClusterSummary) -> (bool, String, String) {
    let clusters = words::counted(summary.clusters, "cluster", "clusters");
    let outcome = format!("{clusters}, {} of noise", words::counted(summary.noise, "row", "rows"));
    let silhouette = match (summary.silhouette, summary.silhouette_error) {
        (Some(mean), Some(error)) => format!("Silhouette {mean:.3} ± {error:.3}, from a sample."),
        (Some(mean), None) => format!("Silhouette {mean:.3}."),
        (None, _) => "No silhouette: it takes at least two groups.".to_owned(),
    };
    let exact = exactness(summary.exact, None);
    (summary.clusters > 0, outcome, format!("{silhouette} {exact} {}", summary.method).trim().to_owned())
}

fn rejections(report: &Report) -> Rejections {
    let of_file = |input: &Input| {
        let name = input.name.clone();
        let counts = input.reasons.clone();
        counts.into_iter().map(move |count| (name.clone(), count.reason, words::count(count.rows)))
    };
    let rows = report.rejected.iter().take(MAX_LINES);
    Rejections {
        total: report.inputs.iter().map(|input| input.rejected).sum(),
        reasons: report.inputs.iter().flat_map(of_file).collect(),
        rows: rows.map(|r| [r.file.clone(), words::count(r.row), words::count(r.byte), r.reason.clone()]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::Address;
    use crate::model::home::Home;
    use crate::view::fixture::outcome;

    #[test]
    fn what_could_not_run_says_what_it_needs() {
        let lists = lists(&outcome().report, &[]);
        assert_eq!(lists.runs.len(), 4);
        assert_eq!(lists.runs[0].status, "not_computable");
        assert_eq!(lists.runs[0].detail, "It needs a source MAC column.");
        assert_eq!(lists.runs[2].detail, "it needs ports");
    }

    #[test]
    fn rejected_and_withheld_rows_are_counted_and_named() {
        let lists = lists(&outcome().report, &[]);
        assert_eq!(lists.rejected.total, 1);
        assert_eq!(lists.rejected.rows[0], ["flows.csv", "3", "90", "the address is missing"]);
        assert_eq!(lists.withheld, [("10.0.0.1".to_owned(), "a private address".to_owned())]);
    }

    #[test]
    fn home_is_named_with_where_it_comes_from_and_long_lists_are_cut_with_their_count() {
        let home = |seen: &[&str], named: &[&str]| {
            let seen: Vec<Address> = seen.iter().map(|text| Address::parse(text).unwrap()).collect();
            let named: Vec<ipnet::IpNet> = named.iter().map(|text| text.parse().unwrap()).collect();
            let resolvers = (0..23u8).map(|n| Address::V4([8, 8, 8, n].into())).collect();
            surroundings(&Surroundings { home: Home::new(&seen, &named), resolvers, ..Surroundings::default() })
        };
        let guessed = home(&["10.1.2.3"], &[]);
        assert!(guessed[0].0.contains("guessed") && guessed[0].1 == "10.0.0.0/8", "{guessed:?}");
        assert!(guessed[1].0 == "Name servers" && guessed[1].1.ends_with("8.8.8.19 and 3 more"), "{guessed:?}");
        assert_eq!(home(&[], &["8.8.0.0/16"])[0], ("Your own networks", "8.8.0.0/16".to_owned()));
        assert!(home(&[], &[])[0].1.starts_with("none known"));
    }

    #[test]
    fn an_approximation_is_never_silent() {
        let summary = VerdictSummary { exact: false, error: Some(0.004), ..VerdictSummary::default() };
        assert!(verdict(&summary).2.contains("0.40 %"));
        assert!(exactness(false, None).contains("Approximate"));
    }
}
