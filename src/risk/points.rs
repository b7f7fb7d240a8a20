//! How the findings on one address add up: the strongest of each family, capped, and weak evidence capped once more.

use crate::about::{Knob, Range};
use crate::detect::evidence::WEAK;
use crate::detect::family;
use crate::model::finding::{Family, Finding, Role};
use crate::model::settings::Checked;

const fn cap(key: &'static str, label: &'static str, help: &'static str, default: f64) -> Knob {
    Knob { key, label, help, unit: "points", range: Range::Real { min: 0.0, max: 100.0, default } }
}

// The caps are this program's own choice: one family of strong evidence may pass the default block threshold
// of 60, the models, an unknown location and all other weak evidence together may not.
pub const MODELS: Knob = cap(
    "risk.models",
    "Most for the models",
    "The votes of the models add at most this. 5 is what they earn: on labelled traffic they rank attackers hardly better than chance (docs/quality.md).",
    5.0,
);
pub const SCANNING: Knob =
    cap("risk.scanning", "Most for scanning", "The strongest evidence of scanning adds at most this.", 85.0);
pub const SPOOFING: Knob =
    cap("risk.spoofing", "Most for spoofing", "The strongest evidence of forged addresses adds at most this.", 30.0);
pub const INTERCEPTION: Knob = cap(
    "risk.interception",
    "Most for interception",
    "The strongest evidence of interception adds at most this.",
    85.0,
);
pub const BRUTE_FORCE: Knob = cap(
    "risk.brute_force",
    "Most for guessing",
    "The strongest evidence of guessed passwords adds at most this.",
    85.0,
);
pub const FLOOD: Knob =
    cap("risk.flood", "Most for floods", "The strongest evidence of floods adds at most this.", 85.0);
pub const COMMAND_AND_CONTROL: Knob = cap(
    "risk.command_and_control",
    "Most for remote control",
    "The strongest evidence of remote control adds at most this.",
    85.0,
);
pub const BEHAVIOUR: Knob = cap(
    "risk.behaviour",
    "Most for unusual behaviour",
    "The strongest evidence of unusual behaviour adds at most this.",
    25.0,
);
pub const WEAK_EVIDENCE: Knob = cap(
    "risk.weak_evidence",
    "Most with weak evidence",
    "Findings with a confidence below 0.5, and findings on victims, lift an address to this risk at most. Below the block threshold it keeps everybody off the block list against whom there is no strong evidence for that.",
    50.0,
);

/// The settings of this stage.
pub const KNOBS: &[&Knob] = &[
    &MODELS,
    &SCANNING,
    &SPOOFING,
    &INTERCEPTION,
    &BRUTE_FORCE,
    &FLOOD,
    &COMMAND_AND_CONTROL,
    &BEHAVIOUR,
    &WEAK_EVIDENCE,
];

fn cap_of(family: Family) -> &'static Knob {
    match family {
        Family::Models => &MODELS,
        Family::Scanning => &SCANNING,
        Family::Spoofing => &SPOOFING,
        Family::Interception => &INTERCEPTION,
        Family::BruteForce => &BRUTE_FORCE,
        Family::Flood => &FLOOD,
        Family::CommandAndControl => &COMMAND_AND_CONTROL,
        Family::Behaviour => &BEHAVIOUR,
    }
}

/// What the findings of one family come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    pub family: Family,
    /// The points of the strongest finding with a confidence of at least 0.5 that does not show a victim, capped.
    pub strong: f64,
    /// What the strongest of the others has beyond that, within the same cap.
    pub weak: f64,
    /// The family's cap.
    pub cap: f64,
}

/// How one address's risk comes about: the sum of what is strong, or, where more, of all up to
/// `weak_cap`; never more than 100.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// One line per family that has findings, in the families' order.
    pub lines: Vec<Line>,
    pub weak_cap: f64,
    /// 0..100.
    pub risk: f64,
}

/// Adds up the findings on one subject.
pub fn ledger<'a>(findings: impl IntoIterator<Item = &'a Finding>, settings: &Checked) -> Ledger {
    let mut points: Vec<(Family, bool, f64)> =
        findings.into_iter().filter_map(|finding| Some((family(finding)?, is_weak(finding), finding.points))).collect();
    // A fixed order, so that the same findings give the same sum to the last bit.
    points.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)));
    let line = |group: &[(Family, bool, f64)]| {
        let cap = settings.real(cap_of(group[0].0));
        // Strongest first within each kind: what several detectors of a family see is one behaviour.
        let most = |weak: bool| group.iter().find(|point| point.1 == weak).map_or(0.0, |point| point.2);
        let strong = most(false).min(cap);
        Line { family: group[0].0, strong, weak: (most(true).min(cap) - strong).max(0.0), cap }
    };
    let lines: Vec<Line> = points.chunk_by(|a, b| a.0 == b.0).map(line).collect();
    let weak_cap = settings.real(&WEAK_EVIDENCE);
    let strong = sum(lines.iter().map(|line| line.strong));
    let weak = sum(lines.iter().map(|line| line.weak));
    Ledger { lines, weak_cap, risk: strong.max((strong + weak).min(weak_cap)).min(100.0) }
}

/// Evidence that blocks nobody: the detector is not sure, or the address is the one it was done to.
fn is_weak(finding: &Finding) -> bool {
    finding.confidence < WEAK || finding.role == Role::Victim
}

/// The sum; of nothing it is 0, where the standard library's is -0, which sorts and prints otherwise.
fn sum(points: impl Iterator<Item = f64>) -> f64 {
    points.fold(0.0, |sum, points| sum + points)
}
