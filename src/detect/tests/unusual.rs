//! Hosts unlike their own past and unlike the others.

use super::*;

fn at(host: u8, peer: &str, port: u16, time: f64) -> Record<'static> {
    Record { start: Some(time), ..flow(&format!("10.0.0.{host}"), peer, (40_000, port)) }
}

fn news(records: impl IntoIterator<Item = Record<'static>>) -> Vec<Finding> {
    found_in(detector("new_and_rare"), &traffic(records))
}

/// Two hours of browsing.
fn browsing(host: u8) -> impl Iterator<Item = Record<'static>> {
    (0..120).map(move |minute| at(host, "9.9.9.9", 443, f64::from(minute) * 60.0))
}

#[test]
fn ports_new_to_a_host_and_rare_are_named_with_little_weight() {
    let late = [22, 2222, 8081, 40_000].map(|port| at(7, "9.9.9.9", port, 5000.0));
    let findings = news((7..12).flat_map(browsing).chain(late));
    assert_eq!(findings.len(), 1, "{findings:?}");
    let found = &findings[0];
    assert_eq!((found.subject, found.rows), (address("10.0.0.7"), 3));
    assert!(found.summary.contains("3 destination ports new to it and rare here, such as 22, 2222, 8081"), "{found:?}");
    assert!(found.points <= 6.0 && found.confidence < 0.5);
}

#[test]
fn what_is_old_common_or_without_a_past_is_not_new() {
    let three = [22u16, 2222, 8081];
    let early = three.map(|port| at(7, "9.9.9.9", port, 10.0));
    let late = three.map(|port| at(7, "9.9.9.9", port, 5000.0));
    assert_eq!(news((7..12).flat_map(browsing).chain(early).chain(late)), [], "used before");
    assert_eq!(news(browsing(7).chain(browsing(8)).chain(late)), [], "nothing is rare among two");
    let others = (8..12).flat_map(|host| three.map(|port| at(host, "9.9.9.9", port, 5000.0)));
    let everyone = (7..12).flat_map(browsing).chain(late).chain(others);
    assert_eq!(news(everyone), [], "everyone does it");
    let newcomer = (0..60).map(|n| at(7, "9.9.9.9", 1000 + n, 5000.0 + f64::from(n)));
    assert_eq!(news((8..13).flat_map(browsing).chain(newcomer)), [], "no past");
}

#[test]
fn a_look_around_ones_own_network_is_new() {
    let around = (0..30).map(|host| at(7, &format!("10.0.1.{host}"), 443, 5000.0));
    let found = &news(browsing(7).chain(around))[0];
    assert!(found.summary.contains("30 of your hosts that it had not contacted before (0 that it had)"), "{found:?}");
}

#[test]
fn an_hour_of_data_is_needed() {
    let traffic = traffic((0..100).map(|n| at(7, "9.9.9.9", 443, f64::from(n))));
    let (geography, judgement, settings) = Default::default();
    let scene = Scene::new(&traffic, &geography, &judgement, &settings);
    assert_eq!((detector("new_and_rare").needs)(&scene), ["data of an hour or longer"]);
}

/// Twenty desktops, and one host more.
fn office(odd: impl Iterator<Item = Record<'static>>) -> Vec<Finding> {
    let peers = ["9.9.9.9", "8.8.8.8", "7.7.7.7", "6.6.6.6", "5.5.5.5", "4.4.4.4"];
    let desk = move |host: u8| {
        (0..40u8).map(move |n| {
            let peer = peers[usize::from(n % (3 + host % 4))];
            let sent = 900 + u64::from(host % 5) * 20;
            let state = if n == host { ConnState::REJ } else { ConnState::SF };
            let flow = at(host, peer, if n % 3 == 0 { 53 } else { 443 }, f64::from(n) * 60.0);
            Record { bytes_sent: Some(sent), bytes_received: Some(20_000), state: Some(state), ..flow }
        })
    };
    found_in(detector("host_profile"), &traffic((1..=20).flat_map(desk).chain(odd)))
}

#[test]
fn a_host_unlike_the_others_is_named_in_its_own_units() {
    let odd = (0..200u8).map(|n| Record {
        state: Some(ConnState::S0),
        bytes_sent: Some(60),
        bytes_received: Some(0),
        ..at(99, &format!("10.0.3.{n}"), 1000 + u16::from(n), f64::from(n))
    });
    let findings = office(odd);
    assert_eq!(findings.len(), 1, "{findings:?}");
    let found = &findings[0];
    assert_eq!((found.subject, found.rows), (address("10.0.0.99"), 200));
    assert!(found.summary.contains("normal here"), "{}", found.summary);
    assert!(found.summary.contains("uses 200 destination ports, normal here 2"), "{}", found.summary);
    assert!(found.points <= 12.0 && found.confidence < 0.5 && found.role == crate::model::finding::Role::Bystander);
}

#[test]
fn alike_hosts_and_few_hosts_are_not_named() {
    assert_eq!(office(std::iter::empty()), []);
    let few = traffic((1..5).flat_map(browsing));
    let (geography, judgement, settings) = Default::default();
    let scene = Scene::new(&few, &geography, &judgement, &settings);
    assert_eq!((detector("host_profile").needs)(&scene), ["10 hosts of one side with five rows or more each"]);
}
