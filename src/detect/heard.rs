//! Whether an input holds the answers at all: in a capture of one direction silence says nothing.

use std::ops::RangeInclusive;

use crate::model::observation::IcmpKind;
use crate::model::traffic::Traffic;

const TCP: u8 = 6;
const UDP: u8 = 17;

/// The headers of one packet, from the least to the most: 20 bytes of IPv4 or 40 of IPv6, 20 of TCP, 20 of options.
const HEADERS: RangeInclusive<u64> = 40..=80;

/// Of which protocols the input holds answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard {
    tcp: bool,
    udp: bool,
}

impl Heard {
    /// TCP answers are missing where more sources send data that nobody acknowledges than sources have an answer; UDP
    /// answers where there is not one, and no complaint by ICMP either.
    pub fn of(traffic: &Traffic) -> Self {
        if traffic.packets_received.is_absent() && traffic.bytes_received.is_absent() {
            return Heard { tcp: true, udp: true };
        }
        let mut answered = vec![false; traffic.addresses().len()];
        let mut void = answered.clone();
        let mut udp = false;
        for (row, source) in traffic.source().iter().enumerate() {
            match (traffic.protocol.get(row), traffic.is_answered(row)) {
                (Some(TCP), Some(true)) => answered[source.index()] = true,
                (Some(TCP), Some(false)) => void[source.index()] |= sends_data(traffic, row),
                (Some(UDP), Some(true)) => udp = true,
                _ => {}
            }
        }
        let count = |sources: &[bool]| sources.iter().filter(|source| **source).count();
        let tcp = count(&answered) >= count(&void);
        Heard { tcp, udp: tcp && (udp || complaint(traffic)) }
    }

    /// Whether TCP answers stand in the input at all.
    pub fn tcp(self) -> bool {
        self.tcp
    }

    /// Whether silence on a row's attempt is a failure.
    pub fn counts(self, traffic: &Traffic, row: usize) -> bool {
        match traffic.protocol.get(row) {
            Some(UDP) => self.udp,
            Some(TCP) => self.tcp && !is_into_the_void(traffic, row),
            _ => true,
        }
    }
}

/// Whether somebody says by ICMP that a UDP packet did not arrive.
fn complaint(traffic: &Traffic) -> bool {
    let messages = traffic.observations.icmp.items().iter();
    let mut refusals = messages.filter(|message| matches!(message.kind, IcmpKind::Unreachable { .. }));
    refusals.any(|message| message.about.is_some_and(|about| about.protocol == UDP))
}

/// Whether the source sent data over TCP without any answer, which needs a connection first: the answers passed by
/// elsewhere.
fn is_into_the_void(traffic: &Traffic, row: usize) -> bool {
    traffic.protocol.get(row) == Some(TCP) && traffic.is_answered(row) == Some(false) && sends_data(traffic, row)
}

/// Whether the source sent more than the headers of TCP.
pub fn sends_data(traffic: &Traffic, row: usize) -> bool {
    let Some(sent) = traffic.bytes_sent.get(row).filter(|&sent| sent > 0) else { return false };
    // Beside bytes with headers, or where they are too few for headers, bytes are those of data.
    let packets = traffic.packets_sent.get(row).unwrap_or(1).max(1);
    traffic.ip_bytes.get(row).is_some() || !HEADERS.contains(&(sent / packets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::Address;
    use crate::model::record::Record;

    fn heard(rows: &[(u8, u64, u64)]) -> Heard {
        let mut traffic = Traffic::default();
        for &(protocol, bytes, back) in rows {
            traffic.push(&Record {
                protocol: Some(protocol),
                bytes_sent: Some(bytes),
                packets_sent: Some(2),
                packets_received: Some(back),
                ..Record::from_source(Address::parse("10.0.0.1").unwrap())
            });
        }
        Heard::of(&traffic)
    }

    #[test]
    fn data_that_nobody_acknowledges_show_one_direction() {
        assert_eq!(heard(&[(TCP, 900, 0)]), Heard { tcp: false, udp: false });
        assert_eq!(heard(&[(TCP, 120, 0), (UDP, 50, 1)]), Heard { tcp: true, udp: true }, "two SYNs are no data");
        assert_eq!(heard(&[(TCP, 900, 0), (TCP, 900, 3), (TCP, 900, 3)]), Heard { tcp: true, udp: false });
        assert_eq!(heard(&[(UDP, 50, 0)]), Heard { tcp: true, udp: false });
    }
}
