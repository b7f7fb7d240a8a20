//! What packets tell beside their flow, kept as observations: one topic per file.

mod control;
mod greeting;
mod lease;
mod names;
mod stream;

use crate::ingest::wire::arp::Arp;
use crate::ingest::wire::tcp::{ACK, SYN};
use crate::model::observation::{self, At};
use crate::model::observations::Observations;

use super::datagram::Datagram;
use super::flow::Flow;
use super::layers::Macs;
use super::segment::{ICMP, ICMP_V6, Segment, TCP, UDP};
use super::table::FlowId;
use greeting::Greetings;

/// When, where and between which network cards a packet was seen.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    /// Nanoseconds since 1970.
    pub time: i64,
    /// Counted from 1.
    pub packet: u64,
    pub macs: Macs,
}

impl Sight {
    fn at(&self, seen: &Observations) -> At {
        seen.at(self.time as f64 / 1e9, self.packet)
    }
}

/// The watchers that remember something from packet to packet.
#[derive(Debug, Default)]
pub struct Watch {
    greetings: Greetings,
}

impl Watch {
    /// Looks at a packet that has been added to its flow.
    #[inline]
    pub fn packet(
        &mut self,
        datagram: &Datagram<'_>,
        segment: &Segment<'_>,
        (id, side, flow): (FlowId, usize, &mut Flow),
        sight: &Sight,
        seen: &mut Observations,
    ) {
        match datagram.protocol {
            TCP => {
                if segment.tcp.is_some_and(|tcp| tcp.flags() & (SYN | ACK) == SYN) {
                    syn(datagram, segment, sight, seen);
                }
                if !segment.data.is_empty() {
                    if flow.watched[side] {
                        self.greetings.data(segment, (id, side, flow), sight, seen);
                    }
                    names::over_tcp(datagram, segment, sight, seen);
                }
            }
            UDP => {
                names::over_udp(datagram, segment, sight, seen);
                lease::message(datagram, segment, sight, seen);
            }
            ICMP | ICMP_V6 => control::message(datagram, sight, seen),
            _ => {}
        }
    }
}

/// Keeps an ARP packet.
pub fn arp(arp: &Arp<'_>, sight: &Sight, seen: &mut Observations) {
    let at = sight.at(seen);
    seen.arp.push(observation::Arp {
        at,
        operation: arp.operation(),
        sender_mac: arp.sender_mac(),
        sender: std::net::IpAddr::V4(arp.sender()).into(),
        target_mac: arp.target_mac(),
        target: std::net::IpAddr::V4(arp.target()).into(),
        frame_source: sight.macs.source,
        frame_destination: sight.macs.destination,
    });
}

/// Keeps what a SYN tells of its sender.
#[inline(never)]
fn syn(datagram: &Datagram<'_>, segment: &Segment<'_>, sight: &Sight, seen: &mut Observations) {
    let Some(tcp) = segment.tcp else { return };
    let at = sight.at(seen);
    seen.syn.push(observation::Syn {
        at,
        source: datagram.source.address(),
        destination: datagram.destination.address(),
        source_port: segment.ports[0],
        destination_port: segment.ports[1],
        mark: observation::SynMark {
            ip_id: datagram.id as u16,
            sequence: tcp.sequence(),
            window: tcp.window(),
            ttl: datagram.ttl,
            options: tcp.options(),
        },
    });
}
