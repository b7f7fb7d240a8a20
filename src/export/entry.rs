//! One blocked address as the formats for people and indicator stores tell it.

use std::net::IpAddr;

use serde::Serialize;

use super::blocklist::Blocklist;
use super::{Export, clock};
use crate::model::finding::{Finding, Role};
use crate::model::report::{Host, Report};

/// Only numbers and fixed words besides the address.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    pub address: IpAddr,
    /// 0..100.
    pub risk: f64,
    pub role: Role,
    /// Rows in which it is the source.
    pub rows: u64,
    /// Keys of the detectors that noticed it, each once.
    pub detectors: Vec<&'static str>,
    /// MITRE ATT&CK techniques, each once.
    pub techniques: Vec<&'static str>,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
}

/// The entries of the list, by falling risk.
pub fn entries(export: &Export<'_>, list: &Blocklist<'_>) -> Vec<Entry> {
    list.hosts.iter().map(|&(ip, host)| entry(&export.outcome.report, ip, host)).collect()
}

fn entry(report: &Report, ip: IpAddr, host: &Host) -> Entry {
    // Findings are numbered in the report's order.
    let find = |id: &u32| report.findings.binary_search_by_key(id, |finding| finding.id).ok();
    let evidence: Vec<&Finding> = host.evidence.iter().filter_map(find).map(|index| &report.findings[index]).collect();
    let first = evidence.iter().filter_map(|finding| finding.first).reduce(f64::min);
    let last = evidence.iter().filter_map(|finding| finding.last).reduce(f64::max);
    Entry {
        address: ip,
        risk: host.risk,
        role: host.role,
        rows: u64::from(host.rows),
        detectors: once(evidence.iter().map(|finding| finding.detector)),
        techniques: once(evidence.iter().filter_map(|finding| finding.technique)),
        first_seen: first.map(|seconds| clock::utc(seconds as i64)),
        last_seen: last.map(|seconds| clock::utc(seconds as i64)),
    }
}

fn once(words: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut words: Vec<_> = words.collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The role in the report's spelling.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Attacker => "attacker",
        Role::Victim => "victim",
        Role::Compromised => "compromised",
        Role::Bystander => "bystander",
    }
}
