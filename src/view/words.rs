//! Numbers, times and places as a person reads them; the same words on every screen.

use jiff::Timestamp;

use crate::detect::DETECTORS;
use crate::model::finding::Family;
use crate::model::geo::Place;
use crate::model::report::Decision;

/// `1234567` as `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and its noun: `1 row`, `2,000 rows`; `plural` is the whole plural noun.
pub fn counted(number: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", count(number), if number == 1 { singular } else { plural })
}

/// A score with one decimal, and none where it is whole.
pub fn score(number: f64) -> String {
    let tenths = (number * 10.0).round() / 10.0;
    if tenths.fract() == 0.0 { format!("{tenths:.0}") } else { format!("{tenths:.1}") }
}

/// A share of `whole` in percent; a share that is not nothing never reads as `0 %`.
pub fn share(part: u64, whole: u64) -> String {
    let percent = if whole == 0 { 0.0 } else { part as f64 / whole as f64 * 100.0 };
    match percent {
        p if p > 0.0 && p < 0.1 => "under 0.1 %".to_owned(),
        p if p > 99.9 && part < whole => "over 99.9 %".to_owned(),
        p => format!("{} %", score(p)),
    }
}

/// `2024-11-06 20:51:01 UTC`; the number itself where no calendar reaches that far.
pub fn time(seconds: f64) -> String {
    let whole = seconds.floor();
    match Timestamp::from_second(whole as i64) {
        Ok(time) if whole.is_finite() => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        _ => format!("{seconds} s"),
    }
}

/// From one time to another; the day is said once where both fall on it.
pub fn span(first: f64, last: f64) -> String {
    let (from, to) = (time(first), time(last));
    match (from.split_once(' '), to.split_once(' ')) {
        _ if from == to => from,
        (Some((day, start)), Some((other, end))) if day == other => {
            format!("{day} {} to {end}", start.trim_end_matches(" UTC"))
        }
        _ => format!("{} to {to}", from.trim_end_matches(" UTC")),
    }
}

/// `2024-11-06`.
pub fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.strftime("%Y-%m-%d").to_string())
}

/// A length of time in its largest fitting unit.
pub fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s >= 172_800.0 => (s / 86_400.0, "days"),
        s if s >= 7_200.0 => (s / 3_600.0, "hours"),
        s if s >= 120.0 => (s / 60.0, "minutes"),
        s if s >= 1.0 || s == 0.0 => (s, "s"),
        s => (s * 1000.0, "ms"),
    };
    format!("{} {unit}", score(value))
}

/// Bytes in binary units, as file managers write them.
pub fn bytes(number: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = number as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{} {}", score(value), units[unit])
}

/// `Stockholm, SE`, or what there is of it.
pub fn place(place: Option<&Place>) -> String {
    let Some(place) = place else { return String::new() };
    let parts = [&place.city, &place.country];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
}

pub fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Block => "Block",
        Decision::Watch => "Watch",
        Decision::Ignore => "Ignore",
    }
}

pub fn family(family: Family) -> &'static str {
    match family {
        Family::Models => "Anomaly models",
        Family::Scanning => "Scanning",
        Family::Spoofing => "Spoofing",
        Family::Interception => "Interception",
        Family::BruteForce => "Password guessing",
        Family::Flood => "Flooding",
        Family::CommandAndControl => "Command and control",
        Family::Behaviour => "Unusual behaviour",
    }
}

/// The IP protocol's usual name, or its number.
pub fn protocol(number: u8) -> String {
    match number {
        1 => "ICMP".to_owned(),
        6 => "TCP".to_owned(),
        17 => "UDP".to_owned(),
        47 => "GRE".to_owned(),
        50 => "ESP".to_owned(),
        58 => "ICMPv6".to_owned(),
        132 => "SCTP".to_owned(),
        other => other.to_string(),
    }
}

/// The name a person reads for a detector's key.
pub fn detector(key: &str) -> &str {
    DETECTORS.iter().find(|detector| detector.about.key == key).map_or(key, |detector| detector.about.title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_a_person_writes_them() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "row", "rows"), "1 row");
        assert_eq!([5.0, 5.04, 5.05, 99.96].map(score), ["5", "5", "5.1", "100"]);
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(8 << 20), "8 MiB");
        assert_eq!(duration(0.25), "250 ms");
        assert_eq!(duration(3600.0), "60 minutes");
    }

    #[test]
    fn a_small_share_is_not_nothing_and_a_large_one_not_all() {
        assert_eq!(share(0, 10), "0 %");
        assert_eq!(share(1, 1_000_000), "under 0.1 %");
        assert_eq!(share(999_999, 1_000_000), "over 99.9 %");
        assert_eq!(share(1, 0), "0 %");
    }

    #[test]
    fn a_span_says_the_day_once() {
        assert_eq!(span(0.0, 61.0), "1970-01-01 00:00:00 to 00:01:01 UTC");
        assert_eq!(span(0.0, 86_400.0), "1970-01-01 00:00:00 to 1970-01-02 00:00:00 UTC");
        assert_eq!(span(0.0, 0.5), time(0.0));
    }

    #[test]
    fn any_time_reads() {
        assert_eq!(time(0.0), "1970-01-01 00:00:00 UTC");
        assert_eq!(time(1_730_926_261.9), "2024-11-06 20:51:01 UTC");
        for strange in [f64::NAN, f64::INFINITY, 1e300] {
            assert!(!time(strange).is_empty());
        }
    }
}
