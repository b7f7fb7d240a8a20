//! One flow as a format gives it to the traffic table, and the vocabulary of its fields.

use serde::Serialize;

use super::address::Address;

/// One flow, or one row of a log. Only the source is required.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record<'a> {
    pub source: Address,
    pub destination: Option<Address>,
    pub source_port: Option<u16>,
    pub destination_port: Option<u16>,
    /// The IP protocol number: 6 TCP, 17 UDP, 1 ICMP.
    pub protocol: Option<u8>,
    /// Seconds since 1970, UTC.
    pub start: Option<f64>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Bytes from source to destination; in a log with one total, that total.
    pub bytes_sent: Option<u64>,
    pub bytes_received: Option<u64>,
    pub packets_sent: Option<u64>,
    pub packets_received: Option<u64>,
    pub state: Option<ConnState>,
    pub source_mac: Option<[u8; 6]>,
    pub destination_mac: Option<[u8; 6]>,
    /// The data set's own verdict, kept for measuring and never read by a detector.
    pub label: Option<&'a str>,
    /// Who logs in: a user, an account.
    pub identity: Option<&'a str>,
    /// What only packets, or logs made from packets, can tell.
    pub wire: Wire<'a>,
}

/// The part of a flow that packets show and most logs leave out. Pairs are `[sent, received]`:
/// from the source, then from the destination.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Wire<'a> {
    /// Zeek's history letters, upper case for the source: `ShADadFf`. At most 32 letters are kept.
    pub history: Option<&'a str>,
    /// Bytes with the IP headers (Zeek's `orig_ip_bytes` and `resp_ip_bytes`).
    pub ip_bytes: Option<[u64; 2]>,
    /// Bytes of the whole frames as they were on the wire (what Wireshark's conversations count).
    pub frame_bytes: Option<[u64; 2]>,
    /// The lowest and highest time-to-live (IPv6: hop limit) of packets from the source.
    pub source_ttl: Option<[u8; 2]>,
    /// The same of packets from the destination.
    pub destination_ttl: Option<[u8; 2]>,
    /// The TCP flags seen each way, or-ed: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.
    pub flags: Option<[u8; 2]>,
    /// Seconds from the first SYN to the SYN-ACK that answers it.
    pub handshake: Option<f64>,
}

impl Record<'_> {
    /// A flow of which only the source is known.
    pub fn from_source(source: Address) -> Self {
        Record {
            source,
            destination: None,
            source_port: None,
            destination_port: None,
            protocol: None,
            start: None,
            duration: None,
            bytes_sent: None,
            bytes_received: None,
            packets_sent: None,
            packets_received: None,
            state: None,
            source_mac: None,
            destination_mac: None,
            label: None,
            identity: None,
            wire: Wire::default(),
        }
    }
}

/// How a connection went, in Zeek's `conn_state` terms; other exporters' states are mapped to the nearest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
pub enum ConnState {
    /// Attempt seen, no reply.
    S0,
    /// Established, not ended in the data.
    S1,
    /// Established, close attempt by the source, no reply to it.
    S2,
    /// Established, close attempt by the destination, no reply to it.
    S3,
    /// Established and ended normally.
    SF,
    /// Attempt rejected.
    REJ,
    /// Established, then reset by the source.
    RSTO,
    /// Reset by the destination.
    RSTR,
    /// SYN, then RST from the source, no SYN-ACK seen.
    RSTOS0,
    /// SYN-ACK, then RST from the destination, no SYN seen.
    RSTRH,
    /// SYN then FIN from the source, no SYN-ACK seen.
    SH,
    /// SYN-ACK then FIN from the destination, no SYN seen.
    SHR,
    /// Midstream traffic, no handshake seen.
    #[default]
    OTH,
}

impl ConnState {
    /// Every state, in the order of their numbers.
    pub const ALL: [ConnState; 13] = {
        use ConnState::{OTH, REJ, RSTO, RSTOS0, RSTR, RSTRH, S0, S1, S2, S3, SF, SH, SHR};
        [S0, S1, S2, S3, SF, REJ, RSTO, RSTR, RSTOS0, RSTRH, SH, SHR, OTH]
    };

    /// Whether the attempt failed: rejected or never answered.
    pub fn failed(self) -> bool {
        matches!(self, ConnState::S0 | ConnState::REJ | ConnState::RSTOS0 | ConnState::SH)
    }
}
