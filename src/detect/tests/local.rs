//! Local deceit beyond ARP: routers, names, server identities, forwarders and impossible senders.

use super::*;
use crate::model::finding::Role;
use crate::model::geo::{GeoSource, Located, Place};
use crate::model::observation::{At, Dns, Ends, NameService, RouterAdvertisement, SshKey, Tls, TlsFact};
use crate::model::record::Wire;
use crate::model::settings::Settings;
use crate::model::special::special;

fn at(time: u32) -> At {
    At { time: f64::from(time) + 1.0, file: 0, packet: u64::from(time) + 1 }
}

fn card(number: u8) -> [u8; 6] {
    [2, 0, 0, 0, 0, number]
}

fn offer(time: u32, source: &str, number: u8, lifetime: u16, prefix: &str) -> RouterAdvertisement {
    RouterAdvertisement {
        at: at(time),
        source: address(source),
        source_mac: Some(card(number)),
        claimed_mac: None,
        lifetime,
        prefix: Some((address(prefix), 64)),
        resolver: None,
    }
}

fn routers(offers: impl IntoIterator<Item = RouterAdvertisement>) -> Vec<Finding> {
    let mut traffic = Traffic::default();
    offers.into_iter().for_each(|offer| traffic.observations.routers.push(offer));
    found_in(detector("rogue_router"), &traffic)
}

#[test]
fn a_router_withdrawn_by_another_card_names_that_card() {
    let own = offer(0, "fe80::1", 1, 1800, "2001:470::");
    let findings = routers([own, offer(1, "fe80::1", 66, 0, "2001:470::"), own]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((findings[0].subject, findings[0].role), (address("02:00:00:00:00:42"), Role::Attacker));
    assert_eq!(findings[0].victims, [address("fe80::1")]);
    assert_eq!(routers([own, offer(9, "fe80::1", 1, 0, "2001:470::")]), [], "it shuts down");
}

#[test]
fn second_routers_are_weighed_by_what_they_hand_out() {
    let own = offer(0, "fe80::1", 1, 1800, "2001:470::");
    assert_eq!(routers([own, offer(1, "fe80::2", 2, 1800, "2001:470::")]), [], "two routers of one network");
    let other = routers([own, offer(1, "fe80::2", 2, 1800, "2001:471::")]);
    assert!(other.len() == 1 && other[0].confidence < 0.5 && other[0].subject == address("fe80::2"), "{other:?}");
    let resolver = Some(address("fe80::2"));
    let greedy = routers([own, RouterAdvertisement { resolver, ..offer(1, "fe80::2", 2, 1800, "2001:471::") }]);
    assert_eq!((greedy[0].subject, greedy[0].role), (address("fe80::2"), Role::Attacker));
    let flood = routers((0..30).map(|time| offer(time, &format!("fe80::{time:x}:1"), 66, 1800, "2001:470::")));
    assert_eq!((flood.len(), flood[0].subject, flood[0].rows), (1, address("02:00:00:00:00:42"), 30));
}

fn answers(names: u64, address_given: &str, lure: bool) -> Vec<Finding> {
    let mut traffic = Traffic::default();
    let wpad = traffic.observations.intern("wpad");
    for name in 0..names {
        traffic.observations.dns.push(Dns {
            at: at(name as u32),
            service: NameService::Llmnr,
            response: true,
            id: 1,
            name_hash: name,
            domain: wpad.filter(|_| lure),
            name_length: 4,
            labels: 1,
            disorder: 0,
            kind: 1,
            code: 0,
            answers: 1,
            addresses: [Some(address(address_given)), None, None, None],
            size: 40,
            source_mac: None,
            source: address("10.0.0.66"),
            destination: address("10.0.0.5"),
            source_port: 5355,
            destination_port: 5000,
        });
    }
    found_in(detector("name_poisoning"), &traffic)
}

#[test]
fn a_host_that_answers_to_every_name_is_named() {
    let findings = answers(9, "10.0.0.66", false);
    assert_eq!((findings[0].subject, findings[0].role), (address("10.0.0.66"), Role::Attacker));
    assert_eq!((findings[0].victims.clone(), findings[0].rows), (vec![address("10.0.0.5")], 9));
    assert!(findings[0].summary.contains("9 names") && answers(4, "10.0.0.66", false).len() == 1);
    assert_eq!(answers(3, "10.0.0.66", false), [], "a name, an alias and a work group");
    assert_eq!(answers(9, "10.0.0.7", false), [], "a name server for others");
    assert_eq!(answers(1, "10.0.0.66", true)[0].points, 45.0, "nobody is called wpad");
}

fn ends(port: u16) -> Ends {
    Ends { client: address("10.0.0.5"), client_port: port, server: address("9.9.9.9"), server_port: 443 }
}

fn identities(keys: &[u8], ssh: bool) -> Vec<Finding> {
    let mut traffic = Traffic::default();
    let seen = &mut traffic.observations;
    for (time, &key) in keys.iter().enumerate() {
        let (at, ends, sha256) = (at(time as u32), ends(5000 + time as u16), [key; 32]);
        if ssh {
            seen.ssh.push(SshKey { at, ends, sha256 });
        } else {
            seen.tls.push(Tls { at, ends, fact: TlsFact::Certificate { sha256 } });
        }
    }
    found_in(detector("server_identity_change"), &traffic)
}

#[test]
fn one_change_of_identity_weighs_more_than_turns_and_a_host_key_more_than_a_certificate() {
    assert_eq!(identities(&[1, 1, 1], true), []);
    let key = &identities(&[1, 1, 2, 2], true)[0];
    let certificate = &identities(&[1, 2], false)[0];
    let turns = &identities(&[1, 2, 1, 2], true)[0];
    assert!(key.points > certificate.points && certificate.points > turns.points);
    assert!(key.confidence < 0.5 && key.subject == address("9.9.9.9") && key.role == Role::Bystander);
}

#[test]
fn certificates_of_different_names_are_no_change() {
    let mut traffic = Traffic::default();
    let seen = &mut traffic.observations;
    for (time, name) in ["a.example", "b.example"].into_iter().enumerate() {
        let (at, ends, server_name) = (at(time as u32), ends(5000 + time as u16), seen.intern(name));
        seen.tls.push(Tls { at, ends, fact: TlsFact::ClientHello { server_name, version: 0x303 } });
        seen.tls.push(Tls { at, ends, fact: TlsFact::Certificate { sha256: [time as u8; 32] } });
    }
    assert_eq!(found_in(detector("server_identity_change"), &traffic), []);
}

fn lived(source: &str, destination: &str, port: u16, ttl: [[u8; 2]; 2]) -> Record<'static> {
    let wire = Wire { source_ttl: Some(ttl[0]), destination_ttl: Some(ttl[1]), ..Wire::default() };
    Record {
        source_mac: Some(card(1)),
        destination_mac: Some(card(66)),
        packets_sent: Some(4),
        packets_received: Some(4),
        start: Some(f64::from(port)),
        wire,
        ..flow(source, destination, (port, 80))
    }
}

#[test]
fn who_forwards_between_neighbours_is_named_and_a_router_hardly() {
    let relayed = |to: &'static str| (0..3).map(move |port| lived("10.0.0.5", to, port, [[63, 64], [254, 255]]));
    let find = |records: Vec<Record<'static>>| found_in(detector("relayed_packets"), &traffic(records));
    let between = find(relayed("10.0.0.1").collect());
    assert_eq!((between[0].subject, between[0].role), (address("02:00:00:00:00:42"), Role::Attacker));
    assert_eq!(between[0].victims, [address("10.0.0.1"), address("10.0.0.5")]);
    assert!(find(relayed("9.9.9.9").collect())[0].confidence < 0.5);
    assert_eq!(find((0..3).map(|port| lived("10.0.0.5", "10.0.0.1", port, [[64, 64], [255, 255]])).collect()), []);
    assert_eq!(find((0..3).map(|port| lived("10.0.0.5", "10.0.0.1", port, [[60, 64], [254, 255]])).collect()), []);
}

#[test]
fn a_way_out_through_another_host_is_reported() {
    let out = |source: &str, time: u16, from: u8, through: u8| Record {
        source_mac: Some(card(from)),
        destination_mac: Some(card(through)),
        start: Some(f64::from(time)),
        ..flow(source, "9.9.9.9", (time, 80))
    };
    let before = (0..5).map(|time| out("10.0.0.5", time, 5, 1));
    let after = (5..10).map(|time| out("10.0.0.5", time, 5, 66));
    let find = |records: Vec<Record<'static>>| found_in(detector("gateway_change"), &traffic(records));
    let own = out("10.0.0.66", 2, 66, 1);
    let findings = find(before.clone().chain(after.clone()).chain([own]).collect());
    assert_eq!((findings.len(), findings[0].subject, findings[0].rows), (1, address("10.0.0.66"), 5));
    assert_eq!((findings[0].role, findings[0].victims.clone()), (Role::Attacker, vec![address("10.0.0.5")]));

    let router = Record { source_mac: Some(card(66)), ..flow("10.0.0.66", "10.0.0.5", (1, 2)) };
    let weak = find(before.clone().chain(after.clone()).chain([Record { start: Some(0.0), ..router }]).collect());
    assert!(weak.len() == 1 && weak[0].confidence < 0.5, "a second router: {weak:?}");
    assert_eq!(find(before.clone().chain(after).collect()), [], "a card without a local address is a router");
    assert_eq!(find(before.collect()), []);
}

#[test]
fn distances_that_do_not_fit_are_weak_evidence() {
    let find = |records: Vec<Record<'static>>| found_in(detector("ttl_inconsistency"), &traffic(records));
    let from = |ttl: u8, port: u16| lived("9.9.9.9", "10.0.0.5", port, [[ttl; 2], [64; 2]]);
    let several = find(vec![from(60, 1), from(50, 2), from(40, 3)]);
    assert_eq!((several.len(), several[0].subject, several[0].role), (1, address("9.9.9.9"), Role::Bystander));
    assert!(several[0].summary.contains("3 different distances"), "{}", several[0].summary);
    assert_eq!(find(vec![from(60, 1), from(59, 2), from(58, 3)]), [], "a route changes by a hop");
    assert_eq!(find(vec![from(60, 1), from(50, 100), from(40, 200)]), [], "not within a minute");
    assert_eq!(find((1..20).map(|ttl| from(ttl, 1)).collect()), [], "traceroute");

    let mixed = lived("9.9.9.9", "10.0.0.5", 1, [[54, 121], [64; 2]]);
    let reset = Record { wire: Wire { flags: Some([0x14, 0x10]), ..mixed.wire }, ..mixed };
    let (plain, cut) = (&find(vec![mixed])[0], &find(vec![reset])[0]);
    assert!(cut.points > plain.points && cut.confidence < 0.5 && cut.summary.contains("reset"), "{cut:?}");
}

#[test]
fn impossible_senders_are_listed_and_possible_ones_not() {
    let on_wire = |source, to| Record { source_mac: Some(card(1)), ..flow(source, to, (1, 2)) };
    let find = |source, to| found_in(detector("bogon_source"), &traffic([on_wire(source, to)]));
    let within = Record { source_mac: Some([0; 6]), ..flow("10.0.0.1", "10.0.0.1", (1, 2)) };
    assert_eq!(found_in(detector("bogon_source"), &traffic([within])), [], "inside one machine");
    for (source, to) in
        [("224.0.0.5", "10.0.0.1"), ("240.1.1.1", "10.0.0.1"), ("127.0.0.1", "10.0.0.1"), ("10.0.0.1", "10.0.0.1")]
    {
        let findings = find(source, to);
        assert_eq!((findings.len(), findings[0].subject, findings[0].role), (1, address(source), Role::Bystander));
    }
    for (source, to) in
        [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "255.255.255.255"), ("10.0.0.1", "9.9.9.9"), ("192.0.2.1", "9.9.9.9")]
    {
        assert_eq!(find(source, to), [], "{source}");
    }
}

fn timed_answer(milliseconds: f64, known: bool) -> Vec<Finding> {
    let wire = Wire { handshake: Some(milliseconds / 1_000.0), ..Wire::default() };
    let traffic = traffic([Record { wire, ..flow("10.0.0.5", "9.9.9.9", (5000, 443)) }]);
    // Sydney, seen from Stockholm: 15,600 km.
    let sydney = Place { position: Some((-33.87, 151.21)), accuracy_radius: Some(600), ..Place::default() };
    let source =
        GeoSource { file: "x".to_owned(), kind: "GeoLite2-City".to_owned(), built: 0, ip_version: 6, error: None };
    let located = vec![Located::Special(special("10.0.0.1".parse().unwrap()).unwrap()), Located::Place(sydney.into())];
    let geography = Geography { sources: vec![source], located };
    let detector = detector("impossible_rtt");
    let json = r#"{"impossible_rtt.latitude": 59.33, "impossible_rtt.longitude": 18.07, "impossible_rtt.known": true}"#;
    let json = if known { json } else { "{}" };
    let settings = serde_json::from_str::<Settings>(json).unwrap().check(detector.knobs).unwrap();
    let judgement = Judgement::default();
    let scene = Scene::new(&traffic, &geography, &judgement, &settings);
    assert_eq!((detector.needs)(&scene).is_empty(), known);
    if known { (detector.run)(&scene) } else { Vec::new() }
}

#[test]
fn an_answer_before_light_could_return_is_weak_evidence() {
    let early = timed_answer(140.0, true);
    assert_eq!((early.len(), early[0].subject, early[0].role), (1, address("9.9.9.9"), Role::Bystander));
    assert!(early[0].summary.contains("140.0 ms"), "{}", early[0].summary);
    assert_eq!(timed_answer(151.0, true), [], "with the accuracy radius taken off it is 15,000 km");
    assert_eq!(timed_answer(1.0, false), [], "the place of capture is not known");
}
