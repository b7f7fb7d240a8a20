//! The fields of a connection that text and JSON write alike.

use crate::ingest::text::fields::{self, Port};
use crate::ingest::text::log::reason;
use crate::ingest::text::protocols::{Protocol, icmp, protocol};
use crate::model::address::Address;

/// Times below this are no dates: 1973, before there was a packet. They count from the start of a capture.
const EARLIEST: f64 = 1e8;

/// The history letters that are kept.
const MAX_HISTORY: usize = 32;

/// A label longer than this is no label; it also bounds what the table must hold.
const MAX_LABEL: usize = 200;

/// What was met beside rows.
#[derive(Debug, Default)]
pub struct Tally {
    pub relative: u64,
    pub timeless: u64,
    pub unreadable: u64,
    pub icmp: u64,
}

impl Tally {
    /// A time in seconds, or what stands where it should.
    #[inline]
    pub fn time(&mut self, time: Option<f64>) -> Option<f64> {
        match time {
            Some(seconds) if seconds < EARLIEST => self.relative += 1,
            Some(_) => {}
            None => self.timeless += 1,
        }
        time
    }

    /// The protocol by Zeek's name; ICMP between IPv6 addresses is ICMPv6.
    #[inline]
    pub fn protocol(&mut self, name: &[u8], source: Address) -> Option<u8> {
        match protocol(name) {
            Protocol::Number(1) => {
                self.icmp += 1;
                Some(icmp(source))
            }
            Protocol::Number(number) => Some(number),
            Protocol::NoIp => None,
            // What Zeek writes for a protocol it does not know.
            Protocol::Unknown if name == b"unknown_transport" => None,
            Protocol::Unknown => {
                self.unreadable += 1;
                None
            }
        }
    }

    /// A value that reads, or one that is counted as unreadable; an empty cell is neither.
    #[inline]
    pub fn read<C: AsRef<[u8]>, T>(&mut self, cell: C, read: impl FnOnce(C) -> Option<T>) -> Option<T> {
        if cell.as_ref().is_empty() {
            return None;
        }
        let value = read(cell);
        self.unreadable += u64::from(value.is_none());
        value
    }

    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut note = |rows: u64, what: &str| {
            if rows > 0 {
                notes.push(format!("{what}: {rows}."));
            }
        };
        note(
            self.relative,
            "Rows whose times do not count from 1970 but from some start of their own, kept as they stand",
        );
        note(self.timeless, "Rows whose time is missing or masked");
        note(self.icmp, "ICMP rows whose port columns hold type and code, which only the models read");
        note(self.unreadable, "Unreadable cells, counted as missing");
        notes
    }
}

/// The source, or why there is no row without it.
#[inline]
pub fn source(cell: &[u8]) -> Result<Address, &'static str> {
    match fields::address(cell, fields::AddressKind::Text) {
        Some(address) => Ok(address),
        None if cell.is_empty() => Err(reason::NO_SOURCE),
        None => Err(reason::BAD_SOURCE),
    }
}

#[inline]
pub fn port(cell: &[u8]) -> Result<Option<u16>, &'static str> {
    match fields::port(cell) {
        Port::Number(number) => Ok(Some(number)),
        Port::Missing => Ok(None),
        Port::Bad => Err(reason::BAD_PORT),
    }
}

/// The first letters of a history.
#[inline]
pub fn history(text: &str) -> Option<&str> {
    let letters = text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'^');
    (letters && !text.is_empty()).then(|| &text[..text.len().min(MAX_HISTORY)])
}

#[inline]
pub fn label(text: &str) -> Option<&str> {
    (!text.is_empty() && text.len() <= MAX_LABEL).then_some(text)
}
