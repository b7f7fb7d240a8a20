//! Cloudflare's Logpush of HTTP requests and of Spectrum, as JSON.

use serde::Deserialize;

use crate::about::About;
use crate::model::address::Address;
use crate::model::record::Record;

use super::Format;
use super::intake::Intake;
use super::text::fields::{self, AddressKind};
use super::text::held::Held;
use super::text::json_log::JsonLog;
use super::text::log::{Dialect, Line, reason};
use super::text::scalar::Scalar;
use super::text::times::{Clock, Unit};

pub const FORMAT: Format = Format {
    about: About {
        key: "cloudflare_log",
        title: "Cloudflare Logpush (JSON)",
        help: "Requests that reached Cloudflare, one JSON object per line as Logpush writes them: who asked, from which \
               port, when, how much was sent and received. Each request is a row from the client to the origin. Logs of \
               Spectrum, which forwards TCP and UDP, are read too: what it says of a connection at its start and at its \
               end is one flow. Logpush as CSV opens as a table.",
        limits: "A request is not a connection: several may share one. Logs of HTTP requests name no port that the \
                 client asked at, so that what needs it says so; that of the origin is read where Spectrum tells it. \
                 Requests, hosts, countries and what the firewall of Cloudflare did are not read.",
    },
    knobs: &[],
    endings: &["json", "log", "gz"],
    sniff: |head| {
        let start = head.trim_ascii_start();
        let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let has = |name: &[u8]| memchr::memmem::find(line, name).is_some();
        let known = has(b"\"EdgeStartTimestamp\"") || has(b"\"ClientRequestHost\"") || has(b"\"ClientSrcPort\"");
        let spectrum = has(b"\"ConnectTimestamp\"") || has(b"\"OriginPort\"");
        let json = matches!(start.first(), Some(b'{' | b'['));
        if json && has(b"\"ClientIP\"") && (known || spectrum) { 95 } else { 0 }
    },
    open: |_settings| Box::new(JsonLog::new(Cloudflare::default(), "")),
};

/// Names after Cloudflare's lists of fields for the data sets "HTTP requests" and "Spectrum events".
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Request<'a> {
    #[serde(borrow, rename = "ClientIP")]
    client_ip: Scalar<'a>,
    #[serde(borrow)]
    client_src_port: Scalar<'a>,
    #[serde(borrow)]
    client_port: Scalar<'a>,
    #[serde(borrow)]
    client_dst_port: Scalar<'a>,
    #[serde(borrow, rename = "OriginIP")]
    origin_ip: Scalar<'a>,
    #[serde(borrow)]
    origin_port: Scalar<'a>,
    #[serde(borrow)]
    client_proto: Scalar<'a>,
    /// Of Spectrum: `connect`, or how it went on.
    #[serde(borrow)]
    event: Scalar<'a>,
    #[serde(borrow)]
    edge_start_timestamp: Scalar<'a>,
    #[serde(borrow)]
    edge_end_timestamp: Scalar<'a>,
    #[serde(borrow)]
    connect_timestamp: Scalar<'a>,
    #[serde(borrow)]
    disconnect_timestamp: Scalar<'a>,
    #[serde(borrow)]
    client_request_bytes: Scalar<'a>,
    #[serde(borrow)]
    edge_response_bytes: Scalar<'a>,
    #[serde(borrow)]
    client_bytes: Scalar<'a>,
    #[serde(borrow)]
    origin_bytes: Scalar<'a>,
}

/// Reads one file.
#[derive(Default)]
struct Cloudflare {
    clock: Clock,
    /// Connections of Spectrum that were opened, by client, port and start, until the event that ends them.
    open: Held<(Address, Option<u16>, u64)>,
}

impl Dialect for Cloudflare {
    fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a> {
        if line.trim_ascii().is_empty() {
            return Line::NoRow;
        }
        match serde_json::from_slice::<Request<'a>>(line) {
            Ok(request) => self.record(&request).map_or_else(Line::Bad, |record| self.take(&request, record)),
            Err(error) if last && error.is_eof() => Line::Bad(reason::TRUNCATED),
            Err(_) => Line::Bad(reason::NOT_JSON),
        }
    }

    fn rest(&mut self, intake: &mut Intake) {
        self.open.rest(intake);
    }

    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Cloudflare {
    fn take(&mut self, request: &Request<'_>, record: Record<'static>) -> Line<'static> {
        let key = (record.source, record.source_port, record.start.unwrap_or(0.0).to_bits());
        match request.event.text() {
            "" => Line::Flow(record),
            "connect" => self.open.put(key, record).map_or(Line::Counted, Line::CountedFlow),
            _ => {
                self.open.take(&key);
                Line::CountedFlow(record)
            }
        }
    }

    fn record(&mut self, request: &Request<'_>) -> Result<Record<'static>, &'static str> {
        let address = |cell: &Scalar<'_>| fields::address(cell.bytes(), AddressKind::Text);
        let missing = if request.client_ip.is_none() { reason::NO_SOURCE } else { reason::BAD_SOURCE };
        let mut record = Record::from_source(address(&request.client_ip).ok_or(missing)?);
        record.destination = address(&request.origin_ip);
        record.source_port = request.client_src_port.port()?.or(request.client_port.port()?);
        record.destination_port = request.client_dst_port.port()?.or(request.origin_port.port()?);
        record.protocol = match request.client_proto.text() {
            proto if proto.eq_ignore_ascii_case("udp") => Some(17),
            proto if proto.eq_ignore_ascii_case("tcp") => Some(6),
            _ => None,
        };
        // RFC 3339, or whole seconds or nanoseconds, as the job was told.
        let mut time = |cell: &Scalar<'_>| match cell {
            Scalar::Count(count) => self.clock.time(count.to_string().as_bytes(), Unit::Auto),
            other => self.clock.time(other.bytes(), Unit::Auto),
        };
        record.start = time(&request.edge_start_timestamp).or_else(|| time(&request.connect_timestamp));
        let end = time(&request.edge_end_timestamp).or_else(|| time(&request.disconnect_timestamp));
        record.duration = end.zip(record.start).map(|(end, start)| end - start).filter(|length| *length >= 0.0);
        record.bytes_sent = request.client_request_bytes.count().or(request.client_bytes.count());
        record.bytes_received = request.edge_response_bytes.count().or(request.origin_bytes.count());
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{Parser, recognise};

    const LINES: &str = r#"{"ClientIP":"192.0.2.1","ClientSrcPort":4000,"ClientRequestHost":"example.com","ClientRequestBytes":700,"EdgeResponseBytes":9000,"EdgeStartTimestamp":1730926261000000000,"EdgeEndTimestamp":1730926262500000000,"OriginIP":"10.0.0.1"}
{"ClientIP":"2001:db8::1","ClientSrcPort":4001,"ClientRequestHost":"example.com","EdgeStartTimestamp":"2024-11-06T20:51:01Z"}
{"ClientIP":"192.0.2.3","ClientPort":4002,"OriginPort":22,"OriginIP":"10.0.0.2","ConnectTimestamp":1730926261,"ClientProto":"tcp"}
{"ClientIP":"nobody","ClientRequestHost":"example.com"}
"#;

    fn read(text: &[u8]) -> Intake {
        let mut intake = Intake::default();
        let mut log = JsonLog::new(Cloudflare::default(), "");
        text.chunks(17).for_each(|slice| log.feed(slice, &mut intake).unwrap());
        let _ = log.finish(&mut intake);
        intake
    }

    #[test]
    fn requests_and_forwarded_connections() {
        assert_eq!(recognise(LINES.as_bytes()).map(|format| format.about.key), Some("cloudflare_log"));
        let intake = read(LINES.as_bytes());
        assert_eq!((intake.accepted(), intake.reasons()[0].rows), (3, 1));
        let traffic = &intake.traffic;
        for row in 0..3 {
            assert_eq!(traffic.start.get(row), Some(1_730_926_261.0), "{row}");
            assert_eq!(traffic.source_port.get(row), Some(4000 + row as u16));
        }
        assert_eq!((traffic.duration.get(0), traffic.bytes_received.get(0)), (Some(1.5), Some(9000)));
        assert_eq!((traffic.destination_port.get(0), traffic.destination_port.get(2)), (None, Some(22)));
    }

    #[test]
    fn a_forwarded_connection_is_told_twice_and_is_one_flow() {
        let event = |event: &str, port: u16, more: &str| {
            format!(
                "{{\"ClientIP\":\"192.0.2.3\",\"ClientPort\":{port},\"OriginPort\":22,\"ConnectTimestamp\":1730926261,\
                 \"Event\":\"{event}\"{more}}}\n"
            )
        };
        let end = ",\"DisconnectTimestamp\":1730926271,\"ClientBytes\":70";
        let text = [event("connect", 1, ""), event("connect", 2, ""), event("disconnect", 1, end)].concat();
        let intake = read(text.as_bytes());
        assert_eq!((intake.accepted(), intake.traffic.rows()), (3, 2));
        let traffic = &intake.traffic;
        assert_eq!((traffic.source_port.get(0), traffic.duration.get(0)), (Some(1), Some(10.0)));
        assert_eq!((traffic.bytes_sent.get(0), traffic.source_port.get(1)), (Some(70), Some(2)));
    }

    #[test]
    fn no_cut_invents_a_request() {
        let ends: Vec<usize> = LINES.match_indices('}').map(|(at, _)| at).collect();
        for cut in 0..LINES.len() {
            let whole = ends.iter().take(3).filter(|end| **end < cut).count();
            assert_eq!(read(&LINES.as_bytes()[..cut]).traffic.rows(), whole, "{cut}");
        }
    }
}
