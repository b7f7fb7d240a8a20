//! Who is never put on a block list, whatever the risk: the last guard before any exporter.

use std::net::IpAddr;

use ipnet::IpNet;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::finding::Role;
use crate::model::home::HOME;
use crate::model::outcome::Outcome;
use crate::model::report::{Decision, Host};
use crate::model::settings::Checked;
use crate::model::special;
use crate::model::traffic::{AddressId, Traffic};
use crate::policy;

/// An address that this many hosts ask for names serves them; three by choice: one or two could be a tunnel.
const RESOLVER_CLIENTS: usize = 3;

const DNS: u16 = 53;

pub struct Guard<'a> {
    settings: &'a Checked,
    resolvers: FxHashSet<IpAddr>,
}

impl<'a> Guard<'a> {
    pub fn new(outcome: &'a Outcome) -> Self {
        Guard { settings: &outcome.report.settings, resolvers: resolvers(outcome) }
    }

    /// Why this host must not be blocked. The policy's own guard comes first: an outcome whose decisions were made
    /// under other settings, or by nobody, is held to the settings it carries.
    pub fn reason(&self, host: &Host) -> Option<String> {
        let guarded = policy::guard(host.address, self.settings);
        guarded.or_else(|| self.local_reason(host.role, host.address.ip()?).map(str::to_owned))
    }

    /// What only the traffic and the export's own settings tell.
    fn local_reason(&self, role: Role, ip: IpAddr) -> Option<&'static str> {
        match role {
            Role::Victim => return Some("it is a victim of what was seen"),
            Role::Bystander => return Some("it is a bystander in what was seen"),
            Role::Attacker | Role::Compromised => {}
        }
        if self.settings.networks(&HOME).iter().any(|network| network.contains(&ip)) {
            return Some("it is in your own networks");
        }
        self.resolvers.contains(&ip).then_some("it is a name server that several hosts here ask")
    }

    /// True where a network may not be blocked whole.
    pub fn overlaps(&self, network: &IpNet) -> bool {
        let mut kept = [&HOME, &policy::ALLOW].into_iter().flat_map(|knob| self.settings.networks(knob));
        kept.any(|kept| kept.contains(network) || network.contains(kept))
            || special::overlapping(network).is_some()
            || self.resolvers.iter().any(|ip| network.contains(ip))
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
