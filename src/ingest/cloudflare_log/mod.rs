//! Cloudflare's Logpush as JSON: HTTP requests, Spectrum, and the events of its firewalls and networks.

mod request;

use crate::about::About;
use crate::model::address::Address;
use crate::model::record::{ConnState, Record};

use super::Format;
use super::intake::Intake;
use super::text::fields::{self, AddressKind};
use super::text::held::Held;
use super::text::json_log::JsonLog;
use super::text::log::{Dialect, Line, reason};
use super::text::scalar::Scalar;
use super::text::states::verdict;
use super::text::times::{Clock, Unit};
use request::Request;

pub const FORMAT: Format = Format {
    about: About {
        key: "cloudflare_log",
        title: "Cloudflare Logpush (JSON)",
        help: "Requests that reached Cloudflare, one JSON object per line as Logpush writes them (Cloudflare's \"Logpush \
               datasets\"): who asked, from which \
               port, when, how much was sent and received. Each request is a row from the client to the origin. Logs of \
               Spectrum, which forwards TCP and UDP, are read too: what it says of a connection at its start and at its \
               end is one flow; a client that its firewall turned away counts as a rejected attempt. So are firewall events (one row per request), network analytics (one per sampled \
               packet), Gateway network, Zero Trust network sessions and Magic IDS detections: where one of these last \
               four dropped or blocked, it counts as a rejected attempt. Logpush as CSV opens as a table.",
        limits: "A request is not a connection: several may share one. Logs of HTTP requests name no port that the \
                 client asked at, so that what needs it says so; that of the origin is read where Spectrum tells it. \
                 What the web firewall did with a request, hosts and countries are not read. Packets are \
                 counted as sampled: one row stands for many.",
    },
    knobs: &[],
    endings: &["json", "log", "gz"],
    sniff: |head| {
        let start = head.trim_ascii_start();
        let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let has = |name: &[u8]| memchr::memmem::find(line, name).is_some();
        let known = has(b"\"EdgeStartTimestamp\"") || has(b"\"ClientRequestHost\"") || has(b"\"ClientSrcPort\"");
        let spectrum = has(b"\"ConnectTimestamp\"") || has(b"\"OriginPort\"");
        let firewall = has(b"\"Datetime\"") && has(b"\"Action\"");
        let session = has(b"\"SessionStartTime\"") || has(b"\"DestinationIP\"");
        let network = has(b"\"IPSourceAddress\"") || has(b"\"SourceIP\"") && session;
        let json = matches!(start.first(), Some(b'{' | b'['));
        if json && (has(b"\"ClientIP\"") && (known || spectrum || firewall) || network) { 95 } else { 0 }
    },
    open: |_settings| Box::new(JsonLog::new(Cloudflare::default(), "")),
};

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
        let first = |cells: &[&Scalar<'_>]| cells.iter().find_map(|cell| address(cell));
        let sources = [&request.client_ip, &request.packet_source, &request.source_ip];
        let missing = if sources.iter().all(|cell| cell.is_none()) { reason::NO_SOURCE } else { reason::BAD_SOURCE };
        let mut record = Record::from_source(first(&sources).ok_or(missing)?);
        record.destination = first(&[&request.packet_destination, &request.destination_ip, &request.origin_ip]);
        let client = request.client_src_port.port()?.or(request.client_port.port()?);
        record.source_port = client.or(request.source_port.port()?);
        let server = request.client_dst_port.port()?.or(request.destination_port.port()?);
        record.destination_port = server.or(request.origin_port.port()?);
        record.protocol = request.transport();
        // RFC 3339, or whole seconds or nanoseconds, as the job was told.
        let mut time = |cells: &[&Scalar<'_>]| {
            cells.iter().find_map(|cell| match cell {
                Scalar::Count(count) => self.clock.time(count.to_string().as_bytes(), Unit::Auto),
                other => self.clock.time(other.bytes(), Unit::Auto),
            })
        };
        let Request { edge_start_timestamp, connect_timestamp, session_start_time, datetime, timestamp, .. } = request;
        record.start = time(&[edge_start_timestamp, connect_timestamp, session_start_time, datetime, timestamp]);
        let end = time(&[&request.edge_end_timestamp, &request.disconnect_timestamp, &request.session_end_time]);
        record.duration = end.zip(record.start).map(|(end, start)| end - start).filter(|length| *length >= 0.0);
        let count = |cells: &[&Scalar<'_>]| cells.iter().find_map(|cell| cell.count());
        let Request { client_request_bytes, client_bytes, bytes_sent, packet_length, .. } = request;
        record.bytes_sent = count(&[client_request_bytes, client_bytes, bytes_sent, packet_length]);
        record.bytes_received = count(&[&request.edge_response_bytes, &request.origin_bytes, &request.bytes_received]);
        // A request that the web firewall blocked had its connection all the same.
        if request.client_ip.is_none() {
            record.state = [&request.outcome, &request.action].iter().find_map(|cell| verdict(cell.bytes()).flatten());
        }
        // Spectrum's word for a client that its firewall did not let through.
        if request.event.text() == "clientFiltered" {
            record.state = Some(ConnState::REJ);
        }
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
        let filtered = read(event("clientFiltered", 3, ",\"ClientMatchedIpFirewall\":\"BLOCK_IP\"").as_bytes()).traffic;
        assert_eq!((filtered.rows(), filtered.state.get(0)), (1, Some(ConnState::REJ)));
    }

    #[test]
    fn packets_sessions_and_events_of_the_network() {
        let packet = r#"{"Datetime":"2024-11-06T20:51:01Z","IPSourceAddress":"192.0.2.1","IPDestinationAddress":"10.0.0.1","SourcePort":4000,"DestinationPort":22,"IPProtocol":6,"IPTotalLength":60,"Outcome":"drop"}"#;
        let session = r#"{"SourceIP":"192.0.2.1","SourcePort":4000,"OriginIP":"10.0.0.1","OriginPort":22,"Protocol":"TCP","BytesSent":60,"BytesReceived":70,"SessionStartTime":"2024-11-06T20:51:01Z","SessionEndTime":"2024-11-06T20:51:04Z"}"#;
        let gateway = r#"{"Datetime":1730926261,"SourceIP":"192.0.2.1","SourcePort":4000,"DestinationIP":"10.0.0.1","DestinationPort":22,"Transport":"tcp","Action":"block"}"#;
        let detection = r#"{"Timestamp":1730926261000000000,"SourceIP":"192.0.2.1","SourcePort":4000,"DestinationIP":"10.0.0.1","DestinationPort":22,"Protocol":"tcp","Action":"pass"}"#;
        for (text, state) in
            [(packet, Some(ConnState::REJ)), (session, None), (gateway, Some(ConnState::REJ)), (detection, None)]
        {
            assert_eq!(recognise(text.as_bytes()).map(|format| format.about.key), Some("cloudflare_log"), "{text}");
            let traffic = read(text.as_bytes()).traffic;
            assert_eq!(traffic.rows(), 1, "{text}");
            assert_eq!((traffic.source_port.get(0), traffic.destination_port.get(0)), (Some(4000), Some(22)), "{text}");
            assert_eq!((traffic.start.get(0), traffic.protocol.get(0)), (Some(1_730_926_261.0), Some(6)), "{text}");
            assert_eq!((traffic.state.get(0), traffic.destination.get(0).is_some()), (state, true), "{text}");
        }
        let event = r#"{"Datetime":1730926261,"Action":"block","ClientIP":"192.0.2.1","Source":"waf"}"#;
        assert_eq!(recognise(event.as_bytes()).map(|format| format.about.key), Some("cloudflare_log"));
        assert_eq!(read(event.as_bytes()).traffic.state.get(0), None);
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
