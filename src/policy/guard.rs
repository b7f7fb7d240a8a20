//! Who is never put on a block list, whatever the risk, and why.

use ipnet::IpNet;

use super::ALLOW;
use super::classes;
use crate::model::address::Address;
use crate::model::finding::Role;
use crate::model::home::HOME;
use crate::model::report::{Host, Report, Surroundings};
use crate::model::settings::Checked;
use crate::model::special::{overlapping, special};

/// The last word before any list: every exporter and every decision asks it.
#[derive(Clone, Copy)]
pub struct Guard<'a> {
    settings: &'a Checked,
    surroundings: &'a Surroundings,
}

impl<'a> Guard<'a> {
    pub fn new(settings: &'a Checked, surroundings: &'a Surroundings) -> Self {
        Guard { settings, surroundings }
    }

    /// Held to the settings that the report carries, whoever decided, and under which.
    pub fn of(report: &'a Report) -> Self {
        Guard::new(&report.settings, &report.surroundings)
    }

    /// Why this host must not be blocked, or `None` where it may.
    pub fn reason(&self, host: &Host) -> Option<String> {
        let role = match host.role {
            Role::Victim => Some("it is a victim of what was seen"),
            Role::Bystander => Some("it is a bystander in what was seen"),
            Role::Attacker | Role::Compromised => None,
        };
        self.never(host.address).or_else(|| role.map(str::to_owned))
    }

    /// The same for an address of which nothing else is known.
    fn never(&self, address: Address) -> Option<String> {
        if let Some(network) = self.allowed(address) {
            return Some(format!("your allow list has {network}"));
        }
        let ip = match (address, address.ip()) {
            (_, Some(ip)) => ip,
            (Address::As(_), _) => return Some("an autonomous system is many networks, not an address".to_owned()),
            _ => return Some("a MAC address means nothing beyond its own link".to_owned()),
        };
        let Surroundings { home, gateways, resolvers } = self.surroundings;
        // A guessed home is made of special ranges only, and whether these are blocked is for their switches to say.
        let known = if !home.is_guessed() && home.contains(ip) {
            Some("it is in your own networks")
        } else if gateways.binary_search(&address).is_ok() {
            Some("it was announced as a gateway here (DHCP or router advertisement)")
        } else if resolvers.binary_search(&address).is_ok() {
            Some("it is a name server that hosts here rely on")
        } else {
            None
        };
        known.map(str::to_owned).or_else(|| classes::refusal(special(ip)?, self.settings))
    }

    /// The entry of the allow list that holds the address.
    pub fn allowed(&self, address: Address) -> Option<IpNet> {
        let ip = address.ip()?;
        self.settings.networks(&ALLOW).iter().find(|network| network.contains(&ip)).copied()
    }

    /// True where a network may not be blocked whole. A special range never is, not even where its class was
    /// asked for: addresses that were never seen there are the analyst's own.
    pub fn overlaps(&self, network: &IpNet) -> bool {
        let mut kept = [&HOME, &ALLOW].into_iter().flat_map(|knob| self.settings.networks(knob));
        let holds_one = |sorted: &[Address]| {
            let next = sorted.partition_point(|address| *address < Address::from(network.network()));
            sorted.get(next).and_then(|address| address.ip()).is_some_and(|ip| network.contains(&ip))
        };
        kept.any(|kept| kept.contains(network) || network.contains(kept))
            || overlapping(network).is_some()
            || holds_one(&self.surroundings.gateways)
            || holds_one(&self.surroundings.resolvers)
    }
}
