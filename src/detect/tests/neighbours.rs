//! ARP: poisoning, flip-flops, and the ordinary ways in which addresses change cards.

use super::*;
use crate::model::finding::Role;
use crate::model::observation::{Arp, At, Dhcp};

const OWNER: u8 = 1;
const VICTIM: u8 = 2;
const EVE: u8 = 3;
const ALL: [u8; 6] = [0xff; 6];

fn mac(card: u8) -> [u8; 6] {
    [2, 0, 0, 0, 0, card]
}

fn packet(time: u32, operation: u16, (card, sender): (u8, &str), (to, target): ([u8; 6], &str)) -> Arp {
    Arp {
        at: At { time: f64::from(time) + 1.0, file: 0, packet: u64::from(time) + 1 },
        operation,
        sender_mac: mac(card),
        sender: address(sender),
        target_mac: to,
        target: address(target),
        frame_source: Some(mac(card)),
        frame_destination: Some(to),
    }
}

fn asks(time: u32, card: u8, sender: &str, target: &str) -> Arp {
    packet(time, 1, (card, sender), (ALL, target))
}

fn says(time: u32, card: u8, sender: &str, to: u8, target: &str) -> Arp {
    packet(time, 2, (card, sender), (mac(to), target))
}

fn seen(packets: impl IntoIterator<Item = Arp>) -> Traffic {
    let mut traffic = Traffic::default();
    packets.into_iter().for_each(|packet| traffic.observations.arp.push(packet));
    traffic
}

fn poisoners(packets: impl IntoIterator<Item = Arp>) -> Vec<Finding> {
    found_in(detector("arp_many_claims"), &seen(packets))
}

fn rebound(packets: impl IntoIterator<Item = Arp>) -> Vec<Finding> {
    found_in(detector("arp_rebinding"), &seen(packets))
}

#[test]
fn telling_two_hosts_that_each_is_the_other_is_poisoning() {
    let own = [asks(0, EVE, "10.0.0.3", "10.0.0.2")];
    let lies = (1..5).flat_map(|time| {
        [says(time, EVE, "10.0.0.1", VICTIM, "10.0.0.2"), says(time, EVE, "10.0.0.2", OWNER, "10.0.0.1")]
    });
    let findings = poisoners(own.into_iter().chain(lies));
    assert_eq!(findings.len(), 1, "{findings:?}");
    let eve = &findings[0];
    assert_eq!((eve.subject, eve.role), (address("02:00:00:00:00:03"), Role::Attacker));
    assert_eq!(eve.victims, [address("10.0.0.1"), address("10.0.0.2")]);
    assert!(eve.confidence >= 0.9 && eve.rows == 8 && eve.summary.contains("8 unasked answers"), "{eve:?}");
}

#[test]
fn repetition_and_a_question_in_anothers_name_make_it_sure() {
    let own = asks(0, EVE, "10.0.0.3", "10.0.0.2");
    let lie = |time| says(time, EVE, "10.0.0.1", VICTIM, "10.0.0.2");
    let sure = |packets: Vec<Arp>| poisoners(packets)[0].confidence;
    assert!(sure(vec![own, lie(1)]) < 0.5, "one stray answer");
    assert!(sure(vec![own, lie(1), lie(9), lie(18)]) >= 0.7);
    let probe = packet(1, 1, (EVE, "10.0.0.1"), (mac(VICTIM), "10.0.0.2"));
    assert!(sure(vec![own, probe, lie(2)]) >= 0.5);
}

#[test]
fn proxies_virtual_routers_and_announcements_are_no_poisoning() {
    let proxy = (0..20).flat_map(|host| {
        let target = format!("10.0.1.{host}");
        [asks(host, VICTIM, "10.0.0.2", &target), says(host, EVE, &target, VICTIM, "10.0.0.2")]
    });
    assert_eq!(poisoners(proxy.chain([asks(30, EVE, "10.0.0.3", "10.0.0.2")])), [], "it was asked each time");

    let announced = (0..9).map(|time| packet(time, 2, (EVE, "10.0.0.1"), (ALL, "10.0.0.1")));
    assert_eq!(poisoners(announced.chain([asks(30, EVE, "10.0.0.3", "10.0.0.2")])), [], "everybody was told");

    let mut virtual_router: Vec<Arp> = (0..9).map(|time| says(time, EVE, "10.0.0.1", VICTIM, "10.0.0.2")).collect();
    virtual_router.iter_mut().for_each(|packet| packet.sender_mac = [0, 0, 0x5e, 0, 1, 9]);
    assert_eq!(poisoners(virtual_router), []);

    let second_address = (0..9).map(|time| says(time, EVE, "10.0.0.1", VICTIM, "10.0.0.2"));
    assert_eq!(poisoners(second_address), [], "nothing shows that the address is not its own");
}

#[test]
fn where_questions_are_missing_nobody_is_accused() {
    let own = asks(0, EVE, "10.0.0.3", "10.0.0.2");
    let answers = (1..9).flat_map(|time| {
        let other = format!("10.0.2.{time}");
        [says(time, 100 + time as u8, &other, VICTIM, "10.0.0.2"), says(time, EVE, "10.0.0.1", VICTIM, "10.0.0.2")]
    });
    let findings = poisoners([own].into_iter().chain(answers));
    assert!(findings.len() == 1 && findings[0].confidence < 0.5, "{findings:?}");
}

#[test]
fn a_card_with_an_address_of_its_own_that_takes_turns_with_the_owner_is_named() {
    let own = asks(0, EVE, "10.0.0.3", "10.0.0.2");
    let turns = (1..5)
        .flat_map(|time| [asks(time, OWNER, "10.0.0.1", "10.0.0.9"), says(time, EVE, "10.0.0.1", VICTIM, "10.0.0.2")]);
    let findings = rebound([own].into_iter().chain(turns));
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((findings[0].subject, findings[0].role), (address("02:00:00:00:00:03"), Role::Attacker));
    assert_eq!((findings[0].victims.clone(), findings[0].rows), (vec![address("10.0.0.1")], 8));
}

#[test]
fn moves_twins_and_leases_weigh_little_or_nothing() {
    let moved = rebound((0..9).map(|time| asks(time, if time < 5 { 1 } else { 2 }, "10.0.0.1", "10.0.0.9")));
    assert!(moved.len() == 1 && moved[0].points <= 2.0 && moved[0].role == Role::Bystander, "{moved:?}");
    let twins = rebound((0..9).map(|time| asks(time, (time % 2) as u8, "10.0.0.1", "10.0.0.9")));
    assert!(twins.len() == 1 && twins[0].confidence < 0.5 && twins[0].summary.contains("8 times"), "{twins:?}");

    let mut leased = seen((0..9).map(|time| asks(time, if time < 5 { 1 } else { 2 }, "10.0.0.1", "10.0.0.9")));
    leased.observations.dhcp.push(Dhcp {
        at: At { time: 4.0, file: 0, packet: 1 },
        kind: 5,
        transaction: 7,
        client_mac: mac(2),
        server: None,
        leased: Some(address("10.0.0.1")),
        requested: None,
        router: None,
        resolver: None,
        source: address("10.0.0.254"),
        destination: address("10.0.0.1"),
        source_mac: None,
    });
    assert_eq!(found_in(detector("arp_rebinding"), &leased), []);
}
