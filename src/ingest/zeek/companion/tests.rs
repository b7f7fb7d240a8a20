//! Small logs beside conn.log, read through the front door; text and JSON must say the same.

use crate::ingest::intake::Intake;
use crate::ingest::reader::Reader;
use crate::model::address::Address;
use crate::model::observation::{NameService, TlsFact};
use crate::model::observations::Observations;
use crate::model::report::Input;
use crate::model::settings::Checked;

/// Reads files one after the other.
fn read(files: &[&str]) -> (Vec<Input>, Observations) {
    let mut intake = Intake::default();
    let settings = Checked::default();
    let mut inputs = Vec::new();
    for text in files {
        let mut reader = Reader::new("log", &mut intake);
        reader.feed(text.as_bytes(), &settings, &mut intake).unwrap();
        inputs.extend(reader.finish(&settings, &mut intake).unwrap());
    }
    intake.settle();
    assert_eq!(intake.traffic.rows(), 0, "companions make no flow");
    (inputs, intake.traffic.observations)
}

fn text(path: &str, names: &str, rows: &str) -> String {
    let tabs = |text: &str| text.replace(' ', "\t");
    format!(
        "#separator \\x09\n#unset_field\t-\n#empty_field\t(empty)\n#path\t{path}\n#fields\t{}\n{}",
        tabs(names),
        tabs(rows)
    )
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

const ENDS: &str = "ts id.orig_h id.orig_p id.resp_h id.resp_p";
const NEEDS: &str = "1700000000.5 10.0.0.1 40000 192.0.2.1 443";

#[test]
fn a_question_and_its_answer_are_two_messages() {
    let rows = "1700000000.5 10.0.0.1 40000 10.0.0.53 53 7 0.25 WWW.Example.org 1 0 a.example.org,192.0.2.1,2001:db8::1\n\
                1700000001 10.0.0.1 40001 10.0.0.53 53 8 - no.example.org 28 3 -\n\
                1700000002 10.0.0.1 5353 224.0.0.251 5353 0 - _ssh._tcp.local 12 - -\n\
                1700000003 10.0.0.1 40002 10.0.0.53 53 9 - - - - -\n\
                1700000003 10.0.0.1 40002 nobody 53 9 - - - - -\n1700000003 10.0";
    let dns = text("dns", &format!("{ENDS} trans_id rtt query qtype rcode answers"), rows);
    let json = r#"{"ts":"2023-11-14T22:13:20.5Z","id.orig_h":"10.0.0.1","id.orig_p":40000,"id.resp_h":"10.0.0.53","id.resp_p":53,"trans_id":7,"rtt":0.25,"query":"www.example.org","qtype":1,"rcode":0,"rejected":false,"answers":["a.example.org","192.0.2.1","2001:db8::1"]}"#;
    let (inputs, seen) = read(&[&dns]);
    assert_eq!((inputs[0].read, inputs[0].rejected), (4, 2), "{:?}", inputs[0].reasons);
    let items = seen.dns.items();
    assert_eq!(items.iter().map(|dns| dns.response).collect::<Vec<_>>(), [false, true, false, true, false]);
    let (question, answer) = (&items[0], &items[1]);
    assert_eq!((question.at.time, answer.at.time, answer.at.packet), (1_700_000_000.5, 1_700_000_000.75, 1));
    assert_eq!((question.source, answer.source), (address("10.0.0.1"), address("10.0.0.53")));
    assert_eq!((answer.source_port, answer.destination_port, answer.answers), (53, 40_000, 3));
    assert_eq!(answer.addresses[..3], [Some(address("192.0.2.1")), Some(address("2001:db8::1")), None]);
    assert_eq!(question.domain.map(|id| seen.text(id)), Some("example.org"));
    assert_eq!((items[3].code, items[4].service), (3, NameService::Multicast));
    let (_, other) = read(&[json]);
    assert_eq!(other.dns.items(), &items[..2]);
}

#[test]
fn an_exchange_of_leases_is_one_message_each() {
    let new = text(
        "dhcp",
        "ts client_addr server_addr mac requested_addr assigned_addr msg_types",
        "1700000000 - 10.0.0.254 02:00:00:00:00:01 10.0.0.7 10.0.0.9 DISCOVER,OFFER,REQUEST,ACK\n\
         1700000001 - - 02:00:00:00:00:02 - - DISCOVER,OFFER\n1700000002 - - nothing - - DISCOVER",
    );
    let (inputs, seen) = read(&[&new]);
    assert_eq!((inputs[0].read, inputs[0].rejected), (2, 1));
    let items = seen.dhcp.items();
    assert_eq!(items.iter().map(|dhcp| dhcp.kind).collect::<Vec<_>>(), [1, 2, 3, 5, 1]);
    assert_eq!((items[0].source, items[0].requested), (address("0.0.0.0"), Some(address("10.0.0.7"))));
    assert_eq!((items[1].source, items[1].leased), (address("10.0.0.254"), Some(address("10.0.0.9"))));
    assert_eq!((items[1].server, items[0].server), (Some(address("10.0.0.254")), None));
    assert_eq!(items[4].client_mac, [2, 0, 0, 0, 0, 2]);
    let old = text(
        "dhcp",
        &format!("{ENDS} mac assigned_ip lease_time trans_id"),
        "1700000000 10.0.0.9 68 10.0.0.254 67 02:00:00:00:00:01 10.0.0.9 600 77",
    );
    let (_, seen) = read(&[&old]);
    let lease = seen.dhcp.items()[0];
    assert_eq!((lease.kind, lease.source, lease.transaction), (5, address("10.0.0.254"), 77));
}

#[test]
fn certificates_come_from_ssl_log_or_are_joined_with_x509_log() {
    let hash = "ab".repeat(32);
    let names = format!("{ENDS} version cipher server_name");
    let said = "TLSv12 TLS_RSA_WITH_AES_128_CBC_SHA Example.org";
    let new = text("ssl", &format!("{names} cert_chain_fps"), &format!("{NEEDS} {said} {hash},{hash}"));
    let (_, seen) = read(&[&new]);
    let facts: Vec<TlsFact> = seen.tls.items().iter().map(|tls| tls.fact).collect();
    let server_name = seen.tls.items().iter().find_map(|tls| match tls.fact {
        TlsFact::ClientHello { server_name, .. } => server_name,
        _ => None,
    });
    assert_eq!(server_name.map(|id| seen.text(id)), Some("example.org"));
    assert_eq!(
        facts[1..],
        [TlsFact::ServerHello { version: 0x0303, cipher: 0x2f }, TlsFact::Certificate { sha256: [0xab; 32] }]
    );

    let old = text("ssl", &format!("{names} cert_chain_fuids"), &format!("{NEEDS} {said} Fleaf,Froot"));
    let x509 =
        |columns: &str, cells: &str| text("x509", &format!("ts id {columns}"), &format!("1700000000.4 Fleaf {cells}"));
    let certificate = |files: &[&str]| {
        let (_, seen) = read(files);
        seen.tls.items().iter().find_map(|tls| match tls.fact {
            TlsFact::Certificate { sha256 } => Some(sha256),
            _ => None,
        })
    };
    let serial = x509("certificate.serial certificate.issuer", "01 CN=x");
    let whole = x509("certificate.serial certificate.issuer cert", "01 CN=x Zm9v");
    assert_eq!(certificate(&[&old]), None);
    let stand_in = certificate(&[&old, &serial]);
    assert!(stand_in.is_some());
    assert_eq!(stand_in, certificate(&[&serial, &old]), "the order of files says nothing");
    // What `printf foo | sha256sum` prints.
    assert_eq!(certificate(&[&old, &whole]).unwrap()[..4], [0x2c, 0x26, 0xb4, 0x6b]);
    assert_eq!(certificate(&[&old, &serial, &new]), Some([0xab; 32]), "a stand-in beside a hash");
}

#[test]
fn host_keys_arp_and_notices_are_read() {
    let md5 = "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f";
    let ssh = text("ssh", &format!("{ENDS} host_key"), &format!("{NEEDS} {md5}\n{NEEDS} -\n{NEEDS} 00:01"));
    let arp = r#"{"ts":1700000000.5,"operation":"reply","src_mac":"02:00:00:00:00:01","dst_mac":"02:00:00:00:00:02","orig_h":"10.0.0.1","resp_h":"10.0.0.2","orig_hw":"02:00:00:00:00:03","resp_hw":"02:00:00:00:00:02"}"#;
    let notice = text("notice", "ts note msg", "1 Scan::Port_Scan x\n2 Scan::Port_Scan x\n3 SSH::Login x\n4 - x");
    let (inputs, seen) = read(&[&ssh, arp, &notice]);
    let counts: Vec<_> = inputs.iter().map(|input| (input.read, input.rejected)).collect();
    assert_eq!(counts, [(3, 0), (1, 0), (3, 1)]);
    let key = seen.ssh.items()[0];
    assert_eq!((seen.ssh.items().len(), key.sha256[15], key.sha256[16]), (1, 15, 0));
    let claim = seen.arp.items()[0];
    assert_eq!((claim.operation, claim.sender_mac[5], claim.frame_source.map(|mac| mac[5])), (2, 3, Some(1)));
    let notes = inputs[2].notes.join(" ");
    assert!(notes.contains("Scan::Port_Scan 2, SSH::Login 1."), "{notes}");
}
