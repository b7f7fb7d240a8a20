//! One record of an export: its fields by their numbers in IANA's registry, and the flow they make.

use crate::ingest::text::protocols::is_icmp;
use crate::ingest::wire::netflow5::Flow5;
use crate::ingest::wire::{array, be, be16, take};
use crate::model::address::Address;
use crate::model::record::Record;

use super::template::{Field, Template, VARIABLE};

pub const NO_SOURCE: &str = "the exported flow names no source address";

/// Seconds from 1900, where NTP counts from, to 1970.
const NTP_TO_UNIX: u64 = 2_208_988_800;

/// The clocks of the message a record came in.
#[derive(Debug, Clone, Copy)]
pub struct Clocks {
    /// Milliseconds since 1970 at which the message was sent.
    pub sent: i64,
    /// Milliseconds since 1970 at which the exporter was switched on, where that is known.
    pub boot: Option<i64>,
}

/// A record's fields as far as they are read.
#[derive(Default)]
struct Facts {
    ends: [Option<Address>; 2],
    macs: [Option<[u8; 6]>; 2],
    ports: [Option<u16>; 2],
    icmp: Option<u16>,
    protocol: Option<u8>,
    /// Forth and back.
    bytes: [Option<u64>; 2],
    packets: [Option<u64>; 2],
    flags: [Option<u8>; 2],
    /// First and last packet: milliseconds since 1970, and since the exporter was switched on.
    times: [Option<f64>; 2],
    uptimes: [Option<u64>; 2],
    boot: Option<f64>,
    seen: Option<f64>,
    milliseconds: Option<f64>,
}

/// Takes the next record off a set: its flow, or why there is none. `None` at the end.
pub fn next(rest: &mut &[u8], template: &Template, clocks: Clocks) -> Option<Result<Record<'static>, &'static str>> {
    let shortest = template.shortest();
    if shortest == 0 || rest.len() < shortest {
        return None;
    }
    let mut facts = Facts::default();
    for field in &template.fields {
        let length = match field.length {
            VARIABLE => match take(rest, 1)?[0] {
                255 => usize::from(be16(take(rest, 2)?)),
                length => length.into(),
            },
            length => length.into(),
        };
        facts.put(field, take(rest, length)?, clocks);
    }
    Some(facts.record(clocks))
}

/// The flow of version 5.
pub fn of_v5(flow: &Flow5<'_>, boot: i64) -> Record<'static> {
    let [first, last] = flow.times().map(u64::from);
    let facts = Facts {
        ends: [Some(flow.source().address()), Some(flow.destination().address())],
        ports: flow.ports().map(Some),
        protocol: Some(flow.protocol()),
        bytes: [Some(flow.bytes().into()), None],
        packets: [Some(flow.packets().into()), None],
        flags: [Some(flow.flags()), None],
        uptimes: [Some(first), Some(last)],
        ..Facts::default()
    };
    facts.record(Clocks { sent: boot, boot: Some(boot) }).expect("version 5 always names both ends")
}

impl Facts {
    fn put(&mut self, field: &Field, value: &[u8], clocks: Clocks) {
        let Some(element) = field.element else { return };
        let way = usize::from(field.reverse);
        let number = (1..=8).contains(&value.len()).then(|| be(value));
        let real = number.map(|number| number as f64);
        let port = number.and_then(|number| u16::try_from(number).ok());
        let mac = || (value.len() == 6 && value.iter().any(|byte| *byte != 0)).then(|| array(value));
        match element {
            1 | 85 => self.bytes[way] = self.bytes[way].or(number),
            2 | 86 => self.packets[way] = self.packets[way].or(number),
            231 => self.bytes[0] = number,
            232 => self.bytes[1] = number,
            298 => self.packets[0] = number,
            299 => self.packets[1] = number,
            4 => self.protocol = number.and_then(|number| u8::try_from(number).ok()),
            // Two bytes where the exporter sends the header's other bits, too.
            6 => self.flags[way] = number.map(|flags| flags as u8),
            7 | 180 | 182 => self.ports[0] = self.ports[0].or(port),
            11 | 181 | 183 => self.ports[1] = self.ports[1].or(port),
            8 | 27 => self.ends[0] = self.ends[0].or(address(value)),
            12 | 28 => self.ends[1] = self.ends[1].or(address(value)),
            32 | 139 => self.icmp = port,
            // The same in two numbers.
            176 | 178 => self.icmp = number.map(|kind| (kind as u16) << 8 | self.icmp.unwrap_or(0) & 255),
            177 | 179 => self.icmp = number.map(|code| self.icmp.unwrap_or(0) & 0xff00 | code as u16 & 255),
            56 | 81 => self.macs[0] = self.macs[0].or(mac()),
            80 | 57 => self.macs[1] = self.macs[1].or(mac()),
            22 => self.uptimes[0] = number,
            21 => self.uptimes[1] = number,
            150 | 151 => self.times[usize::from(element == 151)] = real.map(|seconds| seconds * 1e3),
            152 | 153 => self.times[usize::from(element == 153)] = real,
            154..=157 if value.len() == 8 => self.times[usize::from(element % 2 == 1)] = number.and_then(ntp),
            158 | 159 => {
                self.times[usize::from(element == 159)] = real.map(|before| clocks.sent as f64 - before / 1e3);
            }
            160 => self.boot = real,
            161 => self.milliseconds = real,
            162 => self.milliseconds = real.map(|microseconds| microseconds / 1e3),
            323 => self.seen = real,
            _ => {}
        }
    }

    fn record(self, clocks: Clocks) -> Result<Record<'static>, &'static str> {
        let source = self.ends[0].or(self.macs[0].map(Address::Mac)).ok_or(NO_SOURCE)?;
        let boot = self.boot.or(clocks.boot.map(|boot| boot as f64));
        let time = |side: usize| {
            self.times[side].or_else(|| Some(boot? + self.uptimes[side]? as f64)).filter(|time| *time > 0.0)
        };
        let (first, last) = (time(0).or(self.seen), time(1));
        let length = self.milliseconds.or(last.zip(first).map(|(last, first)| last - first));
        // Type and code in one number, which exporters of old put where the destination's port is.
        let icmp = self.icmp.or(self.ports[1]).map(|both| [both >> 8, both & 255]);
        let ports = if is_icmp(self.protocol) { icmp.map_or([None; 2], |both| both.map(Some)) } else { self.ports };
        let mut record = Record::from_source(source);
        record.destination = self.ends[1].or(self.macs[1].map(Address::Mac));
        [record.source_port, record.destination_port] = ports;
        record.protocol = self.protocol;
        record.start = first.map(|milliseconds| milliseconds / 1e3);
        record.duration = length.filter(|length| *length >= 0.0).map(|milliseconds| milliseconds / 1e3);
        [record.bytes_sent, record.bytes_received] = self.bytes;
        [record.packets_sent, record.packets_received] = self.packets;
        [record.source_mac, record.destination_mac] = self.macs;
        if self.protocol == Some(6) {
            record.wire.flags = self.flags[0].map(|sent| [sent, self.flags[1].unwrap_or(0)]);
        }
        Ok(record)
    }
}

fn address(value: &[u8]) -> Option<Address> {
    match value.len() {
        4 => Some(std::net::IpAddr::from(array::<4>(value)).into()),
        16 => Some(std::net::IpAddr::from(array::<16>(value)).into()),
        _ => None,
    }
}

/// Milliseconds since 1970 of a time in NTP's form (RFC 7011, section 6.1.9).
fn ntp(time: u64) -> Option<f64> {
    let seconds = (time >> 32).checked_sub(NTP_TO_UNIX)?;
    Some(seconds as f64 * 1e3 + (time & 0xffff_ffff) as f64 * 1e3 / 4_294_967_296.0)
}
