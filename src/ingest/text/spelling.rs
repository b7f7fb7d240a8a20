//! The words of a spelled-out time: date parts, time of day, zone; and what dates prove of their order.

use super::fields::{digits, real};

/// A number or a month's name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part {
    pub number: u64,
    pub digits: usize,
    pub month: Option<u64>,
}

impl Part {
    /// Two digits are 1970 to 2069, as POSIX has it.
    pub fn year(&self) -> u64 {
        match (self.digits, self.number) {
            (1 | 2, 70..) => self.number + 1900,
            (1 | 2, _) => self.number + 2000,
            _ => self.number,
        }
    }
}

pub struct Words<'a> {
    pub rest: &'a [u8],
}

impl<'a> Words<'a> {
    fn word(&mut self, of: fn(&u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|byte| !of(byte)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// A number of at most nine digits, or a month's name.
    fn part(&mut self) -> Option<Part> {
        let word = self.word(u8::is_ascii_digit);
        if !word.is_empty() {
            let number = digits(word).filter(|_| word.len() <= 9)?;
            return Some(Part { number, digits: word.len(), month: None });
        }
        const MONTHS: &[u8; 36] = b"janfebmaraprmayjunjulaugsepoctnovdec";
        let name = self.word(u8::is_ascii_alphabetic).get(..3)?.to_ascii_lowercase();
        let month = MONTHS.chunks(3).position(|month| month == name)?;
        Some(Part { month: Some(month as u64 + 1), ..Part::default() })
    }

    fn number(&mut self) -> Option<u64> {
        self.part().filter(|part| part.month.is_none()).map(|part| part.number)
    }

    /// Passes over signs; the first of them.
    fn signs(&mut self) -> Option<u8> {
        self.word(|byte| matches!(byte, b'/' | b'-' | b'.' | b',' | b' ')).first().copied()
    }
}

pub fn date_parts(words: &mut Words<'_>) -> Option<([Part; 3], u8)> {
    let a = words.part()?;
    let sign = words.signs()?;
    let b = words.part()?;
    words.signs()?;
    let c = words.part().filter(|part| part.month.is_none())?;
    Some(([a, b, c], sign))
}

/// Seconds since midnight; none said is midnight.
pub fn time_of_day(words: &mut Words<'_>) -> Option<f64> {
    words.word(|byte| matches!(byte, b'T' | b't' | b' ' | b':' | b',' | b'@' | b'_'));
    if words.rest.is_empty() {
        return Some(0.0);
    }
    let mut hour = words.number()?;
    words.rest = words.rest.strip_prefix(b":")?;
    let minute = words.number()?;
    let mut second = 0.0;
    if let Some(rest) = words.rest.strip_prefix(b":") {
        words.rest = rest;
        second = seconds(words.word(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')))?;
    }
    let half = words.rest.trim_ascii_start();
    let is = |name: &[u8]| half.get(..2).is_some_and(|half| half.eq_ignore_ascii_case(name));
    if is(b"am") || is(b"pm") {
        hour = hour.checked_rem(12).filter(|_| (1..=12).contains(&hour))? + if is(b"pm") { 12 } else { 0 };
        words.rest = &half[2..];
    }
    // A leap second is the second after.
    (hour < 24 && minute < 60 && second < 61.0).then_some((hour * 3600 + minute * 60) as f64 + second)
}

/// `07`, `07.25` or `07,25`.
fn seconds(cell: &[u8]) -> Option<f64> {
    match cell.iter().position(|&byte| byte == b',') {
        Some(comma) => {
            let places = &cell[comma + 1..];
            Some(real(&cell[..comma])? + digits(places)? as f64 / libm::pow(10.0, places.len() as f64))
        }
        None => real(cell),
    }
}

/// What stands behind the time of day.
pub enum Zone {
    /// Seconds east of UTC.
    Offset(f64),
    Unsaid,
}

pub fn zone(text: &[u8]) -> Option<Zone> {
    match text {
        b"" => return Some(Zone::Unsaid),
        b"Z" | b"z" | b"UTC" | b"GMT" => return Some(Zone::Offset(0.0)),
        _ => {}
    }
    let (sign, rest) = match text.split_first()? {
        (b'+', rest) => (1.0, rest),
        (b'-', rest) => (-1.0, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.len() {
        2 => (digits(rest)?, 0),
        4 => (digits(&rest[..2])?, digits(&rest[2..])?),
        5 if rest[2] == b':' => (digits(&rest[..2])?, digits(&rest[3..])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(Zone::Offset(sign * (hours * 3600 + minutes * 60) as f64))
}

/// What the dates of a column say of their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrderProof {
    /// A first part above 12 was seen.
    pub day_first: bool,
    /// A second part above 12 was seen.
    pub month_first: bool,
    /// A year of two digits was seen.
    pub short_year: bool,
}

pub fn order_proof<'a>(cells: impl Iterator<Item = &'a [u8]>) -> OrderProof {
    let mut proof = OrderProof::default();
    for cell in cells {
        let Some(([a, b, c], b'/' | b'-')) = date_parts(&mut Words { rest: cell }) else { continue };
        if a.digits < 3 && a.month.is_none() && b.month.is_none() {
            proof.day_first |= a.number > 12;
            proof.month_first |= b.number > 12;
            proof.short_year |= c.digits < 3;
        }
    }
    proof
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_prove_their_order_or_do_not() {
        let proof = |cells: &[&str]| order_proof(cells.iter().map(|cell| cell.as_bytes()));
        assert!(proof(&["25/07/2019 12:49:52 PM"]).day_first);
        assert!(proof(&["3/4/13 11:36", "3/13/13 11:36"]).month_first);
        assert!(proof(&["3/4/13 11:36"]).short_year);
        assert_eq!(proof(&["2019-07-25", "25.07.2019", "", "1563972592", "3/4/2013"]), OrderProof::default());
    }
}
