//! Made-up traffic: a sample with known attackers, and tables, captures and logs of any size for measuring.
//! The same seed gives the same bytes on every machine.

mod capture;
mod conn_log;

use std::io::Write;

pub use capture::{Packets, capture};
pub use conn_log::conn_log;

/// The header of every table: eight columns.
pub const HEADER: &str = "ClientIP,ClientSrcPort,ClientDstPort,DestinationIP,Protocol,Timestamp,Duration,Bytes\n";

/// The addresses in `csv` that attack, each with what it does. All others behave. The addresses are public so that
/// a GeoIP database can place them and a block list can hold them; what they do here is made up.
pub const ATTACKERS: &[(&str, &str)] = &[
    ("185.220.101.34", "vertical scan: every port from 1 to 1024 of one server"),
    ("45.155.205.233", "horizontal sweep: port 3389 of 254 neighbouring addresses"),
    ("89.248.165.74", "horizontal sweep: port 23 of 254 neighbouring addresses, in random order"),
    ("141.98.10.63", "password guessing: a short SSH connection to one server every two seconds"),
    ("193.32.162.157", "source port hopping: every source port in turn against one web server"),
    ("5.188.206.14", "beacon: a connection to one server every minute, to the second"),
];

/// The first second of every table: 2024-11-06 00:00:00 UTC.
const START: f64 = 1_730_851_200.0;

/// The servers of the sample's own network, as ordinary clients and attackers address them.
const SERVERS: [&str; 6] =
    ["151.101.1.10", "151.101.1.11", "151.101.1.12", "151.101.1.20", "151.101.1.21", "151.101.1.30"];

/// First halves of public networks of many countries, so that a GeoIP database can place the clients.
const NETWORKS: [(u8, u8); 16] = [
    (2, 125),
    (8, 8),
    (24, 48),
    (31, 13),
    (46, 51),
    (62, 210),
    (77, 88),
    (81, 2),
    (89, 160),
    (93, 184),
    (104, 16),
    (133, 11),
    (175, 16),
    (189, 6),
    (200, 160),
    (216, 160),
];

/// Which ports and pairs a large table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairs {
    /// 4,096 clients in all, a few of which make most rows; nine of ten rows go to one of ten ports.
    Repeated,
    /// Address and ports drawn evenly: hardly any (source port, destination port) pair stands twice below
    /// some 100,000 rows, and new addresses keep coming (one per row, of 2^24).
    Distinct,
}

/// The shape of a large table.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub seed: u64,
    pub rows: u64,
    pub pairs: Pairs,
}

/// A sample of `rows` ordinary rows and, spread among them by time, the rows of the `ATTACKERS` (about 6,000).
pub fn csv(seed: u64, rows: usize) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut all: Vec<(f64, String)> = (0..rows).map(|_| ordinary(&mut dice)).collect();
    attacks(&mut dice, &mut all);
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    let mut out = HEADER.as_bytes().to_vec();
    all.iter().for_each(|(_, row)| out.extend_from_slice(row.as_bytes()));
    out
}

/// Large files are given to their sink in slices of about this size: the whole is never held.
const SLICE: usize = 1 << 20;

/// A large table, given to `sink` in slices of about a megabyte.
pub fn stream(shape: Shape, sink: &mut dyn FnMut(&[u8])) {
    let mut dice = Dice::new(shape.seed);
    let mut out = Vec::with_capacity(SLICE + 256);
    out.extend_from_slice(HEADER.as_bytes());
    for row in 0..shape.rows {
        large_row(&mut dice, shape.pairs, row, &mut out);
        if out.len() >= SLICE {
            sink(&out);
            out.clear();
        }
    }
    sink(&out);
}

fn large_row(dice: &mut Dice, pairs: Pairs, row: u64, out: &mut Vec<u8>) {
    let (client, from, to) = match pairs {
        Pairs::Repeated => {
            // The least of three throws: the first clients make most of the rows.
            let client = dice.below(4096).min(dice.below(4096)).min(dice.below(4096));
            let to = if dice.below(10) > 0 { popular(dice) } else { dice.below(65_536) };
            (client, 49_152 + dice.below(2048), to)
        }
        Pairs::Distinct => (dice.below(1 << 24), dice.below(65_536), dice.below(65_536)),
    };
    let (a, b) = NETWORKS[(client & 15) as usize];
    let (b, c, d) = (u64::from(b) + (client >> 20), (client >> 12) & 255, (client >> 4) & 255);
    let server = SERVERS[dice.below(6) as usize];
    let (protocol, time) = (if to == 53 { "UDP" } else { "TCP" }, START + row as f64 / 100.0);
    let (duration, bytes) = (dice.below(5000), dice.below(200_000));
    // Writing to a vector does not fail.
    let _ = writeln!(
        out,
        "{a}.{b}.{c}.{d},{from},{to},{server},{protocol},{time:.3},{}.{:03},{bytes}",
        duration / 1000,
        duration % 1000
    );
}

fn popular(dice: &mut Dice) -> u64 {
    const PORTS: [u64; 10] = [443, 443, 443, 443, 80, 80, 53, 22, 25, 8080];
    PORTS[dice.below(10) as usize]
}

/// A client of the sample: one of 600, who visits one of the servers' open ports at some second of the day.
fn ordinary(dice: &mut Dice) -> (f64, String) {
    let client = dice.below(600).min(dice.below(600));
    let (a, b) = NETWORKS[client as usize % NETWORKS.len()];
    let source = format!("{a}.{b}.{}.{}", client / 16 % 256, 1 + client * 7 % 250);
    let time = START + dice.below(86_400_000) as f64 / 1000.0;
    let server = SERVERS[(client % 6) as usize];
    let port = popular(dice);
    let duration = 0.02 + dice.below(30_000) as f64 / 1000.0;
    line(time, &source, 49_152 + dice.below(16_384), (server, port), duration, 400 + dice.below(60_000))
}

/// The rows of the attackers, in the order of `ATTACKERS`.
fn attacks(dice: &mut Dice, all: &mut Vec<(f64, String)>) {
    let [vertical, rdp, telnet, guesser, hopper, beacon] = [0, 1, 2, 3, 4, 5].map(|index: usize| ATTACKERS[index].0);
    let mut at = START + 3600.0 * 2.0;
    for port in 1..=1024 {
        at += 0.05 + dice.below(100) as f64 / 1000.0;
        all.push(line(at, vertical, 40_000 + port, (SERVERS[0], port), 0.001, 60));
    }
    for host in 1..=254u64 {
        let target = format!("151.101.1.{host}");
        all.push(line(START + 18_000.0 + host as f64 * 0.2, rdp, 50_000 + host, (&target, 3389), 0.001, 60));
        let target = format!("151.101.1.{}", 1 + host * 101 % 255);
        all.push(line(START + 36_000.0 + host as f64 * 0.3, telnet, 6000, (&target, 23), 0.001, 44));
    }
    for attempt in 0..1500 {
        let from = 32_768 + dice.below(28_000);
        let length = 1.2 + dice.below(600) as f64 / 1000.0;
        all.push(line(START + 50_000.0 + attempt as f64 * 2.0, guesser, from, (SERVERS[3], 22), length, 2100));
    }
    for port in 0..2500 {
        all.push(line(START + 60_000.0 + port as f64 * 0.4, hopper, 1024 + port * 25, (SERVERS[1], 443), 0.4, 900));
    }
    for minute in 0..600 {
        all.push(line(START + 7200.0 + minute as f64 * 60.0, beacon, 55_000, (SERVERS[5], 8443), 0.3, 312));
    }
}

fn line(time: f64, source: &str, from: u64, to: (&str, u64), duration: f64, bytes: u64) -> (f64, String) {
    let protocol = if to.1 == 53 { "UDP" } else { "TCP" };
    (time, format!("{source},{from},{},{},{protocol},{time:.3},{duration:.3},{bytes}\n", to.1, to.0))
}

/// A small generator of evenly spread numbers (xorshift64*, Vigna 2016); not for secrets.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        // The state must not be zero; the odd factor spreads small seeds.
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number from 0 to `end` - 1, for an `end` below 2^32.
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        (number * end) >> 32
    }
}
