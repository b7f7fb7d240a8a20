//! What is too much for a detector is counted and said.

use super::*;
use crate::model::observation::{Arp, At};
use crate::model::observations::{Kept, MAX_KEPT};

/// What one detector leaves out.
fn left_out(key: &str, traffic: &Traffic) -> u64 {
    let (geography, judgement, settings) = Default::default();
    let scene = Scene::new(traffic, &geography, &judgement, &settings);
    (detector(key).run)(&scene);
    scene.left_out.get()
}

fn card(number: u32) -> [u8; 6] {
    let [_, a, b, c] = number.to_be_bytes();
    [2, 0, 0, a, b, c]
}

#[test]
fn pairs_of_address_and_card_past_a_million_are_counted() {
    let sent = |number: u32| {
        let source = Address::V4(std::net::Ipv4Addr::from(0x0a00_0000 + number));
        Record { source_mac: Some(card(number)), ..Record::from_source(source) }
    };
    let traffic = traffic((0..1_000_003).map(sent));
    assert_eq!(left_out("address_claimed_by_several_macs", &traffic), 3);
}

#[test]
fn names_of_forged_senders_past_a_hundred_thousand_are_counted() {
    let forged = |number: u32| {
        let source = Address::V4(std::net::Ipv4Addr::from(0x0800_0000 + number));
        Record { destination: Some(address("10.0.0.9")), source_mac: Some(card(1)), ..Record::from_source(source) }
    };
    let names = 0..100_004;
    assert_eq!(left_out("forged_sender", &traffic(names.clone().chain(names).map(forged))), 2 * 4);
}

#[test]
fn packets_that_were_not_kept_are_counted_by_who_looks_at_them() {
    let packet = Arp {
        at: At { time: 1.0, file: 0, packet: 1 },
        operation: 1,
        sender_mac: card(1),
        sender: address("10.0.0.1"),
        target_mac: [0; 6],
        target: address("10.0.0.2"),
        frame_source: Some(card(1)),
        frame_destination: Some([0xff; 6]),
    };
    let mut traffic = Traffic::default();
    (0..MAX_KEPT + 5).for_each(|_| traffic.observations.arp.push(packet));
    for key in ["arp_sweep", "arp_many_claims", "arp_rebinding", "arp_sender_mismatch"] {
        assert_eq!(left_out(key, &traffic), 5, "{key}");
    }
    let note = |traffic: &Traffic| {
        let (geography, judgement, settings) = Default::default();
        let runs = detect(&Scene::new(traffic, &geography, &judgement, &settings), |_| ()).1;
        runs.into_iter().find(|run| run.key == "arp_sweep").unwrap().note
    };
    assert!(note(&traffic).unwrap().starts_with("5 more were too many"));
    traffic.observations.arp = Kept::default();
    traffic.observations.arp.push(packet);
    assert_eq!(note(&traffic), None);
}

#[test]
fn hosts_past_two_thousand_are_counted() {
    let sent = |number: u32| flow(&format!("10.0.{}.{}", number / 5 / 200, number / 5 % 200), "8.8.8.8", (1, 2));
    let records: Vec<Record<'_>> = (0..2_007 * 5).map(sent).collect();
    assert_eq!(left_out("host_profile", &traffic(records)), 7);
}
