//! What all findings on an address come to: a sum of points that can be followed line by line.

pub mod flows;
mod points;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::detect::evidence::WEAK;
use crate::model::address::Address;
use crate::model::chunked::Chunked;
use crate::model::finding::{Finding, Role};
use crate::model::geo::{Geography, Located, Place};
use crate::model::report::{Decision, Host};
use crate::model::settings::Checked;
use crate::model::traffic::{AddressId, Traffic};
use crate::pieces::in_pieces;

pub use points::{KNOBS, Ledger, Line, ledger};

/// Every source address and every subject of a finding, by falling risk, then by address. Nothing is decided yet.
pub fn assess(traffic: &Traffic, geography: &Geography, findings: &[Finding], settings: &Checked) -> Chunked<Host> {
    let mut rows = vec![0u32; traffic.addresses().len()];
    in_pieces(traffic.rows(), |row| rows[traffic.source()[row].index()] += 1);
    let mut on: FxHashMap<Address, Vec<&Finding>> = FxHashMap::default();
    findings.iter().for_each(|finding| on.entry(finding.subject).or_default().push(finding));
    // Weak evidence makes nobody a victim, as it makes nobody an attacker.
    let victims: FxHashSet<Address> =
        findings.iter().filter(|f| f.confidence >= WEAK).flat_map(|f| f.victims.iter().copied()).collect();

    let quiet = |address: Address, id: Option<AddressId>| {
        let place = id.and_then(|id| place(geography.located.get(id.index())?));
        quiet(address, place, id.map_or(0, |id| rows[id.index()]))
    };
    let host = |address: Address, id: Option<AddressId>| {
        let evidence = on.get(&address).map_or(&[][..], Vec::as_slice);
        Host {
            risk: if evidence.is_empty() { 0.0 } else { ledger(evidence.iter().copied(), settings).risk },
            role: role(evidence, victims.contains(&address)),
            evidence: heaviest_first(evidence),
            ..quiet(address, id)
        }
    };
    let mut first: Vec<Host> = on.keys().map(|&subject| host(subject, traffic.find(subject))).collect();
    first.sort_unstable_by(|a, b| b.risk.total_cmp(&a.risk).then(a.address.cmp(&b.address)));
    let mut others = first.split_off(first.partition_point(|host| host.risk > 0.0)).into_iter().peekable();
    // The others come by address. There may be millions: made in order.
    let mut hosts: Chunked<Host> = first.into_iter().collect();
    let mut told = vec![false; rows.len()];
    on.keys().chain(&victims).filter_map(|address| traffic.find(*address)).for_each(|id| told[id.index()] = true);
    let by_address = traffic.by_address();
    in_pieces(by_address.len(), |place| {
        let id = by_address[place];
        let address = traffic.address(id);
        while let Some(other) = others.next_if(|other| other.address < address) {
            hosts.push(other);
        }
        // Of most no finding tells anything: that needs no look at the findings.
        if rows[id.index()] > 0 && !(told[id.index()] && on.contains_key(&address)) {
            hosts.push(if told[id.index()] { host(address, Some(id)) } else { quiet(address, Some(id)) });
        }
    });
    hosts.extend(others);
    hosts
}

/// A host of which no finding tells.
fn quiet(address: Address, place: Option<&Arc<Place>>, rows: u32) -> Host {
    Host {
        address,
        risk: 0.0,
        decision: Decision::Ignore,
        role: Role::Bystander,
        evidence: Box::default(),
        place: place.cloned(),
        rows,
    }
}

fn heaviest_first(evidence: &[&Finding]) -> Box<[u32]> {
    let mut sorted = evidence.to_vec();
    sorted.sort_by(|a, b| b.points.total_cmp(&a.points).then(a.id.cmp(&b.id)));
    sorted.iter().map(|finding| finding.id).collect()
}

/// The worst part that a finding gives it; being done something to comes after doing something.
fn role(evidence: &[&Finding], is_victim: bool) -> Role {
    let plays = |role: Role| evidence.iter().any(|finding| finding.role == role);
    if plays(Role::Compromised) {
        Role::Compromised
    } else if plays(Role::Attacker) {
        Role::Attacker
    } else if is_victim || plays(Role::Victim) {
        Role::Victim
    } else {
        Role::Bystander
    }
}

fn place(located: &Located) -> Option<&Arc<Place>> {
    match located {
        Located::Place(place) | Located::WithoutLocation(place) => Some(place),
        _ => None,
    }
}
