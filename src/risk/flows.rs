//! The risk of a single flow: that of the address behind it, as far as a finding covers this very row.

use rustc_hash::FxHashMap;

use crate::model::address::Address;
use crate::model::finding::{Finding, MAX_VICTIMS, Role};
use crate::model::report::Host;
use crate::model::traffic::Traffic;

/// What a row keeps of its source's risk where no finding on the source covers it. Our own choice: an attacker's
/// other traffic is suspect, but less so than the attack.
const UNCOVERED: f64 = 0.5;
/// What a row keeps of the risk of the address it goes to, likewise.
const TOWARDS: f64 = 0.5;

/// 0..100 for each row.
pub fn flow_risks(traffic: &Traffic, findings: &[Finding], hosts: &[Host]) -> Vec<f64> {
    let risk: FxHashMap<Address, f64> = hosts.iter().map(|host| (host.address, host.risk)).collect();
    let risks: Vec<f64> = traffic.addresses().iter().map(|address| risk.get(address).copied().unwrap_or(0.0)).collect();
    let mut on: Vec<Vec<&Finding>> = vec![Vec::new(); traffic.addresses().len()];
    for finding in findings.iter().filter(|finding| matches!(finding.role, Role::Attacker | Role::Compromised)) {
        if let Some(id) = traffic.find(finding.subject) {
            on[id.index()].push(finding);
        }
    }
    let of_row = |(row, source): (usize, &crate::model::traffic::AddressId)| {
        let covered = on[source.index()].iter().any(|finding| covers(finding, traffic, row));
        let own = risks[source.index()] * if covered { 1.0 } else { UNCOVERED };
        let towards = traffic.destination.get(row).map_or(0.0, |id| risks[id.index()] * TOWARDS);
        own.max(towards)
    };
    traffic.source().iter().enumerate().map(of_row).collect()
}

/// Whether a row lies within a finding's time and goes to one of its victims, as far as the finding names them.
fn covers(finding: &Finding, traffic: &Traffic, row: usize) -> bool {
    let start = traffic.start.get(row);
    let in_time = |(first, last): (f64, f64)| start.is_none_or(|start| (first..=last).contains(&start));
    let timely = finding.first.zip(finding.last).is_none_or(in_time);
    let all_named = !finding.victims.is_empty() && finding.victims.len() < MAX_VICTIMS;
    let aimed = || traffic.destination.get(row).is_some_and(|id| finding.victims.contains(&traffic.address(id)));
    timely && (!all_named || aimed())
}
