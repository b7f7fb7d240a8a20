//! The one spelling of a time in outputs: UTC, to the second.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `2026-03-01T12:00:00Z`. A time no calendar holds is given as the nearest that one does.
pub fn utc(seconds: i64) -> String {
    timestamp(seconds).to_string()
}

/// The same with milliseconds, which STIX 2.1 demands of `created` and `modified` (section 3.2).
pub fn utc_millis(seconds: i64) -> String {
    format!("{:.3}", timestamp(seconds))
}

/// The time as a zip entry holds it: 1980 to 2107, in steps of two seconds.
pub fn zip_time(seconds: i64) -> zip::DateTime {
    let time = timestamp(seconds).to_zoned(TimeZone::UTC).datetime();
    let parts = (u16::try_from(time.year()), time.month() as u8, time.day() as u8);
    let (hour, minute, second) = (time.hour() as u8, time.minute() as u8, time.second() as u8);
    match parts {
        (Ok(year @ 1980..=2107), month, day) => {
            zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap_or_default()
        }
        (Ok(2108..), _, _) => zip::DateTime::from_date_and_time(2107, 12, 31, 23, 59, 58).unwrap_or_default(),
        _ => zip::DateTime::default(),
    }
}

fn timestamp(seconds: i64) -> Timestamp {
    let nearest = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(seconds).unwrap_or(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_and_never_panic() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(1_772_366_400), "2026-03-01T12:00:00Z");
        assert_eq!(utc_millis(1_772_366_400), "2026-03-01T12:00:00.000Z");
        assert!(utc(i64::MAX).starts_with("9999-"));
        assert!(utc(i64::MIN).starts_with("-009999-"));
    }

    #[test]
    fn zip_times_are_held_in_their_range() {
        for (seconds, year) in [(0, 1980), (1_772_366_400, 2026), (i64::MAX, 2107), (i64::MIN, 1980)] {
            assert_eq!(zip_time(seconds).year(), year, "{seconds}");
        }
    }
}
