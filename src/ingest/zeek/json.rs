//! Logs as JSON: one object per line.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::ingest::intake::Intake;
use crate::ingest::text::fields::{self, AddressKind};
use crate::ingest::text::log::{Line, Seen, reason};
use crate::ingest::text::scalar::Scalar;
use crate::ingest::text::states::state;
use crate::ingest::text::times::{Clock, Unit};
use crate::model::record::Record;

use super::companion::{Aside, Companion, marked, named};
use super::conn::{self, Tally};
use super::path::{CONN, refused};

pub const OTHER_LOG: &str = "a row of a log of Zeek's that is not read";

/// The fields of a connection that are read. Zeek leaves out what is unset.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Conn<'a> {
    #[serde(borrow, rename = "_path")]
    path: Scalar<'a>,
    #[serde(borrow)]
    ts: Scalar<'a>,
    #[serde(borrow, rename = "id.orig_h")]
    source: Scalar<'a>,
    #[serde(borrow, rename = "id.orig_p")]
    source_port: Scalar<'a>,
    #[serde(borrow, rename = "id.resp_h")]
    destination: Scalar<'a>,
    #[serde(borrow, rename = "id.resp_p")]
    destination_port: Scalar<'a>,
    #[serde(borrow)]
    proto: Scalar<'a>,
    #[serde(borrow)]
    duration: Scalar<'a>,
    #[serde(borrow)]
    orig_bytes: Scalar<'a>,
    #[serde(borrow)]
    resp_bytes: Scalar<'a>,
    #[serde(borrow)]
    conn_state: Scalar<'a>,
    #[serde(borrow)]
    history: Scalar<'a>,
    #[serde(borrow)]
    orig_pkts: Scalar<'a>,
    #[serde(borrow)]
    orig_ip_bytes: Scalar<'a>,
    #[serde(borrow)]
    resp_pkts: Scalar<'a>,
    #[serde(borrow)]
    resp_ip_bytes: Scalar<'a>,
    #[serde(borrow)]
    orig_l2_addr: Scalar<'a>,
    #[serde(borrow)]
    resp_l2_addr: Scalar<'a>,
    #[serde(borrow)]
    label: Scalar<'a>,
}

/// How sure this is that lines of JSON are Zeek's. Every log has a time; those of connections have their ends.
pub fn sniff(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |name: &[u8]| memchr::memmem::find(line, name).is_some();
    match (has(b"\"ts\""), has(b"\"id.orig_h\""), has(b"\"_path\"")) {
        (true, true, _) => 95,
        (true, _, true) => 90,
        (true, ..) => 40,
        _ => 0,
    }
}

/// Reads one file.
#[derive(Default)]
pub struct Json {
    tally: Tally,
    clock: Clock,
    /// Rows of logs that are read.
    found: u64,
    /// The log that rows without a name are of, where it is not conn, and the log of this row.
    nameless: Option<&'static Companion>,
    current: Option<&'static Companion>,
    aside: Aside,
}

impl Json {
    pub fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a> {
        if line.trim_ascii().is_empty() {
            return Line::NoRow;
        }
        let conn: Conn<'a> = match serde_json::from_slice(line) {
            Ok(conn) => conn,
            Err(error) if last && error.is_eof() => return Line::Bad(reason::TRUNCATED),
            Err(_) => return Line::Bad(reason::NOT_JSON),
        };
        match conn.path.text() {
            CONN => {}
            "" if !conn.conn_state.is_none() || !conn.orig_pkts.is_none() => {}
            path => return self.other(path, line),
        }
        self.found += 1;
        self.record(conn).map_or_else(Line::Bad, Line::Flow)
    }

    /// A row of another log.
    fn other<'a>(&mut self, path: &str, line: &[u8]) -> Line<'a> {
        // Without a name in the rows the whole file is one log.
        if path.is_empty() && self.found == 0 {
            let has = |mark: &str| memchr::memmem::find(line, format!("\"{mark}\":").as_bytes()).is_some();
            self.nameless = marked(has);
            if self.nameless.is_none() {
                return Line::Fatal(refused(""));
            }
        }
        self.current = if path.is_empty() { self.nameless } else { named(path) };
        if self.current.is_none() {
            return Line::Bad(OTHER_LOG);
        }
        self.found += 1;
        Line::Aside
    }

    /// Reads a row of another log.
    pub fn aside(&mut self, line: &[u8], row: u64, intake: &mut Intake) -> Seen {
        let Some(companion) = self.current else { return Ok(()) };
        self.aside.json(companion, line, row, (&mut self.tally, intake))
    }

    pub fn check(&self, rows: u64) -> Result<()> {
        match (rows, self.found) {
            (0, _) => Err(Error::unreadable("there is no row in this file")),
            (_, 0) => Err(refused("")),
            _ => Ok(()),
        }
    }

    pub fn notes(&self) -> Vec<String> {
        [self.aside.notes(), self.tally.notes()].concat()
    }

    fn record<'a>(&mut self, conn: Conn<'a>) -> std::result::Result<Record<'a>, &'static str> {
        let tally = &mut self.tally;
        let mut record = Record::from_source(conn::source(conn.source.bytes())?);
        record.source_port = conn.source_port.port()?;
        record.destination_port = conn.destination_port.port()?;
        record.destination = tally.read(conn.destination.bytes(), |cell| fields::address(cell, AddressKind::Text));
        record.protocol = tally.protocol(conn.proto.bytes(), record.source);
        // ISO 8601 where Zeek was told so (JSON::TS_ISO8601).
        let mut spelled = || self.clock.time(conn.ts.bytes(), Unit::Auto);
        record.start = tally.time(if conn.ts.bytes().is_empty() { conn.ts.real() } else { spelled() });
        record.duration = conn.duration.real().filter(|length| *length >= 0.0);
        (record.bytes_sent, record.bytes_received) = (conn.orig_bytes.count(), conn.resp_bytes.count());
        (record.packets_sent, record.packets_received) = (conn.orig_pkts.count(), conn.resp_pkts.count());
        record.state = tally.read(conn.conn_state.bytes(), state).flatten();
        record.source_mac = tally.read(conn.orig_l2_addr.bytes(), fields::mac);
        record.destination_mac = tally.read(conn.resp_l2_addr.bytes(), fields::mac);
        // Neither labels nor histories have anything to escape.
        record.label = conn.label.borrowed().and_then(conn::label);
        record.wire.history = conn.history.borrowed().and_then(conn::history);
        let ip_bytes = conn.orig_ip_bytes.count().zip(conn.resp_ip_bytes.count());
        record.wire.ip_bytes = ip_bytes.map(|(sent, received)| [sent, received]);
        Ok(record)
    }
}
