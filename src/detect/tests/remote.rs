//! Remote control from inside: even calls, long connections, uploads, and their ordinary look-alikes.

use super::*;

const HOUR: f64 = 3600.0;

fn call(host: u8, at: f64, port: u16) -> Record<'static> {
    let source = format!("10.0.0.{host}");
    Record { start: Some(at), bytes_sent: Some(200), ..flow(&source, "8.8.4.4", (40_000, port)) }
}

fn beacons(records: impl IntoIterator<Item = Record<'static>>) -> Vec<Finding> {
    found_in(detector("beacon"), &traffic(records))
}

/// A day of calls every ten minutes by one host.
fn day(host: u8, port: u16) -> impl Iterator<Item = Record<'static>> {
    (0..145).map(move |n| call(host, f64::from(n) * 600.0, port))
}

#[test]
fn an_even_caller_is_named_with_its_score_and_never_blocked_for_it() {
    let findings = beacons(day(7, 8443));
    let [found, peer] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((peer.subject, &peer.victims[..]), (address("8.8.4.4"), &[address("10.0.0.7")][..]));
    assert!(peer.points < found.points && peer.confidence < 0.5 && peer.summary.contains("one of your hosts"));
    assert_eq!((found.subject, found.rows), (address("10.0.0.7"), 145));
    assert!(found.summary.contains("8.8.4.4 port 8443 145 times"), "{}", found.summary);
    assert!(found.summary.contains("every 10 min (beacon score 1.00"), "{}", found.summary);
    assert!(found.points > 25.0 && found.points < 30.0 && found.confidence < 0.5, "{found:?}");
    assert_eq!((found.first, found.last), (Some(0.0), Some(86_400.0)));
}

#[test]
fn people_are_not_even() {
    let mut at = 0.0;
    let browsing = (0..200u32).map(|n| {
        // Bursts of a few seconds, and pauses of up to an hour between them.
        at += if n % 9 == 0 { f64::from(n * 7919 % 3571) } else { f64::from(n * n % 7) };
        Record { bytes_sent: Some(u64::from(n * 7907 % 5003)), ..call(7, at, 443) }
    });
    assert_eq!(beacons(browsing.collect::<Vec<_>>()), []);
}

#[test]
fn calls_by_chance_all_day_long_are_not_even() {
    // Exponential intervals by their quantiles, in a scattered order.
    let mut at = 0.0;
    let chance = (0..499u32).map(|n| {
        at += -170.0 * libm::log(1.0 - (f64::from(n * 211 % 499) + 0.5) / 499.0);
        call(7, at, 443)
    });
    assert_eq!(beacons(chance.collect::<Vec<_>>()), []);
}

#[test]
fn clocks_and_common_destinations_weigh_less() {
    let clock = &beacons(day(7, 123))[0];
    assert!(clock.points < 2.0, "{clock:?}");
    let alone = &beacons(day(7, 443))[0];
    let everyone = beacons((1..=10).flat_map(|host| day(host, 443)));
    assert_eq!(everyone.len(), 10);
    assert!(everyone.iter().all(|found| found.points < alone.points));
}

#[test]
fn where_no_host_is_known_to_be_ones_own_the_setting_is_named() {
    let public = traffic(day(7, 443).map(|record| Record { source: address("9.9.9.9"), ..record }));
    let (geography, judgement, settings) = Default::default();
    let scene = Scene::new(&public, &geography, &judgement, &settings);
    for key in ["beacon", "new_and_rare"] {
        let needs = (detector(key).needs)(&scene);
        assert!(needs.len() == 1 && needs[0].contains("name your networks"), "{needs:?}");
    }
}

#[test]
fn calls_from_outside_and_within_are_no_beacon() {
    let turned = day(7, 443).map(|record| Record {
        source: address("8.8.4.4"),
        destination: Some(address("10.0.0.7")),
        ..record
    });
    assert_eq!(beacons(turned), []);
    assert_eq!(beacons(day(7, 443).map(|record| Record { destination: Some(address("10.0.0.9")), ..record })), []);
}

#[test]
fn a_short_input_says_what_it_could_not_score() {
    let found = &beacons((0..30).map(|n| call(7, f64::from(n) * 20.0, 443)))[0];
    assert!(found.summary.contains("under six hours"), "{}", found.summary);
    assert_eq!(beacons((0..9).map(|n| call(7, f64::from(n) * 20.0, 443))), [], "too few");
}

#[test]
fn calls_faster_than_the_score_can_tell_apart_count_half() {
    let points = |time: fn(u32) -> f64| beacons((0..300).map(|n| call(7, time(n), 8443)))[0].points;
    let slow = points(|n| f64::from(n) * 20.0);
    assert_eq!(points(|n| f64::from(n) + 0.3 * f64::from(n % 3)) * 2.0, slow, "uneven within the second");
    assert_eq!(points(f64::from), slow, "even to the fraction");
}

#[test]
fn a_call_per_second_for_hours_is_a_strobe() {
    let strobe = beacons((0..30_000u32).map(|n| call(7, f64::from(n) * 0.8, 443)));
    assert!(strobe[0].summary.contains("strobe"), "{}", strobe[0].summary);
}

#[test]
fn hours_of_connection_count_in_steps() {
    let lasting = |hours: f64, pieces: u32| {
        let seconds = hours * HOUR / f64::from(pieces);
        let piece = |n| Record { duration: Some(seconds), ..call(7, f64::from(n) * seconds, 443) };
        found_in(detector("long_connection"), &traffic((0..pieces).map(piece)))
    };
    assert_eq!(lasting(0.9, 1), []);
    let points = [1.0, 4.0, 8.0, 12.0, 48.0].map(|hours| lasting(hours, 1)[0].points);
    assert_eq!(points, [2.0, 4.0, 6.0, 8.0, 8.0], "RITA's steps");
    assert_eq!(lasting(8.0, 100)[0].points, 6.0, "in pieces, too");
    assert!(lasting(12.0, 1)[0].summary.contains("8.8.4.4 port 443 for 12.0 h"));
    let parallel = (0..6).map(|_| Record { duration: Some(0.5 * HOUR), ..call(7, 0.0, 443) });
    assert_eq!(found_in(detector("long_connection"), &traffic(parallel)), [], "six at once are not three hours");
}

fn upload(at: f64, sent: u64, received: u64) -> Record<'static> {
    Record { bytes_sent: Some(sent), bytes_received: Some(received), ..call(7, at, 443) }
}

fn uploads(records: impl IntoIterator<Item = Record<'static>>) -> Vec<Finding> {
    found_in(detector("exfiltration"), &traffic(records))
}

#[test]
fn a_large_upload_unlike_the_hosts_other_hours_is_named() {
    let to = |to: &'static str| {
        let hour = |hour| upload(f64::from(hour) * HOUR, 1_000_000, 50_000_000);
        (1..6).map(hour).map(move |record| Record { destination: Some(address(to)), ..record })
    };
    let quiet = || to("9.9.9.9");
    let leak = || (0..10).map(|n| upload(HOUR * 7.0 + f64::from(n), 30_000_000, 100_000));
    let found = &uploads(quiet().chain(leak()))[0];
    assert!(
        found.summary.contains("sent 300 MB to 8.8.4.4") && found.summary.contains("usual hour: 1 MB"),
        "{found:?}"
    );
    assert!(found.confidence < 0.5 && found.points >= 20.0);
    let unknown = &uploads(leak())[0];
    assert!(unknown.points < found.points && unknown.summary.contains("too few other hours"));
    let known = &uploads(to("8.8.4.4").chain(leak()))[0];
    assert!(known.points < found.points / 2.0 && known.summary.ends_with("known to it or to most"), "{known:?}");
}

#[test]
fn ordinary_uploads_are_not_named() {
    assert_eq!(uploads([upload(0.0, 99_000_000, 0)]), [], "below the threshold");
    assert_eq!(uploads([upload(0.0, 200_000_000, 25_000_000)]), [], "an exchange");
    let habit = (0..8).map(|hour| upload(f64::from(hour) * HOUR, 200_000_000, 1_000));
    assert_eq!(uploads(habit), [], "the same every hour");
    let slow = Record { duration: Some(10.0 * HOUR), ..upload(0.0, 200_000_000, 0) };
    assert_eq!(uploads([slow]), [], "20 MB an hour");
    let names = (0..10).map(|n| Record { destination_port: Some(53), ..upload(f64::from(n), 30_000_000, 0) });
    assert_eq!(uploads(names), [], "the tunnel detector's");
}
