//! Scans, and what must not be taken for one.

use super::*;
use crate::model::finding::Role;

fn vertical(records: impl Iterator<Item = Record<'static>>) -> Vec<Finding> {
    found_in(detector("vertical_scan"), &traffic(records))
}

fn horizontal(records: impl Iterator<Item = Record<'static>>) -> Vec<Finding> {
    found_in(detector("horizontal_scan"), &traffic(records))
}

fn with(state: ConnState) -> impl Fn(Record<'static>) -> Record<'static> {
    move |record| Record { state: Some(state), ..record }
}

fn ports(count: u16) -> impl Iterator<Item = Record<'static>> {
    (1..=count).map(|port| flow("192.0.2.1", "192.0.2.2", (50_000, port)))
}

fn hosts(count: u16, port: u16) -> impl Iterator<Item = Record<'static>> {
    (0..count).map(move |host| flow("192.0.2.1", &format!("198.51.{}.{}", host / 250, host % 250), (50_000, port)))
}

#[test]
fn failed_attempts_weigh_more_than_unknown_ones_and_those_more_than_answers() {
    let failed = &vertical(ports(100).map(with(ConnState::REJ)))[0];
    let unknown = &vertical(ports(100))[0];
    let answered = &vertical(ports(100).map(with(ConnState::SF)))[0];
    assert!(failed.points >= 60.0 && failed.confidence >= 0.9, "{failed:?}");
    assert!(unknown.points <= 35.0 && unknown.confidence < 0.5);
    assert!(answered.points <= 10.0);
    assert_eq!([failed, unknown, answered].map(|f| f.role), [Role::Attacker, Role::Bystander, Role::Bystander]);
    assert_eq!(failed.victims, [address("192.0.2.2")]);
    assert_eq!((failed.rows, failed.technique), (100, Some("T1046")));
    assert!(failed.summary.contains("98 ports"), "two are DHCP's: {}", failed.summary);
}

#[test]
fn the_threshold_is_the_first_number_reported() {
    assert_eq!(vertical(ports(14).map(with(ConnState::S0))).len(), 0);
    assert_eq!(vertical(ports(15).map(with(ConnState::S0))).len(), 1);
    assert_eq!(vertical(ports(14).chain(ports(14)).map(with(ConnState::S0))).len(), 0, "rows are not ports");
    assert_eq!(horizontal(hosts(24, 23).map(with(ConnState::S0))).len(), 0);
    assert_eq!(horizontal(hosts(25, 23).map(with(ConnState::S0))).len(), 1);
}

#[test]
fn packets_that_came_back_stand_in_for_a_state() {
    let back = |packets| ports(30).map(move |record| Record { packets_received: Some(packets), ..record });
    assert!(vertical(back(1))[0].confidence > 0.9, "one packet is a refusal");
    assert!(vertical(back(5))[0].confidence < 0.5);
    let answers = ports(30).map(|record| Record { packets_received: Some(1), protocol: Some(17), ..record });
    assert!(vertical(answers)[0].confidence < 0.5, "for UDP one packet is an answer");
}

#[test]
fn a_flow_too_small_for_a_conversation_is_a_refusal() {
    let total = |bytes| ports(30).map(move |record| Record { bytes_sent: Some(bytes), ..record });
    assert!(vertical(total(100))[0].confidence > 0.9);
    assert!(vertical(total(101))[0].confidence < 0.5, "more than 100 bytes may be a conversation");
    assert!(vertical(total(101))[0].points > vertical(total(481))[0].points, "more than SYNs sent again is an answer");
    let datagrams = total(60).map(|record| Record { protocol: Some(17), ..record });
    assert!(vertical(datagrams)[0].confidence < 0.5, "a datagram of 60 bytes may be all there is to say");
}

#[test]
fn a_spread_without_a_target_is_never_a_scan() {
    let spread = &vertical(ports(2000).map(|record| Record { destination: None, ..record }))[0];
    assert!(spread.points <= 20.0 && spread.confidence < 0.5);
    assert!(spread.victims.is_empty() && spread.summary.contains("no confirmed scan"));
}

#[test]
fn replies_are_no_scan() {
    // A client asks one service from many ports; one row per direction.
    let asked = (0..300).map(|n| flow("192.0.2.1", "192.0.2.2", (50_000 + n, 7000)));
    let answers = (0..300).map(|n| flow("192.0.2.2", "192.0.2.1", (7000, 50_000 + n)));
    assert_eq!(vertical(asked.clone().chain(answers.clone())), []);
    assert_eq!(vertical(answers.chain(asked)).len(), 1, "unless they stand first");
    // The same service answers many clients of which only the answers were captured.
    let resolver = (0..300).map(|n| flow("192.0.2.2", "192.0.2.1", (53, 40_000 + n)));
    assert_eq!(vertical(resolver), []);
    // A scan from port 53 tries low ports, too.
    let disguised = (1..300).map(|port| flow("192.0.2.2", "192.0.2.1", (53, port * 10)));
    assert_eq!(vertical(disguised).len(), 1);
    // Answers to forged connection attempts: the sender is the victim of a flood.
    assert_eq!(vertical(ports(100).map(with(ConnState::RSTRH))), []);
}

#[test]
fn a_refusal_in_a_row_of_its_own_is_a_failure() {
    let both = (1..100u16).flat_map(|port| {
        let probe = flow("192.0.2.1", "192.0.2.2", (50_000, port));
        let refusal = flow("192.0.2.2", "192.0.2.1", (port, 50_000));
        [probe, Record { packets_sent: Some(1), ..refusal }]
    });
    let findings = vertical(both);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].confidence > 0.9 && findings[0].subject == address("192.0.2.1"));
}

#[test]
fn ping_types_are_no_ports() {
    assert_eq!(vertical(ports(100).map(|record| Record { protocol: Some(1), ..record })), []);
}

#[test]
fn a_sweep_is_seen_where_targets_do_not_answer() {
    let sweep = &horizontal(hosts(300, 23).map(with(ConnState::S0)))[0];
    assert!(sweep.points >= 60.0 && sweep.role == Role::Attacker);
    assert_eq!(sweep.victims.len(), 20);
    assert_eq!(horizontal(hosts(300, 443).map(with(ConnState::SF))), [], "a browser");
    assert_eq!(horizontal(hosts(300, 443)), [], "a browser, outcome unknown");
    assert_eq!(horizontal(hosts(300, 1900).map(with(ConnState::S0))), [], "discovery");
    let unknown = &horizontal(hosts(300, 23))[0];
    assert!(unknown.points <= 20.0 && unknown.confidence < 0.5);
}

#[test]
fn ordinary_source_ports_say_next_to_nothing() {
    let client = |count| (0..count).map(|n| flow("192.0.2.1", "192.0.2.2", (50_000 + n, 443)));
    let spread = detector("source_port_spread");
    assert_eq!(found_in(spread, &traffic(client(10))), []);
    let finding = &found_in(spread, &traffic(client(11)))[0];
    assert!(finding.points <= 5.0 && finding.role == Role::Bystander);
}
