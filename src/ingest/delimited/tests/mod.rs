//! Whole small files through the parser: what is read, rejected, noted and refused.

mod cuts;

use super::lines::MAX_ROW;
use super::*;
use crate::ingest::SLICE;
use crate::model::address::Address;
use crate::model::record::ConnState;
use crate::model::report::ReasonCount;
use crate::model::settings::Settings;

fn settings() -> Checked {
    Settings::default().check(&[&DATE_ORDER]).unwrap()
}

/// Reads `file` in slices of at most `size` bytes.
fn read_in(file: &[u8], size: usize) -> Result<(Intake, Vec<String>)> {
    let mut intake = Intake::default();
    intake.begin("test.csv");
    let mut parser = (FORMAT.open)(&settings());
    for slice in file.chunks(size) {
        parser.feed(slice, &mut intake)?;
    }
    parser.finish(&mut intake)?;
    Ok((intake, parser.notes()))
}

fn read(file: &str) -> (Intake, Vec<String>) {
    read_in(file.as_bytes(), SLICE).unwrap()
}

fn refusal(file: &[u8]) -> String {
    read_in(file, SLICE).unwrap_err().to_string()
}

/// Rejected rows as `row@byte: reason`.
fn rejects(intake: &Intake) -> Vec<String> {
    intake.rejected().iter().map(|r| format!("{}@{}: {}", r.row, r.byte, r.reason)).collect()
}

#[test]
fn the_first_script_s_columns() {
    let (intake, notes) = read(
        "\u{feff}ClientIP,ClientSrcPort,ClientDstPort\r\n1.2.3.4,50000,443\r\n\r\n\"2001:db8::1\",50001,\"80\"\r\n",
    );
    let traffic = &intake.traffic;
    assert_eq!(traffic.rows(), 2);
    assert_eq!(traffic.addresses(), ["1.2.3.4", "2001:db8::1"].map(|text| Address::parse(text).unwrap()));
    assert_eq!(traffic.destination_port.iter().collect::<Vec<_>>(), [Some(443), Some(80)]);
    assert_eq!(
        notes[0],
        "Columns read: source address = ClientIP, source port = ClientSrcPort, destination port = ClientDstPort."
    );
    assert_eq!(notes[1], "Not in this file: destination address, protocol, start time.");
}

#[test]
fn bad_rows_are_counted_with_place_and_reason() {
    let (intake, notes) = read(
        "ip;dst_port;start\n1.1.1.1;80;2024-01-01\n;80;\nhost;80;\n1.1.1.1;70000;\n1.1.1.1;;soon\n1.1.1.1\n\
         1.1.1.1;80;2024-01-02;extra\n1.1.1.1;8",
    );
    assert_eq!(
        rejects(&intake),
        [
            "2@40: the source address is missing",
            "3@45: the source address is not an address",
            "4@54: a port is not a number from 0 to 65535",
            "8@119: the file ends within this row",
        ]
    );
    assert_eq!(intake.accepted(), 4);
    assert!(notes.contains(&"Unreadable cells of start (start time), counted as missing: 1.".to_owned()));
    assert!(notes.contains(&"Cells are separated by ';'.".to_owned()));
}

#[test]
fn argus_flows_keep_states_and_lose_icmp_ports() {
    let (intake, notes) = read(
        "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label\n\
         1970/01/01 01:00:12.185303,2.0,arp,0.0.0.0,,  who,10.0.0.2,,INT,,,3,126,126,\n\
         2013/12/17 22:09:19.5,0.0,icmp,10.0.0.1,0x0008,   ->,10.0.0.2,0x2d34,ECO,0,,1,98,98,flow=x\n\
         2013/12/17 22:09:19.5,0.1,tcp,10.0.0.1,999,   ->,10.0.0.2,22,S_RA,0,0,3,180,120,\n",
    );
    let traffic = &intake.traffic;
    assert_eq!(traffic.rows(), 3);
    assert_eq!(traffic.source_port.iter().collect::<Vec<_>>(), [None, None, Some(999)]);
    assert_eq!(traffic.protocol.iter().collect::<Vec<_>>(), [None, Some(1), Some(6)]);
    assert_eq!(traffic.state.get(2), Some(ConnState::REJ));
    assert_eq!((traffic.bytes_sent.get(2), traffic.bytes_received.get(2)), (Some(120), Some(60)));
    assert_eq!(traffic.label(1), Some("flow=x"));
    assert!(notes.iter().any(|note| note.starts_with("ICMP rows")), "{notes:?}");
}

#[test]
fn a_column_of_users_is_read_and_goes_with_its_rows() {
    let (mut intake, notes) =
        read("ip,Account Name,time\n1.1.1.1,alice,1700000000\n1.1.1.2,-,\n1.1.1.3,bob,\n1.1.1.4,alice,\n");
    assert!(notes[0].contains("identity = Account Name"), "{notes:?}");
    let numbers: Vec<_> = intake.traffic.identity().iter().collect();
    assert_eq!(numbers, [Some(0), None, Some(1), Some(0)]);
    let mut all = crate::model::traffic::Traffic::default();
    all.push_identity(Some("carol"));
    all.append(&intake.traffic.part());
    assert_eq!(all.identity_name(all.identity().iter().nth(3).flatten().unwrap()), "bob");
}

#[test]
fn autonomous_systems_and_short_microseconds() {
    let (intake, notes) = read(
        "bytes_in,bytes_out,dest_ip,dest_port,proto,src_ip,src_port,time_end,time_start,label,duration\n\
         668,20835,786,9200,6,47331,,1608079817789241,160807980978077,benign,8.008462\n",
    );
    let traffic = &intake.traffic;
    assert_eq!(traffic.addresses(), [Address::As(47331), Address::As(786)]);
    assert_eq!(traffic.start.get(0), Some(1_608_079_809.780_77));
    assert_eq!(traffic.bytes_sent.get(0), Some(668));
    assert!(notes.iter().any(|note| note.contains("autonomous systems")), "{notes:?}");
}

#[test]
fn only_the_full_half_of_a_tranalyzer_flow_counts() {
    let (intake, _) = read(
        "%dir\tflowInd\ttimeFirst\tduration\tsrcIP\tsrcPort\tdstIP\tdstPort\tl4Proto\tnumPktsSnt\n\
         A\t3\t1562251782.65\t0.1\t10.0.0.1\t4096\t10.0.0.2\t53\t17\t2\n\
         B\t3\t1562251782.70\t0.1\t10.0.0.2\t53\t10.0.0.1\t4096\t17\t2\n",
    );
    assert_eq!(intake.accepted(), 1);
    assert_eq!(intake.reasons()[0].reason, reader::reason::REPLY_HALF);
}

#[test]
fn dates_follow_proof_then_habit() {
    const APRIL_3: f64 = 1_364_983_200.0;
    const MARCH_4: f64 = 1_362_391_200.0;
    for (dates, expected, basis) in [
        ("3/4/2013 10:00\n", APRIL_3, "a guess"),
        ("3/4/13 10:00\n", MARCH_4, "a guess"),
        ("3/4/13 10:00\n25/4/13 10:00\n", APRIL_3, "first rows show"),
        ("3/4/2013 10:00\n3/25/2013 10:00\n", MARCH_4, "first rows show"),
    ] {
        let rows: String = dates.lines().map(|date| format!("1.1.1.1,80,{date}\n")).collect();
        let (intake, notes) = read(&format!("src_ip,dst_port,date\n{rows}"));
        assert!(notes.iter().any(|note| note.contains(basis)), "{dates}: {notes:?}");
        assert_eq!(intake.traffic.start.get(0), Some(expected), "{dates}");
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    assert_eq!(refusal(b""), "the file is empty");
    assert!(refusal(b"\xff\xfec\0l\0").contains("UTF-16"));
    assert!(refusal(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01").contains("not text"));
    assert!(refusal(&[b'x'; 70_000]).contains("no line end"));
    assert_eq!(refusal(b"ClientIP,ClientDstPort\n"), "there is a header but no row below it");
    let no_port = refusal(b"ClientIP,Method\n1.2.3.4,GET\n");
    assert!(no_port.contains(r#""ClientIP", "Method"; it needs a port"#), "{no_port}");
    let nothing = refusal(b"id,application\n1,DNS\n");
    assert!(nothing.contains(r#""id", "application"; it needs a column of source addresses"#), "{nothing}");
    assert!(refusal(b"a,1.2.3.4,5,6.7.8.9\nb,1.2.3.4,5,6.7.8.9\n").contains("add a header row"));
    let wide: String = (0..9999).map(|n| format!("{n}\u{1},")).collect();
    assert!(refusal(format!("{wide}\n{wide}\n").as_bytes()).len() < 2000);
}

#[test]
fn a_preamble_and_a_missing_header_are_survived() {
    let (intake, _) = read("sep=;\nsrc_ip;dst_port\n1.1.1.1;80\n");
    assert_eq!(intake.accepted(), 1);
    let (intake, notes) = read("1.1.1.1,50000,2.2.2.2,80,tcp\n1.1.1.1,50001,2.2.2.2,81,tcp\n");
    assert_eq!(intake.traffic.destination_port.iter().collect::<Vec<_>>(), [Some(80), Some(81)]);
    assert!(notes.iter().any(|note| note.contains("no header")), "{notes:?}");
}

#[test]
fn an_endless_line_and_an_open_quote_cost_one_row_each() {
    let mut file = b"ip,port,agent\n1.1.1.1,80,a\n".to_vec();
    file.resize(file.len() + 3 * MAX_ROW, b'x');
    file.extend_from_slice(b"\n1.1.1.1,81,\"never closed\n");
    let good = b"1.1.1.1,82,b\n";
    while file.len() < 5 * MAX_ROW {
        file.extend_from_slice(good);
    }
    let (intake, _) = read_in(&file, 1 << 16).unwrap();
    let rows = file.iter().filter(|&&byte| byte == b'\n').count() as u64 - 1;
    assert_eq!(intake.accepted(), rows - 2);
    let reasons = [reader::reason::OPEN_QUOTE, reader::reason::TOO_LONG];
    assert_eq!(intake.reasons(), reasons.map(|reason| ReasonCount { reason: reason.to_owned(), rows: 1 }));
}

#[test]
fn quotes_that_never_settle_do_not_cost_quadratic_time() {
    // Each line leaves the quotes open whether it starts inside or outside of them.
    let mut file = b"ip,port,x,y\n".to_vec();
    let lines = 400_000;
    (0..lines).for_each(|_| file.extend_from_slice(b"a\",b,\"c\n"));
    let (intake, _) = read_in(&file, SLICE).unwrap();
    let rejected: u64 = intake.reasons().iter().map(|count| count.rows).sum();
    assert_eq!(intake.accepted() + rejected, lines);
}

#[test]
fn a_line_end_inside_quotes_is_part_of_the_cell() {
    let (intake, _) = read("ip,note,port\n1.1.1.1,\"two\nlines, \"\"quoted\"\"\",80\n1.1.1.2,,81\n");
    assert_eq!(intake.traffic.destination_port.iter().collect::<Vec<_>>(), [Some(80), Some(81)]);
}

#[test]
fn sniffing_prefers_what_it_can_read() {
    assert_eq!(sniff(b"ClientIP,ClientSrcPort,ClientDstPort\n1.2.3.4,1,2\n"), 80);
    assert_eq!(sniff(b"id,name\n1,x\n2,y\n"), 10);
    for other in ["", "#separator \\x09\n", "{\"a\":1,\"b\":2}\n", "hello world\n", "\u{1}\u{2}\u{3}"] {
        assert_eq!(sniff(other.as_bytes()), 0, "{other}");
    }
}
