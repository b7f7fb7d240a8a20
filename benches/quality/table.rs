//! The tables of `docs/quality.md`: hosts, flows, and the finding that each capture must show.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use flowglass::model::address::Address;
use flowglass::model::outcome::Outcome;
use flowglass::policy::{BLOCK, WATCH};

use crate::corrections::{self, CORRECTIONS, Change, Correction};
use crate::expected::answer;
use crate::measure::{self, Cards};
use crate::peers;
use crate::scores::{Judged, Named, average_precision, roc_auc};
use crate::sets::{Kind, Set};

const HEAD: &str = include_str!("head.md");

/// Lines of Markdown, and the sums over all sets.
#[derive(Default)]
pub struct Table {
    hosts: String,
    flows: String,
    captures: String,
    block: Named,
    watch: Named,
    right: usize,
    asked: usize,
}

impl Table {
    pub fn refused(&mut self, set: &Set, fault: &str) {
        self.asked += 1;
        let _ = writeln!(self.captures, "| {} | {} | **no** | not read: {fault} |", set.name, set.technique);
    }

    pub fn add(&mut self, set: &Set, outcome: &Outcome, cards: &Cards, folder: &Path) {
        if set.kind == Kind::Benign || set.everyone || !set.attackers.is_empty() {
            self.of_hosts(set, outcome, cards);
        }
        if set.labelled {
            self.of_flows(set, outcome, folder);
        }
        // Where every source is guilty any finding is right: there is nothing to ask.
        if set.everyone {
            return;
        }
        if let Some(Correction { change: Change::Hidden, why, .. }) = corrections::of(&set.name) {
            let _ = writeln!(self.captures, "| {} | {} | cannot show it | {why} |", set.name, set.technique);
            return;
        }
        let answer = answer(set, outcome, cards);
        self.asked += 1;
        self.right += usize::from(answer.right);
        let (word, what) = (
            if answer.right { "yes" } else { "**no**" },
            if set.kind == Kind::Benign { "benign" } else { &set.technique },
        );
        let _ = writeln!(self.captures, "| {} | {what} | {word} | {} |", set.name, answer.told);
    }

    fn of_hosts(&mut self, set: &Set, outcome: &Outcome, cards: &Cards) {
        let risks: BTreeMap<Address, f64> = outcome.report.hosts.iter().map(|host| (host.address, host.risk)).collect();
        let by = |scores: &BTreeMap<Address, f64>| {
            measure::hosts(set, outcome, cards, |address| scores.get(&address).copied().unwrap_or(0.0))
        };
        let ours = by(&risks);
        let settings = &outcome.report.settings;
        let (watch, block) = (Named::at(&ours, settings.real(&WATCH)), Named::at(&ours, settings.real(&BLOCK)));
        // Where every source is an attacker by definition, a recall would only say how many ever probed twice.
        if !set.everyone {
            self.watch.add(watch);
            self.block.add(block);
        }
        let peers = [
            (peers::script_votes(outcome), 1.0),
            (peers::script_ports(outcome), 11.0),
            (peers::zeek(outcome, false), 1.0),
            (peers::zeek(outcome, true), 1.0),
        ];
        let _ = write!(
            self.hosts,
            "| {} | {}/{} | **{}** | {} | {} |",
            set.name,
            watch.guilty,
            ours.len(),
            number(average_precision(&ours)),
            told(watch),
            told(block)
        );
        for (scores, threshold) in peers {
            let judged = by(&scores);
            let _ =
                write!(self.hosts, " {} {} |", number(average_precision(&judged)), told(Named::at(&judged, threshold)));
        }
        self.hosts.push('\n');
    }

    fn of_flows(&mut self, set: &Set, outcome: &Outcome, folder: &Path) {
        let ours = measure::flows(outcome);
        let guilty = ours.iter().filter(|one| one.1).count();
        if guilty == 0 || guilty == ours.len() {
            return;
        }
        let pair = |judged: &[Judged]| format!("{} / {}", number(roc_auc(judged)), number(average_precision(judged)));
        let votes = measure::of_rows(outcome, |row| peers::row_votes(outcome, row));
        let forest = measure::of_rows(outcome, |row| peers::row_forest(outcome, row));
        let _ = write!(
            self.flows,
            "| {} | {guilty}/{} | **{}** | {} | {} |",
            set.name,
            ours.len(),
            pair(&ours),
            pair(&votes),
            pair(&forest)
        );
        let pyod = peers::pyod(outcome, folder);
        for model in ["IForest", "ECOD", "HBOS", "COPOD", "PCA"] {
            let cell = pyod.get(model).map(|[auc, ap]| format!("{auc:.3} / {ap:.3}"));
            let _ = write!(self.flows, " {} |", cell.unwrap_or_else(|| "not run".to_owned()));
        }
        self.flows.push('\n');
    }

    pub fn text(&self) -> String {
        let all = |named: Named| {
            format!(
                "precision {}, recall {} ({} of {} attackers, {} others)",
                number(named.precision()),
                number(named.recall()),
                named.rightly,
                named.guilty,
                named.wrongly
            )
        };
        let corrected = CORRECTIONS.iter().filter(|correction| matches!(correction.change, Change::Attackers(_)));
        let corrected: String =
            corrected.map(|correction| format!("- {}: {}.\n", correction.set, correction.why)).collect();
        HEAD.replace("{CORRECTIONS}", corrected.trim_end())
            .replace("{HOSTS}", self.hosts.trim_end())
            .replace("{FLOWS}", self.flows.trim_end())
            .replace("{CAPTURES}", self.captures.trim_end())
            .replace("{BLOCK}", &all(self.block))
            .replace("{WATCH}", &all(self.watch))
            .replace("{RIGHT}", &format!("{} of {}", self.right, self.asked))
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

/// `rightly+wrongly`: how many attackers and how many others were named.
fn told(named: Named) -> String {
    format!("{}+{}", named.rightly, named.wrongly)
}
