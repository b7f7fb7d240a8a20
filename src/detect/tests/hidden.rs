//! Scans that no single count shows: spread over ports and targets, over hours, over sources; and ARP sweeps.

use super::*;
use crate::model::finding::Role;
use crate::model::observation::{Arp, At};

const SCANNER: &str = "192.0.2.1";

fn failed(source: &str, destination: &str, port: u16, time: f64) -> Record<'static> {
    Record { state: Some(ConnState::S0), start: Some(time), ..flow(source, destination, (50_000, port)) }
}

fn answered(source: &str, destination: &str, port: u16, time: f64) -> Record<'static> {
    Record { state: Some(ConnState::SF), ..failed(source, destination, port, time) }
}

fn host(number: u16) -> String {
    format!("198.51.{}.{}", number / 250, number % 250 + 1)
}

fn found_by(key: &str, records: Vec<Record<'static>>) -> Vec<Finding> {
    found_in(detector(key), &traffic(records))
}

/// `ports` ports on each of `hosts` hosts.
fn block(hosts: u16, ports: u16) -> Vec<Record<'static>> {
    let doors = (0..hosts).flat_map(|to| (1..=ports).map(move |port| (to, port)));
    doors.enumerate().map(|(n, (to, port))| failed(SCANNER, &host(to), port, n as f64)).collect()
}

#[test]
fn a_block_is_many_ports_on_many_targets() {
    let finding = &found_by("block_scan", block(10, 10))[0];
    assert!(finding.points >= 50.0 && finding.role == Role::Attacker, "{finding:?}");
    assert_eq!((finding.rows, finding.victims.len()), (100, 10));
    assert_eq!(found_by("block_scan", block(4, 14)), [], "few targets: a vertical scan");
    assert_eq!(found_by("block_scan", block(40, 4)), [], "few ports: a horizontal scan");
    let peers = (0..200).map(|n| failed(SCANNER, &host(n), 20_000 + n * 7, n.into())).collect();
    assert_eq!(found_by("block_scan", peers), [], "one port per peer is file sharing");
    let unknown: Vec<_> = block(30, 10).into_iter().map(|row| Record { state: None, ..row }).collect();
    let finding = &found_by("block_scan", unknown)[0];
    assert!(finding.confidence < 0.5 && finding.points <= 20.0, "{finding:?}");
}

#[test]
fn four_failures_more_than_successes_are_a_walk() {
    let walk = |steps: &str| {
        let step = |(n, step): (usize, char)| {
            let attempt = if step == '-' { failed } else { answered };
            attempt(SCANNER, &host(n as u16), 22, n as f64)
        };
        found_by("random_walk", steps.chars().enumerate().map(step).collect())
    };
    assert_eq!(walk("---"), []);
    assert_eq!(walk("--+--"), [], "4 to the 3rd is not past 99");
    let finding = &walk("--+---")[0];
    assert!(finding.summary.ends_with("--+---"), "{}", finding.summary);
    assert!(finding.role == Role::Attacker && (30.0..60.0).contains(&finding.points), "{finding:?}");
    assert!(walk(&("+".repeat(400) + "----"))[0].confidence < 0.5, "the hundredth walk of one host is only a hint");
    assert!(walk(&("+".repeat(400) + "--------"))[0].confidence >= 0.5);
}

#[test]
fn a_walk_forgives_those_who_were_called_and_those_who_look_up() {
    let called = |n: u16| answered(&host(n), SCANNER, 7000, f64::from(n));
    let back = |n: u16| failed(SCANNER, &host(n), 8000, 100.0 + f64::from(n));
    assert_eq!(found_by("random_walk", (0..20).map(called).chain((0..20).map(back)).collect()), []);
    let resolver = |port| (0..20).map(|n| failed(SCANNER, &host(n), port, n.into())).collect::<Vec<_>>();
    assert_eq!(found_by("random_walk", resolver(53)), []);
    assert_eq!(found_by("random_walk", resolver(54)).len(), 1);
}

/// Five ordinary clients of one server.
fn crowd() -> Vec<Record<'static>> {
    let client = |n: u16| (1..20).map(move |port| answered(&format!("192.0.2.{}", 10 + n), "198.51.9.9", port, 0.0));
    (0..5).flat_map(client).collect()
}

#[test]
fn failures_count_against_those_of_the_neighbours() {
    let mixed = |source: &'static str| {
        let good = (0..40).map(move |n| answered(source, &host(n % 8), 1000 + n, 0.0));
        good.chain((0..8).map(move |n| failed(source, &host(n), 111, 0.0)))
    };
    let found = found_by("failed_contacts", crowd().into_iter().chain(mixed(SCANNER)).collect());
    assert_eq!(found.len(), 1);
    assert!(found[0].subject == address(SCANNER) && (30.0..60.0).contains(&found[0].points), "{found:?}");
    assert_eq!(found_by("failed_contacts", mixed(SCANNER).collect()), [], "no neighbours to compare with");
    let all = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"];
    assert_eq!(found_by("failed_contacts", all.into_iter().flat_map(mixed).collect()), [], "it fails for everybody");
}

#[test]
fn a_steady_pace_gives_a_slow_scan_away() {
    let at = |pause: f64, wobble: f64| {
        let time = move |n: u16| f64::from(n) * pause + if n.is_multiple_of(2) { 0.0 } else { wobble };
        (1..=8).map(move |n| failed(SCANNER, &host(0), n, time(n))).collect::<Vec<_>>()
    };
    let finding = &found_by("slow_scan", at(300.0, 1.0))[0];
    assert!(finding.summary.contains("one every 5 min"), "{}", finding.summary);
    assert_eq!(found_by("slow_scan", at(1.0, 0.0)), [], "fast is not slow");
    assert_eq!(found_by("slow_scan", at(300.0, 200.0)), [], "people do not keep time");
}

#[test]
fn the_slowest_scan_the_input_can_show_is_stated() {
    let rows = [failed(SCANNER, &host(0), 1, 0.0), failed(SCANNER, &host(0), 2, 36_000.0)];
    let (geography, judgement, settings) = Default::default();
    let traffic = traffic(rows);
    let scene = Scene::new(&traffic, &geography, &judgement, &settings);
    let runs = detect(&scene, |_| ()).1;
    let note = runs.iter().find(|run| run.key == "slow_scan").unwrap().note.clone().unwrap();
    assert!(note.contains("spans 10.0 h") && note.contains("one probe every 2.0 h"), "{note}");
}

#[test]
fn a_small_scan_is_over_in_a_minute() {
    let each = |pause: f64| (1..=6).map(|n| failed(SCANNER, &host(n), 445, f64::from(n) * pause)).collect::<Vec<_>>();
    let finding = &found_by("scan_burst", each(10.0))[0];
    assert!(finding.summary.contains("6 targets on one port"), "{}", finding.summary);
    assert!(finding.points < 30.0);
    assert_eq!(found_by("scan_burst", each(20.0)), [], "spread over two minutes");
    assert_eq!(found_by("scan_burst", each(10.0)[1..].to_vec()), [], "five are not six");
}

#[test]
fn sources_that_share_a_scan_are_all_named() {
    let shared = |ports: u16| {
        let part = move |n: u16| failed(&format!("192.0.2.{}", n % 8 + 1), &host(0), 100 + n % ports, 0.0);
        (0..40).map(part).collect::<Vec<_>>()
    };
    let findings = found_by("distributed_scan", shared(40));
    assert_eq!(findings.len(), 8);
    assert!(findings.iter().all(|finding| finding.victims == [address(&host(0))] && finding.points < 60.0));
    assert_eq!(found_by("distributed_scan", shared(8)), [], "a service that is down fails everybody");
    assert_eq!(found_by("distributed_scan", block(1, 40)), [], "who does it alone has a scan of his own");
}

#[test]
fn ten_protocols_are_no_host() {
    let of = |count: u8| {
        let row = |n: u8| Record { protocol: Some(n), ..Record::from_source(address(SCANNER)) };
        found_by("protocol_scan", (0..count).map(row).chain((0..count).map(row)).collect())
    };
    assert_eq!(of(9), []);
    assert_eq!(of(10)[0].role, Role::Attacker);
}

#[test]
fn silence_after_empty_packets_is_a_scan_without_ports() {
    let row = |to: u16, packets: u64, bytes: u64, back: u64| Record {
        destination_port: None,
        packets_sent: Some(back),
        bytes_sent: Some(back * 44),
        packets_received: Some(packets),
        bytes_received: Some(packets * bytes),
        ..flow(&host(to), SCANNER, (1, 1))
    };
    let finding = &found_by("empty_bursts", (0..4).map(|to| row(to, 50, 44, 1)).collect())[0];
    assert_eq!(
        (finding.subject, finding.victims.len()),
        (address(SCANNER), 4),
        "the one who sends, whatever the order"
    );
    for (bytes, back, hosts) in [(600, 1, 4), (44, 40, 4), (44, 1, 2)] {
        let none = (0..hosts).map(|to| row(to, 50, bytes, back)).collect();
        assert_eq!(found_by("empty_bursts", none), [], "{bytes} bytes, {back} back, {hosts} targets");
    }
}

fn asks(mac: u8, sender: &str, target: &str, time: f64) -> Arp {
    let (sender_mac, at) = ([2, 0, 0, 0, 0, mac], At { time, file: 0, packet: 1 });
    let (sender, target) = (address(sender), address(target));
    Arp {
        at,
        operation: 1,
        sender_mac,
        sender,
        target_mac: [0; 6],
        target,
        frame_source: None,
        frame_destination: None,
    }
}

fn swept(arps: impl IntoIterator<Item = Arp>) -> Vec<Finding> {
    let mut traffic = Traffic::default();
    arps.into_iter().for_each(|arp| traffic.observations.arp.push(arp));
    found_in(detector("arp_sweep"), &traffic)
}

#[test]
fn asking_for_the_whole_network_is_a_sweep() {
    let sweep =
        |sender: &'static str| (1..=250u8).map(move |n| asks(1, sender, &format!("10.0.0.{n}"), f64::from(n) / 10.0));
    let finding = &swept(sweep("10.0.0.7"))[0];
    assert!(finding.subject == address("10.0.0.7") && finding.role == Role::Attacker && finding.points >= 60.0);
    assert_eq!(swept(sweep("0.0.0.0"))[0].subject, Address::Mac([2, 0, 0, 0, 0, 1]), "who has no address has a card");
    let router = sweep("10.0.0.7").chain([asks(1, "10.0.1.7", "10.0.1.8", 0.0)]);
    assert_eq!(swept(router), [], "a card with two addresses is a router");
    let slow = (1..=250u8).map(|n| asks(1, "10.0.0.7", &format!("10.0.0.{n}"), f64::from(n) * 10.0));
    assert_eq!(swept(slow), []);
    let present = (1..=9u8).map(|n| asks(1, "10.0.0.9", &format!("10.0.0.{n}"), 0.0));
    let there = (1..=9u8).map(|n| asks(10 + n, &format!("10.0.0.{n}"), "10.0.0.9", 1.0));
    assert!(swept(present.chain(there))[0].confidence < 0.5, "all of them are there");
}
