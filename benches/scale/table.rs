//! The table: printed as it grows, and written to `target/bench.md`.

use std::fmt::Write;
use std::path::Path;

use flowglass::sample::Pairs;

use crate::input::Input;
use crate::run::Run;

/// Lines of Markdown, and the totals in the browser for the growth.
#[derive(Default)]
pub struct Table {
    text: String,
    totals: Vec<(Pairs, u64, f64)>,
}

impl Table {
    /// Adds a run; beside a peer's run stands the page's own on the same input.
    pub fn add(&mut self, input: &Input, place: &str, run: &Run, page: Option<&Run>) {
        let mut part = String::new();
        let megabytes = input.bytes as f64 / 1e6;
        let peak =
            run.peak.map_or_else(|| "unknown".to_owned(), |peak| format!("{:.0} MiB", peak as f64 / 1_048_576.0));
        let _ = writeln!(part, "\n## {place}: {} rows, {:?} pairs, {megabytes:.1} MB\n", input.rows, input.pairs);
        part += "| stage | seconds | ratio |\n|---|---:|---:|\n";
        for (stage, seconds) in &run.stages {
            let ratio = match page {
                Some(page) => ratio(*seconds, page.seconds(stage)),
                None if stage == "Reading" => format!("{:.0} MB/s", megabytes / seconds),
                None => String::new(),
            };
            let _ = writeln!(part, "| {stage} | {seconds:.3} | {ratio} |");
        }
        let ratio = page.map_or_else(String::new, |page| ratio(run.total(), page.total()));
        let _ = writeln!(part, "| all | {:.3} | {ratio} |\n\nPeak memory: {peak}.", run.total());
        run.notes.iter().for_each(|note| part += &format!("{note}\n"));
        println!("{part}");
        self.text += &part;
        if place == "browser" {
            self.totals.push((input.pairs, input.rows, run.total()));
        }
    }

    /// What doubling the rows costs in the browser, from each size to the next of the same kind.
    pub fn growth(&mut self) {
        let mut part = "\n## Growth in the browser\n\n| pairs | rows | cost of doubling |\n|---|---|---:|\n".to_owned();
        for pairs in [Pairs::Repeated, Pairs::Distinct] {
            let of: Vec<_> = self.totals.iter().filter(|total| total.0 == pairs).collect();
            for two in of.windows(2) {
                let doublings = libm::log2(two[1].1 as f64 / two[0].1 as f64);
                let factor = libm::pow(two[1].2 / two[0].2, 1.0 / doublings);
                let _ = writeln!(part, "| {pairs:?} | {} to {} | {factor:.2} |", two[0].1, two[1].1);
            }
        }
        println!("{part}");
        self.text += &part;
    }

    pub fn write(&self) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench.md");
        std::fs::write(&file, &self.text).expect("target can be written");
    }
}

fn ratio(peer: f64, ours: f64) -> String {
    if ours > 0.0 { format!("the page: {:.1} times as fast", peer / ours) } else { String::new() }
}
