//! What stands in front of a message in a syslog file: when and where, in the three spellings in use.

use crate::about::{Knob, Range};
use crate::ingest::text::fields::digits;
use crate::ingest::text::times::{Clock, Unit};

pub const KNOBS: &[&Knob] = &[&YEAR];

pub const YEAR: Knob = Knob {
    key: "syslog.year",
    label: "Year of logs that name none",
    help: "Classic syslog lines say month, day and time but no year. Give the year of the first line here; where the \
           months start over, the next year begins. With 0 the year is taken from a line of the same file that names \
           one, and where none does, times count from 1972: right among themselves, not against other files.",
    unit: "",
    range: Range::Integer { min: 0, max: 9999, default: 0 },
};

/// A leap year, so that 29 February can be read, before any log there is.
const NO_YEAR: i64 = 1972;

/// Reads the stamps of one file.
#[derive(Debug, Default)]
pub struct Stamps {
    clock: Clock,
    year: Option<i64>,
    given: bool,
    /// The month of the last line without a year.
    month: usize,
    pub yearless: bool,
}

impl Stamps {
    pub fn new(year: usize) -> Self {
        let year = i64::try_from(year).ok().filter(|year| *year > 0);
        Stamps { given: year.is_some(), year, ..Stamps::default() }
    }

    /// The time a line starts with, where it starts with one that can be read.
    pub fn time(&mut self, line: &[u8]) -> Option<f64> {
        let line = priority(line);
        let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        let first = words.next()?;
        if first.first()?.is_ascii_digit() {
            // ISO 8601 (RFC 5424, rsyslog), or a date and a time.
            let iso = first.contains(&b'T') || first.len() > 12;
            let time = if iso { first.to_vec() } else { [first, b" ", words.next()?].concat() };
            return self.clock.time(&time, Unit::Auto);
        }
        let month = month(first)?;
        let day = words.next()?;
        let third = words.next()?;
        let (year, time) = match digits(third).filter(|_| third.len() == 4) {
            Some(year) => (year as i64, words.next()?),
            None => (self.year(month), third),
        };
        let time = time.strip_suffix(b":").unwrap_or(time);
        let spelled = [first, b" ", day, b" ", year.to_string().as_bytes(), b" ", time].concat();
        let read = self.clock.time(&spelled, Unit::Auto);
        if third.len() == 4 && read.is_some() {
            self.year.get_or_insert(year);
        }
        read
    }

    /// The year of a line that names none. Files are in order: a step back of more than half a year is a new year.
    fn year(&mut self, month: usize) -> i64 {
        self.yearless = true;
        let year = self.year.unwrap_or(NO_YEAR);
        let year = if self.month >= month + 6 { year + 1 } else { year };
        self.month = month;
        if self.year.is_some() || year != NO_YEAR {
            self.year = Some(year);
        }
        year
    }

    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.yearless {
            let known = self.year.filter(|year| self.given || *year > NO_YEAR + 50);
            notes.push(match known {
                Some(_) if self.given => format!("Lines name no year; it was taken from the setting {}.", YEAR.key),
                Some(_) => "Some lines name no year; it was taken from lines that do.".to_owned(),
                None => format!(
                    "No line names its year: times count from {NO_YEAR}, right among themselves only. The setting {} \
                     gives the year.",
                    YEAR.key
                ),
            });
        }
        if self.clock.zoneless {
            notes.push("The times name no time zone; they were read as UTC.".to_owned());
        }
        notes
    }
}

/// Without the priority (`<134>`) and the version behind it (RFC 5424).
fn priority(line: &[u8]) -> &[u8] {
    let Some(rest) = line.strip_prefix(b"<") else { return line };
    let end = rest.iter().take(4).position(|byte| *byte == b'>');
    let rest = end.map_or(line, |end| &rest[end + 1..]);
    rest.strip_prefix(b"1 ").unwrap_or(rest)
}

/// 1 to 12.
fn month(word: &[u8]) -> Option<usize> {
    const MONTHS: [&[u8]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    MONTHS.iter().position(|name| word == *name).map(|index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_one_moment() {
        const EVENING: f64 = 1_730_926_261.0;
        for line in [
            "2024-11-06T20:51:01+00:00 fw kernel: x",
            "<134>1 2024-11-06T20:51:01Z fw app - - x",
            "<4>Nov  6 20:51:01 fw kernel: x",
            "Nov 6 20:51:01 fw kernel: x",
            "Nov 06 2024 20:51:01: %ASA-4-106023: x",
            "Nov 06 2024 20:51:01 fw : %ASA-4-106023: x",
            "2024-11-06 20:51:01 fw x",
        ] {
            assert_eq!(Stamps::new(2024).time(line.as_bytes()), Some(EVENING), "{line}");
        }
        for line in ["", "<", "%ASA-4-106023: Deny", "Nov", "Nov x y z", "Nov 31 20:51:01 fw"] {
            assert_eq!(Stamps::new(2024).time(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn years_are_given_found_or_missing() {
        let mut stamps = Stamps::new(2024);
        let (december, january) = (stamps.time(b"Dec 31 23:59:59 fw"), stamps.time(b"Jan  1 00:00:00 fw"));
        assert_eq!(january.unwrap() - december.unwrap(), 1.0);
        let mut found = Stamps::default();
        assert!(found.time(b"Nov 06 2024 20:51:01 fw").is_some());
        assert_eq!(found.time(b"Nov 06 20:51:01 fw"), Some(1_730_926_261.0));
        assert!(found.notes()[0].contains("from lines that do"));
        let mut none = Stamps::default();
        assert_eq!(none.time(b"Feb 29 00:00:01 fw").unwrap() % 86_400.0, 1.0);
        assert!(none.notes()[0].contains("syslog.year"), "{:?}", none.notes());
    }
}
