//! Questions to name servers: a tunnel, and what only resembles one.

use super::*;
use crate::model::finding::Role;
use crate::model::observation::{At, Dns, NameService};

/// A question for the `name`-th name under `domain`.
fn question(traffic: &mut Traffic, (client, server): (&str, &str), domain: &str, name: u64, kind: u16) -> Dns {
    Dns {
        at: At { time: 1000.0 + name as f64, file: 0, packet: name },
        service: NameService::Dns,
        response: false,
        id: name as u16,
        name_hash: name.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        domain: traffic.observations.intern(domain),
        name_length: 45,
        labels: 3,
        source_mac: None,
        disorder: 36,
        kind,
        code: 0,
        answers: 0,
        addresses: [None; 4],
        size: 70,
        source: address(client),
        destination: address(server),
        source_port: 40_000,
        destination_port: 53,
    }
}

fn answer(dns: Dns, code: u8) -> Dns {
    let (source, destination) = (dns.destination, dns.source);
    Dns { response: true, code, source, destination, size: 200, ..dns }
}

const TXT: u16 = 16;
const A: u16 = 1;
const ENDS: (&str, &str) = ("10.0.0.7", "198.51.7.9");

fn tunnels(fill: impl FnOnce(&mut Traffic)) -> Vec<Finding> {
    let mut traffic = Traffic::default();
    fill(&mut traffic);
    found_in(detector("dns_tunnel"), &traffic)
}

fn asked(traffic: &mut Traffic, names: u64, change: impl Fn(Dns) -> Dns, code: u8) {
    for name in 0..names {
        let dns = change(question(traffic, ENDS, "example.org", name, TXT));
        traffic.observations.dns.push(dns);
        traffic.observations.dns.push(answer(dns, code));
    }
}

#[test]
fn a_tunnel_names_its_client_and_the_server_that_does_nothing_else() {
    let findings = tunnels(|traffic| asked(traffic, 1200, |dns| dns, 0));
    let [client, server] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((client.subject, client.role), (address("10.0.0.7"), Role::Compromised));
    assert!(client.points >= 70.0 && client.confidence >= 0.8 && client.rows == 1200, "{client:?}");
    assert!(client.summary.contains("1200 different names under example.org"), "{}", client.summary);
    assert!(client.summary.contains("324 kB both ways"), "{}", client.summary);
    assert_eq!((server.subject, server.role), (address("198.51.7.9"), Role::Attacker));
    assert!(server.points < 60.0 && server.victims == [address("10.0.0.7")]);
    assert_eq!((client.first, client.last), (Some(1000.0), Some(2199.0)));
}

#[test]
fn a_resolver_that_answers_for_others_is_not_the_other_end() {
    let findings = tunnels(|traffic| {
        asked(traffic, 200, |dns| dns, 0);
        let other = question(traffic, ("10.0.0.8", "198.51.7.9"), "example.net", 1, A);
        traffic.observations.dns.push(other);
    });
    assert_eq!(findings.len(), 1, "{findings:?}");
}

#[test]
fn a_host_that_passes_questions_on_is_not_blamed() {
    let findings = tunnels(|traffic| {
        asked(traffic, 200, |dns| dns, 0);
        asked(traffic, 200, |dns| Dns { source: dns.destination, destination: address("198.51.7.1"), ..dns }, 0);
    });
    assert_eq!(findings[0].subject, address("10.0.0.7"));
    assert!(findings.iter().all(|found| found.subject != address("198.51.7.9")), "{findings:?}");
}

#[test]
fn less_than_a_tunnel_weighs_little_or_nothing() {
    let none = |change: fn(Dns) -> Dns| tunnels(|traffic| asked(traffic, 300, change, 0));
    assert_eq!(tunnels(|traffic| asked(traffic, 99, |dns| dns, 0)), [], "too few names");
    assert_eq!(none(|dns| Dns { name_hash: dns.name_hash % 50, ..dns }), [], "the same names again");
    assert_eq!(none(|dns| Dns { disorder: 25, ..dns }), [], "words");
    let content = &none(|dns| Dns { kind: A, name_length: 30, ..dns })[0];
    assert!(content.points < 5.0 && content.confidence < 0.5, "{content:?}");
    let refused = &tunnels(|traffic| asked(traffic, 300, |dns| dns, 3))[0];
    assert!(refused.points < 5.0 && refused.role == Role::Bystander, "no such names: {refused:?}");
    let reverse = tunnels(|traffic| {
        let arpa = traffic.observations.intern("10.in-addr.arpa");
        asked(traffic, 300, |dns| Dns { domain: arpa, ..dns }, 0);
    });
    assert_eq!(reverse, []);
}

#[test]
fn names_without_a_domain_are_one_tunnel() {
    let findings = tunnels(|traffic| {
        for name in 0..300 {
            let dns = question(traffic, ENDS, &format!("dnscat.{name:08x}9"), name, TXT);
            traffic.observations.dns.push(dns);
        }
    });
    assert!(findings[0].summary.contains("300 different names under names without a domain"), "{findings:?}");
}

#[test]
fn without_questions_the_need_is_named() {
    let (traffic, geography, judgement, settings) = Default::default();
    let scene = Scene::new(&traffic, &geography, &judgement, &settings);
    assert_eq!((detector("dns_tunnel").needs)(&scene).len(), 1);
}
