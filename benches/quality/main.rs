//! How well attackers are found on labelled traffic, beside what others find on the same rows.
//!
//! Run by `cargo xtask quality`, which finds the data and a Python and says where the table goes.

mod corrections;
mod expected;
mod measure;
mod peers;
mod scores;
mod sets;
mod table;

use std::path::{Path, PathBuf};
use std::time::Instant;

use flowglass::model::outcome::Outcome;

use measure::Cards;
use sets::{Set, sets};
use table::Table;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let option = |name: &str| words.iter().position(|word| word == name).and_then(|at| words.get(at + 1)).cloned();
    let Some(data) = option("--data").map(PathBuf::from) else {
        println!("quality: run it by `cargo xtask quality`");
        return;
    };
    scores::check();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("quality-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the rows");
    let mut table = Table::default();
    let explain = words.iter().any(|word| word == "--explain");
    for set in sets(&data, &option("--only").unwrap_or_default()) {
        let begun = Instant::now();
        match measure::run(&set) {
            Err(fault) => table.refused(&set, &fault),
            Ok(outcome) => {
                let cards = Cards::of(&outcome);
                table.add(&set, &outcome, &cards, &folder);
                if explain {
                    tell(&set, &outcome, &cards);
                }
            }
        }
        eprintln!("{} ({:.1} s)", set.name, begun.elapsed().as_secs_f64());
    }
    let _ = std::fs::remove_dir_all(&folder);
    let text = table.text();
    match option("--out") {
        Some(file) => std::fs::write(&file, &text).expect("the table can be written"),
        None => print!("{text}"),
    }
}

/// The hosts at the top and the findings behind them: what one looks at to see why a number is what it is.
fn tell(set: &Set, outcome: &Outcome, cards: &Cards) {
    let report = &outcome.report;
    println!("{}", set.name);
    for host in report.hosts.iter().take(12).filter(|host| host.risk > 0.0) {
        let guilty = if measure::is_attacker(set, cards, host.address) { "ATTACKER" } else { "" };
        println!("{:>5.1} {:?} {} {guilty} ({} rows)", host.risk, host.role, host.address, host.rows);
        for finding in host.evidence.iter().filter_map(|id| report.findings.iter().find(|finding| finding.id == *id)) {
            let (key, points, sure) = (finding.detector, finding.points, finding.confidence);
            println!("        {points:>5.1} {sure:.2} {key}: {}", finding.summary);
        }
    }
}
