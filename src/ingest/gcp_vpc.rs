//! Logs of Google Cloud's networks: VPC flow logs, and those of its firewall rules.

use serde::Deserialize;

use crate::about::About;
use crate::model::record::Record;

use super::Format;
use super::text::fields::{self, AddressKind};
use super::text::json_log::JsonLog;
use super::text::log::{Dialect, Line, reason};
use super::text::protocols::{Protocol, is_icmp, protocol};
use super::text::scalar::Scalar;
use super::text::states::verdict;
use super::text::times::{Clock, Unit};

pub const FORMAT: Format = Format {
    about: About {
        key: "gcp_vpc",
        title: "Google Cloud VPC flow log and firewall log",
        help: "What Google Cloud logged of a network (its \"VPC Flow Logs records\" and \"VPC firewall rules logging\"), as \
               JSON: one entry per line (a bucket's export), or an array (as \
               gcloud prints it). Each entry is a flow in one direction, with the bytes and packets that way. Entries \
               of firewall rules count as rejected attempts where the disposition is DENIED.",
        limits: "Google samples packets, so that small flows may be missing and sizes are estimates. Where both ends \
                 are in Google's networks, each reports the same flow: both are kept. Question and answer are two \
                 flows. Names of machines, regions and places are not read.",
    },
    knobs: &[],
    endings: &["json", "jsonl", "gz"],
    sniff: |head| {
        let has = |name: &[u8]| memchr::memmem::find(head, name).is_some();
        let json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
        if json && has(b"\"jsonPayload\"") && has(b"\"connection\"") && has(b"\"src_ip\"") { 95 } else { 0 }
    },
    open: |_settings| Box::new(JsonLog::new(Gcp::default(), "entries")),
};

const OTHER: &str = "an entry that tells of no connection";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry<'a> {
    #[serde(borrow, rename = "jsonPayload")]
    payload: Payload<'a>,
    #[serde(borrow)]
    timestamp: Scalar<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload<'a> {
    #[serde(borrow)]
    connection: Option<Connection<'a>>,
    #[serde(borrow)]
    bytes_sent: Scalar<'a>,
    #[serde(borrow)]
    packets_sent: Scalar<'a>,
    #[serde(borrow)]
    start_time: Scalar<'a>,
    #[serde(borrow)]
    end_time: Scalar<'a>,
    #[serde(borrow)]
    disposition: Scalar<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Connection<'a> {
    #[serde(borrow)]
    src_ip: Scalar<'a>,
    #[serde(borrow)]
    src_port: Scalar<'a>,
    #[serde(borrow)]
    dest_ip: Scalar<'a>,
    #[serde(borrow)]
    dest_port: Scalar<'a>,
    #[serde(borrow)]
    protocol: Scalar<'a>,
}

/// Reads one file.
#[derive(Default)]
struct Gcp {
    clock: Clock,
}

impl Dialect for Gcp {
    fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a> {
        if line.trim_ascii().is_empty() {
            return Line::NoRow;
        }
        match serde_json::from_slice::<Entry<'a>>(line) {
            Ok(entry) => self.record(&entry).map_or_else(Line::Bad, Line::Flow),
            Err(error) if last && error.is_eof() => Line::Bad(reason::TRUNCATED),
            Err(_) => Line::Bad(reason::NOT_JSON),
        }
    }

    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Gcp {
    fn record(&mut self, entry: &Entry<'_>) -> Result<Record<'static>, &'static str> {
        let payload = &entry.payload;
        let connection = payload.connection.as_ref().ok_or(OTHER)?;
        let address = |cell: &Scalar<'_>| fields::address(cell.bytes(), AddressKind::Text);
        let mut record = Record::from_source(address(&connection.src_ip).ok_or(reason::BAD_SOURCE)?);
        record.destination = address(&connection.dest_ip);
        (record.source_port, record.destination_port) = (connection.src_port.port()?, connection.dest_port.port()?);
        let number = connection.protocol.count().and_then(|number| u8::try_from(number).ok());
        record.protocol = number.or(match protocol(connection.protocol.bytes()) {
            Protocol::Number(number) => Some(number),
            Protocol::NoIp | Protocol::Unknown => None,
        });
        // ICMP has no ports; where they are told they are 0.
        if is_icmp(record.protocol) {
            (record.source_port, record.destination_port) = (None, None);
        }
        let mut time = |cell: &Scalar<'_>| self.clock.time(cell.bytes(), Unit::Auto);
        record.start = time(&payload.start_time).or_else(|| time(&entry.timestamp));
        let end = time(&payload.end_time);
        record.duration = end.zip(record.start).map(|(end, start)| end - start).filter(|length| *length >= 0.0);
        (record.bytes_sent, record.packets_sent) = (payload.bytes_sent.count(), payload.packets_sent.count());
        record.state = verdict(payload.disposition.bytes()).flatten();
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::intake::Intake;
    use crate::ingest::{Parser, recognise};
    use crate::model::record::ConnState;

    const FLOW: &str = r#"{"insertId":"a","jsonPayload":{"bytes_sent":"1500","connection":{"dest_ip":"10.0.0.1","dest_port":443,"protocol":6,"src_ip":"192.0.2.1","src_port":4000},"end_time":"2024-11-06T20:51:04.5Z","packets_sent":"3","reporter":"DEST","start_time":"2024-11-06T20:51:01Z"},"timestamp":"2024-11-06T20:51:09Z"}"#;
    const DENIED: &str = r#"{"jsonPayload":{"connection":{"dest_ip":"10.0.0.1","dest_port":22,"protocol":6,"src_ip":"192.0.2.1","src_port":4001},"disposition":"DENIED"},"timestamp":"2024-11-06T20:51:09.000000001Z"}"#;
    /// As a gateway reports it, with the fields that may stand beside the connection.
    const GATEWAY: &str = r#"{"jsonPayload":{"bytes_sent":"84","connection":{"dest_ip":"2001:db8::2","nat_ip":"203.0.113.5","protocol":58,"src_ip":"2001:db8::1"},"end_time":"2024-11-06T20:51:01.125Z","packets_sent":"1","reporter":"SRC_GATEWAY","round_trip_time":{"median_msec":"0.4"},"src_instance":{"vm_name":"a"},"start_time":"2024-11-06T20:51:01.125Z"},"logName":"projects/p/logs/compute.googleapis.com%2Fvpc_flows","timestamp":"2024-11-06T20:51:09Z"}"#;
    const OTHER_ENTRY: &str = r#"{"textPayload":"hello"}"#;

    fn read(text: &[u8]) -> Intake {
        let mut intake = Intake::default();
        let mut log = JsonLog::new(Gcp::default(), "entries");
        text.chunks(9).for_each(|slice| log.feed(slice, &mut intake).unwrap());
        let _ = log.finish(&mut intake);
        intake
    }

    #[test]
    fn lines_and_arrays_say_the_same() {
        let lines = format!("{FLOW}\n{DENIED}\n{OTHER_ENTRY}\n");
        let array = format!("[\n{FLOW},\n{DENIED},{OTHER_ENTRY}]");
        let spread = array.replace(",\"", ",\n  \"").replace("{\"", "{\n \"");
        let wrapped = format!("{{\"entries\":{array}}}");
        for text in [lines, array, spread, wrapped] {
            assert_eq!(recognise(text.as_bytes()).map(|format| format.about.key), Some("gcp_vpc"), "{text}");
            let intake = read(text.as_bytes());
            assert_eq!((intake.accepted(), intake.reasons()[0].rows), (2, 1), "{text}");
            let traffic = &intake.traffic;
            assert_eq!((traffic.start.get(0), traffic.duration.get(0)), (Some(1_730_926_261.0), Some(3.5)));
            assert_eq!((traffic.bytes_sent.get(0), traffic.packets_sent.get(0)), (Some(1500), Some(3)));
            assert_eq!((traffic.state.get(1), traffic.destination_port.get(1)), (Some(ConnState::REJ), Some(22)));
        }
    }

    #[test]
    fn what_a_gateway_reports() {
        let traffic = read(GATEWAY.as_bytes()).traffic;
        let source = traffic.address(traffic.source()[0]).to_string();
        assert_eq!((source.as_str(), traffic.protocol.get(0)), ("2001:db8::1", Some(58)));
        assert_eq!((traffic.start.get(0), traffic.duration.get(0)), (Some(1_730_926_261.125), Some(0.0)));
        assert_eq!((traffic.source_port.get(0), traffic.bytes_sent.get(0)), (None, Some(84)));
    }

    #[test]
    fn no_cut_invents_a_flow() {
        let text = format!("[{FLOW},{DENIED}]");
        for cut in 0..text.len() {
            let rows = read(&text.as_bytes()[..cut]).traffic.rows();
            assert_eq!(rows, usize::from(cut > FLOW.len()) + usize::from(cut > FLOW.len() + DENIED.len() + 1), "{cut}");
        }
    }
}
