//! A cell where it stands in its text. What stands around it may be loaded with it: a cell of any length is then read
//! without a branch on its length, which the processor would guess wrong again and again.

use std::net::Ipv4Addr;

use crate::model::address::Address;

use super::fields::{self, AddressKind, Port};
use super::numerals::{decimal_in, whole_in};
use super::protocols::{Protocol, protocol, three_letters};
use super::quad::quad_in;
use super::times::{Clock, Unit, duration, duration_of, time_of};

#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    text: &'a [u8],
    start: u32,
    end: u32,
}

impl<'a> Cell<'a> {
    /// From one place in the text to another, within it.
    #[inline(always)]
    pub fn new(text: &'a [u8], start: u32, end: u32) -> Self {
        Cell { text, start, end }
    }

    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Without the blanks around it and the carriage return before a line end.
    #[inline]
    pub fn trimmed(self) -> &'a [u8] {
        let mut cell = self.bytes();
        while let [b' ', rest @ ..] | [rest @ .., b' ' | b'\r'] = cell {
            cell = rest;
        }
        cell
    }

    /// As it stands.
    #[inline(always)]
    pub fn bytes(self) -> &'a [u8] {
        self.text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// `fields::digits`.
    #[inline(always)]
    pub fn digits(self) -> Option<u64> {
        whole_in(self.text, self.start, self.end)
    }

    #[inline(always)]
    fn decimal(self) -> Option<f64> {
        decimal_in(self.text, self.start, self.end)
    }

    #[inline(always)]
    fn quad(self) -> Option<u32> {
        quad_in(self.text, self.start, self.end)
    }

    /// `fields::count`.
    #[inline(always)]
    pub fn count(self) -> Option<u64> {
        self.digits().or_else(|| fields::count(self.trimmed()))
    }

    /// `fields::real` of what is not trimmed.
    #[inline(always)]
    pub fn real(self) -> Option<f64> {
        self.decimal().or_else(|| fields::real(self.bytes()))
    }

    /// `protocols::protocol`.
    #[inline(always)]
    pub fn protocol(self) -> Protocol {
        let text = self.text.get(self.start as usize..).and_then(<[u8]>::first_chunk::<4>);
        let known = text.filter(|_| self.end.wrapping_sub(self.start) == 3).and_then(|text| three_letters(*text));
        known.map_or_else(|| protocol(self.trimmed()), Protocol::Number)
    }

    /// `fields::port`.
    #[inline(always)]
    pub fn port(self) -> Port {
        match self.digits() {
            Some(number) => u16::try_from(number).map_or(Port::Bad, Port::Number),
            None => fields::port(self.trimmed()),
        }
    }

    /// `fields::address`.
    #[inline(always)]
    pub fn address(self, kind: AddressKind) -> Option<Address> {
        match self.quad() {
            Some(bits) if kind == AddressKind::Text => Some(Address::V4(Ipv4Addr::from_bits(bits))),
            _ => fields::address(self.trimmed(), kind),
        }
    }

    /// `times::duration`.
    #[inline(always)]
    pub fn duration(self, unit: Unit) -> Option<f64> {
        match self.decimal() {
            Some(number) => duration_of(number, unit),
            None => duration(self.trimmed(), unit),
        }
    }

    /// `Clock::time`.
    #[inline(always)]
    pub fn time(self, unit: Unit, clock: &mut Clock) -> Option<f64> {
        // Ten digits before the point, the first of them no zero, are seconds.
        match self.decimal() {
            Some(seconds) if self.text[self.start as usize] != b'0' && time_of(seconds, unit) => Some(seconds),
            _ => clock.time(self.trimmed(), unit),
        }
    }
}

impl AsRef<[u8]> for Cell<'_> {
    fn as_ref(&self) -> &[u8] {
        self.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_reads_as_it_does_by_itself_wherever_it_stands() {
        let cells = "| |0|7|42|443 | 8080|65535|65536|1234567|12345678|1234567890123456|12345678901234567|9999999999999999|\
                     99999999999999999999|1.5|.5|5.|.|1..5|2.477|1730851200.000|0730851200.5|173085120000000|-1|1e3|-|\
                     1730851200.123456789|0x01bb|10.0.0.1|255.255.255.255|010.0.0.1|1.2.3.4\r|2001:db8::1|x|tcp|UDP|uDp|tCP |tc|tcpx|6|icmp|t\x03p|\u{e9}";
        for around in ["", "9", ",", "1.2.3.4,5.", "31.13.0.36,49783,443,151", "                    "] {
            for text in cells.split('|') {
                let whole = [around, text, around].concat();
                let cell = Cell::new(whole.as_bytes(), around.len() as u32, (around.len() + text.len()) as u32);
                let alone = text.trim_end_matches('\r').trim_matches(' ').as_bytes();
                assert_eq!(cell.trimmed(), alone);
                assert_eq!(cell.count(), fields::count(alone), "{whole:?}");
                assert_eq!(cell.port(), fields::port(alone), "{whole:?}");
                assert_eq!(cell.protocol(), protocol(alone), "{whole:?}");
                for kind in [AddressKind::Text, AddressKind::Decimal] {
                    assert_eq!(cell.address(kind), fields::address(alone, kind), "{whole:?}");
                }
                for unit in [Unit::Auto, Unit::Milliseconds] {
                    assert_eq!(cell.duration(unit), duration(alone, unit), "{whole:?}");
                    let (mut clock, mut other) = (Clock::default(), Clock::default());
                    assert_eq!(cell.time(unit, &mut clock), other.time(alone, unit), "{whole:?}");
                }
            }
        }
    }
}
