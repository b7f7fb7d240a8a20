//! Flow logs of Amazon's virtual networks.

use crate::about::About;
use crate::model::address::Address;

use super::Format;
use super::text::log::Log;
use super::text::spaced::{Field, Names, Spaced, words};

pub const FORMAT: Format = Format {
    about: About {
        key: "aws_vpc",
        title: "AWS VPC flow log (text)",
        help: "What crossed a network interface in Amazon's cloud, one line per flow and direction: in the default \
               format of version 2 without a header, or with a header that names the columns in any order. REJECT \
               counts as a rejected attempt.",
        limits: "Each line tells one direction, so that question and answer are two flows. Lines without data \
                 (NODATA, SKIPDATA) have no address and are rejected. Logs stored as Parquet, and custom formats \
                 without a header line, are not read. Addresses are srcaddr and dstaddr; pkt-srcaddr, the one before \
                 translation, is not read.",
    },
    knobs: &[],
    endings: &["log", "txt", "gz"],
    sniff,
    open: |_settings| Box::new(Log::new(Spaced::new(&NAMES))),
};

const NAMES: Names = Names {
    names: &[
        ("srcaddr", Field::Source),
        ("dstaddr", Field::Destination),
        ("srcport", Field::SourcePort),
        ("dstport", Field::DestinationPort),
        ("protocol", Field::Protocol),
        ("packets", Field::Packets),
        ("bytes", Field::Bytes),
        ("start", Field::Start),
        ("end", Field::End),
        ("action", Field::Action),
    ],
    header: |line| words(line).any(|word| word == b"srcaddr").then_some(line),
    // The default format, version 2, after the user guide of Amazon VPC.
    default: "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action \
              log-status",
};

fn sniff(head: &[u8]) -> u8 {
    let lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    for line in lines.filter(|line| !line.is_empty()).take(10) {
        let cells: Vec<&[u8]> = words(line).take(40).collect();
        if cells.contains(&b"srcaddr".as_slice()) && cells.contains(&b"dstaddr".as_slice()) {
            return 90;
        }
        let address = |cell: &[u8]| std::str::from_utf8(cell).ok().and_then(Address::parse).is_some();
        if cells.len() == 14 && cells[0] == b"2" && matches!(cells[12], b"ACCEPT" | b"REJECT") && address(cells[3]) {
            return 90;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Parser;
    use crate::ingest::intake::Intake;
    use crate::model::record::ConnState;

    fn read(text: &str) -> Intake {
        assert_eq!((FORMAT.sniff)(text.as_bytes()), 90, "{text}");
        let mut intake = Intake::default();
        let mut log = Log::new(Spaced::new(&NAMES));
        log.feed(text.as_bytes(), &mut intake).unwrap();
        log.finish(&mut intake).unwrap();
        intake
    }

    #[test]
    fn with_and_without_a_header() {
        let plain = "2 123456789012 eni-1 10.0.0.1 192.0.2.2 443 49153 6 25 20000 1620140761 1620140821 REJECT OK\n\n\
                     2 123456789012 eni-1 - - - - - - - 1620140761 1620140821 - NODATA\n2 123456789012 eni-2\n";
        let intake = read(plain);
        assert_eq!((intake.accepted(), intake.reasons().len()), (1, 2));
        let traffic = &intake.traffic;
        assert_eq!((traffic.start.get(0), traffic.duration.get(0)), (Some(1_620_140_761.0), Some(60.0)));
        assert_eq!((traffic.packets_sent.get(0), traffic.state.get(0)), (Some(25), Some(ConnState::REJ)));
        let custom = read("action srcaddr dstaddr dstport\nACCEPT 10.0.0.1 10.0.0.2 22\n");
        assert_eq!((custom.accepted(), custom.traffic.destination_port.get(0)), (1, Some(22)));
    }
}
