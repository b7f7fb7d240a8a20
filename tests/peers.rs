//! Flows against real peers: tshark's conversations (numbers in `peers/tshark.tsv`, made by `peers/make_goldens.py`)
//! and Zeek's own connection logs, which lie beside the captures in the shared data (pairs in `peers/zeek.tsv`).

mod common;
#[path = "peers/netflow.rs"]
mod netflow;

use std::collections::BTreeMap;

use common::{data, read};
use flowglass::model::traffic::Traffic;

/// tshark has no idle timeout: a year is as good as none.
const NO_TIMEOUT: &str =
    r#"{"capture.tcp_idle": 31536000, "capture.udp_idle": 31536000, "capture.icmp_idle": 31536000}"#;

/// A conversation's ends and counts as text, ends ordered as the golden has them, and its first and last time.
type Conversation = (String, [f64; 2]);

fn conversation(traffic: &Traffic, row: usize) -> Conversation {
    let source = (traffic.address(traffic.source()[row]).to_string(), traffic.source_port.get(row).unwrap());
    let destination = traffic.destination.get(row).map(|id| traffic.address(id).to_string()).unwrap();
    let destination = (destination, traffic.destination_port.get(row).unwrap());
    let packets = [traffic.packets_sent.get(row).unwrap(), traffic.packets_received.get(row).unwrap()];
    let bytes = traffic.frame_bytes.get(row).unwrap();
    let (low, high, [a, b]) =
        if source <= destination { (source, destination, [0, 1]) } else { (destination, source, [1, 0]) };
    let start = traffic.start.get(row).unwrap_or(0.0);
    let text = format!(
        "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
        low.0, low.1, high.0, high.1, packets[a], bytes[a], packets[b], bytes[b]
    );
    (text, [start, start + traffic.duration.get(row).unwrap_or(0.0)])
}

fn flows(traffic: &Traffic, protocol: u8) -> Vec<Conversation> {
    let rows = (0..traffic.rows()).filter(|&row| traffic.protocol.get(row) == Some(protocol));
    let mut flows: Vec<_> = rows.map(|row| conversation(traffic, row)).collect();
    flows.sort_by(|a, b| a.0.cmp(&b.0).then(a.1[0].total_cmp(&b.1[0])));
    flows
}

#[test]
fn flows_equal_tsharks_conversations() {
    let Some(data) = data() else { return };
    let golden = std::fs::read_to_string(goldens("TSHARK_GOLDEN", "tshark.tsv")).unwrap();
    let mut expected: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for line in golden.lines() {
        let mut parts = line.splitn(3, '\t');
        let [name, protocol, rest] = std::array::from_fn(|_| parts.next().unwrap());
        expected.entry((name, protocol)).or_default().push(rest);
    }
    let mut faults = Vec::new();
    for ((name, protocol), lines) in &expected {
        let bytes = std::fs::read(data.join(name)).unwrap();
        let (_, traffic) = read(name, &bytes, 8 << 20, NO_TIMEOUT).unwrap();
        let found = flows(&traffic, if *protocol == "tcp" { 6 } else { 17 });
        faults.extend(compare(&found, lines).map(|fault| format!("{name} {protocol}: {fault}")));
    }
    println!("{} captures and protocols compared, {} differ", expected.len(), faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The first difference, if there is one.
fn compare(found: &[Conversation], lines: &[&str]) -> Option<String> {
    if let [line] = lines
        && let Some(total) = line.strip_prefix("total\t")
    {
        let sum = |columns: [usize; 2]| -> u64 {
            let numbers =
                found.iter().flat_map(|(text, _)| columns.map(|at| text.split('\t').nth(at).unwrap().parse::<u64>()));
            numbers.map(Result::unwrap).sum()
        };
        let mine = format!("{}\t{}\t{}", found.len(), sum([4, 6]), sum([5, 7]));
        return (mine != total).then(|| format!("totals {mine} and not {total}"));
    }
    let mut expected: Vec<Conversation> = lines.iter().map(|line| split_times(line)).collect();
    expected.sort_by(|a, b| a.0.cmp(&b.0).then(a.1[0].total_cmp(&b.1[0])));
    if found.len() != expected.len() {
        return Some(format!("{} flows and not {}", found.len(), expected.len()));
    }
    let differ = |(mine, theirs): &(&Conversation, &Conversation)| {
        mine.0 != theirs.0 || (0..2).any(|at| (mine.1[at] - theirs.1[at]).abs() > 2e-6)
    };
    found.iter().zip(&expected).find(differ).map(|(mine, theirs)| format!("{mine:?} and not {theirs:?}"))
}

fn split_times(line: &str) -> Conversation {
    let mut parts = line.rsplitn(3, '\t');
    let [last, first, text] = std::array::from_fn(|_| parts.next().unwrap());
    (text.to_owned(), [first.parse().unwrap(), last.parse().unwrap()])
}

#[test]
fn flows_equal_zeeks_connections() {
    let Some(data) = data() else { return };
    let pairs = std::fs::read_to_string(goldens("ZEEK_GOLDEN", "zeek.tsv")).unwrap();
    let mut connections = 0;
    let mut faults = Vec::new();
    for line in pairs.lines() {
        let (trace, log) = line.split_once('\t').unwrap();
        let bytes = std::fs::read(data.join(trace)).unwrap();
        let (_, traffic) = read(trace, &bytes, 8 << 20, "{}").unwrap();
        let mut mine: Vec<String> = (0..traffic.rows()).map(|row| zeek_row(&traffic, row)).collect();
        let text = std::fs::read_to_string(data.join(log)).unwrap();
        for theirs in zeek_rows(&text) {
            connections += 1;
            match mine.iter().position(|row| *row == theirs) {
                Some(at) => drop(mine.swap_remove(at)),
                None => faults.push(format!("{trace}: Zeek has {theirs}, here are {mine:#?}")),
            }
        }
    }
    println!("{connections} connections of {} logs compared", pairs.lines().count());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(connections >= 130, "only {connections}");
}

/// Ends, packets, IP bytes, state and history of a flow, as Zeek would log them.
fn zeek_row(traffic: &Traffic, row: usize) -> String {
    let port = |port: Option<u16>| port.unwrap_or(0);
    let [sent, received] = traffic.ip_bytes.get(row).unwrap();
    format!(
        "{} {} {} {} {} {} {sent} {} {received} {:?} {}",
        traffic.protocol.get(row).map(|protocol| if protocol == 58 { 1 } else { protocol }).unwrap(),
        traffic.address(traffic.source()[row]),
        port(traffic.source_port.get(row)),
        traffic.destination.get(row).map(|id| traffic.address(id).to_string()).unwrap(),
        port(traffic.destination_port.get(row)),
        traffic.packets_sent.get(row).unwrap(),
        traffic.packets_received.get(row).unwrap(),
        traffic.state.get(row).unwrap(),
        traffic.history(row).unwrap_or("-"),
    )
}

fn zeek_rows(text: &str) -> Vec<String> {
    let names: Vec<&str> = text.lines().find_map(|line| line.strip_prefix("#fields\t")).unwrap().split('\t').collect();
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(|line| {
        let values: BTreeMap<&str, &str> = names.iter().copied().zip(line.split('\t')).collect();
        let protocol = match values["proto"] {
            "tcp" => "6",
            "udp" => "17",
            "icmp" => "1",
            _ => values.get("ip_proto").copied().unwrap_or("-"),
        };
        let ends = ["id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"].map(|name| values[name]).join(" ");
        let counts = ["orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes"].map(|name| values[name]).join(" ");
        format!("{protocol} {ends} {counts} {} {}", values["conn_state"], values["history"])
    })
    .collect()
}

/// A golden's path; a variable of the environment may name another one, to compare more captures than are kept.
fn goldens(variable: &str, name: &str) -> std::path::PathBuf {
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(name);
    std::env::var_os(variable).map_or(kept, Into::into)
}
