//! One line of each message, made to the patterns of Cisco's manual, through the front door; and cut.

use crate::ingest::Parser;
use crate::ingest::intake::Intake;
use crate::ingest::text::log::Log;
use crate::ingest::text::syslog::Stamps;
use crate::model::record::ConnState::{self, *};

use super::{Asa, FORMAT};

const DENIED: &str = "Nov 06 2024 20:51:01: %ASA-2-106001: Inbound TCP connection denied from 192.0.2.1/4000 to 10.0.0.1/22 flags SYN on interface outside\n\
Nov  6 20:51:01 fw %ASA-2-106006: Deny inbound UDP from 192.0.2.1/4000 to 10.0.0.1/22 on interface outside\n\
<162>Nov 06 2024 20:51:01 fw : %FTD-6-106015: Deny TCP (no connection) from 192.0.2.1/4000 to 10.0.0.1/22 flags RST on interface outside\n\
Nov 06 2024 20:51:01: %ASA-4-106023: Deny tcp src outside:192.0.2.1/4000 dst inside:10.0.0.1/22 by access-group \"out\" [0x0, 0x0]\n\
Nov 06 2024 20:51:01: %ASA-session-6-106100: access-list out denied tcp outside/192.0.2.1(4000) -> inside/10.0.0.1(22) hit-cnt 1 first hit [0x0, 0x0]\n\
Nov 06 2024 20:51:01: %ASA-2-106100: access-list out denied tcp outside/192.0.2.1(4000)->inside/10.0.0.1(22) hit-cnt 21 (300-second interval)\n\
Nov 06 2024 20:51:01: %ASA-3-710003: TCP access denied by ACL from 192.0.2.1/4000 to outside:10.0.0.1/22\n\
Nov 06 2024 20:51:01: %ASA-4-106023: Deny icmp src outside:192.0.2.1 dst inside:10.0.0.1 (type 8, code 0) by access-group \"out\" [0x0, 0x0]\n\
Nov 06 2024 20:51:01: %ASA-3-106014: Deny inbound icmp src outside: 192.0.2.1 dst inside: 10.0.0.1 (type 8, code 0)\n";

const CONNECTIONS: &str = "Nov 06 2024 20:51:01: %ASA-6-302013: Built inbound TCP connection 7 for outside:192.0.2.1/4000 (192.0.2.1/4000) to inside:10.0.0.1/22 (203.0.113.5/22)\n\
Nov 06 2024 20:51:02: %ASA-6-302015: Built outbound UDP connection 8 for outside:8.8.8.8/53 (8.8.8.8/53) to inside:10.0.0.9/5000 (203.0.113.5/5000)\n\
Nov 06 2024 20:51:03: %ASA-6-302020: Built inbound ICMP connection for faddr 192.0.2.7/1 gaddr 203.0.113.5/0 laddr 10.0.0.1/0 type 8 code 0\n\
Nov 06 2024 20:51:04: %ASA-6-302021: Teardown ICMP connection for faddr 192.0.2.7/1 gaddr 203.0.113.5/0 laddr 10.0.0.1/0 type 8 code 0\n\
Nov 06 2024 20:51:31: %ASA-6-302014: Teardown TCP connection 7 for outside:192.0.2.1/4000 to inside:10.0.0.1/22 duration 0:00:30 bytes 1200 TCP Reset-I\n\
Nov 06 2024 20:51:40: %ASA-6-302014: Teardown TCP connection 5 for outside:93.184.216.34/443 to inside:10.0.0.9/6000 duration 0:00:30 bytes 0 SYN Timeout\n\
Nov 06 2024 20:51:41: %ASA-5-111008: User 'admin' executed the 'show' command.\n";

fn read(text: &[u8], slice: usize) -> Intake {
    let mut intake = Intake::default();
    let mut log = Log::new(Asa { stamps: Stamps::new(2024), ..Asa::default() });
    text.chunks(slice).for_each(|slice| log.feed(slice, &mut intake).unwrap());
    let _ = log.finish(&mut intake);
    intake
}

/// Source, its port, the other's, state, start and duration.
type Flow = (String, Option<u16>, Option<u16>, Option<ConnState>, Option<f64>, Option<f64>);

fn flows(intake: &Intake) -> Vec<Flow> {
    let traffic = &intake.traffic;
    let flow = |row: usize| {
        let source = traffic.address(traffic.source()[row]).to_string();
        let ports = (traffic.source_port.get(row), traffic.destination_port.get(row));
        (source, ports.0, ports.1, traffic.state.get(row), traffic.start.get(row), traffic.duration.get(row))
    };
    (0..traffic.rows()).map(flow).collect()
}

/// 2024-11-06 20:51:00 UTC.
const MINUTE: f64 = 1_730_926_260.0;

#[test]
fn every_denial_is_one_rejected_attempt() {
    assert_eq!((FORMAT.sniff)(DENIED.as_bytes()), 95);
    let intake = read(DENIED.as_bytes(), 13);
    assert_eq!((intake.accepted(), intake.reasons().len()), (9, 0), "{:?}", intake.reasons());
    for (index, flow) in flows(&intake).into_iter().enumerate() {
        let ports = if index < 7 { (Some(4000), Some(22)) } else { (Some(8), Some(0)) };
        assert_eq!(flow, ("192.0.2.1".to_owned(), ports.0, ports.1, Some(REJ), Some(MINUTE + 1.0), None), "{index}");
    }
}

#[test]
fn a_connection_built_and_torn_down_is_one_flow() {
    let intake = read(CONNECTIONS.as_bytes(), 1000);
    assert_eq!((intake.accepted(), intake.reasons()[0].rows), (6, 1));
    let flow = |source: &str, ports: (u16, u16), state, start, duration| {
        (source.to_owned(), Some(ports.0), Some(ports.1), state, Some(MINUTE + start), duration)
    };
    let ping = ("192.0.2.7".to_owned(), None, None, None, Some(MINUTE + 3.0), Some(1.0));
    let expected = [
        ping,
        flow("192.0.2.1", (4000, 22), Some(RSTR), 1.0, Some(30.0)),
        flow("10.0.0.9", (6000, 443), Some(S0), 10.0, Some(30.0)),
        // Not torn down when the file ended.
        flow("10.0.0.9", (5000, 53), None, 2.0, None),
    ];
    assert_eq!(flows(&intake), expected);
    assert_eq!(intake.traffic.bytes_sent.get(1), Some(1200));
}

#[test]
fn permits_types_and_other_ends_are_told_apart() {
    let text = "Nov 06 2024 20:51:01: %ASA-6-106100: access-list in permitted icmp inside/10.0.0.9(0) -> outside/192.0.2.1(8) hit-cnt 3 (300-second interval)\n\
        Nov 06 2024 20:51:31: %ASA-6-302014: Teardown TCP connection 9 for outside:192.0.2.1/4000 to inside:10.0.0.1/22 duration 0:00:00 bytes 0 SYN Control\n";
    let intake = read(text.as_bytes(), 50);
    let ping = ("10.0.0.9".to_owned(), Some(8), None, None, Some(MINUTE + 1.0), None);
    let control = ("192.0.2.1".to_owned(), Some(4000), Some(22), None, Some(MINUTE + 31.0), Some(0.0));
    assert_eq!(flows(&intake), [ping, control]);
    assert_eq!(intake.traffic.packets_sent.get(0), Some(3));
}

#[test]
fn no_cut_invents_a_flow() {
    for text in [DENIED, CONNECTIONS] {
        let whole = flows(&read(text.as_bytes(), 1 << 20));
        for cut in 0..text.len() {
            for flow in flows(&read(&text.as_bytes()[..cut], 64)) {
                let known = |known: &Flow| (&known.0, known.1, known.2) == (&flow.0, flow.1, flow.2);
                assert!(whole.iter().any(known) || flow.3 == Some(REJ) && flow.2.is_none(), "{cut}: {flow:?}");
            }
        }
    }
}

const MORE_DENIED: &str = "Nov 06 2024 20:51:01: %ASA-2-106012: Deny IP from 192.0.2.1 to 10.0.0.1, IP options: \"router alert\"\n\
Nov 06 2024 20:51:01: %ASA-2-106016: Deny IP spoof from (192.0.2.1) to 10.0.0.1 on interface outside\n\
Nov 06 2024 20:51:01: %ASA-2-106017: Deny IP due to Land Attack from 192.0.2.1 to 10.0.0.1\n\
Nov 06 2024 20:51:01: %ASA-2-106020: Deny IP teardrop fragment (size = 36, offset = 0) from 192.0.2.1 to 10.0.0.1\n\
Nov 06 2024 20:51:01: %ASA-1-106022: Deny tcp connection spoof from 192.0.2.1 to 10.0.0.1 on interface outside\n\
Nov 06 2024 20:51:01: %ASA-3-106010: Deny inbound tcp src outside:192.0.2.1/4000 dst inside:10.0.0.1/22\n\
Nov 06 2024 20:51:01: %ASA-3-106011: Deny inbound (No xlate) udp src outside:192.0.2.1/4000 dst outside:10.0.0.1/22\n\
Nov 06 2024 20:51:01: %ASA-7-710005: UDP request discarded from 192.0.2.1/4000 to outside:10.0.0.1/22\n\
Nov 06 2024 20:51:01: %ASA-3-710003: TCP access denied by ACL from 192.0.2.1/4000 to outside:10.0.0.1/ssh\n\
Nov 06 2024 20:51:01: %FTD-6-430002: EventPriority: Low, InstanceID: 2, FirstPacketSecond: 2024-11-06T20:51:01Z, ConnectionID: 9, AccessControlRuleAction: Block with reset, SrcIP: 192.0.2.1, DstIP: 10.0.0.1, SrcPort: 4000, DstPort: 22, Protocol: tcp, IngressInterface: outside\n";

#[test]
fn spoofed_discarded_and_blocked_packets_are_rejected_attempts() {
    let intake = read(MORE_DENIED.as_bytes(), 17);
    assert_eq!((intake.accepted(), intake.reasons()), (10, Vec::new()));
    for (index, flow) in flows(&intake).into_iter().enumerate() {
        let ports = if index < 5 { (None, None) } else { (Some(4000), Some(22)) };
        assert_eq!(flow, ("192.0.2.1".to_owned(), ports.0, ports.1, Some(REJ), Some(MINUTE + 1.0), None), "{index}");
    }
}

#[test]
fn connection_events_of_firepower_are_one_flow_each() {
    let event = |number: u32, id: u32, more: &str| {
        format!(
            "2024-11-06T20:51:11Z fw %FTD-1-{number}: EventPriority: Low, InstanceID: 1, ConnectionID: {id}, \
             AccessControlRuleAction: Allow, SrcIP: 192.0.2.1, DstIP: 10.0.0.1, SrcPort: 40{id:02}, DstPort: 443, Protocol: \
             tcp{more}\n"
        )
    };
    let end = ", UserAgent: a, SrcIP: 6.6.6.6, ConnectionDuration: 10, InitiatorPackets: 4, ResponderPackets: 7, \
               InitiatorBytes: 365, ResponderBytes: 1927, NAPPolicy: Balanced";
    let text = [event(430_002, 1, ""), event(430_003, 1, end), event(430_003, 2, end), event(430_002, 3, "")].concat();
    let intake = read(text.as_bytes(), 29);
    assert_eq!((intake.accepted(), intake.traffic.rows()), (4, 3));
    let source = "192.0.2.1".to_owned();
    assert_eq!(
        flows(&intake),
        [
            (source.clone(), Some(4001), Some(443), None, Some(MINUTE + 11.0), Some(10.0)),
            (source.clone(), Some(4002), Some(443), None, Some(MINUTE + 1.0), Some(10.0)),
            (source, Some(4003), Some(443), None, Some(MINUTE + 11.0), None),
        ]
    );
    let traffic = &intake.traffic;
    assert_eq!((traffic.bytes_sent.get(0), traffic.bytes_received.get(0)), (Some(365), Some(1927)));
    assert_eq!((traffic.packets_sent.get(1), traffic.packets_received.get(1)), (Some(4), Some(7)));
}

#[test]
fn a_state_bypass_has_from_and_to() {
    let text = "Nov 06 2024 20:51:01: %ASA-6-302303: Built TCP state-bypass connection 7 from outside:192.0.2.1/4000 (192.0.2.1/4000) to inside:10.0.0.1/22 (10.0.0.1/22)\n\
Nov 06 2024 20:51:31: %ASA-6-302304: Teardown TCP state-bypass connection 7 from outside:192.0.2.1/4000 to inside:10.0.0.1/22 duration 0:00:30 bytes 1200 Connection timeout\n";
    let intake = read(text.as_bytes(), 31);
    assert_eq!((intake.accepted(), intake.traffic.rows()), (2, 1));
    assert_eq!(intake.traffic.duration.get(0), Some(30.0));
}

#[test]
fn pings_of_the_firewall_translations_and_access_to_it() {
    let text = "Nov 06 2024 20:51:01: %ASA-3-313001: Denied ICMP type=8, code=0 from 192.0.2.1 on interface outside\n\
Nov 06 2024 20:51:01: %ASA-3-313008: Denied IPv6-ICMP type=128, code=0 from 2001:db8::1 on interface outside\n\
Nov 06 2024 20:51:01: %ASA-5-305013: Asymmetric NAT rules matched for forward and reverse flows; Connection for tcp src outside:192.0.2.1/4000 dst inside:10.0.0.1/22 denied due to NAT reverse path failure\n\
Nov 06 2024 20:51:01: %ASA-7-710002: TCP access permitted from 192.0.2.1/4000 to inside:10.0.0.1/https\n\
Nov 06 2024 20:51:01: %ASA-6-305011: Built dynamic TCP translation from inside:10.0.0.9/5000 to outside:203.0.113.5/5000\n\
Nov 06 2024 20:51:01: %ASA-6-305012: Teardown dynamic TCP translation from inside:10.0.0.9/5000 to outside:203.0.113.5/5000 duration 0:00:30\n";
    let intake = read(text.as_bytes(), 37);
    assert_eq!((intake.accepted(), intake.reasons()[0].rows), (4, 2), "{:?}", intake.reasons());
    let flow = |source: &str, ports: (u16, u16), state| {
        (source.to_owned(), Some(ports.0), Some(ports.1), state, Some(MINUTE + 1.0), None)
    };
    let expected = [
        flow("192.0.2.1", (8, 0), Some(REJ)),
        flow("2001:db8::1", (128, 0), Some(REJ)),
        flow("192.0.2.1", (4000, 22), Some(REJ)),
        flow("192.0.2.1", (4000, 443), None),
    ];
    assert_eq!(flows(&intake), expected);
    let protocols = [0, 1, 2, 3].map(|row| intake.traffic.protocol.get(row));
    assert_eq!(protocols, [Some(1), Some(58), Some(6), Some(6)]);
}

#[test]
fn what_real_senders_write_besides() {
    // No colon behind the number; an answer nobody asked for; a filter by reputation; a user's name with blanks; ICMPv6.
    let text = "Nov 06 2024 20:51:01 : %ASA-6-302016 Teardown UDP connection 40 for outside:192.0.2.1/500 to inside:10.0.0.2/500 duration 0:02:02 bytes 1416\n\
Nov 06 2024 20:51:01: %ASA-4-313004: Denied ICMP type=0, from laddr 10.0.0.9 on interface inside to 192.0.2.9: no matching session\n\
Nov 06 2024 20:51:01: %ASA-4-338008: Dynamic Filter dropped greylisted TCP traffic from inside:10.0.0.1/4000 (203.0.113.5/4000) to outside:192.0.2.7/80 (192.0.2.7/80), destination 192.0.2.7 resolved from dynamic list: 192.0.2.7/255.255.255.255, threat-level: high, category: Malware\n\
Nov 06 2024 20:51:01: %ASA-6-302014: Teardown TCP connection 41 for outside:192.0.2.4/50120(LOCAL\\unit\\A Name) to inside:10.0.0.4/443 duration 0:00:05 bytes 9610 TCP FINs from outside (unit\\A Name)\n\
Nov 06 2024 20:51:01: %ASA-6-302021: Teardown ICMP connection for faddr ff02::1/0 gaddr fe80::1/0 laddr fe80::1/0 type 134 code 0\n";
    let intake = read(text.as_bytes(), 29);
    assert_eq!((intake.accepted(), intake.reasons()), (5, Vec::new()));
    let traffic = &intake.traffic;
    let address = |id| traffic.address(id).to_string();
    let rows: Vec<_> = (0..traffic.rows())
        .map(|row| {
            (address(traffic.source()[row]), traffic.destination.get(row).map(address), traffic.protocol.get(row))
        })
        .collect();
    let row = |source: &str, destination: &str, protocol| (source.into(), Some(destination.into()), Some(protocol));
    let expected: Vec<(String, Option<String>, Option<u8>)> = vec![
        row("192.0.2.1", "10.0.0.2", 17),
        row("10.0.0.9", "192.0.2.9", 1),
        row("10.0.0.1", "192.0.2.7", 6),
        row("192.0.2.4", "10.0.0.4", 6),
        row("ff02::1", "fe80::1", 58),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn an_event_of_icmp_names_its_type() {
    let text = "2024-11-06T20:51:11Z fw %NGIPS-1-430003: EventPriority: Low, InstanceID: 2, ConnectionID: 4, AccessControlRuleAction: Allow, SrcIP: 192.0.2.1, DstIP: 10.0.0.1, ICMPType: Echo Request, ICMPCode: No Code, Protocol: icmp, InitiatorPackets: 1, ResponderPackets: 0, InitiatorBytes: 74, ResponderBytes: 0, NAPPolicy: Balanced\n";
    let intake = read(text.as_bytes(), 41);
    assert_eq!((intake.accepted(), intake.reasons()), (1, Vec::new()));
    assert_eq!((intake.traffic.protocol.get(0), intake.traffic.bytes_sent.get(0)), (Some(1), Some(74)));
    assert_eq!(intake.traffic.source_port.get(0), None);
}
