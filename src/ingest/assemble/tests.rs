//! Small made-up captures and the flows they must make.

use std::collections::BTreeMap;

use super::craft::{ethernet, fragment, ipv4, tcp, udp};
use super::*;
use crate::model::observation::{NameService, TlsFact};
use crate::model::record::ConnState;
use crate::model::settings::{Settings, Value};
use crate::model::traffic::Traffic;

const SECOND: i64 = 1_000_000_000;

fn assemble(settings: &[(&str, f64)], frames: &[(i64, Vec<u8>)]) -> (Intake, Vec<String>) {
    let values: BTreeMap<_, _> =
        settings.iter().map(|(key, value)| ((*key).to_owned(), Value::Number(*value))).collect();
    let checked = Settings(values).check(knobs::KNOBS).unwrap();
    let mut assembler = Assembler::new(&checked);
    let mut intake = Intake::default();
    intake.begin("made up");
    let numbered: Vec<Frame<'_>> = (1..)
        .zip(frames)
        .map(|(number, (time, bytes))| {
            let length = bytes.len() as u32;
            Frame { number, byte: 0, time: Some(*time), link: 1, length, bytes }
        })
        .collect();
    numbered.chunks(TOGETHER).for_each(|frames| assembler.packets(frames, &mut intake));
    assembler.finish(&mut intake);
    (intake, assembler.notes())
}

fn ip(payload: Vec<u8>) -> Vec<u8> {
    ethernet(0x0800, &payload)
}

/// Source, destination, packets, bytes, state and history of every flow.
fn flows(traffic: &Traffic) -> Vec<String> {
    let number = |value: Option<u64>| value.unwrap_or_default();
    let row = |row: usize| {
        format!(
            "{}:{} {}:{} {}/{} {}/{} {:?} {}",
            traffic.address(traffic.source()[row]),
            traffic.source_port.get(row).unwrap_or_default(),
            traffic.destination.get(row).map(|id| traffic.address(id).to_string()).unwrap_or_default(),
            traffic.destination_port.get(row).unwrap_or_default(),
            number(traffic.packets_sent.get(row)),
            number(traffic.packets_received.get(row)),
            number(traffic.bytes_sent.get(row)),
            number(traffic.bytes_received.get(row)),
            traffic.state.get(row).unwrap(),
            traffic.history(row).unwrap_or("-"),
        )
    };
    (0..traffic.rows()).map(row).collect()
}

/// A connection from 10.0.0.1:40000 to 10.0.0.2:80 as flags and data, `>` sent and `<` received.
fn connection(packets: &[(char, u8, usize)]) -> Vec<(i64, Vec<u8>)> {
    let mut sequence = [100, 900];
    let mut frames = Vec::new();
    for (index, (way, flags, length)) in packets.iter().enumerate() {
        let side = usize::from(*way == '<');
        let data = vec![b'x'; *length];
        let numbers = [(40_000, 80, sequence[0]), (80, 40_000, sequence[1])][side];
        let hosts = [(1, 2), (2, 1)][side];
        frames.push((index as i64 * SECOND / 10, ip(ipv4(hosts.0, hosts.1, 6, &tcp(numbers, *flags, &data)))));
        sequence[side] += *length as u32 + u32::from(flags & 3 != 0);
    }
    frames
}

#[test]
fn connections_end_in_zeeks_states() {
    let open = [('>', 2, 0), ('<', 18, 0), ('>', 16, 0)];
    let with = |rest: &[(char, u8, usize)]| [&open, rest].concat();
    for (packets, expected) in [
        (vec![('>', 2, 0)], (ConnState::S0, "S")),
        (vec![('>', 2, 0), ('<', 20, 0)], (ConnState::REJ, "Sr")),
        (vec![('>', 2, 0), ('>', 4, 0)], (ConnState::RSTOS0, "SR")),
        (vec![('>', 2, 0), ('>', 17, 0)], (ConnState::SH, "SF")),
        (vec![('<', 18, 0), ('<', 20, 0)], (ConnState::RSTRH, "^hr")),
        (vec![('<', 18, 0), ('<', 17, 0)], (ConnState::SHR, "^hf")),
        (vec![('>', 24, 5), ('<', 16, 0)], (ConnState::OTH, "Da")),
        (with(&[]), (ConnState::S1, "ShA")),
        (with(&[('>', 24, 9), ('<', 24, 7), ('>', 17, 0), ('<', 17, 0)]), (ConnState::SF, "ShADdFf")),
        (with(&[('>', 17, 0)]), (ConnState::S2, "ShAF")),
        (with(&[('<', 17, 0)]), (ConnState::S3, "ShAf")),
        (with(&[('>', 24, 9), ('>', 20, 0)]), (ConnState::RSTO, "ShADR")),
        (with(&[('>', 24, 9), ('<', 20, 0)]), (ConnState::RSTR, "ShADr")),
    ] {
        let (intake, _) = assemble(&[], &connection(&packets));
        let traffic = &intake.traffic;
        assert_eq!(traffic.rows(), 1, "{packets:?}");
        assert_eq!((traffic.state.get(0).unwrap(), traffic.history(0).unwrap()), expected, "{packets:?}");
        assert_eq!(traffic.source_port.get(0), Some(40_000), "{packets:?}");
    }
}

#[test]
fn a_handshake_is_timed_and_the_flow_measured() {
    let (intake, _) = assemble(&[], &connection(&[('>', 2, 0), ('<', 18, 0), ('>', 24, 10)]));
    let traffic = &intake.traffic;
    assert_eq!(flows(traffic), ["10.0.0.1:40000 10.0.0.2:80 2/1 10/0 S1 ShD"]);
    assert_eq!(traffic.handshake.get(0), Some(0.1));
    assert_eq!((traffic.start.get(0), traffic.duration.get(0)), (Some(0.0), Some(0.2)));
    assert_eq!(traffic.ip_bytes.get(0), Some([90, 40]));
    assert_eq!(traffic.frame_bytes.get(0), Some([118, 54]));
    assert_eq!(traffic.source_ttl.get(0), Some([64, 64]));
    assert_eq!(traffic.flags.get(0), Some([26, 18]));
    assert_eq!(traffic.source_mac.get(0), Some([2, 0, 0, 0, 0, 1]));
    assert_eq!(intake.accepted(), 3);
    assert_eq!(traffic.observations.syn.items().len(), 1);
}

#[test]
fn silence_reuse_age_and_crowding_end_a_flow() {
    let at = |seconds: i64, port: u16| (seconds * SECOND, ip(ipv4(1, 2, 17, &udp(port, 9000, b"x"))));
    let counts = |settings: &[(&str, f64)], frames: &[(i64, Vec<u8>)]| assemble(settings, frames).0.traffic.rows();
    assert_eq!(counts(&[], &[at(0, 1), at(60, 1), at(121, 1)]), 2);
    assert_eq!(counts(&[("capture.udp_idle", 1.0)], &[at(0, 1), at(60, 1), at(121, 1)]), 3);
    assert_eq!(counts(&[("capture.active", 10.0)], &[at(0, 1), at(9, 1), at(11, 1)]), 2);
    let crowd = [at(0, 1), at(0, 2), at(0, 3), at(1, 1)];
    let (intake, notes) = assemble(&[("capture.max_flows", 2.0)], &crowd);
    assert_eq!(intake.traffic.rows(), 4);
    assert!(notes.iter().any(|note| note.starts_with("2 flows were ended early")), "{notes:?}");
    let mut twice = connection(&[('>', 2, 0), ('<', 20, 0)]);
    twice.push((SECOND, ip(ipv4(1, 2, 6, &tcp((40_000, 80, 7777), 2, b"")))));
    assert_eq!(counts(&[], &twice), 2);
}

#[test]
fn fragments_join_the_flow_of_their_first_one_in_any_order() {
    let whole = udp(5000, 9000, &[1; 24]);
    let first = (0, ip(fragment(1, 2, 17, 7, (0, true), &whole[..16])));
    let last = (1, ip(fragment(1, 2, 17, 7, (16, false), &whole[16..])));
    for frames in [[first.clone(), last.clone()], [last, first]] {
        let (intake, notes) = assemble(&[], &frames);
        assert_eq!(flows(&intake.traffic), ["10.0.0.1:5000 10.0.0.2:9000 2/0 24/0 S0 D"]);
        assert_eq!(notes.len(), 1, "{notes:?}");
    }
    let (intake, notes) = assemble(&[], &[(0, ip(fragment(1, 2, 17, 7, (16, false), b"stray")))]);
    assert_eq!((intake.traffic.rows(), intake.accepted()), (0, 1));
    assert!(notes[1].starts_with("1 fragments came without"), "{notes:?}");
}

#[test]
fn tags_and_tunnels_are_taken_off() {
    let inner = ipv4(1, 2, 17, &udp(5000, 9000, b"x"));
    let expected = "10.0.0.1:5000 10.0.0.2:9000 1/0 1/0 S0 D";
    let gre = [&[0, 0, 8, 0][..], &inner].concat();
    let vxlan = [&[8, 0, 0, 0, 0, 0, 1, 0][..], &ip(inner.clone())].concat();
    for frame in [
        ip(inner.clone()),
        ethernet(0x8100, &[&[0, 5, 8, 0][..], &inner].concat()),
        ethernet(0x88a8, &[&[0, 5, 0x81, 0, 0, 6, 8, 0][..], &inner].concat()),
        ethernet(0x8847, &[&[0, 0, 0x11, 64][..], &inner].concat()),
        ethernet(0x8864, &[&[0x11, 0, 0, 1, 0, 31, 0, 0x21][..], &inner].concat()),
        ip(ipv4(8, 9, 4, &inner)),
        ip(ipv4(8, 9, 47, &gre)),
        ip(ipv4(8, 9, 17, &udp(700, 4789, &vxlan))),
    ] {
        let (intake, _) = assemble(&[], &[(0, frame.clone())]);
        assert_eq!(flows(&intake.traffic), [expected], "{frame:?}");
    }
}

#[test]
fn what_nests_too_deep_or_cannot_be_read_is_counted() {
    let nest = |depth: usize| (0..depth).fold(ipv4(1, 2, 17, &udp(5, 6, b"")), |inner, _| ipv4(8, 9, 4, &inner));
    let (intake, _) = assemble(&[], &[(0, ip(nest(4)))]);
    assert_eq!(flows(&intake.traffic), ["10.0.0.1:5 10.0.0.2:6 1/0 0/0 S0 -"]);
    let (intake, notes) = assemble(&[], &[(0, ip(nest(6)))]);
    assert_eq!(flows(&intake.traffic).len(), 1);
    assert!(notes.iter().any(|note| note.contains("were not opened")), "{notes:?}");
    let tags = [0, 1, 0x81, 0].repeat(20);
    let (intake, _) = assemble(&[], &[(0, ethernet(0x8100, &tags)), (0, ethernet(0x88cc, b"lldp")), (0, vec![1; 5])]);
    assert_eq!((intake.accepted(), intake.traffic.rows()), (0, 0));
    let mut reasons: Vec<String> = intake.reasons().into_iter().map(|count| count.reason).collect();
    reasons.sort();
    assert_eq!(reasons, [layers::NOT_IP, layers::CUT_LINK, layers::TOO_DEEP]);
}

#[test]
fn packets_are_observed() {
    let arp = [&[0, 1, 8, 0, 6, 4, 0, 2, 9, 9, 9, 9, 9, 9, 10, 0, 0, 1][..], &[0; 10]].concat();
    let question = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x03www\x07example\x03org\0\0\x01\0\x01";
    let hello = [
        &[22, 3, 1, 0, 61, 1, 0, 0, 57, 3, 3][..],
        &[0; 32],
        &[0, 0, 2, 0x13, 1, 1, 0, 0, 14, 0, 0, 0, 10, 0, 8, 0, 0, 5],
        b"a.org",
    ]
    .concat();
    let hello_length = hello.len();
    let (first, second) = hello.split_at(30);
    let frames = [
        (0, ethernet(0x0806, &arp)),
        (0, ip(ipv4(1, 2, 17, &udp(5000, 53, question)))),
        (0, ip(ipv4(1, 2, 6, &tcp((40_000, 443, 10), 24, first)))),
        (0, ip(ipv4(1, 2, 6, &tcp((40_000, 443, 40), 24, second)))),
    ];
    let (intake, notes) = assemble(&[], &frames);
    let seen = &intake.traffic.observations;
    assert_eq!(seen.arp.items()[0].sender_mac, [9; 6]);
    assert_eq!(seen.arp.items()[0].frame_source, Some([2, 0, 0, 0, 0, 1]));
    let dns = seen.dns.items()[0];
    assert_eq!((dns.service, dns.id, dns.labels, dns.name_length), (NameService::Dns, 0x1234, 3, 15));
    assert_eq!(dns.domain.map(|id| seen.text(id)), Some("example.org"));
    assert_eq!(hello_length, 66);
    let [tls] = seen.tls.items() else { panic!("{:?}", seen.tls) };
    let TlsFact::ClientHello { server_name: Some(name), version: 0x0303 } = tls.fact else { panic!("{tls:?}") };
    assert_eq!((seen.text(name), tls.ends.server_port, tls.at.packet), ("a.org", 443, 4));
    assert!(notes.iter().any(|note| note.starts_with("1 ARP")), "{notes:?}");
}

#[test]
fn a_packet_cut_behind_its_ports_counts_without_flags() {
    let packet = |protocol: u8, segment: &[u8]| ip(ipv4(1, 2, protocol, segment));
    let short = |mut frame: Vec<u8>, kept: usize| {
        frame.truncate(14 + 20 + kept);
        frame
    };
    let (tcp, udp) = (tcp((40_000, 80, 7), 2, b"0123456789"), udp(5000, 53, b"01234567"));
    let frames = [
        (0, short(packet(6, &tcp), 6)),
        (1, short(packet(17, &udp), 4)),
        // Without the second port, or with a header that is damaged and not cut.
        (2, short(packet(6, &tcp), 3)),
        (3, packet(6, &tcp[..12])),
    ];
    let (intake, _) = assemble(&[], &frames);
    assert_eq!((intake.accepted(), intake.reasons()[0].rows), (2, 2));
    let expected = ["10.0.0.1:40000 10.0.0.2:80 1/0 10/0 OTH -", "10.0.0.1:5000 10.0.0.2:53 1/0 8/0 S0 D"];
    assert_eq!(flows(&intake.traffic), expected);
}
