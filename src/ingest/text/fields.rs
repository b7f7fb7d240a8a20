//! Reads single cells: numbers, ports and addresses, from bytes and without allocating.

use std::net::Ipv4Addr;

use crate::model::address::{Address, parse_mac};

use super::numerals::{decimal, whole};
use super::quad::quad;

/// Cells that say there is no value.
pub fn is_blank(cell: &[u8]) -> bool {
    const WORDS: [&str; 8] = ["nan", "null", "none", "n/a", "na", "inf", "infinity", "-inf"];
    matches!(cell, b"" | b"-" | b"--" | b"?" | b"*")
        || cell.len() < 9 && WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word.as_bytes()))
}

/// Reads decimal digits and nothing else, up to 19 of them.
#[inline(always)]
pub fn digits(cell: &[u8]) -> Option<u64> {
    whole(cell)
}

/// Reads a count: `42`, and `42.0` or `4.2E1` as spreadsheets and pandas write it.
#[inline(always)]
pub fn count(cell: &[u8]) -> Option<u64> {
    digits(cell).or_else(|| spelled_out_count(cell))
}

#[inline(never)]
fn spelled_out_count(cell: &[u8]) -> Option<u64> {
    let number = real(cell)?;
    // Above 2^53 an f64 no longer holds every integer.
    ((0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}

/// Reads a decimal number that is finite.
#[inline(always)]
pub fn real(cell: &[u8]) -> Option<f64> {
    decimal(cell).or_else(|| any_decimal(cell))
}

#[inline(never)]
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
#[inline(always)]
pub fn port(cell: &[u8]) -> Port {
    match digits(cell) {
        Some(number) => u16::try_from(number).map_or(Port::Bad, Port::Number),
        None => other_port(cell),
    }
}

#[inline(never)]
fn other_port(cell: &[u8]) -> Port {
    if is_blank(cell) {
        return Port::Missing;
    }
    let number = match cell.strip_prefix(b"0x").or_else(|| cell.strip_prefix(b"0X")) {
        Some(hex) => std::str::from_utf8(hex).ok().and_then(|hex| u64::from_str_radix(hex, 16).ok()),
        None => count(cell),
    };
    number.and_then(|number| u16::try_from(number).ok()).map_or(Port::Bad, Port::Number)
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

#[inline(always)]
pub fn address(cell: &[u8], kind: AddressKind) -> Option<Address> {
    match quad(cell) {
        Some(bits) if kind == AddressKind::Text => Some(Address::V4(Ipv4Addr::from_bits(bits))),
        _ => other_address(cell, kind),
    }
}

/// An address that is no dotted quad.
#[inline(never)]
fn other_address(cell: &[u8], kind: AddressKind) -> Option<Address> {
    match kind {
        AddressKind::Text => Address::parse(std::str::from_utf8(cell).ok()?),
        AddressKind::Decimal => Some(Address::V4(Ipv4Addr::from_bits(u32::try_from(digits(cell)?).ok()?))),
        AddressKind::AsNumber => Some(Address::As(u32::try_from(digits(cell)?).ok()?)),
    }
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
}
