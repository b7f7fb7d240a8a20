//! The table: printed as it grows, and written to `target/bench.md`.

use std::fmt::Write;
use std::path::Path;

use flowglass::sample::Pairs;

use crate::busy::processors;
use crate::input::{Input, Readable};
use crate::promises;
use crate::reading::Reading;
use crate::run::{DETECTORS_STAGE, Place, Run};

/// All that was measured, and the lines of Markdown about it.
pub struct Table {
    text: String,
    runs: Vec<(u64, Pairs, Place, Run)>,
    /// What was read, by whom, and how.
    reading: Vec<(&'static str, Reader, Reading)>,
}

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The page, with so many helping workers.
    Page(u64),
    /// The library, one parser on one core.
    Native,
    /// `tshark -T fields`, once.
    Tshark,
}

impl Table {
    /// `times`: how many runs each figure is the median of.
    pub fn new(times: usize) -> Self {
        let processors = processors();
        let text = format!("# Flowglass at scale\n\nMedians of {times}; {processors} processors.\n");
        Table { text, runs: Vec::new(), reading: Vec::new() }
    }

    /// What a size took in a place.
    pub fn run(&self, rows: u64, pairs: Pairs, place: Place) -> Option<&Run> {
        self.runs.iter().find(|run| (run.0, run.1, run.2) == (rows, pairs, place)).map(|run| &run.3)
    }

    pub fn reading(&self, name: &str, reader: Reader) -> Option<Reading> {
        self.reading.iter().find(|reading| (reading.0, reading.1) == (name, reader)).map(|reading| reading.2)
    }

    /// Rows and seconds of each size in the browser.
    pub fn totals(&self, pairs: Pairs) -> Vec<(u64, f64)> {
        let here = self.runs.iter().filter(|run| (run.1, run.2) == (pairs, Place::Browser));
        here.map(|run| (run.0, run.3.total())).collect()
    }

    pub fn add_reading(&mut self, input: &Readable, reader: Reader, reading: Reading) {
        if self.reading.is_empty() {
            self.tell("\n## Reading alone\n\n| file | by | MB | seconds | MB/s | processors busy |\n|---|---|---:|---:|---:|---:|");
        }
        let Readable { name, .. } = input;
        let by = match reader {
            Reader::Page(1) => "the page, one helping worker".into(),
            Reader::Page(workers) => format!("the page, {workers} helping workers"),
            Reader::Native => "the library natively, one core".into(),
            Reader::Tshark => "tshark -T fields".to_owned(),
        };
        let Reading { megabytes, seconds, busy } = reading;
        let told = busy.map_or_else(String::new, |busy| format!("{busy:.2}"));
        self.tell(&format!("| {name} | {by} | {megabytes:.0} | {seconds:.2} | {:.1} | {told} |", reading.speed()));
        self.reading.push((name, reader, reading));
    }

    /// Adds a run; beside a peer's run stands the page's own on the same input.
    pub fn add(&mut self, input: &Input, place: Place, run: Run) {
        let Input { rows, pairs, .. } = input;
        let page = self.run(*rows, *pairs, Place::Browser).filter(|_| place == Place::ScikitLearn).cloned();
        self.tell(&format!("\n## {rows} rows, {pairs:?} pairs, {:.1} MB: {}\n", input.megabytes(), place.title()));
        self.tell("| stage | seconds | |\n|---|---:|---:|");
        for (stage, seconds) in &run.stages {
            let remark = match &page {
                Some(page) => ratio(*seconds, page.seconds(&[stage])),
                None if stage == "Reading" => format!("{:.0} MB/s", input.megabytes() / seconds),
                None if stage == DETECTORS_STAGE => format!("{:.0} ns a row", seconds * 1e9 / *rows as f64),
                None => String::new(),
            };
            self.tell(&format!("| {stage} | {seconds:.3} | {remark} |"));
        }
        self.tell(&format!("| all | {:.3} | |\n\n{}", run.total(), beneath(&run)));
        self.runs.push((*rows, *pairs, place, run));
        self.write();
    }

    /// Ends with what was promised.
    pub fn end(&mut self) {
        self.tell("\n## Promised and measured\n\n| promised | measured | |\n|---|---|---|");
        for line in promises::lines(self) {
            let kept = if line.kept { "kept" } else { "**not kept**" };
            self.tell(&format!("| {} | {} | {kept} |", line.promise, line.measured));
        }
        self.write();
    }

    fn tell(&mut self, part: &str) {
        println!("{part}");
        self.text += part;
        self.text += "\n";
    }

    fn write(&self) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench.md");
        std::fs::write(&file, &self.text).expect("target can be written");
    }
}

/// What stands under a run's stages.
fn beneath(run: &Run) -> String {
    let peak = run.peak.map_or_else(|| "unknown".to_owned(), |peak| format!("{:.0} MB", peak as f64 / 1e6));
    let mut text = format!("Peak memory: {peak}.");
    if let Some(seen) = &run.watched {
        let (seconds, still) = (seen.seconds, seen.still.as_secs_f64());
        let _ = write!(text, " From the press to the results {seconds:.1} s, {} progress reports, ", seen.reports);
        let _ = write!(text, "none standing longer than {still:.1} s.");
    }
    if let Some(fault) = &run.fault {
        let _ = write!(text, " FAILED: {fault}");
    }
    text
}

fn ratio(peer: f64, ours: f64) -> String {
    if ours > 0.0 { format!("the page: {:.1} times as fast", peer / ours) } else { String::new() }
}
