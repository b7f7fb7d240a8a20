//! Lines that the Linux kernel logs for its firewall: iptables, nftables and ufw.

use crate::about::About;
use crate::model::record::Record;

use super::Format;
use super::intake::Intake;
use super::text::fields::{self, AddressKind, Port};
use super::text::log::{Dialect, Line, Log, reason};
use super::text::protocols::{Protocol, is_icmp, protocol};
use super::text::states::verdict;
use super::text::syslog::{Stamps, YEAR};

pub const FORMAT: Format = Format {
    about: About {
        key: "syslog_firewall",
        title: "Linux firewall in syslog (iptables, nftables, ufw)",
        help: "What a rule with LOG wrote to kern.log, ufw.log or the journal: one line per packet, with SRC=, DST=, \
               PROTO= and so on. A prefix that says block, drop, deny or reject counts as a rejected attempt; one that \
               says allow or accept does not. Lines of one packet that follow each other (ufw's AUDIT and then its \
               verdict) are one flow.",
        limits: "Only packets that a rule logs are seen, and rules are often limited to a few lines per second, so \
                 that counts are lower bounds. The verdict is the prefix that whoever wrote the rule gave it. Times \
                 without a year take it from the setting syslog.year. Other lines of the file are rejected. In ICMP \
                 rows the ports are type and code, which only the models read.",
    },
    knobs: &[],
    endings: &["log", "gz"],
    sniff,
    open: |settings| Box::new(Log::new(Kernel { stamps: Stamps::new(settings.count(&YEAR)), ..Kernel::default() })),
};

const OTHER: &str = "a line that is not of the firewall";

fn sniff(head: &[u8]) -> u8 {
    let mut lines = head.split(|byte| *byte == b'\n').take(50);
    let has = |line: &[u8], name: &[u8]| memchr::memmem::find(line, name).is_some();
    if lines.any(|line| has(line, b" SRC=") && has(line, b" DST=") && has(line, b"PROTO=")) { 92 } else { 0 }
}

/// Reads one file.
#[derive(Default)]
struct Kernel {
    stamps: Stamps,
    /// The last packet, until another comes: the next line may be of the same.
    held: Option<(Record<'static>, u64)>,
    repeated: u64,
}

impl Dialect for Kernel {
    fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a> {
        if line.trim_ascii().is_empty() {
            return Line::NoRow;
        }
        let Some(start) = memchr::memmem::find(line, b"SRC=") else {
            return Line::Bad(if last { reason::TRUNCATED } else { OTHER });
        };
        // The last word of a line without an end may be half of one.
        let sound = if last { line.iter().rposition(|byte| *byte == b' ').unwrap_or(0) } else { line.len() };
        let (record, id) = match packet(&line[..sound.max(start)], start) {
            Ok((mut record, id)) => {
                record.start = self.stamps.time(line);
                (record, id)
            }
            Err(_) if last => return Line::Bad(reason::TRUNCATED),
            Err(why) => return Line::Bad(why),
        };
        if let Some((held, held_id)) = &mut self.held
            && *held_id == id
            && same(held, &record)
        {
            held.state = held.state.or(record.state);
            self.repeated += 1;
            return Line::Counted;
        }
        self.held.replace((record, id)).map_or(Line::Counted, |(held, _)| Line::CountedFlow(held))
    }

    fn rest(&mut self, intake: &mut Intake) {
        if let Some((held, _)) = self.held.take() {
            intake.flow(&held);
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.stamps.notes();
        if self.repeated > 0 {
            notes.push(format!("Lines that tell again of the packet of the line before: {}.", self.repeated));
        }
        notes
    }
}

fn same(a: &Record<'_>, b: &Record<'_>) -> bool {
    let key = |r: &Record<'_>| (r.source, r.destination, r.source_port, r.destination_port, r.protocol);
    // Nothing tells the packets of a connection apart but their ID, which may be 0.
    key(a) == key(b) && a.start.zip(b.start).is_none_or(|(a, b)| (b - a).abs() < 1.0)
}

/// The packet of a line, and its ID.
fn packet(line: &[u8], start: usize) -> Result<(Record<'static>, u64), &'static str> {
    // An ICMP error quotes in brackets the packet it is about.
    let quoted = line[start..].iter().position(|byte| *byte == b'[').map_or(line.len(), |at| start + at);
    let from = line[..start].windows(3).rposition(|name| name == b"IN=").unwrap_or(start);
    let value = |name: &[u8]| {
        let words = line[from..quoted].split(|byte| *byte == b' ');
        words.filter_map(|word| word.strip_prefix(name)?.strip_prefix(b"=")).next().unwrap_or_default()
    };
    let address = |name: &[u8]| fields::address(value(name), AddressKind::Text);
    let mut record = Record::from_source(address(b"SRC").ok_or(reason::BAD_SOURCE)?);
    record.destination = address(b"DST");
    record.protocol = match protocol(value(b"PROTO")) {
        Protocol::Number(number) => Some(number),
        Protocol::NoIp | Protocol::Unknown => None,
    };
    let names: [&[u8]; 2] = if is_icmp(record.protocol) { [b"TYPE", b"CODE"] } else { [b"SPT", b"DPT"] };
    let port = |name: &[u8]| match fields::port(value(name)) {
        Port::Number(port) => Ok(Some(port)),
        Port::Missing => Ok(None),
        Port::Bad => Err(reason::BAD_PORT),
    };
    (record.source_port, record.destination_port) = (port(names[0])?, port(names[1])?);
    // A cut line ends in the middle of an address that can still be read.
    if value(b"PROTO").is_empty() || matches!(record.protocol, Some(6 | 17)) && record.destination_port.is_none() {
        return Err(SHORT);
    }
    record.packets_sent = Some(1);
    record.bytes_sent = fields::digits(value(b"LEN"));
    record.source_mac = if value(b"IN").is_empty() { None } else { sender(value(b"MAC")) };
    let ttl = [b"TTL".as_slice(), b"HOPLIMIT"].into_iter().find_map(|name| fields::digits(value(name)));
    record.wire.source_ttl = ttl.and_then(|ttl| u8::try_from(ttl).ok()).map(|ttl| [ttl, ttl]);
    let mut prefix = line[..from].split(|byte| !byte.is_ascii_alphabetic());
    record.state = prefix.find_map(verdict).flatten();
    Ok((record, fields::digits(value(b"ID")).unwrap_or(0)))
}

const SHORT: &str = "the protocol or the port is missing";

/// The header of an Ethernet frame: destination, source and type, each byte with a colon behind.
fn sender(header: &[u8]) -> Option<[u8; 6]> {
    fields::mac(header.get(18..35).filter(|_| header.len() == 41)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Parser;
    use crate::model::record::ConnState;

    const LINES: &str = "Nov  6 20:51:01 fw kernel: [1.5] [UFW AUDIT] IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=192.0.2.1 DST=10.0.0.1 LEN=60 TOS=0x00 TTL=57 ID=9 DF PROTO=TCP SPT=4000 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0 \n\
        Nov  6 20:51:01 fw kernel: [1.5] [UFW BLOCK] IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=192.0.2.1 DST=10.0.0.1 LEN=60 TOS=0x00 TTL=57 ID=9 DF PROTO=TCP SPT=4000 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0 \n\
        Nov  6 20:51:02 fw systemd[1]: Started.\n\
        Nov  6 20:51:02 fw kernel: DROP-ALL IN= OUT=eth0 SRC=2001:db8::1 DST=2001:db8::2 LEN=80 HOPLIMIT=64 PROTO=UDP SPT=1 DPT=53 LEN=40\n\
        Nov  6 20:51:03 fw kernel: ACCEPT IN=eth0 OUT= SRC=10.0.0.9 DST=10.0.0.1 LEN=88 ID=1 PROTO=ICMP TYPE=3 CODE=1 [SRC=10.0.0.1 DST=8.8.8.8 PROTO=UDP SPT=5 DPT=6 ]\n";

    fn read(text: &[u8], slice: usize) -> Intake {
        let mut intake = Intake::default();
        let mut log = Log::new(Kernel::default());
        text.chunks(slice).for_each(|slice| log.feed(slice, &mut intake).unwrap());
        let _ = log.finish(&mut intake);
        intake
    }

    #[test]
    fn a_packet_logged_twice_is_one_flow() {
        assert_eq!(sniff(LINES.as_bytes()), 92);
        let intake = read(LINES.as_bytes(), 7);
        assert_eq!((intake.accepted(), intake.reasons()[0].rows, intake.traffic.rows()), (4, 1, 3));
        let traffic = &intake.traffic;
        assert_eq!((traffic.state.get(0), traffic.destination_port.get(0)), (Some(ConnState::REJ), Some(22)));
        assert_eq!((traffic.bytes_sent.get(0), traffic.source_ttl.get(0)), (Some(60), Some([57, 57])));
        assert_eq!(traffic.source_mac.get(0), Some([2, 0, 0, 0, 0, 2]));
        assert_eq!((traffic.state.get(1), traffic.protocol.get(1)), (Some(ConnState::REJ), Some(17)));
        let icmp = (traffic.state.get(2), traffic.source_port.get(2), traffic.destination_port.get(2));
        assert_eq!(icmp, (None, Some(3), Some(1)));
        assert_eq!(traffic.start.get(1).unwrap() - traffic.start.get(0).unwrap(), 1.0);
    }

    #[test]
    fn no_cut_invents_a_packet() {
        let whole = read(LINES.as_bytes(), 100);
        for cut in 0..LINES.len() {
            let intake = read(&LINES.as_bytes()[..cut], 64);
            assert!(intake.traffic.rows() <= whole.traffic.rows());
            for row in 0..intake.traffic.rows() {
                assert_eq!(
                    intake.traffic.address(intake.traffic.source()[row]),
                    whole.traffic.address(whole.traffic.source()[row])
                );
            }
        }
    }
}
