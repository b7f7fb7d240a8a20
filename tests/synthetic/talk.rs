//! One conversation, and how a sensor writes it down.

use flowglass::model::address::Address;
use flowglass::model::record::{ConnState, Record, Wire};

pub const TCP: u8 = 6;
pub const UDP: u8 = 17;
pub const ICMP: u8 = 1;

/// A conversation as it took place. Counts are `[from the source, from the destination]`, bytes those of data.
#[derive(Clone, Copy)]
pub struct Talk {
    pub at: f64,
    pub lasted: f64,
    pub source: Address,
    pub destination: Address,
    pub ports: (u16, u16),
    pub protocol: u8,
    pub bytes: [u64; 2],
    pub packets: [u64; 2],
    pub state: ConnState,
}

/// What kind of sensor looks on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sensor {
    /// States, packets, bytes with and without headers: Zeek's connection log, or this program reading a capture.
    States,
    /// Packets and bytes of both directions, no states: most flow exporters.
    Counts,
}

impl Talk {
    /// A question and its answer over TCP, properly ended.
    pub fn tcp(at: f64, source: Address, from: u16, destination: Address, to: u16, bytes: [u64; 2]) -> Self {
        let packets = [4 + bytes[0] / 1400 + bytes[1] / 2800, 3 + bytes[1] / 1400 + bytes[0] / 2800];
        let (protocol, state) = (TCP, ConnState::SF);
        Talk { at, lasted: 0.2, source, destination, ports: (from, to), protocol, bytes, packets, state }
    }

    /// The same over UDP; no bytes back, no packets back.
    pub fn udp(at: f64, source: Address, from: u16, destination: Address, to: u16, bytes: [u64; 2]) -> Self {
        let packets = bytes.map(|bytes| bytes.div_ceil(1200));
        let state = if packets[1] == 0 { ConnState::S0 } else { ConnState::SF };
        Talk { packets, protocol: UDP, state, lasted: 0.05, ..Talk::tcp(at, source, from, destination, to, bytes) }
    }

    /// Echo requests; Zeek keeps type and code where ports stand.
    pub fn ping(at: f64, source: Address, destination: Address, packets: [u64; 2]) -> Self {
        let bytes = packets.map(|packets| packets * 56);
        let state = if packets[1] == 0 { ConnState::OTH } else { ConnState::SF };
        let talk = Talk::tcp(at, source, 8, destination, 0, bytes);
        Talk { packets, protocol: ICMP, state, lasted: packets[0] as f64 * 0.01, ..talk }
    }

    pub fn lasting(self, seconds: f64) -> Self {
        Talk { lasted: seconds, ..self }
    }

    /// A SYN and a reset.
    pub fn refused(self) -> Self {
        Talk { bytes: [0, 0], packets: [1, 1], state: ConnState::REJ, lasted: 0.001, ..self }
    }

    /// So many SYNs, and nothing.
    pub fn unanswered(self, tries: u64) -> Self {
        let lasted = [0.0, 1.0, 3.0, 7.0][(tries as usize).clamp(1, 4) - 1];
        Talk { bytes: [0, 0], packets: [tries, 0], state: ConnState::S0, lasted, ..self }
    }

    /// SYN, SYN-ACK, ACK, RST: the port is open, and nothing is said.
    pub fn touched(self) -> Self {
        Talk { bytes: [0, 0], packets: [3, 1], state: ConnState::RSTO, lasted: 0.002, ..self }
    }

    /// As the sensor writes it.
    pub fn record(&self, sensor: Sensor) -> Record<'static> {
        let header = if self.protocol == TCP { 52 } else { 28 };
        let ip = [0, 1].map(|way| self.bytes[way] + self.packets[way] * header);
        let states = sensor == Sensor::States;
        let icmp = self.protocol == ICMP;
        let bytes = if states { self.bytes } else { ip };
        Record {
            destination: Some(self.destination),
            source_port: Some(self.ports.0).filter(|_| states || !icmp),
            destination_port: Some(self.ports.1).filter(|_| states || !icmp),
            protocol: Some(self.protocol),
            start: Some(self.at),
            duration: Some(self.lasted),
            bytes_sent: Some(bytes[0]),
            bytes_received: Some(bytes[1]),
            packets_sent: Some(self.packets[0]),
            packets_received: Some(self.packets[1]),
            state: Some(self.state).filter(|_| states),
            wire: Wire { ip_bytes: Some(ip).filter(|_| states), ..Wire::default() },
            ..Record::from_source(self.source)
        }
    }
}
