//! What is decided, who is never blocked, and what the traffic says of gateways and name servers.

use super::*;
use crate::model::address::Address;
use crate::model::finding::Role;
use crate::model::observation::{Dhcp, Dns, NameService, RouterAdvertisement};
use crate::model::record::Record;
use crate::model::report::Surroundings;
use crate::model::settings::Settings;
use crate::model::special::Class;
use crate::model::traffic::Traffic;

fn settings(json: &str) -> Checked {
    serde_json::from_str::<Settings>(json).unwrap().check(KNOBS).unwrap()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn host(address: &str, risk: f64, role: Role) -> Host {
    let address = self::address(address);
    let decision = Decision::Ignore;
    Host { address, risk, decision, role, evidence: Box::default(), place: None, rows: 1 }
}

/// The decision on a host of this role in this traffic, and why it is withheld.
fn judged(traffic: &Traffic, host: Host, json: &str) -> (Decision, Option<String>) {
    let settings = settings(json);
    let surroundings = surroundings(traffic, &settings);
    let mut hosts = [host];
    let withheld = decide(&mut hosts, Guard::new(&settings, &surroundings), &settings);
    (hosts[0].decision, withheld.into_iter().next().map(|withheld| withheld.reason))
}

fn decided(address: &str, risk: f64, json: &str) -> (Decision, bool) {
    let (decision, reason) = judged(&Traffic::default(), host(address, risk, Role::Attacker), json);
    (decision, reason.is_some())
}

fn reason(traffic: &Traffic, address: &str, json: &str) -> String {
    judged(traffic, host(address, 100.0, Role::Attacker), json).1.unwrap_or_default()
}

#[test]
fn thresholds_are_included() {
    let by_risk = [29.9, 30.0, 59.9, 60.0].map(|risk| decided("8.8.8.8", risk, "{}").0);
    assert_eq!(by_risk, [Decision::Ignore, Decision::Watch, Decision::Watch, Decision::Block]);
}

/// An address of every special range, and the switch of its class.
const SPECIAL: [(&str, &str); 16] = [
    ("127.0.0.1", "loopback"),
    ("169.254.1.1", "link_local"),
    ("224.0.0.1", "multicast"),
    ("0.0.0.0", "reserved"),
    ("0.0.0.9", "reserved"),
    ("203.0.113.1", "documentation"),
    ("255.255.255.255", "multicast"),
    ("10.0.0.1", "private"),
    ("100.64.0.1", "shared"),
    ("198.18.0.1", "benchmarking"),
    ("240.0.0.1", "reserved"),
    ("::1", "loopback"),
    ("fe80::1", "link_local"),
    ("ff02::1", "multicast"),
    ("fd00::1", "private"),
    ("2001:db8::1", "documentation"),
];

#[test]
fn what_is_never_blocked_is_watched_and_named() {
    for address in SPECIAL.iter().map(|(address, _)| *address).chain(["00:11:22:33:44:55"]) {
        assert_eq!(decided(address, 100.0, "{}"), (Decision::Watch, true), "{address}");
    }
}

#[test]
fn each_class_is_blocked_by_its_own_switch_and_no_other() {
    for (address, own) in SPECIAL {
        for (_, class) in SPECIAL {
            let json = format!(r#"{{"policy.block_{class}": true}}"#);
            let expected = if class == own { (Decision::Block, false) } else { (Decision::Watch, true) };
            assert_eq!(decided(address, 100.0, &json), expected, "{address} with {class}");
        }
    }
    assert_eq!(classes::switch_of(Class::Broadcast), &classes::MULTICAST);
}

#[test]
fn the_allow_list_acts_at_every_risk() {
    let allow = r#"{"policy.allow": ["8.8.0.0/16"]}"#;
    assert_eq!(decided("8.8.8.8", 100.0, allow), (Decision::Ignore, true));
    assert_eq!(decided("8.8.8.8", 40.0, allow), (Decision::Ignore, false));
    assert_eq!(decided("8.9.8.8", 100.0, allow), (Decision::Block, false));
}

#[test]
fn victims_and_bystanders_are_withheld() {
    for role in [Role::Victim, Role::Bystander] {
        let (decision, reason) = judged(&Traffic::default(), host("8.8.8.8", 90.0, role), "{}");
        assert!(decision == Decision::Watch && reason.is_some(), "{role:?}");
    }
    let taken_over = judged(&Traffic::default(), host("8.8.8.8", 90.0, Role::Compromised), "{}");
    assert_eq!(taken_over, (Decision::Block, None));
}

#[test]
fn own_networks_are_withheld_where_named_and_left_to_the_switches_where_guessed() {
    let mut traffic = Traffic::default();
    traffic.push(&Record::from_source(address("10.0.0.9")));
    let home = r#"{"policy.home": ["8.8.8.0/24", "10.0.0.0/24"], "policy.block_private": true}"#;
    assert!(reason(&traffic, "8.8.8.8", home).contains("your own networks"));
    assert!(reason(&traffic, "10.0.0.9", home).contains("your own networks"));
    assert_eq!(reason(&traffic, "10.0.1.9", home), "");
    assert_eq!(reason(&traffic, "10.0.0.9", r#"{"policy.block_private": true}"#), "");
    assert!(reason(&traffic, "10.0.0.9", "{}").contains("private address"));
}

fn lease(kind: u8, router: &str, resolver: &str) -> Dhcp {
    Dhcp {
        at: Traffic::default().observations.at(0.0, 1),
        kind,
        transaction: 1,
        client_mac: [2; 6],
        server: None,
        leased: None,
        requested: None,
        router: Some(address(router)),
        resolver: Some(address(resolver)),
        source: address("10.0.0.1"),
        destination: address("10.0.0.9"),
        source_mac: None,
    }
}

#[test]
fn announced_gateways_and_name_servers_are_withheld() {
    let mut traffic = Traffic::default();
    let at = traffic.observations.at(0.0, 1);
    traffic.observations.dhcp.push(lease(5, "8.0.0.1", "8.0.0.53"));
    traffic.observations.dhcp.push(lease(1, "8.0.0.2", "8.0.0.54"));
    traffic.observations.routers.push(RouterAdvertisement {
        at,
        source: address("fe80::1"),
        source_mac: None,
        claimed_mac: None,
        lifetime: 1800,
        prefix: None,
        resolver: Some(address("2a00::53")),
    });
    for (who, what) in [("8.0.0.1", "gateway"), ("8.0.0.53", "name server"), ("2a00::53", "name server")] {
        assert!(reason(&traffic, who, "{}").contains(what), "{who}");
    }
    let link_local = r#"{"policy.block_link_local": true}"#;
    assert!(reason(&traffic, "fe80::1", link_local).contains("gateway"), "a switch opens a class, not the gateway");
    assert_eq!(reason(&traffic, "8.0.0.2", "{}"), "", "what a client asks for announces nothing");
}

/// Traffic in which `server` answers each of `clients` about each of `domains`.
fn answers(server: &str, clients: &[&str], domains: &[&str]) -> Traffic {
    let mut traffic = Traffic::default();
    let at = traffic.observations.at(0.0, 1);
    for client in clients {
        traffic.push(&Record::from_source(address(client)));
        for domain in domains {
            let domain = traffic.observations.intern(domain);
            traffic.observations.dns.push(Dns {
                at,
                service: NameService::Dns,
                response: true,
                id: 1,
                name_hash: 1,
                domain,
                name_length: 9,
                labels: 2,
                disorder: 0,
                source_mac: None,
                kind: 1,
                code: 0,
                answers: 1,
                addresses: [None; 4],
                size: 60,
                source: address(server),
                destination: address(client),
                source_port: 53,
                destination_port: 4242,
            });
        }
    }
    traffic
}

#[test]
fn who_answers_several_hosts_or_about_several_domains_serves_names() {
    let (one, three) = (&["10.0.0.1"][..], &["10.0.0.1", "10.0.0.2", "10.0.0.3"][..]);
    let domains = ["a.org", "b.org", "c.org"];
    let withheld = |traffic: &Traffic| reason(traffic, "9.9.9.9", "{}").contains("name server");
    assert!(withheld(&answers("9.9.9.9", one, &domains)) && withheld(&answers("9.9.9.9", three, &domains[..1])));
    assert!(!withheld(&answers("9.9.9.9", one, &domains[..2])), "a tunnel has one domain");
    // Hosts outside do not make a name server of anybody, once something is known to be inside.
    let mut outside = answers("9.9.9.9", &["5.5.5.1", "5.5.5.2", "5.5.5.3"], &domains);
    assert!(withheld(&outside));
    outside.push(&Record::from_source(address("10.0.0.1")));
    assert!(!withheld(&outside));
}

#[test]
fn the_flows_alone_show_a_name_server_to_hosts_inside() {
    let asked = |clients: [&str; 3]| {
        let mut traffic = Traffic::default();
        for client in clients.iter().chain(&["10.0.0.1"]) {
            let destination = Some(address("9.9.9.9"));
            traffic.push(&Record { destination, destination_port: Some(53), ..Record::from_source(address(client)) });
        }
        surroundings(&traffic, &settings("{}")).resolvers
    };
    assert_eq!(asked(["10.0.0.2", "10.0.0.3", "10.0.0.3"]), [address("9.9.9.9")]);
    assert_eq!(asked(["5.5.5.2", "5.5.5.3", "5.5.5.4"]), []);
}

#[test]
fn no_traffic_has_no_surroundings() {
    let none = surroundings(&Traffic::default(), &settings("{}"));
    let Surroundings { home, gateways, resolvers } = none;
    assert!(home.is_guessed() && home.networks().is_empty() && gateways.is_empty() && resolvers.is_empty());
}
