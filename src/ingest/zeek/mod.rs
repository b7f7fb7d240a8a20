//! Zeek's conn.log, as tab-separated text or JSON lines, with or without the labels of research data sets.

mod conn;
mod header;
mod json;
mod path;
mod tsv;

#[cfg(test)]
mod tests;

use crate::about::About;

use super::Format;
use super::text::log::{Dialect, Line, Log};
use json::Json;
use tsv::Tsv;

pub const FORMAT: Format = Format {
    about: About {
        key: "zeek",
        title: "Zeek conn.log (text or JSON)",
        help: "The connection log of Zeek (formerly Bro), one connection per row, as Zeek writes it: text with a \
               #fields header, or one JSON object per line. Columns are found by name, so logs of any version and \
               with extra columns open, also those labelled by the IoT-23 and CTU data sets (.labeled), whose last \
               columns are separated by spaces. Connection state, history, sizes with IP headers and MAC addresses \
               are kept. Bytes are Zeek's orig_bytes and resp_bytes: data without headers.",
        limits: "Of Zeek's logs only conn.log is read: the others (dns, http, ssl, x509, dhcp, notice and so on) tell \
                 of connections that conn.log already counts. Where JSON rows of several logs stand in one file and \
                 name theirs in _path, the rows of conn are read and the others rejected. Of the history the first \
                 32 letters are kept. In ICMP rows the port columns hold type and code, which only the models read. \
                 Times that do not count from 1970 are kept as they stand, and noted; masked times are missing. \
                 Extra label details (detailed-label) are not read.",
    },
    knobs: &[],
    endings: &["log", "labeled", "json", "gz"],
    sniff,
    open: |_settings| Box::new(Log::new(Zeek::Unknown)),
};

fn sniff(head: &[u8]) -> u8 {
    let start = head.trim_ascii_start();
    if start.starts_with(b"{") {
        return json::sniff(start);
    }
    // Zeek's own test data have a line of comment in front.
    let mut lines = head.split(|byte| *byte == b'\n').take(20).take_while(|line| line.starts_with(b"#"));
    if lines.any(|line| line.starts_with(b"#separator") || line.starts_with(b"#fields\t")) { 95 } else { 0 }
}

/// One file; its first line tells which way it is written.
enum Zeek {
    Unknown,
    Tsv(Box<Tsv>),
    Json(Box<Json>),
}

impl Dialect for Zeek {
    fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a> {
        match self {
            Zeek::Tsv(tsv) => tsv.line(line, last),
            Zeek::Json(json) => json.line(line, last),
            Zeek::Unknown if line.trim_ascii().is_empty() => Line::NoRow,
            Zeek::Unknown => {
                let json = line.trim_ascii_start().starts_with(b"{");
                *self = if json { Zeek::Json(Box::default()) } else { Zeek::Tsv(Box::default()) };
                self.line(line, last)
            }
        }
    }

    fn check(&self, rows: u64) -> crate::error::Result<()> {
        match self {
            Zeek::Tsv(tsv) => tsv.check(rows),
            Zeek::Json(json) => json.check(rows),
            Zeek::Unknown => Err(crate::error::Error::unreadable("there is nothing in this file but blank lines")),
        }
    }

    fn notes(&self) -> Vec<String> {
        match self {
            Zeek::Tsv(tsv) => tsv.notes(),
            Zeek::Json(json) => json.notes(),
            Zeek::Unknown => Vec::new(),
        }
    }
}
