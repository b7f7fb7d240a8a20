//! Who is never put on a block list, whatever the risk: the last guard before any exporter.

use std::net::IpAddr;

use ipnet::IpNet;
use rustc_hash::{FxHashMap, FxHashSet};

use super::knobs;
use crate::model::finding::Role;
use crate::model::outcome::Outcome;
use crate::model::report::{Decision, Host};
use crate::model::special;
use crate::model::traffic::{AddressId, Traffic};

/// An address that this many hosts ask for names serves them; three by choice: one or two could be a tunnel.
const RESOLVER_CLIENTS: usize = 3;

const DNS: u16 = 53;

pub struct Guard<'a> {
    own: &'a [IpNet],
    resolvers: FxHashSet<IpAddr>,
}

impl<'a> Guard<'a> {
    pub fn new(outcome: &'a Outcome) -> Self {
        Guard { own: outcome.report.settings.networks(&knobs::OWN), resolvers: resolvers(outcome) }
    }

    /// Why this host must not be blocked, in fixed words.
    pub fn reason(&self, host: &Host) -> Option<&'static str> {
        let Some(ip) = host.address.ip() else {
            return Some("not an IP address: a firewall that sees IP cannot block it");
        };
        match host.role {
            Role::Victim => return Some("a victim in this traffic"),
            Role::Bystander => return Some("a bystander in this traffic"),
            Role::Attacker | Role::Compromised => {}
        }
        if let Some(special) = special::special(ip) {
            return Some(special.name);
        }
        if self.own.iter().any(|network| network.contains(&ip)) {
            return Some("in your own networks");
        }
        self.resolvers.contains(&ip).then_some("a name server that several hosts here ask")
    }

    /// True where a network may not be blocked whole.
    pub fn overlaps(&self, network: &IpNet) -> bool {
        let own = self.own.iter().any(|own| own.contains(network) || network.contains(own));
        own || special::overlapping(network).is_some() || self.resolvers.iter().any(|ip| network.contains(ip))
    }
}

/// The addresses to be blocked that several hosts ask for names.
fn resolvers(outcome: &Outcome) -> FxHashSet<IpAddr> {
    let traffic = &outcome.traffic;
    let blocked = outcome.report.hosts.iter().filter(|host| host.decision == Decision::Block);
    let mut clients: FxHashMap<AddressId, FxHashSet<AddressId>> =
        blocked.filter_map(|host| Some((traffic.find(host.address)?, FxHashSet::default()))).collect();
    if clients.is_empty() || traffic.destination_port.is_absent() {
        return FxHashSet::default();
    }
    for row in 0..traffic.rows() {
        if let Some(server) = asked(traffic, row)
            && let Some(seen) = clients.get_mut(&server)
            && seen.len() < RESOLVER_CLIENTS
        {
            seen.insert(traffic.source()[row]);
        }
    }
    let served = clients.iter().filter(|(_, seen)| seen.len() >= RESOLVER_CLIENTS);
    served.filter_map(|(&server, _)| traffic.address(server).ip()).collect()
}

/// The server of a row that asks for a name and, where the input tells, was answered.
fn asked(traffic: &Traffic, row: usize) -> Option<AddressId> {
    let answered = traffic.packets_received.get(row).or(traffic.bytes_received.get(row)).is_none_or(|count| count > 0);
    (traffic.destination_port.get(row) == Some(DNS) && answered).then(|| traffic.destination.get(row)).flatten()
}
