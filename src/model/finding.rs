//! A piece of evidence: what a detector saw, of whom, when, and how much it weighs.

use serde::Serialize;

use super::address::Address;

/// Evidence of one family counts together and is capped, so that one behaviour seen
/// by several detectors does not add up twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// The anomaly models' votes.
    Models,
    /// Probing many ports or many hosts.
    Scanning,
    /// A source address that cannot be what it claims.
    Spoofing,
    /// Someone between two parties.
    Interception,
    /// Guessing credentials.
    BruteForce,
    /// Overwhelming a service.
    Flood,
    /// Talking home on a schedule, tunnels, exfiltration.
    CommandAndControl,
    /// Unlike its own past or unlike its neighbours, without a named attack.
    Behaviour,
}

/// What part the subject plays in what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Attacker,
    Victim,
    /// A victim that now acts for the attacker.
    Compromised,
    Bystander,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// One piece of evidence against (or about) one subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Counted from 1 in the report's order; 0 until the report numbers it.
    pub id: u32,
    /// The detector's key.
    pub detector: &'static str,
    pub subject: Address,
    pub role: Role,
    /// The first `MAX_VICTIMS` addresses it was done to; the summary gives the full count.
    pub victims: Vec<Address>,
    /// Seconds since 1970, where the input has times.
    pub first: Option<f64>,
    pub last: Option<f64>,
    /// How many rows show it.
    pub rows: u64,
    pub severity: Severity,
    /// 0..1: how sure the detector is.
    pub confidence: f64,
    /// 0..100: what it adds to the subject's risk before the family's cap.
    pub points: f64,
    /// The MITRE ATT&CK technique, such as `T1046`.
    pub technique: Option<&'static str>,
    /// One sentence with the numbers in it.
    pub summary: String,
}

/// A finding names at most this many victims.
pub const MAX_VICTIMS: usize = 20;
