//! Zeek's logs of connections and of what they carry, as tab-separated text or JSON lines, with or without the labels of research data sets.

mod companion;
mod conn;
mod header;
mod json;
mod path;
mod tsv;

#[cfg(test)]
mod tests;

use crate::about::About;

use super::Format;
use super::intake::Intake;
use super::text::log::{Dialect, Line, Log, Seen};
use json::Json;
use tsv::Tsv;

pub const FORMAT: Format = Format {
    about: About {
        key: "zeek",
        title: "Zeek logs (text or JSON)",
        help: "The logs of Zeek (formerly Bro) as it writes them: text with a #fields header, or one JSON object per \
               line. Each row of conn.log is a connection. Columns are found by name, so logs of any version and with \
               extra columns open, also those labelled by the IoT-23 and CTU data sets (.labeled), whose last columns \
               are separated by spaces. Connection state, history, sizes with IP headers and MAC addresses are kept. \
               Bytes are Zeek's orig_bytes and resp_bytes: data without headers. The logs dns, dhcp, ssl, x509, ssh \
               and arp from the same folder tell what packets would: names asked for, addresses handed out, \
               certificates and keys shown. Give them together with conn.log, in any order: their rows are counted \
               and make no flow of their own. Rows of notice.log are counted by kind in a note and are no evidence.",
        limits: "The other logs (http, files, weird and so on) tell of connections that conn.log already counts, and \
                 are refused. Where JSON rows of several logs stand in one file and name theirs in _path, the rows of \
                 such logs are rejected. A row of dns.log is a question and, where it was answered, an answer; its \
                 size in bytes is not known. Zeek before 4.1 gives no hash of a certificate in ssl.log: serial number \
                 and issuer from x509.log stand in for it, and for SSH keys their MD5 does; neither is compared with \
                 what a capture shows of the same server. dhcp.log names no router and no name server. Of the history \
                 the first 32 letters are kept. In ICMP rows the port columns hold type and code, which only the \
                 models read. Times that do not count from 1970 are kept as they stand, and noted; masked times are \
                 missing. Extra label details (detailed-label) are not read.",
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

    fn flows(&mut self, text: &[u8], intake: &mut Intake) -> (usize, u64) {
        match self {
            Zeek::Tsv(tsv) => tsv.flows(text, intake),
            Zeek::Json(_) | Zeek::Unknown => (0, 0),
        }
    }

    fn aside(&mut self, line: &[u8], row: u64, last: bool, intake: &mut Intake) -> Seen {
        match self {
            Zeek::Tsv(tsv) => tsv.aside(line, row, last, intake),
            Zeek::Json(json) => json.aside(line, row, intake),
            Zeek::Unknown => Ok(()),
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
