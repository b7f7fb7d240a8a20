//! Which networks are the analyst's own: as configured, or else guessed from the addresses seen.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;

use super::address::Address;
use super::settings::Checked;
use super::special::{self, Class};
use super::traffic::Traffic;
use crate::about::{Knob, Range};

pub const HOME: Knob = Knob {
    key: "policy.home",
    label: "Your own networks",
    help: "Your own and home networks, one address or CIDR network per line. Who lives there is never put on a block \
           list, however it behaves; the list of withheld addresses names it. Left empty, the private ranges in use in \
           the data are taken for yours, and the report says which.",
    unit: "",
    range: Range::Networks,
};

/// The analyst's own networks.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Home {
    /// IPv4 first, ascending, none inside another.
    networks: Vec<IpNet>,
    /// Whether nobody named them.
    guessed: bool,
}

impl Home {
    /// The networks of `policy.home`, or the guess where it is empty.
    pub fn of(traffic: &Traffic, settings: &Checked) -> Self {
        Home::new(traffic.addresses(), settings.networks(&HOME))
    }

    /// `configured`, or the registered ranges that only hosts of one organisation or one link may use and that
    /// hold one of `seen`. Public networks cannot be guessed.
    pub fn new(seen: &[Address], configured: &[IpNet]) -> Self {
        let guessed = configured.is_empty();
        let own = |address: &Address| {
            let (network, special) = special::range(address.ip()?)?;
            matches!(special.class, Class::Private | Class::Shared | Class::LinkLocal).then_some(network)
        };
        let networks: BTreeSet<IpNet> = match guessed {
            true => seen.iter().filter_map(own).collect(),
            false => configured.iter().copied().collect(),
        };
        Home { networks: IpNet::aggregate(&networks.into_iter().collect()), guessed }
    }

    /// Whether `ip` lives there.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        // None lies inside another: only the last that starts at or below `ip` can hold it.
        let next = self.networks.partition_point(|network| network.network() <= ip);
        next.checked_sub(1).is_some_and(|at| self.networks[at].contains(&ip))
    }

    /// Whether `address` lives there; a MAC address or an autonomous system lives nowhere.
    pub fn holds(&self, address: Address) -> bool {
        address.ip().is_some_and(|ip| self.contains(ip))
    }

    pub fn networks(&self) -> &[IpNet] {
        &self.networks
    }

    /// Whether nobody named them.
    pub fn is_guessed(&self) -> bool {
        self.guessed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(seen: &[&str], configured: &[&str]) -> Home {
        let seen: Vec<Address> = seen.iter().map(|text| Address::parse(text).unwrap()).collect();
        let configured: Vec<IpNet> = configured.iter().map(|text| text.parse().unwrap()).collect();
        Home::new(&seen, &configured)
    }

    fn names(home: &Home) -> Vec<String> {
        home.networks().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_private_ranges_in_use_are_the_guess() {
        let home =
            home(&["8.8.8.8", "192.168.1.7", "10.0.0.1", "10.9.0.1", "fe80::1", "127.0.0.1", "203.0.113.1"], &[]);
        assert_eq!(names(&home), ["10.0.0.0/8", "192.168.0.0/16", "fe80::/10"]);
        assert!(home.is_guessed() && home.contains("10.255.255.255".parse().unwrap()));
        assert!(!home.holds(Address::parse("172.16.0.1").unwrap()) && !home.holds(Address::As(10)));
    }

    #[test]
    fn what_is_configured_stands_alone() {
        let home = home(&["10.0.0.1"], &["147.32.84.0/24", "147.32.84.128/25", "2001:db8::/48"]);
        assert_eq!(names(&home), ["147.32.84.0/24", "2001:db8::/48"]);
        let inside = ["147.32.84.0", "147.32.84.255", "::ffff:147.32.84.9", "2001:db8::1"];
        assert!(!home.is_guessed() && inside.iter().all(|ip| home.contains(ip.parse().unwrap())));
        let outside = ["147.32.83.255", "147.32.85.0", "10.0.0.1", "2001:db8:1::", "::"];
        assert!(outside.iter().all(|ip| !home.contains(ip.parse().unwrap())));
    }

    #[test]
    fn nobody_lives_where_nothing_is_known() {
        let home = home(&["8.8.8.8"], &[]);
        assert_eq!((names(&home).len(), home.is_guessed()), (0, true));
        assert!(!home.contains("0.0.0.0".parse().unwrap()));
    }
}
