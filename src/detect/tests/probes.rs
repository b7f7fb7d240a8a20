//! Pings, odd flags, marks of programs, and answers that nobody asked for.

use super::*;
use crate::model::finding::Role;
use crate::model::observation::{Icmp, IcmpKind, Quoted, Syn, SynMark};
use crate::model::record::Wire;

fn findings<'a>(key: &str, records: impl IntoIterator<Item = Record<'a>>) -> Vec<Finding> {
    found_in(detector(key), &traffic(records))
}

fn host(n: u16) -> String {
    format!("10.1.{}.{}", n / 250, n % 250 + 1)
}

fn pings(count: u16, answers: u64) -> impl Iterator<Item = Record<'static>> {
    (0..count).map(move |n| Record {
        protocol: Some(1),
        packets_received: Some(answers),
        ..flow("198.51.100.7", &host(n), (8, 0))
    })
}

#[test]
fn a_sweep_is_told_from_monitoring_by_its_answers() {
    assert_eq!(findings("icmp_sweep", pings(19, 0)), []);
    let sweep = &findings("icmp_sweep", pings(200, 0))[0];
    assert!(sweep.role == Role::Attacker && (40.0..60.0).contains(&sweep.points), "{sweep:?}");
    let monitoring = &findings("icmp_sweep", pings(200, 1))[0];
    assert!(monitoring.role == Role::Bystander && monitoring.points < 10.0, "{monitoring:?}");
    let unknown = pings(200, 0).map(|record| Record { source_port: None, destination_port: None, ..record });
    let unknown = &findings("icmp_sweep", unknown)[0];
    assert!(unknown.points < sweep.points && unknown.confidence < 0.6, "{unknown:?}");
    let silent = pings(200, 0).map(|record| Record { source_port: None, packets_received: None, ..record });
    assert!(findings("icmp_sweep", silent)[0].confidence < 0.5);
    let unreachable = pings(200, 0).map(|record| Record { source_port: Some(3), ..record });
    assert_eq!(findings("icmp_sweep", unreachable), []);
}

fn odd(count: u16, sent: u8) -> impl Iterator<Item = Record<'static>> {
    (1..=count).map(move |port| Record {
        packets_sent: Some(1),
        bytes_sent: Some(0),
        wire: Wire { flags: Some([sent, 20]), ..Wire::default() },
        ..flow("198.51.100.7", "10.0.0.2", (50_000, port))
    })
}

#[test]
fn odd_flags_are_named() {
    for (sent, name) in [(0, "NULL"), (1, "FIN"), (0b10_1001, "Xmas"), (3, "SYN and FIN")] {
        let finding = &findings("stealth_scan", odd(100, sent))[0];
        assert!(finding.summary.ends_with(&format!(": {name}")), "{}", finding.summary);
        assert!(finding.points >= 60.0 && finding.confidence >= 0.8, "{finding:?}");
        assert_eq!(findings("stealth_scan", odd(4, sent)), []);
    }
    assert_eq!(findings("stealth_scan", odd(100, 2)), [], "a SYN is no odd flag");
}

#[test]
fn ends_of_old_connections_are_no_scan() {
    assert_eq!(findings("stealth_scan", odd(14, 16)), []);
    assert_eq!(findings("stealth_scan", odd(100, 16)).len(), 1);
    let clients = odd(100, 17).map(|record| Record {
        source_port: Some(443),
        destination_port: record.destination_port.map(|port| 40_000 + port),
        ..record
    });
    assert_eq!(findings("stealth_scan", clients), [], "a server that closes connections");
    let many = odd(100, 16).enumerate().map(|(n, record)| Record {
        destination: Some(address(&host(n as u16))),
        destination_port: Some(443),
        ..record
    });
    assert_eq!(findings("stealth_scan", many), [], "a browser that keeps connections open");
}

#[test]
fn zeek_history_tells_most_of_it() {
    let zeek = |history| {
        odd(100, 0).map(move |record| Record { wire: Wire { history: Some(history), ..Wire::default() }, ..record })
    };
    assert_eq!(findings("stealth_scan", zeek("Fr")).len(), 1);
    assert_eq!(findings("stealth_scan", zeek("Fr").take(14)), [], "Zeek's F may be the end of a connection");
    assert_eq!(findings("stealth_scan", zeek("Q").take(14)).len(), 1);
    assert_eq!(findings("stealth_scan", zeek("ShADadFf")), []);
}

/// SYNs of one source as `mark` makes them of target, port and number.
fn marked(count: u16, mark: impl Fn(u32, u16, u32) -> (u16, u32)) -> Vec<Finding> {
    let mut traffic = traffic([]);
    for n in 0..count {
        let destination = address(&host(n));
        let Address::V4(ip) = destination else { unreachable!() };
        let (ip_id, sequence) = mark(ip.to_bits(), 80, u32::from(n) * 7_654_321 + 99);
        let at = traffic.observations.at(f64::from(n) + 1.0, n.into());
        let mark = SynMark { ip_id, sequence, window: 1024, ttl: 60, options: 0 };
        let source = address("198.51.100.7");
        traffic.observations.syn.push(Syn { at, source, destination, source_port: 1, destination_port: 80, mark });
    }
    found_in(detector("scanner_fingerprint"), &traffic)
}

#[test]
fn scanning_programs_are_known_by_their_marks() {
    let zmap = &marked(5, |_, _, random| (54_321, random))[0];
    assert!(zmap.summary.contains("ZMap") && zmap.confidence >= 0.9 && zmap.role == Role::Attacker, "{zmap:?}");
    let masscan = |ip: u32, port: u16, random: u32| ((ip ^ u32::from(port) ^ random) as u16, random);
    assert!(marked(5, masscan)[0].summary.contains("masscan"));
    let mirai = &marked(5, |ip, _, random| (random as u16, ip))[0];
    assert_eq!((mirai.role, mirai.rows), (Role::Compromised, 5));
    assert_eq!(marked(2, masscan), []);
    assert_eq!(marked(100, |_, _, random| (random as u16 | 1, random)), [], "an ordinary sender");
}

fn answers(history: &'static str, count: u16) -> impl Iterator<Item = Record<'static>> {
    (0..count).map(move |n| Record {
        state: Some(ConnState::SHR),
        packets_sent: Some(0),
        packets_received: Some(1),
        wire: Wire { history: Some(history), ..Wire::default() },
        ..flow(&host(n), "203.0.113.5", (50_000 + n, 80))
    })
}

#[test]
fn a_flooded_host_is_a_victim_and_not_blamed() {
    for history in ["^h", "h", "^r", "^hr"] {
        let finding = &findings("backscatter", answers(history, 30))[0];
        assert_eq!((finding.subject, finding.role, finding.points), (address("203.0.113.5"), Role::Victim, 0.0));
    }
    assert_eq!(findings("backscatter", answers("^h", 24)), [], "too few for a flood");
    assert_eq!(findings("backscatter", answers("^hd", 30)), [], "data was sent");
    let asked = (0..30).map(|n| flow(&host(n), "203.0.113.5", (60_000, 443)));
    assert_eq!(findings("backscatter", answers("^h", 30).chain(asked)), [], "they talk with it");
}

#[test]
fn unreachable_messages_about_packets_never_sent_are_backscatter() {
    let mut traffic = traffic((0..30).map(|n| Record {
        protocol: Some(1),
        packets_sent: Some(1),
        ..flow("203.0.113.5", &host(n), (3, 3))
    }));
    for n in 0..30 {
        let (source, destination) = (address("203.0.113.5"), address(&host(n)));
        let ends = (destination, source);
        let about = Quoted {
            source: ends.0,
            destination: ends.1,
            protocol: 17,
            source_port: Some(1),
            destination_port: Some(2),
        };
        let at = traffic.observations.at(1.0, 1);
        let kind = IcmpKind::Unreachable { code: 3 };
        traffic.observations.icmp.push(Icmp { at, kind, source, destination, source_mac: None, about: Some(about) });
    }
    assert_eq!(found_in(detector("backscatter"), &traffic).len(), 1);
}

/// Answers of 30 name servers to a host, one row each, with questions where `asked`.
fn reflected(asked: bool) -> impl Iterator<Item = Record<'static>> {
    (0..3000u16).map(move |n| Record {
        protocol: Some(17),
        start: Some(f64::from(n) / 300.0),
        packets_sent: Some(u64::from(asked)),
        packets_received: Some(1),
        bytes_sent: Some(if asked { 30 } else { 0 }),
        bytes_received: Some(2000),
        ..flow("203.0.113.5", &host(n % 30), (40_000 + n, 53))
    })
}

#[test]
fn unasked_answers_name_a_victim() {
    let finding = &findings("amplification", reflected(false))[0];
    assert_eq!((finding.subject, finding.role, finding.points), (address("203.0.113.5"), Role::Victim, 0.0));
    assert!(finding.summary.contains("30 servers") && finding.confidence >= 0.9, "{finding:?}");
    let group = Record { protocol: Some(17), ..flow("203.0.113.5", "239.255.255.250", (1, 53)) };
    assert_eq!(findings("amplification", reflected(false).chain([group])), [], "asked all at once");
}

#[test]
fn an_abused_server_is_listed_and_not_blocked() {
    let one = |record| Record { destination: Some(address("10.0.0.53")), ..record };
    let finding = &findings("amplification", reflected(true).map(one))[0];
    assert_eq!((finding.subject, finding.role), (address("10.0.0.53"), Role::Victim));
    assert!(finding.points < 60.0 && finding.victims == [address("203.0.113.5")], "{finding:?}");
    let resolver =
        reflected(true).enumerate().map(|(n, record)| Record { bytes_sent: Some(25 + n as u64 % 40), ..one(record) });
    assert_eq!(findings("amplification", resolver), [], "questions of different lengths");
}
