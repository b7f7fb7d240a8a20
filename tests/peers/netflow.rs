//! Exported flows against tshark's reading of the same messages (numbers in `netflow.tsv`, made by `make_goldens.py`).

use std::collections::BTreeMap;

use crate::common::{data, read};
use flowglass::model::address::Address;
use flowglass::model::traffic::Traffic;

/// Ends with ports, and the protocol.
type Way = [String; 5];

/// Packets and bytes of one direction.
type Counts = [u64; 2];

/// The directions of all flows. An exporter may tell of one twice; two that belong together are one row.
fn ways(traffic: &Traffic) -> BTreeMap<Way, Counts> {
    let mut ways: BTreeMap<Way, Counts> = BTreeMap::new();
    for row in 0..traffic.rows() {
        let [source, destination, _] = ends(traffic, row);
        let port = |port: Option<u16>| port.map_or("-".to_owned(), |port| port.to_string());
        let ports = [port(traffic.source_port.get(row)), port(traffic.destination_port.get(row))];
        let protocol = traffic.protocol.get(row).map_or("-".to_owned(), |protocol| protocol.to_string());
        let (forth, back) = (
            [traffic.packets_sent.get(row), traffic.bytes_sent.get(row)],
            [traffic.packets_received.get(row), traffic.bytes_received.get(row)],
        );
        let mut add = |way: Way, counts: [Option<u64>; 2]| {
            let sum = ways.entry(way).or_default();
            (0..2).for_each(|at| sum[at] += counts[at].unwrap_or(0));
        };
        let [from, to] = ports;
        if back != [None; 2] {
            let way = [destination.clone(), to.clone(), source.clone(), from.clone(), protocol.clone()];
            add(way, back);
        }
        add([source, from, destination, to, protocol], forth);
    }
    ways
}

/// Source, destination and, where both times are known, when the flow was.
fn ends(traffic: &Traffic, row: usize) -> [String; 3] {
    let text = |address: Address| address.to_string();
    let destination = traffic.destination.get(row).map_or("-".to_owned(), |id| text(traffic.address(id)));
    let start = traffic.start.get(row).map_or("-".to_owned(), |start| format!("{start:.3}"));
    [text(traffic.address(traffic.source()[row])), destination, start]
}

#[test]
fn exported_flows_equal_tsharks_reading() {
    let Some(data) = data() else { return };
    let golden = std::fs::read_to_string(super::goldens("NETFLOW_GOLDEN", "netflow.tsv")).unwrap();
    let mut expected: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    for line in golden.lines() {
        let (name, rest) = line.split_once('\t').unwrap();
        expected.entry(name).or_default().push(rest.split('\t').collect());
    }
    let (mut faults, mut directions, mut times) = (Vec::new(), 0, 0);
    for (name, lines) in &expected {
        let bytes: Vec<u8> = name.split('+').flat_map(|name| std::fs::read(data.join(name)).unwrap()).collect();
        let (_, traffic) = read(name, &bytes, 100, "{}").unwrap();
        let found = ways(&traffic);
        if let ["total", numbers @ ..] = &lines[0][..] {
            let sum = |at: usize| found.values().map(|counts| counts[at]).sum::<u64>().to_string();
            let mine = [found.len().to_string(), sum(0), sum(1)];
            let theirs = [numbers[0], numbers[2], numbers[3]];
            directions += found.len();
            if mine != theirs {
                faults.push(format!("{name}: totals {mine:?} and not {theirs:?}"));
            }
            continue;
        }
        let theirs = lines.iter().map(|line| {
            let way: Way = std::array::from_fn(|at| line[at].to_owned());
            (way, [line[6], line[7]].map(|count| count.parse::<u64>().unwrap()))
        });
        let theirs: BTreeMap<Way, Counts> = theirs.collect();
        directions += theirs.len();
        if found != theirs {
            let differ = theirs.iter().find(|(way, counts)| found.get(*way) != Some(counts));
            faults.push(format!("{name}: tshark has {differ:?}, here are {found:?}"));
        }
        // Each flow begins when the earlier of its directions does.
        for row in 0..traffic.rows() {
            let [source, destination, start] = ends(&traffic, row);
            let between = |line: &&Vec<&str>| {
                [line[0], line[2]] == [&source, &destination] || [line[2], line[0]] == [&source, &destination]
            };
            let starts: Vec<&str> = lines.iter().filter(between).map(|line| line[8]).collect();
            times += usize::from(starts.contains(&start.as_str()) && start != "-");
            // Between the same two ends there may be several flows, of which the golden has the earliest.
            if lines.len() == traffic.rows() && !starts.contains(&start.as_str()) {
                faults.push(format!("{name}: a flow of {source} starts at {start} and not one of {starts:?}"));
            }
        }
    }
    println!("{} files, {directions} directions, {times} starts compared, {} differ", expected.len(), faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(expected.len() >= 30 && directions >= 300 && times >= 60, "{directions} directions, {times} starts");
}
