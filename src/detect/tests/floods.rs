//! Floods, their victims, and what only looks like one.

use super::*;
use crate::model::finding::Role;

fn floods(key: &str, records: impl IntoIterator<Item = Record<'static>>) -> Vec<Finding> {
    found_in(detector(key), &traffic(records))
}

/// `count` SYNs in `seconds` to one service, the n-th from `source(n)`.
fn syns(count: u32, seconds: f64, source: impl Fn(u32) -> String) -> Vec<Record<'static>> {
    let record = |n: u32| Record {
        start: Some(f64::from(n) * seconds / f64::from(count)),
        state: Some(ConnState::S0),
        packets_sent: Some(1),
        packets_received: Some(0),
        ..flow(&source(n), "10.0.0.2", (1024 + (n % 60_000) as u16, 80))
    };
    (0..count).map(record).collect()
}

fn one(_: u32) -> String {
    "198.51.100.7".to_owned()
}

fn forged(n: u32) -> String {
    format!("{}.{}.{}.9", 11 + n % 100, n / 100 % 250, n % 250)
}

#[test]
fn one_sender_of_a_syn_flood_is_the_attacker() {
    let finding = &floods("syn_flood", syns(2000, 10.0, one))[0];
    assert_eq!((finding.subject, finding.role), (address("198.51.100.7"), Role::Attacker));
    assert!(finding.points >= 60.0 && finding.confidence >= 0.9, "{finding:?}");
    assert_eq!((&finding.victims[..], finding.rows), (&[address("10.0.0.2")][..], 2000));
    assert!(finding.summary.contains("200 half-open"), "{}", finding.summary);
}

#[test]
fn forged_senders_are_not_blamed_and_the_victim_is_named() {
    let findings = floods("syn_flood", syns(2000, 10.0, forged));
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].subject, findings[0].role, findings[0].points), (address("10.0.0.2"), Role::Victim, 0.0));
    assert!(findings[0].summary.contains("most likely forged"), "{}", findings[0].summary);
}

#[test]
fn rate_decides_and_not_number() {
    assert_eq!(floods("syn_flood", syns(2000, 1000.0, one)), []);
    assert_eq!(floods("syn_flood", syns(99, 1.0, one)), []);
    let slow = &floods("syn_flood", syns(130, 10.0, one))[0];
    assert!(slow.confidence < 0.5 && slow.role == Role::Bystander, "{slow:?}");
}

#[test]
fn used_and_refused_connections_are_no_half_open_ones() {
    let state = |state| syns(2000, 10.0, one).into_iter().map(move |record| Record { state: Some(state), ..record });
    assert_eq!(floods("syn_flood", state(ConnState::SF)), []);
    let refused =
        floods("syn_flood", syns(500, 10.0, one).into_iter().map(|r| Record { state: Some(ConnState::REJ), ..r }));
    assert_eq!(refused, [], "fifty refusals per second are a stubborn program");
    assert_eq!(floods("syn_flood", state(ConnState::REJ)).len(), 1);
}

#[test]
fn one_packet_with_thousands_of_repetitions_is_a_flood() {
    let row = Record { packets_sent: Some(20_000), duration: Some(20.0), ..syns(1, 1.0, one)[0] };
    assert_eq!(floods("syn_flood", [row]).len(), 1);
}

#[test]
fn without_a_state_silence_counts() {
    let bare = |packets, bytes| {
        let bare = move |record| Record { state: None, packets_sent: Some(packets), bytes_sent: Some(bytes), ..record };
        floods("syn_flood", syns(2000, 10.0, one).into_iter().map(bare))
    };
    assert!(bare(6, 0)[0].summary.contains("nobody answered"));
    assert_eq!(bare(21, 0), [], "one side of a conversation");
    assert_eq!(bare(6, 20), [], "something was said");
}

fn to_port(port: u16, record: Record<'static>) -> Record<'static> {
    Record { destination_port: Some(port), state: None, bytes_sent: Some(20), ..record }
}

#[test]
fn web_requests_weigh_by_rate_sameness_and_silence() {
    let requests = |count, received, sent: fn(usize) -> u64| {
        let answered = move |(n, record): (usize, Record<'static>)| Record {
            packets_received: Some(received),
            bytes_received: Some(received * 100),
            bytes_sent: Some(sent(n)),
            ..to_port(80, record)
        };
        // Somebody else is answered: the input holds both directions.
        let other = Record { packets_received: Some(9), ..flow("198.51.100.9", "10.0.0.2", (40_000, 80)) };
        floods("http_flood", syns(count, 10.0, one).into_iter().enumerate().map(answered).chain([other]))
    };
    assert_eq!(requests(49, 0, |_| 20), []);
    let silent = &requests(60, 0, |_| 20)[0];
    assert!(silent.confidence >= 0.5 && silent.summary.contains("unanswered"), "{silent:?}");
    let equal = &requests(600, 5, |_| 20)[0];
    assert!(equal.confidence >= 0.5 && equal.points < 60.0, "{equal:?}");
    let browser = &requests(600, 5, |n| 20 + 37 * (n as u64 % 50))[0];
    assert!(browser.confidence < 0.5 && browser.points <= 30.0, "{browser:?}");
}

/// Datagrams from one host to one port of another, one row of `packets` for each source port.
fn datagrams(rows: u32, packets: u64) -> impl Iterator<Item = Record<'static>> {
    syns(rows, 10.0, one).into_iter().map(move |record| Record {
        protocol: Some(17),
        state: None,
        packets_sent: Some(packets),
        ..record
    })
}

#[test]
fn unanswered_datagrams_are_a_flood_and_a_stream_hardly() {
    let flood = &floods("udp_flood", datagrams(200, 100))[0];
    assert!(flood.confidence >= 0.9 && flood.points >= 60.0, "{flood:?}");
    let stream = &floods("udp_flood", datagrams(1, 20_000))[0];
    assert!(stream.confidence < 0.5, "{stream:?}");
    let answered = datagrams(200, 100).map(|record| Record { packets_received: Some(90), ..record });
    assert_eq!(floods("udp_flood", answered), []);
    let group = datagrams(200, 100).map(|record| Record { destination: Some(address("239.1.1.1")), ..record });
    assert_eq!(floods("udp_flood", group), []);
}

#[test]
fn answers_in_rows_of_their_own_are_answers() {
    let back = datagrams(200, 100).map(|record| Record {
        source: address("10.0.0.2"),
        destination: Some(address("198.51.100.7")),
        packets_sent: Some(20),
        packets_received: None,
        ..record
    });
    let there = datagrams(200, 100).map(|record| Record { packets_received: None, ..record });
    assert_eq!(floods("udp_flood", there.chain(back)), []);
}

#[test]
fn pings_are_a_flood_at_hundreds_per_second() {
    let pings = |kind, answer, packets| {
        let record = Record {
            protocol: Some(1),
            source_port: Some(kind),
            destination_port: Some(answer),
            duration: Some(10.0),
            packets_sent: Some(packets),
            ..syns(1, 1.0, one)[0]
        };
        floods("icmp_flood", [record])
    };
    assert_eq!(pings(8, 0, 600), []);
    assert!(pings(8, 0, 20_000)[0].confidence >= 0.9);
    assert_eq!(pings(3, 3, 20_000), [], "unreachable messages are answers");
    assert_eq!(pings(0, 0, 20_000).len(), 1, "no types known");
}
