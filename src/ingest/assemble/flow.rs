//! One bidirectional flow while packets come, and the record it becomes. Side 0 is the originator.

use crate::ingest::wire::ip::Ip;
use crate::model::record::{ConnState, Record, Wire};

use super::handshake::Handshake;
use super::history::History;
use super::layers::Macs;
use super::segment::{TCP, UDP};
use super::table::Key;

/// What one packet adds to a flow.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// Nanoseconds since 1970.
    pub time: i64,
    /// Whether the capture gave that time.
    pub timed: bool,
    pub data: u64,
    pub ip_bytes: u64,
    pub frame_bytes: u64,
    pub packets: u64,
}

/// A flow. It begins where a line of the processor's cache does, and in the order of its parts the first three lines,
/// of 64 bytes each, hold what every packet needs: the key, the counts and the state.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
pub struct Flow {
    pub ends: [Ip; 2],
    pub ports: [u16; 2],
    pub has_ports: bool,
    pub protocol: u8,
    /// ICMP without an answer: the other direction is another flow.
    pub one_way: bool,
    /// Whether the flow is still in the table.
    pub open: bool,
    /// By side, whether the start of its data may still hold something to observe.
    pub watched: [bool; 2],
    timed: bool,
    flags: [u8; 2],
    ttl: [[u8; 2]; 2],
    /// Nanoseconds since 1970 of the latest packet.
    pub last: i64,
    packets: [u64; 2],
    data: [u64; 2],
    ip_bytes: [u64; 2],
    frame_bytes: [u64; 2],
    pub handshake: Handshake,
    pub history: History,
    /// Nanoseconds since 1970 of the earliest packet.
    pub first: i64,
    /// Of the first packet, the originator's first.
    macs: Macs,
}

impl Flow {
    pub fn new(key: Key, has_ports: bool, time: i64, macs: Macs) -> Self {
        Flow {
            ends: key.ends,
            ports: key.ports,
            has_ports,
            protocol: key.protocol,
            one_way: key.one_way,
            open: true,
            watched: [true; 2],
            timed: true,
            flags: [0; 2],
            ttl: [[u8::MAX, 0]; 2],
            last: time,
            packets: [0; 2],
            data: [0; 2],
            ip_bytes: [0; 2],
            frame_bytes: [0; 2],
            handshake: Handshake::default(),
            history: History::default(),
            first: time,
            macs,
        }
    }

    /// Swaps originator and responder, before the first packet is added.
    pub fn turn(&mut self) {
        self.ends.swap(0, 1);
        self.ports.swap(0, 1);
        self.macs = Macs { source: self.macs.destination, destination: self.macs.source };
        self.history.flipped();
    }

    pub fn key(&self) -> Key {
        Key { ends: self.ends, ports: self.ports, protocol: self.protocol, one_way: self.one_way }
    }

    /// The side that sent a packet of this key; `None` where it is of another flow.
    #[inline]
    pub fn side_of(&self, key: &Key) -> Option<usize> {
        if (self.protocol, self.one_way) != (key.protocol, key.one_way) {
            return None;
        }
        // Either side is as likely, and a wrong guess of the processor's costs more than it takes to look where the
        // packet would stand.
        let side = usize::from((self.ends[0].0 ^ key.ends[0].0) | u128::from(self.ports[0] ^ key.ports[0]) != 0);
        let other = 1 - side;
        let is_known =
            self.ends == [key.ends[side], key.ends[other]] && self.ports == [key.ports[side], key.ports[other]];
        (is_known && !(self.one_way && side == 1)).then_some(side)
    }

    /// Reads a number from each line that a packet needs.
    #[inline]
    pub fn touch(&self) -> u64 {
        self.last as u64 ^ self.packets[0] ^ self.handshake.touch()
    }

    /// Adds what a packet of one side carries.
    #[inline]
    pub fn add(&mut self, side: usize, share: &Share) {
        // No packet is both the earliest and the latest but the first one.
        if share.time >= self.last {
            self.last = share.time;
        } else {
            self.first = self.first.min(share.time);
        }
        self.timed &= share.timed;
        self.packets[side] += share.packets;
        self.data[side] += share.data;
        self.ip_bytes[side] += share.ip_bytes;
        self.frame_bytes[side] += share.frame_bytes;
    }

    #[inline]
    pub fn mark(&mut self, side: usize, ttl: u8, flags: u8) {
        let [low, high] = self.ttl[side];
        self.ttl[side] = [low.min(ttl), high.max(ttl)];
        self.flags[side] |= flags;
    }

    fn state(&self) -> ConnState {
        match (self.protocol, self.packets[0] > 0, self.packets[1] > 0) {
            (TCP, ..) => self.handshake.state(&self.history, self.data.map(|data| data > 0)),
            (UDP, true, true) => ConnState::SF,
            (UDP, true, false) => ConnState::S0,
            (UDP, false, true) => ConnState::SHR,
            _ => ConnState::OTH,
        }
    }

    /// The flow as a row of the traffic table.
    pub fn record(&self) -> Record<'_> {
        let ttl = |side: usize| Some(self.ttl[side]).filter(|[low, high]| low <= high);
        let port = |side: usize| self.has_ports.then_some(self.ports[side]);
        let seconds = |nanoseconds: i64| nanoseconds as f64 / 1e9;
        let history = self.history.text();
        Record {
            destination: Some(self.ends[1].address()),
            source_port: port(0),
            destination_port: port(1),
            protocol: Some(self.protocol),
            start: self.timed.then(|| seconds(self.first)),
            duration: self.timed.then(|| seconds(self.last.saturating_sub(self.first))),
            bytes_sent: Some(self.data[0]),
            bytes_received: Some(self.data[1]),
            packets_sent: Some(self.packets[0]),
            packets_received: Some(self.packets[1]),
            state: Some(self.state()),
            source_mac: self.macs.source,
            destination_mac: self.macs.destination,
            wire: Wire {
                history: Some(history).filter(|history| !history.is_empty()),
                ip_bytes: Some(self.ip_bytes),
                frame_bytes: Some(self.frame_bytes),
                source_ttl: ttl(0),
                destination_ttl: ttl(1),
                flags: (self.protocol == TCP).then_some(self.flags),
                handshake: self.handshake.answered_after.filter(|_| self.timed).map(seconds),
            },
            ..Record::from_source(self.ends[0].address())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::mem::{offset_of, size_of};

    use super::*;

    #[test]
    fn a_packet_needs_three_lines_of_its_flow() {
        assert_eq!(offset_of!(Flow, packets), 64);
        assert_eq!(offset_of!(Flow, handshake), 128);
        assert!(offset_of!(Flow, history) + History::SEEN <= 192);
        assert_eq!(size_of::<Flow>(), 256);
    }
}
