//! What is to be blocked, behind every guard: the one place from which all block lists are written.

use std::net::IpAddr;

use ipnet::IpNet;
use rustc_hash::FxHashSet;

use super::aggregate::{self, Widest};
use super::stamp::Stamp;
use super::{Export, knobs};
use crate::model::outcome::Outcome;
use crate::model::report::{Decision, Host};
use crate::policy::Guard;

/// The guarded list. IPv4 stands before IPv6 and both ascend.
pub struct Blocklist<'a> {
    /// The hosts whose address is blocked, by falling risk.
    pub hosts: Vec<(IpAddr, &'a Host)>,
    /// The same addresses as networks, and none beside them unless whole networks were asked for.
    pub networks: Vec<IpNet>,
    /// Addresses that are not on the list although their risk says so, with the reason.
    pub withheld: Vec<(String, String)>,
    pub stamp: Stamp,
}

impl<'a> Blocklist<'a> {
    pub fn of(export: &Export<'a>) -> Self {
        let report = &export.outcome.report;
        let guard = Guard::of(report);
        let mut hosts = Vec::new();
        let mut withheld: Vec<_> = report.withheld.iter().map(|w| (w.address.to_string(), w.reason.clone())).collect();
        for host in report.hosts.iter().filter(|host| host.decision == Decision::Block) {
            match (host.address.ip(), guard.reason(host)) {
                (Some(ip), None) => hosts.push((ip, host)),
                (_, reason) => withheld.push((host.address.to_string(), reason.unwrap_or_default())),
            }
        }
        let ips: Vec<IpAddr> = hosts.iter().map(|&(ip, _)| ip).collect();
        let (networks, unseen) = networks(export.outcome, guard, &ips);
        let stamp = Stamp::new(export, withheld.len(), unseen);
        Blocklist { hosts, networks, withheld, stamp }
    }

    pub fn v4(&self) -> &[IpNet] {
        &self.networks[..self.networks.partition_point(|network| network.addr().is_ipv4())]
    }

    pub fn v6(&self) -> &[IpNet] {
        &self.networks[self.networks.partition_point(|network| network.addr().is_ipv4())..]
    }
}

/// The networks of the list and how many addresses in them were never seen.
fn networks(outcome: &Outcome, guard: Guard<'_>, ips: &[IpAddr]) -> (Vec<IpNet>, u128) {
    let settings = &outcome.report.settings;
    let prefix = |knob| settings.count(knob) as u8;
    let widest = Widest { v4: prefix(&knobs::WIDEST_V4), v6: prefix(&knobs::WIDEST_V6) };
    if !settings.toggle(&knobs::WHOLE) {
        return (aggregate::exact(ips, widest), 0);
    }
    let blocked: FxHashSet<IpAddr> = ips.iter().copied().collect();
    let seen = outcome.traffic.addresses().iter().filter_map(|address| address.ip());
    let others: Vec<IpAddr> = seen.filter(|ip| !blocked.contains(ip)).collect();
    let taken = aggregate::exact(&others, Widest { v4: 32, v6: 128 });
    let free = |network: &IpNet| {
        let next = taken.partition_point(|other| other.addr() < network.network());
        let holds_other = taken.get(next).is_some_and(|other| network.contains(other));
        !holds_other && !guard.overlaps(network)
    };
    aggregate::nearby(ips, widest, settings.count(&knobs::DENSE), free)
}

/// An address alone, without the `/32` or `/128`; a network with its prefix.
pub fn bare(network: &IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() { network.addr().to_string() } else { network.to_string() }
}
