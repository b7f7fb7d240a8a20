//! Guessed passwords, and who else comes often.

use super::*;
use crate::model::finding::Role;

/// `count` connections to `port`, `gap` seconds apart, of `received` bytes in answer.
fn logins(port: u16, count: u16, gap: f64, received: u64) -> impl Iterator<Item = Record<'static>> + Clone {
    (0..count).map(move |n| Record {
        start: Some(f64::from(n) * gap + 0.3 * gap * f64::from(n % 3)),
        duration: Some(1.0),
        bytes_sent: Some(900),
        bytes_received: Some(received),
        packets_sent: Some(12),
        packets_received: Some(12),
        state: Some(ConnState::SF),
        wire: crate::model::record::Wire { ip_bytes: Some([1500, 2300]), ..Default::default() },
        ..flow("198.51.100.7", "10.0.0.2", (40_000 + n, port))
    })
}

fn guesses(records: impl Iterator<Item = Record<'static>>) -> Vec<Finding> {
    found_in(detector("brute_force"), &traffic(records))
}

#[test]
fn small_quick_and_many_is_guessing() {
    assert_eq!(guesses(logins(22, 9, 2.0, 1800)), []);
    let finding = &guesses(logins(22, 30, 2.0, 1800))[0];
    assert_eq!((finding.role, finding.technique, finding.rows), (Role::Attacker, Some("T1110"), 30));
    assert!(finding.points >= 55.0 && finding.confidence >= 0.7, "{finding:?}");
    assert_eq!((finding.subject, &finding.victims[..]), (address("198.51.100.7"), &[address("10.0.0.2")][..]));
    assert!(finding.summary.contains("30 connections to SSH"), "{}", finding.summary);
}

#[test]
fn who_stays_is_at_home() {
    assert_eq!(guesses(logins(22, 100, 2.0, 20_000)), []);
    // As many longer conversations as short ones.
    let mixed = logins(22, 20, 2.0, 1800).chain(logins(22, 41, 2.0, 20_000));
    assert_eq!(guesses(mixed), []);
}

#[test]
fn a_login_after_guesses_is_told() {
    let login =
        logins(22, 1, 2.0, 20_000).map(|record| Record { start: Some(500.0), source_port: Some(39_999), ..record });
    let finding = &guesses(logins(22, 20, 2.0, 1800).chain(login.clone()))[0];
    assert!(finding.summary.contains("may have succeeded"), "{}", finding.summary);
    let before = login.map(|record| Record { start: Some(-5.0), ..record });
    let finding = &guesses(logins(22, 20, 2.0, 1800).chain(before))[0];
    assert!(!finding.summary.contains("may have succeeded"), "{}", finding.summary);
}

#[test]
fn four_at_the_same_time_are_a_program() {
    let volley = |count: u16, lasts: f64, sizes: [u64; 2]| {
        guesses(logins(22, count, 0.2, 1800).enumerate().map(move |(n, record)| Record {
            duration: Some(lasts),
            bytes_received: Some(sizes[n % 2]),
            ..record
        }))
    };
    let finding = &volley(4, 3.0, [1800, 2000])[0];
    assert_eq!((finding.role, finding.rows, &finding.victims[..]), (Role::Attacker, 4, &[address("10.0.0.2")][..]));
    assert!((30.0..60.0).contains(&finding.points) && finding.summary.contains("same time"), "{finding:?}");
    assert_eq!(volley(3, 3.0, [1800, 2000]), [], "three may be chance");
    assert_eq!(volley(4, 0.5, [1800, 2000]), [], "whoever is gone at once has not been refused");
    assert_eq!(volley(4, 3.0, [1800, 3900]), [], "commands have answers of their own length");
    assert_eq!(guesses(logins(22, 9, 4.0, 1800)), [], "one after the other");
    assert_eq!(guesses(logins(445, 8, 0.1, 800)), [], "programs log in side by side all day");
}

#[test]
fn a_connection_of_unknown_size_takes_nothing_from_the_rest() {
    let unknown = logins(22, 1, 2.0, 0).map(|record| Record { bytes_received: None, source_port: Some(1), ..record });
    let finding = &guesses(logins(22, 30, 2.0, 1800).chain(unknown))[0];
    assert_eq!((finding.role, finding.rows), (Role::Attacker, 30));
}

#[test]
fn failed_attempts_reach_no_login() {
    let refused = logins(22, 50, 2.0, 0).map(|record| Record { state: Some(ConnState::REJ), ..record });
    assert_eq!(guesses(refused), []);
    let banner = logins(22, 50, 2.0, 40).map(|record| Record { bytes_sent: Some(0), ..record });
    assert_eq!(guesses(banner), [], "who takes the greeting and leaves guesses nothing");
}

#[test]
fn slow_regular_or_unmeasured_visits_name_nobody() {
    let weak = |records: Vec<Record<'static>>| {
        let findings = guesses(records.into_iter());
        assert_eq!(findings.len(), 1);
        assert!(findings[0].confidence < 0.5 && findings[0].points <= 30.0, "{findings:?}");
    };
    let every_minute = logins(22, 100, 0.0, 1800).enumerate();
    weak(every_minute.map(|(n, record)| Record { start: Some(60.0 * n as f64), ..record }).collect());
    weak(logins(22, 15, 100.0, 1800).collect());
    weak(logins(22, 50, 2.0, 1800).map(|record| Record { bytes_received: None, ..record }).collect());
}

#[test]
fn programs_and_browsers_need_much_more() {
    assert_eq!(guesses(logins(3306, 49, 1.0, 200)), []);
    assert!(guesses(logins(3306, 200, 1.0, 200))[0].confidence >= 0.5);
    assert_eq!(guesses(logins(3306, 200, 1.0, 5000)), []);
    assert_eq!(guesses(logins(443, 299, 1.0, 5000)), []);
    assert!(guesses(logins(443, 1000, 1.0, 5000))[0].confidence < 0.5);
}

#[test]
fn rows_of_one_connection_count_once() {
    let twice = logins(23, 8, 2.0, 80).chain(logins(23, 8, 2.0, 80));
    assert_eq!(guesses(twice), []);
}

#[test]
fn a_few_on_each_of_several_hosts_weigh_little() {
    let spread = |count| {
        let on_five = |(n, record)| Record { destination: Some(address(&format!("10.0.0.{}", n % 5))), ..record };
        guesses(logins(22, count, 2.0, 1800).enumerate().map(on_five).collect::<Vec<_>>().into_iter())
    };
    assert!(spread(25)[0].confidence < 0.5);
    let all = &spread(200)[0];
    assert!(all.confidence >= 0.7 && all.victims.len() == 5, "{all:?}");
}

#[test]
fn a_network_is_no_host() {
    let records = logins(22, 50, 2.0, 1800).map(|record| Record { source: Address::As(64_496), ..record });
    assert!(guesses(records)[0].confidence < 0.5);
}
