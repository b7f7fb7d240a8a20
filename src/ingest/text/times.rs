//! Reads times in the spellings exporters use, to seconds since 1970 (UTC).

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::fields::{digits, real};
use super::numerals::decimal;
use super::spelling::{Part, Words, Zone, date_parts, time_of_day, zone};

/// The unit of a column of times or durations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unit {
    /// A time by its shape and magnitude; a duration in seconds.
    #[default]
    Auto,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

/// Which of day and month comes first in dates such as 3/4/2013.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DateOrder {
    #[default]
    DayFirst,
    MonthFirst,
}

/// Reads the times of one file.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    pub order: DateOrder,
    /// Whether a date was read that says no time zone, and one whose order of day and month had to be decided.
    pub zoneless: bool,
    pub ordered: bool,
    /// The last date and its start: the next row mostly has the same.
    last: Option<([i16; 3], f64)>,
}

/// The end of the year 9999, in seconds since 1970. What lies beyond is no time.
const LATEST: f64 = 253_402_300_800.0;

/// Reads a duration, in seconds; a negative or an endless one is none.
#[inline(always)]
pub fn duration(cell: &[u8], unit: Unit) -> Option<f64> {
    let number = match real(cell) {
        None if unit == Unit::Auto => clock(cell),
        number => number,
    };
    duration_of(number?, unit)
}

/// The same of a number.
#[inline(always)]
pub fn duration_of(number: f64, unit: Unit) -> Option<f64> {
    let seconds = match unit {
        Unit::Auto => number,
        Unit::Milliseconds => number / 1e3,
        Unit::Microseconds => number / 1e6,
        Unit::Nanoseconds => number / 1e9,
    };
    (0.0..LATEST).contains(&seconds).then_some(seconds)
}

/// Whether a number whose first digit is no zero is a time in seconds.
#[inline(always)]
pub fn time_of(number: f64, unit: Unit) -> bool {
    unit == Unit::Auto && (1e9..1e10).contains(&number)
}

/// `00:01:03.545`, as nfdump 1.7 and Cisco write a duration; days may stand in front, `2d 00:01:03.545`.
#[cold]
fn clock(cell: &[u8]) -> Option<f64> {
    let (days, rest) = match cell.iter().position(|byte| *byte == b'd') {
        Some(at) => (digits(cell[..at].trim_ascii())? as f64, cell[at + 1..].trim_ascii()),
        None => (0.0, cell),
    };
    let mut parts = rest.split(|byte| *byte == b':').map(|part| real(part).filter(|part| *part >= 0.0));
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let whole = parts.next().is_none() && minutes < 60.0 && seconds < 60.0;
    whole.then_some(days * 86_400.0 + hours * 3600.0 + minutes * 60.0 + seconds)
}

impl Clock {
    pub fn new(order: DateOrder) -> Self {
        Clock { order, ..Clock::default() }
    }

    /// Reads a time. A number that says no unit is in seconds up to ten digits before the point, and beyond them
    /// its first ten digits are the seconds: that reads milli-, micro- and nanoseconds since September 2001, and
    /// LUFlow's microseconds, which lost their trailing zeros.
    #[inline(always)]
    pub fn time(&mut self, cell: &[u8], unit: Unit) -> Option<f64> {
        // Ten digits before the point, the first of them no zero, are seconds.
        match decimal(cell) {
            Some(seconds) if cell[0] != b'0' && time_of(seconds, unit) => Some(seconds),
            _ => self.other_time(cell, unit),
        }
    }

    #[inline(never)]
    fn other_time(&mut self, cell: &[u8], unit: Unit) -> Option<f64> {
        if unit != Unit::Auto {
            return duration(cell, unit);
        }
        let whole = cell.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(cell.len());
        match cell.get(whole) {
            None if whole == 14 && matches!(&cell[..2], b"19" | b"20") => self.compact(cell),
            None | Some(b'.') if (11..=19).contains(&whole) => left_aligned(cell, whole),
            None => duration(cell, unit),
            Some(b'.' | b'e' | b'E') if whole > 0 => duration(cell, unit).or_else(|| self.spelled(cell)),
            _ => self.spelled(cell),
        }
    }

    /// `20241106205101`: as an epoch that would lie beyond 2030.
    fn compact(&mut self, cell: &[u8]) -> Option<f64> {
        let part = |from: usize, to: usize| digits(&cell[from..to]).unwrap_or(u64::MAX);
        let day = self.day([part(0, 4) as i16, part(4, 6) as i16, part(6, 8) as i16]);
        match (day, part(8, 10), part(10, 12), part(12, 14)) {
            (Some(day), hour @ 0..24, minute @ 0..60, second @ 0..=60) => {
                self.zoneless = true;
                Some(day + (hour * 3600 + minute * 60 + second) as f64)
            }
            _ => left_aligned(cell, cell.len()),
        }
    }

    /// A date, then a time of day, then AM or PM, then a zone; all but the date optional.
    fn spelled(&mut self, cell: &[u8]) -> Option<f64> {
        let mut words = Words { rest: cell };
        let (date, sign) = date_parts(&mut words)?;
        let day = self.day(self.arrange(&date, sign)?)?;
        self.ordered |= date[0].digits < 3 && date[..2].iter().all(|part| part.month.is_none());
        let seconds = time_of_day(&mut words)?;
        match zone(words.rest.trim_ascii()) {
            Some(Zone::Offset(offset)) => Some(day + seconds - offset),
            Some(Zone::Unsaid) => {
                self.zoneless = true;
                Some(day + seconds)
            }
            None => None,
        }
    }

    /// Year, month and day of three parts as they stand.
    fn arrange(&self, [a, b, c]: &[Part; 3], sign: u8) -> Option<[i16; 3]> {
        let (year, month, day) = match (a.month, b.month) {
            _ if a.digits == 4 => (a.number, b.month.unwrap_or(b.number), c.number),
            (Some(month), _) => (c.year(), month, b.number),
            (_, Some(month)) => (c.year(), month, a.number),
            // A date with points is German or Swiss.
            _ if self.order == DateOrder::DayFirst || sign == b'.' => (c.year(), b.number, a.number),
            _ => (c.year(), a.number, b.number),
        };
        Some([i16::try_from(year).ok()?, i16::try_from(month).ok()?, i16::try_from(day).ok()?])
    }

    /// Seconds from 1970 to the start of a day.
    fn day(&mut self, date @ [year, month, day]: [i16; 3]) -> Option<f64> {
        if let Some((_, start)) = self.last.filter(|(known, _)| *known == date) {
            return Some(start);
        }
        let civil = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        let start = civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second() as f64;
        self.last = Some((date, start));
        Some(start)
    }
}

/// `cell` is digits, `whole` of them before a point or the end; its first ten are seconds.
fn left_aligned(cell: &[u8], whole: usize) -> Option<f64> {
    let seconds = digits(cell.get(..10)?)?;
    let fraction = digits(cell.get(10..whole)?).filter(|_| whole > 10)?;
    Some(seconds as f64 + fraction as f64 / libm::pow(10.0, (whole - 10) as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-11-06 20:51:01 UTC.
    const EVENING: f64 = 1_730_926_261.0;

    fn read(text: &str, order: DateOrder) -> Option<f64> {
        Clock::new(order).time(text.as_bytes(), Unit::Auto)
    }

    #[test]
    fn one_moment_in_every_spelling() {
        for text in [
            "1730926261",
            "1730926261.0",
            "1730926261000",
            "1730926261000000",
            "1730926261000000000",
            "173092626100",
            "1.730926261E9",
            "20241106205101",
            "2024-11-06 20:51:01+00:00",
            "2024-11-06T20:51:01Z",
            "2024-11-06T21:51:01.000+0100",
            "2024-11-06T15:51:01-05",
            "2024/11/06 20:51:01.000000",
            "2024/11/06T20:51:01",
            "06/11/2024 08:51:01 PM",
            "6/11/24 20:51:01",
            "06.11.2024 20:51:01",
            "06/Nov/2024:20:51:01 +0000",
            "Nov  6, 2024 20:51:01.000000000 UTC",
            "Nov 6, 2024 @ 20:51:01.000",
            "2024-11-06 20:51:01,000",
        ] {
            assert_eq!(read(text, DateOrder::DayFirst), Some(EVENING), "{text}");
        }
        assert_eq!(read("11/6/24 20:51", DateOrder::MonthFirst), Some(EVENING - 1.0));
        assert_eq!(read("06.11.2024 20:51:01", DateOrder::MonthFirst), Some(EVENING));
        assert_eq!(read("2024-11-06", DateOrder::DayFirst), Some(1_730_851_200.0));
        assert_eq!(read("06/11/2024 12:00:00 AM", DateOrder::DayFirst), Some(1_730_851_200.0));
    }

    #[test]
    fn fractions_are_kept() {
        assert_eq!(read("1594168229367522", DateOrder::DayFirst), Some(1_594_168_229.367_522));
        assert_eq!(read("160807983780185", DateOrder::DayFirst), Some(1_608_079_837.801_85));
        assert_eq!(read("2019/04/04 16:23:00.325010", DateOrder::DayFirst), Some(1_554_394_980.325_01));
        let mut clock = Clock::default();
        assert_eq!(clock.time(b"987654321000", Unit::Milliseconds), Some(987_654_321.0));
        assert_eq!(duration(b"5415", Unit::Microseconds), Some(0.005415));
        assert_eq!(duration(b"-1", Unit::Auto), None);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "soon",
            "13:45",
            "2024-13-01",
            "2024-02-30 10:00",
            "31/02/2024",
            "1/2",
            "2024-11-06 25:00",
            "1e999",
            "2024-11-06 10:61",
            "2024-11-06 13:00 PM",
            "2024-11-06 10:00 CEST",
            "99999999999999999999",
            "1//2//",
            "123456789012-1-1",
            "2024-11-06 \u{e9}",
            "19",
            "0x12",
        ] {
            let read = read(text, DateOrder::DayFirst);
            assert!(read.is_none() || text == "19", "{text}: {read:?}");
        }
    }
}
