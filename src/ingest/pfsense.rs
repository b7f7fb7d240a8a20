//! The packet filter's log of pfSense and OPNsense: filterlog lines in syslog.

use crate::about::About;
use crate::model::record::Record;

use super::Format;
use super::text::fields::{self, AddressKind, Port};
use super::text::log::{Dialect, Line, Log, reason};
use super::text::states::verdict;
use super::text::syslog::{Stamps, YEAR};

pub const FORMAT: Format = Format {
    about: About {
        key: "pfsense",
        title: "pfSense and OPNsense filter log",
        help: "What the packet filter of pfSense or OPNsense logged, one packet per line (filter.log, or the same \
               lines at a syslog server): the cells behind \"filterlog\", as Netgate's \"Raw Filter Log Format\" lists \
               them. Blocked and rejected packets count as \
               rejected attempts.",
        limits: "Only packets that a rule logs are seen: mostly the first of a connection that was passed, and every \
                 packet that was blocked. Times without a year take it from the setting syslog.year. Lines of other \
                 programs, and protocols above IP other than TCP and UDP, have no ports.",
    },
    knobs: &[],
    endings: &["log", "txt", "gz"],
    sniff: |head| {
        let mut lines = head.split(|byte| *byte == b'\n').take(50);
        if lines.any(|line| message(line).is_some_and(|cells| packet(cells, false).is_ok())) { 95 } else { 0 }
    },
    open: |settings| Box::new(Log::new(Filter { stamps: Stamps::new(settings.count(&YEAR)) })),
};

const OTHER: &str = "a line that is not of the packet filter";
const SHORT: &str = "the line has fewer cells than its protocol needs";
const VERSION: &str = "the line is neither of IPv4 nor of IPv6";

struct Filter {
    stamps: Stamps,
}

impl Dialect for Filter {
    fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a> {
        if line.trim_ascii().is_empty() {
            return Line::NoRow;
        }
        let packet = message(line).ok_or(OTHER).and_then(|cells| packet(cells, last));
        match packet {
            Ok(mut record) => {
                record.start = self.stamps.time(line);
                Line::Flow(record)
            }
            Err(_) if last => Line::Bad(reason::TRUNCATED),
            Err(why) => Line::Bad(why),
        }
    }

    fn notes(&self) -> Vec<String> {
        self.stamps.notes()
    }
}

/// The cells behind `filterlog[123]: `, or `filterlog 123 - [meta …] ` in the newer syslog.
fn message(line: &[u8]) -> Option<&[u8]> {
    let at = memchr::memmem::find(line, b"filterlog")?;
    let rest = &line[at..];
    let comma = memchr::memchr(b',', rest)?;
    let blank = rest[..comma].iter().rposition(|byte| *byte == b' ')?;
    Some(&rest[blank + 1..])
}

/// Cells as the manual of pfSense lists them ("Raw Filter Log Format").
fn packet(cells: &[u8], last: bool) -> Result<Record<'static>, &'static str> {
    let mut row: [&[u8]; 24] = [b""; 24];
    let mut count = 0;
    for (slot, cell) in row.iter_mut().zip(cells.split(|byte| *byte == b',')) {
        *slot = cell;
        count += 1;
    }
    // The number of the protocol, the length, and the first address; the sender's time-to-live.
    let (number, length, source, ttl) = match row[8] {
        b"4" => (15, 17, 18, 11),
        b"6" => (13, 14, 15, 11),
        b"" => return Err(SHORT),
        _ => return Err(VERSION),
    };
    // The last cell of a line without an end may be half of one.
    if count < source + 2 + usize::from(last) {
        return Err(SHORT);
    }
    let address = |at: usize| fields::address(row[at], AddressKind::Text);
    let mut record = Record::from_source(address(source).ok_or(reason::BAD_SOURCE)?);
    record.destination = address(source + 1);
    record.protocol = fields::digits(row[number]).and_then(|number| u8::try_from(number).ok());
    if matches!(record.protocol, Some(6 | 17)) {
        // The cell behind the ports is the length of the data: without it the line may be cut within a port.
        if count < source + 5 {
            return Err(SHORT);
        }
        let port = |at: usize| match fields::port(row[at]) {
            Port::Number(port) => Ok(Some(port)),
            Port::Missing | Port::Bad => Err(reason::BAD_PORT),
        };
        (record.source_port, record.destination_port) = (port(source + 2)?, port(source + 3)?);
    }
    record.packets_sent = Some(1);
    record.bytes_sent = fields::digits(row[length]);
    let ttl = fields::digits(row[ttl]).and_then(|ttl| u8::try_from(ttl).ok());
    record.wire.source_ttl = ttl.map(|ttl| [ttl, ttl]);
    record.state = verdict(row[6]).flatten();
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Parser;
    use crate::ingest::intake::Intake;
    use crate::model::record::ConnState;

    const LINES: &str = "Nov  6 20:51:01 fw filterlog[777]: 5,,,1000000103,igb0,match,block,in,4,0x0,,57,0,0,DF,6,tcp,60,192.0.2.1,10.0.0.1,4000,22,0,S,1,,64240,,mss\n\
        <134>1 2024-11-06T20:51:02+00:00 fw filterlog 99 - [meta sequenceId=\"1\"] 9,,,0,igb1,match,pass,out,6,0x00,0,64,udp,17,80,2001:db8::1,2001:db8::2,5000,53,40\n\
        Nov  6 20:51:03 fw filterlog[777]: 5,,,1,igb0,match,block,in,4,0x0,,1,0,0,none,2,igmp,32,10.0.0.3,224.0.0.1,datalength=8\n\
        Nov  6 20:51:04 fw sshd[1]: hello\n\
        Nov  6 20:51:05 fw filterlog[777]: 5,,,1,igb0,match,block,in,4,0x0,,1,0,0,none,6,tcp,32,10.0.0.3\n";

    fn read(text: &[u8]) -> Intake {
        let mut intake = Intake::default();
        let mut log = Log::new(Filter { stamps: Stamps::new(2024) });
        text.chunks(11).for_each(|slice| log.feed(slice, &mut intake).unwrap());
        let _ = log.finish(&mut intake);
        intake
    }

    #[test]
    fn both_versions_of_ip_and_both_of_syslog() {
        assert_eq!((FORMAT.sniff)(LINES.as_bytes()), 95);
        let intake = read(LINES.as_bytes());
        assert_eq!((intake.accepted(), intake.reasons().len()), (3, 2));
        let traffic = &intake.traffic;
        assert_eq!((traffic.state.get(0), traffic.destination_port.get(0)), (Some(ConnState::REJ), Some(22)));
        assert_eq!((traffic.start.get(0), traffic.bytes_sent.get(0)), (Some(1_730_926_261.0), Some(60)));
        assert_eq!((traffic.state.get(1), traffic.destination_port.get(1)), (None, Some(53)));
        assert_eq!((traffic.start.get(1), traffic.protocol.get(1)), (Some(1_730_926_262.0), Some(17)));
        assert_eq!((traffic.protocol.get(2), traffic.destination_port.get(2)), (Some(2), None));
    }

    #[test]
    fn every_protocol_the_manual_lists() {
        let line =
            |cells: &str| format!("Nov  6 20:51:01 fw filterlog[7]: 5,16777216,anchor,1000000103,igb0,match,{cells}\n");
        let four =
            |proto: &str, more: &str| line(&format!("block,in,4,0x0,,57,1,0,DF,{proto},84,192.0.2.1,10.0.0.1,{more}"));
        let six = |proto: &str, more: &str| {
            line(&format!("pass,out,6,0x00,0x12345,64,{proto},84,2001:db8::1,2001:db8::2,{more}"))
        };
        let text = [
            four("1,icmp", "request,4711,1"),
            four("1,icmp", "unreachport,10.0.0.1,17,53"),
            four("6,tcp", "4000,22,20,PA,1:21,7,512,,nop;TS"),
            four("17,udp", "4000,53,56"),
            four("112,carp", "advertise,255,1,2,1,0"),
            six("TCP,6", "4000,22,0,S,1,,64240,,mss"),
            six("UDP,17", "4000,53,56"),
            six("ICMPv6,58", "datalength=64"),
        ];
        let intake = read(text.concat().as_bytes());
        assert_eq!((intake.accepted(), intake.reasons()), (8, Vec::new()));
        let traffic = &intake.traffic;
        for (row, (protocol, port)) in [
            (1, None),
            (1, None),
            (6, Some(22)),
            (17, Some(53)),
            (112, None),
            (6, Some(22)),
            (17, Some(53)),
            (58, None),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!((traffic.protocol.get(row), traffic.destination_port.get(row)), (Some(protocol), port), "{row}");
            let (state, ttl) = if row < 5 { (Some(ConnState::REJ), 57) } else { (None, 64) };
            assert_eq!((traffic.state.get(row), traffic.source_ttl.get(row)), (state, Some([ttl, ttl])), "{row}");
            assert_eq!(traffic.bytes_sent.get(row), Some(84), "{row}");
        }
    }

    #[test]
    fn a_cut_port_is_no_port() {
        for cut in 0..LINES.len() {
            let traffic = read(&LINES.as_bytes()[..cut]).traffic;
            for row in 0..traffic.rows() {
                assert_eq!(traffic.destination_port.get(row), [Some(22), Some(53), None][row], "{cut}");
            }
        }
    }
}
