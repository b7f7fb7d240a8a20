//! What is to be done about each address, and which addresses are never blocked, with the reason.

use crate::about::{Knob, Range};
use crate::model::address::Address;
use crate::model::finding::Role;
use crate::model::home::HOME;
use crate::model::report::{Decision, Host, Withheld};
use crate::model::settings::Checked;
use crate::model::special::{Class, special};

pub const WATCH: Knob = Knob {
    key: "policy.watch",
    label: "Watch from",
    help: "An address with at least this risk is to be watched. The default is this program's own choice: half of the block threshold.",
    unit: "points",
    range: Range::Real { min: 1.0, max: 100.0, default: 30.0 },
};
pub const BLOCK: Knob = Knob {
    key: "policy.block",
    label: "Block from",
    help: "An address with at least this risk is to be blocked. The default is this program's own choice: weak evidence alone, capped at 50, stays below it.",
    unit: "points",
    range: Range::Real { min: 1.0, max: 100.0, default: 60.0 },
};
pub const ALLOW: Knob = Knob {
    key: "policy.allow",
    label: "Never block",
    help: "Addresses and networks that are neither blocked nor watched, whatever they do: one per line, such as 192.0.2.0/24.",
    unit: "",
    range: Range::Networks,
};
pub const BLOCK_PRIVATE: Knob = Knob {
    key: "policy.block_private",
    label: "Block private addresses, too",
    help: "Private addresses are your own machines: blocking one can cut off more than the attacker. Off by default, they are only watched.",
    unit: "",
    range: Range::Toggle { default: false },
};

/// The settings of this stage.
pub const KNOBS: &[&Knob] = &[&WATCH, &BLOCK, &ALLOW, &HOME, &BLOCK_PRIVATE];

/// Decides on every host by its risk. What would be blocked but must not be is watched (or ignored,
/// where the allow list names it) and is returned with the reason, in the hosts' order.
pub fn decide(hosts: &mut [Host], settings: &Checked) -> Vec<Withheld> {
    let (watch, block) = (settings.real(&WATCH), settings.real(&BLOCK));
    let mut withheld = Vec::new();
    for host in hosts {
        host.decision = match host.risk {
            risk if risk >= block => Decision::Block,
            risk if risk >= watch => Decision::Watch,
            _ => Decision::Ignore,
        };
        if host.decision == Decision::Ignore {
            continue;
        }
        let allowed = allowed_by(host.address, settings).is_some();
        if host.decision == Decision::Block {
            let victim = || (host.role == Role::Victim).then(|| "it is a victim of what was seen".to_owned());
            let Some(reason) = guard(host.address, settings).or_else(victim) else { continue };
            withheld.push(Withheld { address: host.address, reason });
            host.decision = Decision::Watch;
        }
        if allowed {
            host.decision = Decision::Ignore;
        }
    }
    withheld
}

/// Why `address` must never stand on a block list, or `None` where it may.
pub fn guard(address: Address, settings: &Checked) -> Option<String> {
    if let Some(network) = allowed_by(address, settings) {
        return Some(format!("your allow list has {network}"));
    }
    let ip = match (address, address.ip()) {
        (_, Some(ip)) => ip,
        (Address::As(_), _) => return Some("an autonomous system is many networks, not an address".to_owned()),
        _ => return Some("a MAC address means nothing beyond its own link".to_owned()),
    };
    let special = special(ip)?;
    match special.class {
        Class::Private | Class::Shared | Class::Benchmarking if settings.toggle(&BLOCK_PRIVATE) => None,
        Class::Private | Class::Shared | Class::Benchmarking => {
            Some(format!("{} address ({}): one of your own machines", special.name, special.source))
        }
        _ => Some(format!("{} address ({}): never that of a remote host", special.name, special.source)),
    }
}

/// The entry of the allow list that holds the address.
fn allowed_by(address: Address, settings: &Checked) -> Option<ipnet::IpNet> {
    let ip = address.ip()?;
    settings.networks(&ALLOW).iter().find(|network| network.contains(&ip)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::settings::Settings;

    fn settings(json: &str) -> Checked {
        serde_json::from_str::<Settings>(json).unwrap().check(KNOBS).unwrap()
    }

    fn host(address: &str, risk: f64, role: Role) -> Host {
        let address = Address::parse(address).unwrap();
        let decision = Decision::Ignore;
        Host { address, risk, decision, role, evidence: Vec::new(), place: None, network: None, rows: 1 }
    }

    fn decided(address: &str, risk: f64, json: &str) -> (Decision, bool) {
        let mut hosts = [host(address, risk, Role::Attacker)];
        let withheld = decide(&mut hosts, &settings(json));
        (hosts[0].decision, !withheld.is_empty())
    }

    #[test]
    fn thresholds_are_included() {
        let by_risk = [29.9, 30.0, 59.9, 60.0].map(|risk| decided("8.8.8.8", risk, "{}").0);
        assert_eq!(by_risk, [Decision::Ignore, Decision::Watch, Decision::Watch, Decision::Block]);
    }

    #[test]
    fn what_is_never_blocked_is_watched_and_named() {
        for address in [
            "127.0.0.1",
            "169.254.1.1",
            "224.0.0.1",
            "0.0.0.0",
            "203.0.113.1",
            "255.255.255.255",
            "10.0.0.1",
            "100.64.0.1",
            "240.0.0.1",
            "::1",
            "fe80::1",
            "ff02::1",
            "fd00::1",
            "2001:db8::1",
            "00:11:22:33:44:55",
        ] {
            assert_eq!(decided(address, 100.0, "{}"), (Decision::Watch, true), "{address}");
        }
        let private = r#"{"policy.block_private": true}"#;
        assert_eq!(decided("10.0.0.1", 100.0, private), (Decision::Block, false));
        assert_eq!(decided("127.0.0.1", 100.0, private), (Decision::Watch, true));
    }

    #[test]
    fn the_allow_list_acts_at_every_risk() {
        let allow = r#"{"policy.allow": ["8.8.0.0/16"]}"#;
        assert_eq!(decided("8.8.8.8", 100.0, allow), (Decision::Ignore, true));
        assert_eq!(decided("8.8.8.8", 40.0, allow), (Decision::Ignore, false));
        assert_eq!(decided("8.9.8.8", 100.0, allow), (Decision::Block, false));
        assert!(guard("8.8.8.8".parse::<std::net::IpAddr>().unwrap().into(), &settings(allow)).is_some());
    }

    #[test]
    fn victims_are_withheld() {
        let mut hosts = [host("8.8.8.8", 90.0, Role::Victim)];
        assert_eq!(decide(&mut hosts, &settings("{}")).len(), 1);
        assert_eq!(hosts[0].decision, Decision::Watch);
    }
}
