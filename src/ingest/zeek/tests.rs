//! Small logs of every dialect, read through the front door.

use crate::ingest::intake::Intake;
use crate::ingest::reader::Reader;
use crate::model::record::ConnState;
use crate::model::report::Input;
use crate::model::settings::Checked;
use crate::model::traffic::Traffic;

const NAMES: &str = "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\t\
                     resp_bytes\tconn_state\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents";

fn header(path: &str, names: &str) -> String {
    format!(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t{path}\n#fields\t{names}\n"
    )
}

fn read(text: &str) -> Result<(Input, Traffic), String> {
    let mut intake = Intake::default();
    let settings = Checked::default();
    let mut reader = Reader::new("log", &mut intake);
    for slice in text.as_bytes().chunks(11) {
        reader.feed(slice, &settings, &mut intake).map_err(|error| error.to_string())?;
    }
    let input = reader.finish(&settings, &mut intake).map_err(|error| error.to_string())?.remove(0);
    assert_eq!(input.format, "zeek");
    Ok((input, intake.traffic))
}

#[test]
fn a_connection_with_all_its_columns() {
    let row = "1700000000.25\tC1\t10.0.0.1\t40000\t192.0.2.1\t443\ttcp\tssl\t1.5\t100\t200\tRSTO\tShADadfR\t5\t320\t4\t\
               376\t(empty)";
    let unset = "1700000001.0\tC2\tfe80::1\t135\tff02::1\t136\ticmp\t-\t-\t-\t-\tOTH\t-\t1\t72\t0\t0\t-";
    let (input, traffic) = read(&format!("{}{row}\n{unset}\n#close\t2023\n", header("conn", NAMES))).unwrap();
    assert_eq!((input.read, input.rejected), (2, 0));
    assert_eq!((traffic.start.get(0), traffic.duration.get(0)), (Some(1_700_000_000.25), Some(1.5)));
    assert_eq!((traffic.bytes_sent.get(0), traffic.bytes_received.get(0)), (Some(100), Some(200)));
    assert_eq!((traffic.state.get(0), traffic.history(0)), (Some(ConnState::RSTO), Some("ShADadfR")));
    assert_eq!(traffic.ip_bytes.get(0), Some([320, 376]));
    assert_eq!((traffic.protocol.get(0), traffic.protocol.get(1)), (Some(6), Some(58)));
    assert_eq!((traffic.duration.get(1), traffic.history(1)), (None, None));
    assert!(input.notes.iter().any(|note| note.contains("type and code")), "{:?}", input.notes);
}

#[test]
fn the_blanks_of_iot_23_separate_columns() {
    let names = NAMES.to_owned() + "   label   detailed-label";
    let row = "1545403816.9\tC1\t192.168.1.195\t1\t192.0.2.7\t80\ttcp\t-\t3.1\t0\t0\tS0\tS\t3\t180\t0\t0\t\
               (empty)   Malicious   C&C";
    let (input, traffic) = read(&format!("{}{row}\n", header("conn", &names))).unwrap();
    assert_eq!((input.read, traffic.label(0)), (1, Some("Malicious")));
    assert_eq!(traffic.destination_port.get(0), Some(80));
}

#[test]
fn json_lines_say_the_same() {
    let text = r#"{"ts":79.5,"uid":"C1","id.orig_h":"10.0.2.15","id.orig_p":546,"id.resp_h":"192.0.2.22","id.resp_p":547,"proto":"tcp","duration":63.0,"orig_bytes":588,"resp_bytes":0,"conn_state":"REJ","history":"Sr","orig_pkts":7,"orig_ip_bytes":924,"resp_pkts":1,"resp_ip_bytes":40,"orig_l2_addr":"08:00:27:ef:ee:34"}
{"_path":"dns","ts":80.0,"id.orig_h":"10.0.2.15"}
{"_path":"conn","ts":"2021-01-05T15:59:46.5Z","id.orig_h":"10.0.2.15","id.orig_p":99999}
{"ts":1,"id.orig_h":"10"#;
    let (input, traffic) = read(text).unwrap();
    assert_eq!((input.read, input.rejected), (1, 3), "{:?}", input.reasons);
    assert_eq!((traffic.state.get(0), traffic.history(0)), (Some(ConnState::REJ), Some("Sr")));
    assert_eq!(traffic.source_mac.get(0), Some([8, 0, 0x27, 0xef, 0xee, 0x34]));
    assert!(
        input
            .notes
            .iter()
            .any(|note| note.contains("do not count from 1970: 1.") || note.contains("start of their own"))
    );
}

#[test]
fn other_logs_say_which_one_to_give() {
    let http = header("http", "ts\tuid\tid.orig_h\thost") + "1700000000.0\tC1\t10.0.0.1\texample.org\n";
    let json = r#"{"ts":1700000000.0,"uid":"C1","id.orig_h":"10.0.0.1","host":"example.org"}"#;
    for (text, expected) in [(http.as_str(), "Zeek's http.log"), (json, "give conn.log")] {
        let refused = read(text).unwrap_err();
        assert!(refused.contains(expected), "{refused}");
    }
}

#[test]
fn damaged_rows_are_counted_with_their_reasons() {
    let good = "XXXXXXXXXX.XXXXXX\tC1\t10.0.0.1\t1\t10.0.0.2\t2\tudp\t-\t-\t-\t-\tS0\tD\t1\t29\t0\t0\t-";
    let text = header("conn", NAMES)
        + &[good, "1\tC\tx\t1", &good.replace("10.0.0.1", "host"), &good.replace("\t1\t", "\t70000\t"), "1\tC"]
            .join("\n");
    let (input, traffic) = read(&text).unwrap();
    assert_eq!((input.read, input.rejected, traffic.start.get(0)), (1, 4, None));
    assert_eq!(input.reasons.len(), 4, "{:?}", input.reasons);
    assert!(input.notes.iter().any(|note| note.contains("masked: 1.") || note.contains("missing or masked")));
}

/// A file read in slices of a size: the account, the rows that were rejected, and the rows.
fn read_in(text: &str, slice: usize) -> (Input, Vec<(u64, u64)>, Vec<String>) {
    let mut intake = Intake::default();
    let settings = Checked::default();
    let mut reader = Reader::new("log", &mut intake);
    text.as_bytes().chunks(slice).for_each(|slice| reader.feed(slice, &settings, &mut intake).unwrap());
    let input = reader.finish(&settings, &mut intake).unwrap().remove(0);
    let rejected = intake.rejected().iter().map(|row| (row.row, row.byte)).collect();
    let traffic = &intake.traffic;
    let row = |row: usize| {
        let ends = (traffic.source_port.get(row), traffic.destination_port.get(row), traffic.history(row));
        format!(
            "{:?} {ends:?} {:?} {:?}",
            traffic.start.get(row),
            traffic.duration.get(row),
            traffic.bytes_sent.get(row)
        )
    };
    let rows = (0..traffic.rows()).map(row).collect();
    (input, rejected, rows)
}

proptest::proptest! {
    #[test]
    fn rows_read_together_are_as_if_read_one_by_one(
        kinds in proptest::collection::vec(0u8..30, 1..400),
        slice in 1000usize..60_000,
    ) {
        let rest = "192.0.2.1\t443\ttcp\t-\t1.5\t100\t-\tSF\tShADadfF\t5\t320\t4\t376\t";
        // A log without a single row is an error of its own.
        let mut text = header("conn", NAMES) + &format!("1700000000.0\tC1\t10.0.0.1\t1\t{rest}-\n");
        for (number, kind) in kinds.into_iter().enumerate() {
            let source = format!("1700000000.{number}\tC1\t10.0.0.1\t{number}\t");
            text += &match kind {
                0 => format!("{source}short\n"),
                1 => format!("#{source}{rest}-\n"),
                2 => format!("1700000000.0\tC1\tnobody\t1\t{rest}-\n"),
                3 => format!("{source}{rest}-\r\n"),
                4 => format!("{source}{rest}-\tmore\n"),
                5 => "\n".to_owned(),
                6 => format!("{source}{}\t{rest}-\n", "x".repeat(number * 50)),
                _ => format!("{source}{rest}(empty)\n"),
            };
        }
        // In slices this small no whole line ever stands, so that each is read alone.
        let (one_by_one, together) = (read_in(&text, 11), read_in(&text, slice));
        proptest::prop_assert_eq!(one_by_one, together);
    }
}
