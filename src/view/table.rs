//! The ranked table of addresses: the only code that sorts, filters and pages.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::words;
use crate::model::outcome::Outcome;
use crate::model::report::{Host, Report};

/// One column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Column {
    /// The name a query sorts by, and the prefix of a filter term (`place:se`).
    pub key: &'static str,
    pub title: &'static str,
    /// Whether it is set flush right, and sorted downwards first.
    pub numeric: bool,
    /// All its values, where they are few enough to pick from.
    pub choices: &'static [&'static str],
}

const fn column(key: &'static str, title: &'static str, numeric: bool) -> Column {
    Column { key, title, numeric, choices: &[] }
}

/// The columns a table of addresses can have.
pub const COLUMNS: &[Column] = &[
    column("address", "Address", false),
    column("risk", "Risk", true),
    Column { key: "decision", title: "Decision", numeric: false, choices: &["Block", "Watch", "Ignore"] },
    column("place", "Place", false),
    column("network", "Network", false),
    column("rows", "Rows", true),
    column("reasons", "Reasons", false),
];

/// The columns that any host fills: without a GeoIP database there is no place to show.
pub fn columns(report: &Report) -> Vec<Column> {
    let filled = |column: &&Column| match column.key {
        "place" => report.hosts.iter().any(|host| host.place.is_some()),
        "network" => report.hosts.iter().any(|host| host.network().is_some()),
        _ => true,
    };
    COLUMNS.iter().filter(filled).copied().collect()
}

/// A page never has more rows than this, whatever is asked for.
pub const MAX_PAGE: usize = 500;

/// What to show. `filter` is words, all of which must occur; `column:word` looks in that column alone.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    /// A column's key; anything else is the report's own order.
    pub sort: String,
    pub descending: bool,
    pub filter: String,
}

/// A stretch of the sorted and filtered table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// Rows in the whole table.
    pub total: usize,
    /// Rows that pass the filter.
    pub matching: usize,
    pub offset: usize,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub address: String,
    /// `block`, `watch` or `ignore`.
    pub tone: &'static str,
    /// 0..1, for the bar behind the risk.
    pub level: f64,
    /// Why the address is not blocked although its risk says so.
    pub withheld: Option<String>,
    /// One per column of `columns`.
    pub cells: Vec<String>,
}

/// The hosts that pass the filter, in the order asked for, as indices into `report.hosts`.
/// Equal hosts keep the report's order.
pub fn order(report: &Report, query: &Query) -> Vec<u32> {
    let terms = terms(&query.filter);
    let passes = |host: &Host| terms.is_empty() || matches(report, host, &terms);
    let passing = report.hosts.iter().enumerate().filter(|(_, host)| passes(host));
    let mut order: Vec<u32> = passing.map(|(index, _)| index as u32).collect();
    sort(report, query, &mut order);
    order
}

/// The rows of `order` from `offset` on.
pub fn page(outcome: &Outcome, order: &[u32], offset: usize, limit: usize) -> Page {
    let report = &outcome.report;
    let columns = columns(report);
    let withheld: FxHashMap<_, _> = report.withheld.iter().map(|w| (w.address, &w.reason)).collect();
    let picked = order.iter().skip(offset).take(limit.min(MAX_PAGE));
    let hosts = picked.filter_map(|&index| report.hosts.get(index as usize));
    let rows = hosts.map(|host| Row {
        address: host.address.to_string(),
        tone: tone(host),
        level: (host.risk / 100.0).clamp(0.0, 1.0),
        withheld: withheld.get(&host.address).map(|reason| (*reason).clone()),
        cells: columns.iter().map(|column| cell(report, host, column.key)).collect(),
    });
    Page { total: report.hosts.len(), matching: order.len(), offset, rows: rows.collect() }
}

/// The text of one cell.
pub fn cell(report: &Report, host: &Host, column: &str) -> String {
    match column {
        "address" => host.address.to_string(),
        "risk" => words::score(host.risk),
        "decision" => words::decision(host.decision).to_owned(),
        "place" => words::place(host.place.as_deref()),
        "network" => host.network().unwrap_or_default(),
        "rows" => words::count(u64::from(host.rows)),
        "reasons" => reasons(report, host).join(" · "),
        _ => String::new(),
    }
}

pub fn tone(host: &Host) -> &'static str {
    match words::decision(host.decision) {
        "Block" => "block",
        "Watch" => "watch",
        _ => "ignore",
    }
}

/// The titles of the detectors that saw something, heaviest first, each once.
fn reasons<'a>(report: &'a Report, host: &Host) -> Vec<&'a str> {
    let mut titles = Vec::new();
    for &id in &host.evidence {
        let Some(finding) = report.findings.get((id as usize).wrapping_sub(1)) else { continue };
        let title = words::detector(finding.detector);
        if !titles.contains(&title) {
            titles.push(title);
        }
    }
    titles
}

/// A filter word, lower case, and the column it is for.
type Term = (Option<&'static str>, String);

fn terms(filter: &str) -> Vec<Term> {
    let of_column = |word: &str| {
        // `2001:db8::1` has colons too: only a column's key makes a prefix.
        let (key, rest) = word.split_once(':')?;
        let column = COLUMNS.iter().find(|column| column.key == key)?;
        Some((Some(column.key), rest.to_owned()))
    };
    let words = filter.split_whitespace().map(str::to_lowercase);
    words.map(|word| of_column(&word).unwrap_or((None, word))).collect()
}

fn matches(report: &Report, host: &Host, terms: &[Term]) -> bool {
    let mut everything = None;
    terms.iter().all(|(column, word)| match column {
        Some(key) => cell(report, host, key).to_lowercase().contains(word),
        None => everything
            .get_or_insert_with(|| {
                let cells = COLUMNS.iter().map(|column| cell(report, host, column.key));
                cells.collect::<Vec<_>>().join("\n").to_lowercase()
            })
            .contains(word),
    })
}

fn sort(report: &Report, query: &Query, order: &mut [u32]) {
    let host = |index: &u32| &report.hosts[*index as usize];
    let turn = |ordering: Ordering| if query.descending { ordering.reverse() } else { ordering };
    match query.sort.as_str() {
        "address" => order.sort_by(|a, b| turn(host(a).address.cmp(&host(b).address))),
        "risk" => order.sort_by(|a, b| turn(host(a).risk.total_cmp(&host(b).risk))),
        "decision" => order.sort_by(|a, b| turn(host(a).decision.cmp(&host(b).decision))),
        "rows" => order.sort_by(|a, b| turn(host(a).rows.cmp(&host(b).rows))),
        key @ ("place" | "network" | "reasons") => {
            let text = |index: &u32| cell(report, host(index), key).to_lowercase();
            let mut keyed: Vec<(String, u32)> = order.iter().map(|index| (text(index), *index)).collect();
            // An empty cell is last in either direction: nobody sorts to see nothing.
            keyed.sort_by(|a, b| a.0.is_empty().cmp(&b.0.is_empty()).then_with(|| turn(a.0.cmp(&b.0))));
            order.iter_mut().zip(keyed).for_each(|(slot, (_, index))| *slot = index);
        }
        _ => {}
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
