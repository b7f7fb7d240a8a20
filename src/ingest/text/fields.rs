//! Reads single cells: numbers, ports and addresses, from bytes and without allocating.

use std::net::Ipv4Addr;

use crate::model::address::{Address, parse_mac};

/// Cells that say there is no value.
pub fn is_blank(cell: &[u8]) -> bool {
    const WORDS: [&str; 8] = ["nan", "null", "none", "n/a", "na", "inf", "infinity", "-inf"];
    matches!(cell, b"" | b"-" | b"--" | b"?" | b"*")
        || cell.len() < 9 && WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word.as_bytes()))
}

/// Reads decimal digits and nothing else.
#[inline]
pub fn digits(cell: &[u8]) -> Option<u64> {
    if cell.is_empty() || cell.len() > 19 {
        return None;
    }
    cell.iter().try_fold(0u64, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u64::from(byte - b'0')))
}

/// Reads a count: `42`, and `42.0` or `4.2E1` as spreadsheets and pandas write it.
pub fn count(cell: &[u8]) -> Option<u64> {
    digits(cell).or_else(|| {
        let number = real(cell)?;
        // Above 2^53 an f64 no longer holds every integer.
        ((0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0).then_some(number as u64)
    })
}

/// Reads a decimal number that is finite.
#[inline]
pub fn real(cell: &[u8]) -> Option<f64> {
    plain_decimal(cell).or_else(|| any_decimal(cell))
}

/// Reads `123` and `123.456` where both the digits and the power of ten are exact in an f64: one division then
/// rounds once, as the standard parser does.
fn plain_decimal(cell: &[u8]) -> Option<f64> {
    const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    if cell.len() > 17 || !cell.first()?.is_ascii_digit() {
        return None;
    }
    let (mut mantissa, mut places, mut after_point) = (0u64, 0, 0);
    for &byte in cell {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                places += after_point;
            }
            b'.' if after_point == 0 => after_point = 1,
            _ => return None,
        }
    }
    let ten: f64 = *TENS.get(places)?;
    (mantissa < 1 << 53).then(|| mantissa as f64 / ten)
}

fn any_decimal(cell: &[u8]) -> Option<f64> {
    let known = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E');
    let text = std::str::from_utf8(cell).ok().filter(|_| cell.iter().all(known))?;
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// What a port cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    Number(u16),
    Missing,
    Bad,
}

/// Reads a port: decimal, `443.0`, or hexadecimal as Argus writes it (`0x01bb`).
#[inline]
pub fn port(cell: &[u8]) -> Port {
    let number = match digits(cell) {
        Some(number) => Some(number),
        None if is_blank(cell) => return Port::Missing,
        None => match cell.strip_prefix(b"0x").or_else(|| cell.strip_prefix(b"0X")) {
            Some(hex) => std::str::from_utf8(hex).ok().and_then(|hex| u64::from_str_radix(hex, 16).ok()),
            None => count(cell),
        },
    };
    match number.and_then(|number| u16::try_from(number).ok()) {
        Some(port) => Port::Number(port),
        None => Port::Bad,
    }
}

/// How a column writes addresses; decided once per file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AddressKind {
    /// An IP address or a MAC.
    #[default]
    Text,
    /// An IPv4 address as one number (`3232235777`).
    Decimal,
    /// The number of an autonomous system, in place of the address.
    AsNumber,
}

#[inline]
pub fn address(cell: &[u8], kind: AddressKind) -> Option<Address> {
    match kind {
        AddressKind::Text => match ipv4(cell) {
            Some(ip) => Some(Address::V4(ip)),
            None => Address::parse(std::str::from_utf8(cell).ok()?),
        },
        AddressKind::Decimal => Some(Address::V4(Ipv4Addr::from_bits(u32::try_from(digits(cell)?).ok()?))),
        AddressKind::AsNumber => Some(Address::As(u32::try_from(digits(cell)?).ok()?)),
    }
}

/// Reads a dotted quad. A leading zero is refused, as the standard parser does: some systems read it as octal.
#[inline]
fn ipv4(cell: &[u8]) -> Option<Ipv4Addr> {
    let digit = |at: usize| cell.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|d| *d < 10).map(u32::from);
    let (mut bits, mut at) = (0, 0);
    for part in 0..4 {
        if part > 0 {
            cell.get(at).filter(|byte| **byte == b'.')?;
            at += 1;
        }
        let mut octet = digit(at)?;
        at += 1;
        let end = if octet == 0 { at } else { at + 2 };
        while let Some(next) = digit(at).filter(|_| at < end) {
            octet = octet * 10 + next;
            at += 1;
        }
        if octet > 255 {
            return None;
        }
        bits = bits << 8 | octet;
    }
    (at == cell.len()).then(|| Ipv4Addr::from_bits(bits))
}

pub fn mac(cell: &[u8]) -> Option<[u8; 6]> {
    parse_mac(std::str::from_utf8(cell).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_the_standard_parser_reads_them() {
        for text in ["0", "1", "0.1", "1678440574.07882", "0.000427", "3e-06", "1.2E7", "-5", "123456789012345678.5"] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(real(text.as_bytes()).unwrap().to_bits(), expected.to_bits(), "{text}");
        }
        for text in ["", ".", "1.2.3", "inf", "NaN", "1e999", "12a", "0x10", "1 2"] {
            assert_eq!(real(text.as_bytes()), None, "{text}");
        }
        assert_eq!(count(b"129023.0"), Some(129_023));
        assert_eq!(count(b"1.5"), None);
        assert_eq!(count(b"-1"), None);
    }

    #[test]
    fn ports_are_numbers_missing_or_bad() {
        for (text, expected) in [
            ("443", Port::Number(443)),
            ("443.0", Port::Number(443)),
            ("0x01bb", Port::Number(443)),
            ("65535", Port::Number(65_535)),
            ("", Port::Missing),
            ("-", Port::Missing),
            ("NaN", Port::Missing),
            ("65536", Port::Bad),
            ("http", Port::Bad),
            ("0x20205321", Port::Bad),
            ("99999999999999999999", Port::Bad),
            ("\u{0}", Port::Bad),
        ] {
            assert_eq!(port(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn dotted_quads_read_as_the_standard_parser_reads_them() {
        for text in ["1.2.3.4", "255.255.255.255", "0.0.0.0", "010.0.0.1", "1.2.3", "1.2.3.4.5", "1..2.3", "256.1.1.1"]
        {
            assert_eq!(ipv4(text.as_bytes()), text.parse().ok(), "{text}");
        }
    }
}
