//! One entry of any of Cloudflare's data sets, as far as it is read.

use serde::Deserialize;

use crate::ingest::text::protocols::{Protocol, protocol};
use crate::ingest::text::scalar::Scalar;

/// Names after Cloudflare's lists of fields, first those of "HTTP requests" and "Spectrum events".
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Request<'a> {
    #[serde(borrow, rename = "ClientIP")]
    pub client_ip: Scalar<'a>,
    #[serde(borrow)]
    pub client_src_port: Scalar<'a>,
    #[serde(borrow)]
    pub client_port: Scalar<'a>,
    #[serde(borrow)]
    pub client_dst_port: Scalar<'a>,
    #[serde(borrow, rename = "OriginIP")]
    pub origin_ip: Scalar<'a>,
    #[serde(borrow)]
    pub origin_port: Scalar<'a>,
    #[serde(borrow)]
    pub client_proto: Scalar<'a>,
    /// Of Spectrum: `connect`, or how it went on.
    #[serde(borrow)]
    pub event: Scalar<'a>,
    #[serde(borrow)]
    pub edge_start_timestamp: Scalar<'a>,
    #[serde(borrow)]
    pub edge_end_timestamp: Scalar<'a>,
    #[serde(borrow)]
    pub connect_timestamp: Scalar<'a>,
    #[serde(borrow)]
    pub disconnect_timestamp: Scalar<'a>,
    #[serde(borrow)]
    pub client_request_bytes: Scalar<'a>,
    #[serde(borrow)]
    pub edge_response_bytes: Scalar<'a>,
    #[serde(borrow)]
    pub client_bytes: Scalar<'a>,
    #[serde(borrow)]
    pub origin_bytes: Scalar<'a>,
    // Of the data sets "Firewall events", "Network Analytics Logs", "Gateway Network", "Zero Trust Network Session Logs"
    // and "Magic IDS Detections".
    #[serde(borrow, rename = "IPSourceAddress")]
    pub packet_source: Scalar<'a>,
    #[serde(borrow, rename = "SourceIP")]
    pub source_ip: Scalar<'a>,
    #[serde(borrow, rename = "IPDestinationAddress")]
    pub packet_destination: Scalar<'a>,
    #[serde(borrow, rename = "DestinationIP")]
    pub destination_ip: Scalar<'a>,
    #[serde(borrow)]
    pub source_port: Scalar<'a>,
    #[serde(borrow)]
    pub destination_port: Scalar<'a>,
    #[serde(borrow, rename = "IPProtocol")]
    pub packet_protocol: Scalar<'a>,
    #[serde(borrow)]
    pub protocol: Scalar<'a>,
    #[serde(borrow)]
    pub transport: Scalar<'a>,
    #[serde(borrow, rename = "IPTotalLength")]
    pub packet_length: Scalar<'a>,
    #[serde(borrow)]
    pub bytes_sent: Scalar<'a>,
    #[serde(borrow)]
    pub bytes_received: Scalar<'a>,
    #[serde(borrow)]
    pub datetime: Scalar<'a>,
    #[serde(borrow)]
    pub timestamp: Scalar<'a>,
    #[serde(borrow)]
    pub session_start_time: Scalar<'a>,
    #[serde(borrow)]
    pub session_end_time: Scalar<'a>,
    #[serde(borrow)]
    pub outcome: Scalar<'a>,
    #[serde(borrow)]
    pub action: Scalar<'a>,
}

impl Request<'_> {
    /// The number of the transport protocol.
    pub fn transport(&self) -> Option<u8> {
        let Request { client_proto, packet_protocol, protocol: named, transport, .. } = self;
        let number = packet_protocol.count().and_then(|number| u8::try_from(number).ok());
        number.or_else(|| {
            [client_proto, transport, named].iter().find_map(|cell| match protocol(cell.bytes()) {
                Protocol::Number(number) => Some(number),
                // QUIC goes over UDP.
                _ if cell.text().eq_ignore_ascii_case("quic") => Some(17),
                Protocol::NoIp | Protocol::Unknown => None,
            })
        })
    }
}
