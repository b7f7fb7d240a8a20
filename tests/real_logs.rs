//! Every log of the shared data: what was accepted and rejected is what its lines count to, and slices change nothing.

mod common;

use std::path::{Path, PathBuf};

use common::{data, read, rows};

/// What a log is, by its name, and how to count its rows where it is opened.
const LOGS: [(&str, &str); 12] = [
    ("conn", "zeek"),
    ("Zeek__", "zeek"),
    ("dns.", "zeek"),
    ("dhcp.", "zeek"),
    ("ssl.", "zeek"),
    ("x509.", "zeek"),
    ("ssh.", "zeek"),
    ("arp.log", "zeek"),
    ("notice.", "zeek"),
    ("eve.json", "suricata"),
    ("suricata.json", "suricata"),
    ("pfirewall.log", "pfirewall"),
];

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

/// Lines that are neither blank nor comment.
fn lines(bytes: &[u8]) -> u64 {
    let mut plain = Vec::new();
    let bytes = match bytes.starts_with(b"\x1f\x8b") {
        true => {
            std::io::copy(&mut flate2::read::MultiGzDecoder::new(bytes), &mut plain).unwrap();
            &plain
        }
        false => bytes,
    };
    let row = |line: &&[u8]| !line.trim_ascii().is_empty() && !line.starts_with(b"#");
    bytes.split(|byte| *byte == b'\n').filter(row).count() as u64
}

#[test]
fn accepted_and_rejected_are_all_rows() {
    let Some(data) = data() else { return };
    let mut files = Vec::new();
    for folder in ["logs/zeek", "logs/suricata", "logs/winfw", "logs/aws-vpc", "labelled"] {
        walk(&data.join(folder), &mut files);
    }
    files.sort();
    let (mut opened, mut all) = (0, 0);
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected = LOGS.iter().find(|(part, _)| name.contains(part) && !name.contains("summary"));
        let expected = expected.map(|(_, format)| *format).or(name.starts_with("flow_logs").then_some("aws_vpc"));
        let Some(expected) = expected else { continue };
        let bytes = std::fs::read(&path).unwrap();
        let count = lines(&bytes);
        if count == 0 {
            continue;
        }
        let (input, traffic) = read(&name, &bytes, 8 << 20, "{}").unwrap_or_else(|error| panic!("{path:?}: {error}"));
        assert_eq!(input.format, expected, "{path:?}");
        assert_eq!(input.read + input.rejected, count, "{path:?}: {:?}", input.reasons);
        opened += 1;
        all += input.read;
        if !name.ends_with("gz") {
            println!(
                "{name}: {} {} rows, {} rejected {:?} {:?}",
                input.format, input.read, input.rejected, input.reasons, input.notes
            );
            let (_, again) = read(&name, &bytes, 4099, "{}").unwrap();
            assert!(rows(&again) == rows(&traffic), "{path:?}: slices changed the rows");
        }
    }
    println!("{opened} logs, {all} rows");
    assert!(opened > 20, "only {opened} logs were opened");
}

#[test]
fn zeek_logs_that_are_not_read_are_refused_by_name() {
    let Some(data) = data() else { return };
    for name in ["rita/proxy/http.log", "rita/proxy/weird.log", "zed-sample-data/zeek-default/weird.log.gz"] {
        let bytes = std::fs::read(data.join("logs/zeek").join(name)).unwrap();
        let error = read(name, &bytes, 8 << 20, "{}").unwrap_err().to_string();
        assert!(error.contains("conn.log"), "{name}: {error}");
    }
}

/// Logs of firewalls and clouds, and Suricata's events as one array: what each is read as, and how many rows it has.
/// Tuples and events were counted with Python's json module, lines with wc.
const FIREWALLS: [(&str, &str, u64, u64); 3] = [
    ("ufw/khaefner/ufw.log", "syslog_firewall", 5136, 0),
    ("azure-nsg/PT1H.json", "azure_flow", 8203, 0),
    ("suricata/magnc/standard.json", "suricata", 240, 13),
];

#[test]
fn firewalls_and_clouds_open_whole_and_cut() {
    let Some(data) = data() else { return };
    for (name, format, accepted, rejected) in FIREWALLS {
        let bytes = std::fs::read(data.join("logs").join(name)).unwrap();
        let (input, traffic) = read(name, &bytes, 8 << 20, "{}").unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((input.format.as_str(), input.read, input.rejected), (format, accepted, rejected), "{name}");
        let (_, again) = read(name, &bytes, 4099, "{}").unwrap();
        assert!(rows(&again) == rows(&traffic), "{name}: slices changed the rows");
        for cut in 1..20 {
            let (part, _) =
                read(name, &bytes[..bytes.len() / 20 * cut], 1 << 16, "{}").unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(part.read <= accepted && part.read + part.rejected > 0, "{name}, {cut} of 20: {part:?}");
        }
        // The tuples of a flow joined by the same rule in Python.
        assert!(format != "azure_flow" || traffic.rows() == 5061, "{name}: {} flows", traffic.rows());
        println!("{name}: {format}, {accepted} rows, {} flows", traffic.rows());
    }
}
