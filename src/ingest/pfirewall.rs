//! The log of the Windows firewall, pfirewall.log.

use crate::about::About;

use super::Format;
use super::text::log::Log;
use super::text::spaced::{Field, Names, Spaced};

pub const FORMAT: Format = Format {
    about: About {
        key: "pfirewall",
        title: "Windows firewall (pfirewall.log)",
        help: "What the Windows firewall allowed and dropped, one line each, as it stands in \
               System32\\LogFiles\\Firewall. Columns are found by the #Fields line. DROP counts as a rejected attempt.",
        limits: "The log names no time zone and mostly has local time; it is read as UTC. Allowed connections have no \
                 size and no duration, and nothing says whether they were answered. Lines that say how many events \
                 were lost have no address and are rejected.",
    },
    knobs: &[],
    endings: &["log"],
    sniff: |head| {
        let mut lines = head.split(|byte| *byte == b'\n').take(20);
        if lines.any(|line| header(line).is_some_and(|names| memchr::memmem::find(names, b"src-ip").is_some())) {
            95
        } else {
            0
        }
    },
    open: |_settings| Box::new(Log::new(Spaced::new(&NAMES))),
};

const NAMES: Names = Names {
    names: &[
        ("date", Field::Date),
        ("time", Field::TimeOfDay),
        ("action", Field::Action),
        ("protocol", Field::Protocol),
        ("src-ip", Field::Source),
        ("dst-ip", Field::Destination),
        ("src-port", Field::SourcePort),
        ("dst-port", Field::DestinationPort),
        ("size", Field::Bytes),
    ],
    header,
    default: "",
};

fn header(line: &[u8]) -> Option<&[u8]> {
    line.strip_prefix(b"#Fields:")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Parser;
    use crate::ingest::intake::Intake;
    use crate::model::record::ConnState;

    #[test]
    fn drops_and_allows() {
        let text = "#Version: 1.5\n#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags\n\n\
                    2024-11-06 20:51:01 DROP UDP 10.0.0.1 224.0.0.251 5353 5353 73 -\n\
                    2024-11-06 20:51:02 ALLOW ICMP 10.0.0.1 10.0.0.2 - - 0 -\n\
                    2024-11-06 20:51:03 INFO-EVENTS-LOST - - - - - - -\n";
        assert_eq!((FORMAT.sniff)(text.as_bytes()), 95);
        let mut intake = Intake::default();
        let mut log = Log::new(Spaced::new(&NAMES));
        log.feed(text.as_bytes(), &mut intake).unwrap();
        log.finish(&mut intake).unwrap();
        assert_eq!((intake.accepted(), intake.reasons().len()), (2, 1));
        let traffic = &intake.traffic;
        assert_eq!((traffic.state.get(0), traffic.bytes_sent.get(0)), (Some(ConnState::REJ), Some(73)));
        assert_eq!((traffic.start.get(0), traffic.state.get(1)), (Some(1_730_926_261.0), None));
        assert_eq!((traffic.protocol.get(1), traffic.bytes_sent.get(1)), (Some(1), None));
    }
}
