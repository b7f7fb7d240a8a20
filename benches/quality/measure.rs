//! One set through the whole library, and the questions that are asked of the outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use flowglass::analysis::Analysis;
use flowglass::catalog::knobs;
use flowglass::ingest::SLICE;
use flowglass::model::address::Address;
use flowglass::model::outcome::Outcome;
use flowglass::model::settings::Settings;
use flowglass::risk::flows::flow_risks;

use crate::scores::Judged;
use crate::sets::Set;

/// Runs one set with the default settings.
pub fn run(set: &Set) -> Result<Outcome, String> {
    let mut analysis = Analysis::new(Settings::default().check(&knobs()).expect("the defaults pass"));
    for file in &set.files {
        let bytes = fs::read(file).map_err(|fault| fault.to_string())?;
        analysis.begin(&file.file_name().unwrap_or_default().to_string_lossy());
        let fed = bytes.chunks(SLICE).try_for_each(|slice| analysis.feed(slice));
        // Of a folder of logs those that are no traffic are refused, and say so.
        if let (Err(fault), 1) = (fed.and_then(|()| analysis.finish_file()), set.files.len()) {
            return Err(fault.to_string());
        }
    }
    analysis.run(&mut |_| ()).map_err(|fault| fault.to_string())
}

/// Which cards (MACs) each address is seen at, in flows and in ARP.
pub struct Cards(BTreeMap<Address, BTreeSet<Address>>);

impl Cards {
    pub fn of(outcome: &Outcome) -> Self {
        let mut cards: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
        let traffic = &outcome.traffic;
        for (row, source) in traffic.source().iter().enumerate() {
            if let Some(mac) = traffic.source_mac.get(row) {
                cards.entry(traffic.address(*source)).or_default().insert(Address::Mac(mac));
            }
        }
        for arp in traffic.observations.arp.items() {
            cards.entry(arp.sender).or_default().insert(Address::Mac(arp.sender_mac));
        }
        Cards(cards)
    }

    /// Whether two names mean one machine: equal, or the one is the only card that the other was seen at.
    pub fn same(&self, one: Address, other: Address) -> bool {
        let only = |ip: Address, mac: Address| self.0.get(&ip).is_some_and(|at| at.len() == 1 && at.contains(&mac));
        one == other || only(one, other) || only(other, one)
    }
}

fn is_one_of(names: &[Address], cards: &Cards, address: Address) -> bool {
    names.iter().any(|&name| cards.same(name, address))
}

pub fn is_attacker(set: &Set, cards: &Cards, address: Address) -> bool {
    set.everyone || set.attackers.iter().any(|names| is_one_of(names, cards, address))
}

/// Every host with its score; an attacker's card and address count once, by the worse.
pub fn hosts(set: &Set, outcome: &Outcome, cards: &Cards, score: impl Fn(Address) -> f64) -> Vec<Judged> {
    let all = || outcome.report.hosts.iter().map(|host| host.address);
    if set.everyone {
        return all().map(|address| (score(address), true)).collect();
    }
    let innocent = all().filter(|&address| !is_attacker(set, cards, address)).map(|address| (score(address), false));
    let guilty = set.attackers.iter().map(|names| {
        let known = all().filter(|&address| is_one_of(names, cards, address));
        (known.map(&score).fold(0.0, f64::max), true)
    });
    innocent.chain(guilty).collect()
}

/// Whether each row is an attack by the data set's own label; none where it does not say.
pub fn labels(outcome: &Outcome) -> Vec<Option<bool>> {
    let verdict = |label: &str| match label.trim().to_ascii_lowercase().as_str() {
        // LUFlow's own doubt; and Westermo's misconfigurations, no attack, whose labels cover all that passes meanwhile.
        "outlier" | "" | "-" => None,
        text if text.contains("misconf") => None,
        "0" | "normal" | "benign" => Some(false),
        text => Some(!text.contains("benign") && !text.contains("normal")),
    };
    (0..outcome.traffic.rows()).map(|row| outcome.traffic.label(row).and_then(verdict)).collect()
}

/// The labelled rows with their risk.
pub fn flows(outcome: &Outcome) -> Vec<Judged> {
    let risks = flow_risks(&outcome.traffic, &outcome.report.findings, outcome.report.hosts.iter());
    of_rows(outcome, |row| Some(risks[row]))
}

/// The labelled rows with any score; a row without one counts as harmless.
pub fn of_rows(outcome: &Outcome, score: impl Fn(usize) -> Option<f64>) -> Vec<Judged> {
    let rows = labels(outcome).into_iter().enumerate();
    rows.filter_map(|(row, guilty)| Some((score(row).unwrap_or(0.0), guilty?))).collect()
}
