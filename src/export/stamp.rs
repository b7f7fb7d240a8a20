//! The opening comment of every file: what made it, from which input, when, how much it holds, when it expires.

use std::io::{self, Write};

use super::{Export, clock, knobs};

/// The hashes of at most this many inputs stand in a header; the report has them all.
const MAX_HASHES: usize = 16;

/// What a header says. Nothing in it comes from the input as text: file names are left out.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// `flowglass` and its version.
    pub generator: String,
    /// SHA-256 of each input, 64 hexadecimal digits.
    pub inputs: Vec<String>,
    /// Seconds since 1970.
    pub made: i64,
    pub expires: i64,
    /// Seconds from `made` to `expires`.
    pub seconds: i64,
    /// Addresses kept off the list, and addresses on it that were never seen.
    pub withheld: usize,
    pub unseen: u128,
}

impl Stamp {
    pub fn new(export: &Export<'_>, withheld: usize, unseen: u128) -> Self {
        let report = &export.outcome.report;
        let seconds = report.settings.count(&knobs::HOURS) as i64 * 3600;
        Stamp {
            generator: word(&report.generator),
            inputs: report.inputs.iter().filter(|input| is_hash(&input.sha256)).map(|i| i.sha256.clone()).collect(),
            made: export.now,
            expires: export.now.saturating_add(seconds),
            seconds,
            withheld,
            unseen,
        }
    }

    /// The lines of the comment, for a part with `entries` of the `part`th of `parts`, counted from 0.
    pub fn lines(&self, what: &str, entries: usize, part: usize, parts: usize) -> Vec<String> {
        let mut lines = vec![format!("{what}, made by {} on {}", self.generator, clock::utc(self.made))];
        if parts > 1 {
            lines.push(format!("part {} of {parts}", part + 1));
        }
        lines.push(format!("entries: {entries}, expires: {}", clock::utc(self.expires)));
        lines.push(format!("withheld: {}, addresses never seen: {}", self.withheld, self.unseen));
        for hash in self.inputs.iter().take(MAX_HASHES) {
            lines.push(format!("input SHA-256: {hash}"));
        }
        if self.inputs.len() > MAX_HASHES {
            lines.push(format!("and {} more inputs", self.inputs.len() - MAX_HASHES));
        }
        lines
    }

    /// The same as one line of words, for formats that have a description instead of comments.
    pub fn sentence(&self, entries: usize) -> String {
        let input = self.inputs.first().map_or("none", String::as_str);
        let (made, expires) = (clock::utc(self.made), clock::utc(self.expires));
        format!("{} made {made} expires {expires} entries {entries} input sha256 {input}", self.generator)
    }
}

/// Writes comment lines, each behind `mark`.
pub fn comment(out: &mut dyn Write, mark: &str, lines: &[String]) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{mark}{line}"))
}

/// The generator's name comes from the program itself; held to harmless characters all the same.
fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || " ._-".contains(*c)).take(64).collect()
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
