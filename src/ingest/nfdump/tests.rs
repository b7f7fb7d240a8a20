//! Rows of every print of nfdump, made to the patterns of its manual page, whole and cut.

use super::*;
use crate::ingest::intake::Intake;
use crate::ingest::{Parser, recognise};
use crate::model::traffic::AddressId;

const LONG: &str = "\
Date first seen          Duration Proto      Src IP Addr:Port          Dst IP Addr:Port   Flags Tos  Packets    Bytes Flows
2024-11-06 20:51:01.000    63.545 TCP      192.0.2.1:25    ->      10.0.0.1:3575  .AP.SF   0       62     3512     1
2024-11-06 20:51:01.000 00:01:03.545 UDP   2001:db8::1.53  ->   2001:db8::2.5000  ......   0    1.2 M    1.5 G     1
2024-11-06 20:51:01.000     0.000 ICMP     192.0.2.1:0     ->      10.0.0.1:8.0   ......   0        1       84     1
2024-11-06 20:51:01.000     0.000 TCP   2001:db..0:1.1     ->      10.0.0.1:80    ......   0        1       84     1
Summary: total flows: 4, total bytes: 1.5 G, total packets: 1.2 M, avg bps: 1, avg pps: 1, avg bpp: 1
Time window: 2024-11-06 20:51:01 - 2024-11-06 20:52:04
";

fn read(text: &[u8]) -> Intake {
    let mut intake = Intake::default();
    let mut log = Log::new(Nfdump::default());
    text.chunks(23).for_each(|slice| log.feed(slice, &mut intake).unwrap());
    let _ = log.finish(&mut intake);
    intake
}

#[test]
fn long_and_its_summary() {
    assert_eq!(recognise(LONG.as_bytes()).map(|format| format.about.key), Some("nfdump"));
    let intake = read(LONG.as_bytes());
    assert_eq!((intake.accepted(), intake.reasons()[0].rows), (3, 1));
    let traffic = &intake.traffic;
    assert_eq!((traffic.start.get(0), traffic.duration.get(0)), (Some(1_730_926_261.0), Some(63.545)));
    assert_eq!((traffic.packets_sent.get(0), traffic.bytes_sent.get(0)), (Some(62), Some(3512)));
    assert_eq!((traffic.source_port.get(1), traffic.destination_port.get(1)), (Some(53), Some(5000)));
    assert_eq!((traffic.packets_sent.get(1), traffic.bytes_sent.get(1)), (Some(1_200_000), Some(1_500_000_000)));
    assert_eq!((traffic.duration.get(1), traffic.destination_port.get(2)), (Some(63.545), None));
}

#[test]
fn line_extended_and_joined() {
    let line = "2024-11-06 20:51:01.000 63.545 TCP 192.0.2.1:25 -> 10.0.0.1:3575 62 3512 1\n";
    let extended = "2024-11-06 20:51:01.000 63.545 TCP 192.0.2.1:25 -> 10.0.0.1:3575 .AP.SF 0 62 3512 0 442 56 1\n";
    for text in [line, extended] {
        assert_eq!(recognise(text.as_bytes()).map(|format| format.about.key), Some("nfdump"));
        let traffic = read(text.as_bytes()).traffic;
        assert_eq!((traffic.packets_sent.get(0), traffic.bytes_sent.get(0)), (Some(62), Some(3512)), "{text}");
    }
    let joined = "Top 2 flows ordered by bytes:\nDate flow start Duration Proto Src IP Addr:Port Dst IP Addr:Port Out Pkt In Pkt Out Byte In Byte Flows\n\
                  2024-11-06 20:51:01.000 1.0 TCP 192.0.2.1:25 <-> 10.0.0.1:3575 5 7 500 1.7 M 1\n";
    let traffic = read(joined.as_bytes()).traffic;
    assert_eq!((traffic.packets_sent.get(0), traffic.packets_received.get(0)), (Some(7), Some(5)));
    assert_eq!((traffic.bytes_sent.get(0), traffic.bytes_received.get(0)), (Some(1_700_000), Some(500)));
    let event = "Date first seen Event XEvent Proto Src IP Addr:Port Dst IP Addr:Port X-Src IP Addr:Port X-Dst IP Addr:Port In Byte Out Byte\n\
                 2024-11-06 20:51:01.000 DENY Ignore TCP 192.0.2.1:25 -> 10.0.0.1:3575 0.0.0.0:0 -> 0.0.0.0:0 582 0\n";
    let traffic = read(event.as_bytes()).traffic;
    assert_eq!((traffic.destination_port.get(0), traffic.bytes_sent.get(0)), (Some(3575), None));
}

#[test]
fn csv_of_both_versions_opens_as_a_table() {
    let old = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt\n\
               2024-11-06 20:51:01,2024-11-06 20:52:04,63.545,192.0.2.1,10.0.0.1,25,3575,TCP,.AP.SF,0,0,62,3512,0,0\n";
    let new = "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n\
               2024-11-06 20:51:01.000,00:01:03.545,TCP,192.0.2.1,25,10.0.0.1,3575,62,3512,1\n";
    for text in [old, new] {
        let format = recognise(text.as_bytes()).unwrap();
        let mut intake = Intake::default();
        let mut parser = (format.open)(&crate::model::settings::Checked::default());
        parser.feed(text.as_bytes(), &mut intake).unwrap();
        parser.finish(&mut intake).unwrap();
        let traffic = &intake.traffic;
        assert_eq!((format.about.key, traffic.rows()), ("csv", 1), "{text}");
        assert_eq!((traffic.start.get(0), traffic.duration.get(0)), (Some(1_730_926_261.0), Some(63.545)), "{text}");
        assert_eq!((traffic.packets_sent.get(0), traffic.bytes_sent.get(0)), (Some(62), Some(3512)), "{text}");
        assert_eq!(traffic.destination_port.get(0), Some(3575));
    }
}

#[test]
fn no_cut_invents_an_end() {
    for cut in 0..LONG.len() {
        let traffic = read(&LONG.as_bytes()[..cut]).traffic;
        for row in 0..traffic.rows() {
            assert_eq!(traffic.destination_port.get(row), [Some(3575), Some(5000), None][row], "{cut}");
        }
    }
}

#[test]
fn pipe_text_of_both_versions() {
    let four = "6|0|0|0|3221225985|4000|0|0|0|167772161|443|64500|64501|1|2|26|0|62|3512";
    let old = format!("2|1730926261|0|1730926324|545|{four}\n");
    let new = format!("2|1730926261000|1730926324545|{four}\n");
    let six = "10|1730926261|250|1730926261|250|17|536939960|0|0|1|5000|536939960|0|0|2|53|0|0|0|0|0|0|1|80\n";
    for text in [&old, &new] {
        let text = format!("{text}{six}2|1|2|3\n");
        assert_eq!(recognise(text.as_bytes()).map(|format| format.about.key), Some("nfdump"));
        let intake = read(text.as_bytes());
        assert_eq!((intake.accepted(), intake.reasons()[0].rows), (2, 1));
        let traffic = &intake.traffic;
        let address = |id: AddressId| traffic.address(id).to_string();
        assert_eq!(address(traffic.source()[0]), "192.0.2.1");
        assert_eq!(traffic.destination.get(0).map(address), Some("10.0.0.1".to_owned()));
        assert_eq!((traffic.source_port.get(0), traffic.destination_port.get(0)), (Some(4000), Some(443)));
        assert_eq!((traffic.start.get(0), traffic.duration.get(0)), (Some(1_730_926_261.0), Some(63.545)), "{text}");
        assert_eq!((traffic.packets_sent.get(0), traffic.bytes_sent.get(0)), (Some(62), Some(3512)));
        assert_eq!((traffic.protocol.get(0), traffic.flags.get(0)), (Some(6), Some([26, 0])));
        assert_eq!(
            (address(traffic.source()[1]).as_str(), traffic.start.get(1)),
            ("2001:db8::1", Some(1_730_926_261.25))
        );
    }
    for cut in 0..old.len() {
        let traffic = read(&old.as_bytes()[..cut]).traffic;
        let ends = (traffic.destination_port.get(0), traffic.packets_sent.get(0), traffic.bytes_sent.get(0));
        assert!(traffic.rows() == 0 || cut + 5 > old.len() && ends == (Some(443), Some(62), None), "{cut}");
    }
}
