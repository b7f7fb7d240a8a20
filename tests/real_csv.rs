//! Published flow tables through the CSV reader: every row is accounted for and the columns are found.
//! The tables are not part of the project; without them the test says so and passes.

use std::io::Read;
use std::path::{Path, PathBuf};

use flowglass::ingest::intake::Intake;
use flowglass::ingest::{FORMATS, Format, HEAD, recognise};
use flowglass::model::settings::{Checked, Settings};

/// A folder or file under the data folder; the columns its notes must name; how it must go.
struct Case {
    path: &'static str,
    /// Of file names: only those that hold this.
    part: &'static str,
    columns: &'static [&'static str],
    /// The least share of rows that must become flows.
    share: f64,
}

const ARGUS: &[&str] = &[
    "source address = SrcAddr",
    "source port = Sport",
    "destination address = DstAddr",
    "destination port = Dport",
    "protocol = Proto",
    "start time = StartTime",
    "duration = Dur",
    "bytes sent = SrcBytes",
    "bytes in total = TotBytes",
    "state = State",
    "label = Label",
];

const CASES: &[Case] = &[
    Case {
        path: "logs/cloudflare/cloudwalk/datasets",
        part: ".csv",
        columns: &["source address = ClientIP", "source port = ClientSrcPort", "start time = EdgeStartTimestamp"],
        share: 1.0,
    },
    Case {
        path: "labelled/honeypot",
        part: ".csv",
        columns: &["source address = srcstr", "source port = spt", "destination port = dpt", "start time = datetime"],
        share: 1.0,
    },
    Case { path: "labelled/argus", part: ".binetflow", columns: ARGUS, share: 0.999 },
    Case { path: "labelled/slips", part: ".binetflow", columns: ARGUS, share: 0.99 },
    Case {
        path: "labelled/luflow",
        part: ".csv",
        columns: &[
            "source address = src_ip",
            "destination port = dest_port",
            "start time = time_start",
            "label = label",
        ],
        share: 1.0,
    },
    Case {
        path: "labelled/iot-23/benign-three-exporters",
        part: "NFStream",
        columns: &["source address = src_ip", "start time = bidirectional_first_seen_ms", "bytes sent = src2dst_bytes"],
        share: 1.0,
    },
    Case {
        path: "labelled/iot-23/benign-three-exporters",
        part: "Tranalyzer",
        columns: &["source address = srcIP", "start time = timeFirst", "bytes sent = numBytesSnt"],
        share: 0.45,
    },
    Case {
        path: "labelled/unsw-nb15",
        part: ".csv",
        columns: &["source address = srcip", "destination port = dsport", "start time = Stime", "duration = dur"],
        share: 1.0,
    },
    Case {
        path: "labelled/westermo",
        part: ".csv",
        columns: &["source address = sAddress", "destination address = rAddress", "source MAC = sMACs"],
        share: 1.0,
    },
    Case {
        path: "labelled/iotid20",
        part: ".csv",
        columns: &["source address = Src IP", "destination port = Dst Port", "duration = Flow Duration"],
        share: 1.0,
    },
    Case {
        path: "logs/netflow/nemea/vportscan_detector/testdata",
        part: ".csv",
        columns: &["source address = ipaddr SRC_IP", "end time = time TIME_LAST"],
        share: 1.0,
    },
];

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("FLOWGLASS_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let found = folder.is_dir().then_some(folder);
    if found.is_none() {
        println!("skipped: no published tables (set FLOWGLASS_DATA)");
    }
    found
}

fn checked() -> Checked {
    let knobs: Vec<_> = FORMATS.iter().flat_map(|format| format.knobs.iter().copied()).collect();
    Settings::default().check(&knobs).expect("the defaults stand")
}

fn content(path: &Path) -> Vec<u8> {
    let file = std::fs::read(path).expect("a readable file");
    if path.extension().is_none_or(|extension| extension != "gz") {
        return file;
    }
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(&file[..]).read_to_end(&mut bytes).expect("sound gzip");
    bytes
}

fn read(bytes: &[u8]) -> Result<(Intake, Vec<String>), String> {
    let format: &Format = recognise(&bytes[..bytes.len().min(HEAD)]).ok_or("not recognised")?;
    let mut intake = Intake::default();
    intake.begin("table");
    let mut parser = (format.open)(&checked());
    let read = bytes.chunks(100_003).try_for_each(|slice| parser.feed(slice, &mut intake));
    read.and_then(|()| parser.finish(&mut intake)).map_err(|error| error.to_string())?;
    Ok((intake, parser.notes()))
}

/// The files of a case, in the order of their names.
fn files(folder: &Path, case: &Case) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join(case.path)).expect("a folder of the collection");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.retain(|file| file.file_name().is_some_and(|name| name.to_string_lossy().contains(case.part)));
    files.sort();
    files
}

#[test]
fn published_tables_are_read_row_by_row() {
    let Some(folder) = data() else { return };
    for case in CASES {
        let files = files(&folder, case);
        assert!(!files.is_empty(), "{}", case.path);
        for file in files {
            let bytes = content(&file);
            let (intake, notes) = read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let rejected: u64 = intake.reasons().iter().map(|count| count.rows).sum();
            let lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count() as u64;
            println!(
                "{}: {} read, {:?}\n  {}",
                file.display(),
                intake.accepted(),
                intake.reasons(),
                notes.join("\n  ")
            );
            assert_eq!(intake.accepted() + rejected, lines - 1, "{}", file.display());
            assert!(intake.accepted() as f64 >= case.share * (lines - 1) as f64, "{}", file.display());
            for column in case.columns {
                assert!(notes[0].contains(column), "{}: {column} is not in {}", file.display(), notes[0]);
            }
        }
    }
}

#[test]
fn tables_without_traffic_say_what_they_lack() {
    let Some(folder) = data() else { return };
    for (path, expected) in [
        ("logs/cloudflare/cloudwalk/derived_cloudwalk_30k_ip_method_scheme.csv", "needs a port or a destination"),
        ("logs/nfstream-results-csv/1kxun.pcap", "needs a column of source addresses"),
        ("labelled/modbus/exploit_ms08_netapi_modbus_6RTU_with_operate_labeled.csv", "needs a column of source"),
    ] {
        let error = read(&content(&folder.join(path))).map(|_| ()).expect_err(path);
        assert!(error.contains(expected), "{path}: {error}");
    }
}

#[test]
fn three_exporters_see_the_same_addresses() {
    let Some(folder) = data() else { return };
    let folder = folder.join("labelled/iot-23/benign-three-exporters");
    let addresses = |name: &str| {
        let (intake, _) = read(&content(&folder.join(name))).expect(name);
        let mut seen: Vec<String> = intake.traffic.addresses().iter().map(ToString::to_string).collect();
        seen.sort();
        (intake.accepted(), seen)
    };
    let (nfstream, a) = addresses("NFStream__b3b.csv");
    let (tranalyzer, b) = addresses("Tranalyzer__b3b_flows.txt");
    let shared = a.iter().filter(|address| b.contains(address)).count();
    println!(
        "NFStream {nfstream} flows, Tranalyzer {tranalyzer}; {} and {} addresses, {shared} shared",
        a.len(),
        b.len()
    );
    assert!(shared * 10 >= a.len() * 9, "{a:?} {b:?}");
}
