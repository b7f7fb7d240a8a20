//! The alert: a short text about what was found, composed here so that what is shown is what goes.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::detect::DETECTORS;
use crate::error::{Error, Result};
use crate::model::finding::Finding;
use crate::model::outcome::Outcome;
use crate::model::report::{Decision, Host, Report};

/// How much an alert gives away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redaction {
    /// Addresses and the evidence with its numbers.
    Full,
    /// `address 1`, `address 2` … and the names of the detectors.
    Pseudonyms,
    /// Numbers alone.
    Counts,
}

impl Redaction {
    /// The levels by the names the page and the documentation use.
    pub const ALL: [(&'static str, Redaction); 3] =
        [("full", Redaction::Full), ("pseudonyms", Redaction::Pseudonyms), ("counts", Redaction::Counts)];

    /// # Errors
    /// Where there is no such level.
    pub fn parse(name: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        let unknown = || Error::setting(format!("{name:?} is no redaction level: full, pseudonyms or counts"));
        found.map(|(_, level)| *level).ok_or_else(unknown)
    }
}

/// An alert as it would go: nothing is added on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub subject: String,
    /// Plain text, lines of at most `LINE` characters, ended by LF.
    pub body: String,
    /// The same alert has the same key, so that a relay sends it once.
    pub key: String,
}

/// A body names at most this many addresses; the report has them all.
const NAMED: usize = 25;

/// Longer lines are cut; RFC 5322 allows 998 bytes.
const LINE: usize = 240;

/// Ends a link that would have grown too long.
const CUT: &str = "… the rest is in the report.\r\n";

/// Mail programs and systems pass on links of about this length.
const LINK: usize = 1900;

/// Composes the alert. Only canonical addresses, numbers and this program's own words are in it:
/// no file name, place or label of the input.
pub fn compose(outcome: &Outcome, level: Redaction) -> Alert {
    let report = &outcome.report;
    let count = |decision| report.hosts.iter().filter(|host| host.decision == decision).count();
    let (block, watch) = (count(Decision::Block), count(Decision::Watch));
    let subject = format!("[Flowglass] {block} to block, {watch} to watch");
    let mut lines = vec![
        format!("{} rows from {} sources were analysed.", outcome.traffic.rows(), report.hosts.len()),
        format!("To block: {block}. To watch: {watch}. Withheld from blocking: {}.", report.withheld.len()),
        String::new(),
    ];
    if level != Redaction::Counts {
        let risky = report.hosts.iter().filter(|host| host.decision != Decision::Ignore);
        lines.extend(risky.take(NAMED).enumerate().flat_map(|(index, host)| about(report, host, index + 1, level)));
        if block + watch > NAMED {
            lines.push(format!("… and {} more, in the report.", block + watch - NAMED));
        }
        lines.push(String::new());
    }
    lines.extend(report.inputs.iter().map(|input| format!("Input SHA-256: {}", input.sha256)));
    lines.push(format!("Made by {}; nothing was uploaded to make it.", report.generator));
    let mut body = String::new();
    for line in lines {
        body.extend(line.chars().filter(|c| !c.is_control()).take(LINE));
        body.push('\n');
    }
    let digest = Sha256::digest(format!("{subject}\n{body}"));
    let key = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Alert { subject, body, key }
}

/// One address: its decision and risk, then its evidence, heaviest first.
fn about(report: &Report, host: &Host, number: usize, level: Redaction) -> Vec<String> {
    let name = match level {
        Redaction::Full => host.address.to_string(),
        Redaction::Pseudonyms | Redaction::Counts => format!("address {number}"),
    };
    let decision = if host.decision == Decision::Block { "block" } else { "watch" };
    let mut lines = vec![format!("{name}: {decision}, risk {:.0} of 100", host.risk)];
    let evidence = host.evidence.iter().filter_map(|id| report.findings.iter().find(|finding| finding.id == *id));
    lines.extend(evidence.take(3).map(|finding| format!("  - {}", words(finding, level))));
    lines
}

fn words(finding: &Finding, level: Redaction) -> String {
    let title = || DETECTORS.iter().find(|entry| entry.about.key == finding.detector).map(|entry| entry.about.title);
    match level {
        Redaction::Full => finding.summary.clone(),
        Redaction::Pseudonyms | Redaction::Counts => {
            format!("{} ({} rows)", title().unwrap_or(finding.detector), finding.rows)
        }
    }
}

impl Alert {
    /// A `mailto:` link, cut at a line where it would grow longer than mail programs take.
    pub fn mailto(&self) -> String {
        let mut link = format!("mailto:?subject={}&body=", encoded(&self.subject));
        let cut = encoded(CUT);
        for line in self.body.lines() {
            let line = encoded(&format!("{line}\r\n"));
            if link.len() + line.len() + cut.len() > LINK {
                link.push_str(&cut);
                break;
            }
            link.push_str(&line);
        }
        link
    }

    /// Whether the link leaves out a part of the body.
    pub fn mailto_cut(&self) -> bool {
        self.mailto().ends_with(&encoded(CUT))
    }

    /// A message file (RFC 5322) without sender and recipient, which mail programs open as a draft
    /// (`X-Unsent` is Outlook's word for that). `now` is in seconds since 1970.
    pub fn eml(&self, now: i64) -> String {
        let date = jiff::Timestamp::from_second(now).unwrap_or_default();
        let date = date.strftime("%a, %d %b %Y %H:%M:%S +0000");
        format!(
            "X-Unsent: 1\r\nDate: {date}\r\nSubject: {}\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
            self.subject,
            self.body.replace('\n', "\r\n")
        )
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            // Writing to a string does not fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}
