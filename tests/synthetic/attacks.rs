//! Attacks, each with its parameters drawn over a wide range.

use flowglass::model::address::Address;

use super::dice::{Dice, Kind};
use super::office::{DAY, FILES, START, WEB, host, server};
use super::talk::Talk;
use super::volleys;

/// What happened, and who is to be found.
pub struct Attack {
    pub talks: Vec<Talk>,
    pub by: Vec<Address>,
    /// What it was drawn with, for the message of a failed test.
    pub drawn: String,
    /// Overwhelming: to be blocked, not only watched.
    pub block: bool,
}

pub const ATTACKS: &[Kind<Attack>] = &[
    ("vertical scan", vertical),
    ("horizontal scan", horizontal),
    ("slow scan", slow),
    ("distributed scan", distributed),
    ("vulnerability scanner", vulnerability_scanner),
    ("icmp sweep", icmp_sweep),
    ("syn flood", syn_flood),
    ("udp flood", udp_flood),
    ("icmp flood", icmp_flood),
    ("http flood", http_flood),
    ("password guessing", guessing),
    ("slow password guessing", slow_guessing),
    ("worm", worm),
    ("a few guesses at once", volleys::guesses),
];

/// Most attackers come from outside; some already are inside.
fn attacker(dice: &mut Dice) -> Address {
    if dice.chance(0.6) { dice.outsider() } else { host(dice.count(40, 180)) }
}

fn begin(dice: &mut Dice) -> f64 {
    START + dice.between(600.0, DAY - 3600.0)
}

/// Ports of a scan: a run of them in order or not.
fn ports(dice: &mut Dice, count: u64) -> Vec<u16> {
    let first = dice.count(1, 60_000 - count) as u16;
    let mut ports: Vec<u16> = (0..count as u16).map(|port| first + port).collect();
    if dice.chance(0.5) {
        dice.shuffle(&mut ports);
    }
    ports
}

fn vertical(dice: &mut Dice) -> Attack {
    let (by, on, count, rate) = (attacker(dice), server(WEB), dice.many(30, 4000), dice.over(2.0, 1000.0));
    let (filtered, open, fixed) = (dice.part(), dice.between(0.0, 0.05), dice.chance(0.4).then(|| dice.client_port()));
    let mut at = begin(dice);
    let scanned = ports(dice, count);
    let probe = |port: u16| {
        at += dice.gap(1.0 / rate);
        let talk = Talk::tcp(at, by, fixed.unwrap_or_else(|| dice.client_port()), on, port, [0, 0]);
        match dice.part() {
            part if part < open => talk.touched(),
            _ if dice.chance(filtered) => talk.unanswered(dice.count(1, 2)),
            _ => talk.refused(),
        }
    };
    let talks = scanned.into_iter().map(probe).collect();
    let drawn = format!("{count} ports, {rate:.0}/s, {filtered:.2} filtered, {open:.2} open");
    Attack { talks, by: vec![by], drawn, block: count >= 1000 }
}

fn horizontal(dice: &mut Dice) -> Attack {
    let (by, count, rate) = (attacker(dice), dice.many(40, 2000), dice.over(1.0, 500.0));
    let port = dice.one_of(&[21, 22, 23, 80, 443, 445, 1433, 3389, 5555, 6379, 8080]);
    let (open, filtered) = (dice.between(0.0, 0.25), dice.part());
    let mut at = begin(dice);
    let probe = |number: u64| {
        at += dice.gap(1.0 / rate);
        let talk = Talk::tcp(at, by, dice.client_port(), host(number), port, [0, 0]);
        match dice.part() {
            part if part < open => talk.touched(),
            _ if dice.chance(filtered) => talk.unanswered(dice.count(1, 3)),
            _ => talk.refused(),
        }
    };
    let talks = (200..200 + count).map(probe).collect();
    let drawn = format!("port {port} of {count} hosts, {rate:.0}/s, {open:.2} open");
    Attack { talks, by: vec![by], drawn, block: count >= 500 }
}

/// One probe a minute or less.
fn slow(dice: &mut Dice) -> Attack {
    let (by, count, pause) = (attacker(dice), dice.many(30, 300), dice.over(30.0, 600.0));
    let many_hosts = dice.chance(0.5);
    let mut at = START;
    let probe = |number: u64| {
        at += pause * dice.between(0.5, 1.5);
        let (on, port) = if many_hosts { (host(200 + number), 22) } else { (server(FILES), 100 + number as u16) };
        let talk = Talk::tcp(at, by, dice.client_port(), on, port, [0, 0]);
        if dice.chance(0.5) { talk.refused() } else { talk.unanswered(1) }
    };
    let talks = (0..count).map(probe).collect();
    Attack { talks, by: vec![by], drawn: format!("{count} probes, one in {pause:.0} s"), block: false }
}

/// Ports shared out among many addresses, each below the threshold of a scan.
fn distributed(dice: &mut Dice) -> Attack {
    let (sources, each) = (dice.many(10, 100), dice.count(3, 10));
    let by: Vec<Address> = (0..sources).map(|_| dice.outsider()).collect();
    let mut talks = Vec::new();
    let mut at = begin(dice);
    for (number, port) in ports(dice, sources * each).into_iter().enumerate() {
        at += dice.gap(0.5);
        let talk = Talk::tcp(at, by[number % by.len()], dice.client_port(), server(WEB), port, [0, 0]);
        talks.push(if dice.chance(0.5) { talk.refused() } else { talk.unanswered(1) });
    }
    Attack { talks, by, drawn: format!("{sources} addresses with {each} ports each"), block: false }
}

/// Every service of every host, and what is open is looked at.
fn vulnerability_scanner(dice: &mut Dice) -> Attack {
    let (by, hosts) = (host(dice.count(40, 180)), dice.many(5, 60));
    let known =
        [21u16, 22, 23, 25, 53, 80, 110, 135, 139, 143, 443, 445, 993, 1433, 3306, 3389, 5432, 5900, 6379, 8080];
    let mut at = begin(dice);
    let mut talks = Vec::new();
    for number in 0..hosts {
        for port in known {
            at += dice.gap(0.05);
            let bytes = [dice.many(100, 2000), dice.many(100, 5000)];
            let talk = Talk::tcp(at, by, dice.client_port(), host(number), port, bytes);
            talks.push(match dice.part() {
                part if part < 0.15 => talk,
                _ if number % 4 == 0 => talk.unanswered(2),
                _ => talk.refused(),
            });
        }
    }
    Attack { talks, by: vec![by], drawn: format!("{hosts} hosts"), block: hosts >= 20 }
}

fn icmp_sweep(dice: &mut Dice) -> Attack {
    let (by, count, rate, alive) = (attacker(dice), dice.many(30, 1000), dice.over(1.0, 500.0), dice.between(0.0, 0.3));
    let mut at = begin(dice);
    let ping = |number: u64| {
        at += dice.gap(1.0 / rate);
        Talk::ping(at, by, host(number), [1, u64::from(dice.chance(alive))])
    };
    let talks = (100..100 + count).map(ping).collect();
    Attack { talks, by: vec![by], drawn: format!("{count} hosts, {alive:.2} alive"), block: false }
}

fn syn_flood(dice: &mut Dice) -> Attack {
    let (by, rate, seconds) = (attacker(dice), dice.over(50.0, 800.0), dice.over(10.0, 30.0));
    let (port, answered) = (dice.one_of(&[22, 25, 80, 443, 8080]), dice.chance(0.5));
    let begun = begin(dice);
    let syn = |number: u64| {
        let at = begun + number as f64 / rate;
        let from = dice.count(1024, 65_535) as u16;
        let talk = Talk::tcp(at, by, from, server(WEB), port, [0, 0]).unanswered(1);
        // The server answers, and nobody goes on.
        if answered { Talk { packets: [1, 2], state: flowglass::model::record::ConnState::S1, ..talk } } else { talk }
    };
    let talks = (0..(rate * seconds) as u64).map(syn).collect();
    let drawn = format!("{rate:.0}/s for {seconds:.0} s, answered: {answered}");
    Attack { talks, by: vec![by], drawn, block: rate >= 300.0 }
}

fn udp_flood(dice: &mut Dice) -> Attack {
    let (by, rate, seconds) = (attacker(dice), dice.over(400.0, 20_000.0), dice.over(10.0, 120.0));
    let (flows, size) = (dice.many(20, 3000), dice.count(1, 1400));
    let begun = begin(dice);
    let packets = (rate * seconds / flows as f64).ceil().max(1.0) as u64;
    let mut flow = || {
        let (from, to) = (dice.client_port(), dice.count(1, 65_535) as u16);
        let talk = Talk::udp(begun + dice.between(0.0, 1.0), by, from, server(WEB), to, [packets * size, 0]);
        Talk { packets: [packets, 0], ..talk }.lasting(seconds)
    };
    let talks = (0..flows).map(|_| flow()).collect();
    let drawn = format!("{rate:.0}/s for {seconds:.0} s in {flows} flows");
    Attack { talks, by: vec![by], drawn, block: rate >= 3000.0 }
}

fn icmp_flood(dice: &mut Dice) -> Attack {
    let (by, rate, seconds) = (attacker(dice), dice.over(500.0, 20_000.0), dice.over(10.0, 120.0));
    let begun = begin(dice);
    let packets = (rate * seconds) as u64;
    let back = if dice.chance(0.5) { packets } else { 0 };
    let talks = vec![Talk::ping(begun, by, server(WEB), [packets, back]).lasting(seconds)];
    Attack { talks, by: vec![by], drawn: format!("{rate:.0}/s for {seconds:.0} s"), block: rate >= 3000.0 }
}

/// Equal requests as fast as may be.
fn http_flood(dice: &mut Dice) -> Attack {
    let (by, rate, seconds) = (attacker(dice), dice.over(70.0, 500.0), dice.over(15.0, 60.0));
    let (size, drowned) = (dice.count(100, 800), dice.chance(0.5));
    let begun = begin(dice);
    let request = |number: u64| {
        let at = begun + number as f64 / rate;
        let talk = Talk::tcp(at, by, dice.client_port(), server(WEB), 80, [size, dice.many(200, 2000)]);
        if drowned { Talk { bytes: [size, 0], packets: [5, 0], ..talk } } else { talk }
    };
    let talks = (0..(rate * seconds) as u64).map(request).collect();
    Attack { talks, by: vec![by], drawn: format!("{rate:.0}/s for {seconds:.0} s, {drowned}"), block: false }
}

/// Bytes of one refused login: sent, and received at least and at most.
const LOGINS: &[(u16, u64, u64, u64)] =
    &[(22, 1200, 1600, 3200), (3389, 700, 1200, 2500), (21, 40, 90, 220), (445, 600, 500, 1200), (23, 30, 80, 500)];

fn guessing_at(dice: &mut Dice, count: u64, pause: f64) -> Attack {
    let (by, (port, sent, low, high)) = (attacker(dice), dice.one_of(LOGINS));
    let size = dice.count(low, high);
    let mut at = begin(dice);
    let guess = |_| {
        at += dice.gap(pause).max(0.01);
        let bytes = [sent + dice.count(0, 20), size + dice.count(0, size / 20)];
        Talk::tcp(at, by, dice.client_port(), server(FILES), port, bytes).lasting(dice.between(0.5, 3.0))
    };
    let talks = (0..count).map(guess).collect();
    let block = count >= 300;
    Attack { talks, by: vec![by], drawn: format!("{count} guesses at port {port}, one in {pause:.2} s"), block }
}

fn guessing(dice: &mut Dice) -> Attack {
    let (count, pause) = (dice.many(100, 2000), dice.over(0.05, 5.0));
    guessing_at(dice, count, pause)
}

fn slow_guessing(dice: &mut Dice) -> Attack {
    let (count, pause) = (dice.many(100, 300), dice.over(5.0, 15.0));
    Attack { block: false, ..guessing_at(dice, count, pause) }
}

/// An own host that is taken over and looks for the next.
fn worm(dice: &mut Dice) -> Attack {
    let (by, port, rate) = (host(dice.count(0, 29)), dice.one_of(&[23, 445, 1433, 5555]), dice.over(0.5, 50.0));
    let count = dice.many(100, 3000);
    let mut at = begin(dice);
    let probe = |_| {
        at += dice.gap(1.0 / rate);
        let talk = Talk::tcp(at, by, dice.client_port(), dice.outsider(), port, [0, 0]);
        match dice.part() {
            part if part < 0.02 => Talk::tcp(at, by, 40_000, talk.destination, port, [300, 400]),
            part if part < 0.2 => talk.refused(),
            _ => talk.unanswered(2),
        }
    };
    let talks = (0..count).map(probe).collect();
    let drawn = format!("port {port} of {count} hosts, {rate:.1}/s");
    Attack { talks, by: vec![by], drawn, block: count >= 500 }
}
