//! What a finding tells and no decision: answers sent to a victim, calls home, uploads. And what resembles them.

use flowglass::model::address::Address;

use super::dice::{Dice, Kind};
use super::office::{DAY, DNS, FILES, MAIL, START, WEB, host, server};
use super::talk::Talk;

/// What happened, and the finding that is to tell of it.
pub struct Sign {
    pub talks: Vec<Talk>,
    pub detector: &'static str,
    pub on: Address,
    /// What it was drawn with, for the message of a failed test.
    pub drawn: String,
}

pub const SIGNS: &[Kind<Sign>] =
    &[("reflected answers", reflected), ("abused server", abused), ("beacon", beacon), ("exfiltration", exfiltration)];

/// Honest: nobody is even to be watched for it.
pub const LOOKALIKES: &[Kind<Vec<Talk>>] = &[
    ("heavy client of name servers", heavy_dns),
    ("clocks", clocks),
    ("telemetry", telemetry),
    ("keep-alives", keep_alives),
    ("backup by the hour", hourly_backup),
    ("upload to a known peer", known_peer),
    ("upload to everybody's peer", common_peer),
];

fn begin(dice: &mut Dice) -> f64 {
    START + dice.between(600.0, DAY - 3600.0)
}

/// Servers all over the Internet answer what was asked in the victim's name.
fn reflected(dice: &mut Dice) -> Sign {
    let (servers, port) = (dice.many(10, 800), dice.one_of(&[19, 53, 123, 161, 389, 1900, 11_211]));
    let (rate, seconds, size) = (dice.over(20.0, 20_000.0), dice.over(15.0, 120.0), dice.count(200, 1400));
    let (on, begun) = (if dice.chance(0.5) { server(WEB) } else { host(dice.count(0, 29)) }, begin(dice));
    let packets = (rate * seconds / servers as f64).ceil() as u64;
    let answer = |_| {
        let (at, by, to) = (begun + dice.between(0.0, 1.0), dice.outsider(), dice.client_port());
        let talk = Talk::udp(at, by, port, on, to, [packets * size, 0]);
        Talk { packets: [packets, 0], ..talk }.lasting(seconds)
    };
    let talks = (0..servers).map(answer).collect();
    let drawn = format!("{servers} servers on port {port}, {rate:.0}/s for {seconds:.0} s");
    Sign { talks, detector: "amplification", on, drawn }
}

/// An own name server is asked the same again and again in another's name, and answers at length.
fn abused(dice: &mut Dice) -> Sign {
    let (victim, on, parts) = (dice.outsider(), server(DNS), dice.many(1, 300));
    let (rate, seconds, size) = (dice.over(15.0, 2000.0), dice.over(15.0, 120.0), dice.count(40, 80));
    let (factor, begun) = (dice.over(25.0, 80.0), begin(dice));
    let packets = (rate * seconds / parts as f64).ceil() as u64;
    let asked = |_| {
        let bytes = [packets * size, (packets as f64 * size as f64 * factor) as u64];
        let talk = Talk::udp(begun + dice.between(0.0, 1.0), victim, dice.client_port(), on, 53, bytes);
        Talk { packets: [packets, packets], ..talk }.lasting(seconds)
    };
    let talks = (0..parts).map(asked).collect();
    Sign { talks, detector: "amplification", on, drawn: format!("{rate:.0}/s, {factor:.0} times as long") }
}

/// Calls at an interval that is varied by up to a third.
fn calls(dice: &mut Dice, from: Address, to: (Address, u16), (pause, varied): (f64, f64), size: u64) -> Vec<Talk> {
    let mut at = START + dice.between(0.0, pause);
    let mut talks = Vec::new();
    while at < START + DAY {
        let bytes = [size + dice.count(0, size / 10), dice.many(100, 1000)];
        talks.push(Talk::tcp(at, from, dice.client_port(), to.0, to.1, bytes));
        at += pause * dice.between(1.0 - varied, 1.0 + varied);
    }
    talks
}

fn beacon(dice: &mut Dice) -> Sign {
    let (on, to) = (host(dice.count(0, 29)), dice.outsider());
    let (port, pause) = (dice.one_of(&[80, 443, 1337, 4444, 6667, 8080, 8443, 50_050]), dice.over(10.0, 900.0));
    let (varied, size) = (dice.between(0.0, 0.3), dice.many(100, 2000));
    let mut talks = calls(dice, on, (to, port), (pause, varied), size);
    let begun = START + dice.between(0.0, DAY / 4.0);
    talks.retain(|talk| talk.at >= begun);
    Sign { talks, detector: "beacon", on, drawn: format!("port {port}, every {pause:.0} s, varied by {varied:.2}") }
}

/// So much goes out within one hour of the clock.
fn upload(dice: &mut Dice, from: Address, to: Address, all: f64) -> Vec<Talk> {
    let (hour, parts) = (START + 3600.0 * dice.count(2, 7) as f64, dice.many(1, 200));
    let (port, share) = (dice.one_of(&[21, 22, 443, 8080]), dice.over(20.0, 1000.0));
    let part = |_| {
        let bytes = [all / parts as f64, all / parts as f64 / share].map(|bytes| bytes as u64);
        let at = hour + dice.between(0.0, 3000.0);
        Talk::tcp(at, from, dice.client_port(), to, port, bytes).lasting(dice.over(5.0, 600.0))
    };
    (0..parts).map(part).collect()
}

fn exfiltration(dice: &mut Dice) -> Sign {
    let on = if dice.chance(0.7) { host(dice.count(0, 29)) } else { server(FILES) };
    let (to, all) = (dice.outsider(), dice.over(1.2e8, 5e10));
    let talks = upload(dice, on, to, all);
    Sign { talks, detector: "exfiltration", on, drawn: format!("{all:.1e} bytes") }
}

/// A mail server that looks up every sender, here and at a resolver outside.
fn heavy_dns(dice: &mut Dice) -> Vec<Talk> {
    let (outside, rate, lost) = (dice.outsider(), dice.over(3.0, 300.0), dice.between(0.0, 0.03));
    let mut at = begin(dice);
    let question = |_| {
        at += dice.gap(1.0 / rate);
        let to = if dice.chance(0.7) { server(DNS) } else { outside };
        let back = if dice.chance(lost) { 0 } else { dice.many(60, 3000) };
        Talk::udp(at, server(MAIL), dice.client_port(), to, 53, [dice.count(30, 90), back])
    };
    (0..8000).map(question).collect()
}

/// Every machine asks the same servers for the time, to the second.
fn clocks(dice: &mut Dice) -> Vec<Talk> {
    let (servers, every) = ([dice.outsider(), dice.outsider()], dice.one_of(&[64.0, 256.0, 1024.0]));
    let mut talks = Vec::new();
    for number in 0..30 {
        let offset = dice.between(0.0, every);
        for round in 0..(DAY / every) as u64 {
            let at = START + offset + round as f64 * every;
            talks.push(Talk::udp(at, host(number), 123, servers[(number % 2) as usize], 123, [48, 48]));
        }
    }
    talks
}

/// All machines report to their maker.
fn telemetry(dice: &mut Dice) -> Vec<Talk> {
    let (maker, every, varied) = (dice.outsider(), dice.over(60.0, 900.0), dice.between(0.0, 0.05));
    let mut talks = Vec::new();
    for number in 0..30 {
        talks.extend(calls(dice, host(number), (maker, 443), (every, varied), 800));
    }
    talks
}

/// One machine unlike the others, that does nothing but call its maker: nobody can tell it from one that is controlled,
/// so it may be watched.
pub fn camera(dice: &mut Dice) -> Vec<Talk> {
    let (maker, pause, varied) = (dice.outsider(), dice.over(20.0, 300.0), dice.between(0.0, 0.1));
    calls(dice, server(90), (maker, 8883), (pause, varied), 150)
}

/// Chat and push messages that make sure of their connection.
fn keep_alives(dice: &mut Dice) -> Vec<Talk> {
    let port = dice.one_of(&[443, 5222, 5228]);
    let (service, every) = (dice.outsider(), dice.over(30.0, 600.0));
    let mut talks = Vec::new();
    for number in 0..dice.count(3, 25) {
        talks.extend(calls(dice, host(number), (service, port), (every, 0.01), 60));
    }
    talks
}

fn hourly_backup(dice: &mut Dice) -> Vec<Talk> {
    let (to, all) = (dice.outsider(), dice.over(2e8, 2e10));
    let hour = |number: u64| {
        let bytes = [all * dice.between(0.5, 2.0), all / 1000.0].map(|bytes| bytes as u64);
        let at = START + 3600.0 * number as f64 + 60.0;
        Talk::tcp(at, server(FILES), dice.client_port(), to, 443, bytes).lasting(dice.over(60.0, 1800.0))
    };
    (0..9).map(hour).collect()
}

/// A little goes there every hour, and once very much.
fn known_peer(dice: &mut Dice) -> Vec<Talk> {
    let (from, peer, all) = (host(dice.count(0, 29)), dice.outsider(), dice.over(2e8, 1e11));
    let mut talks = upload(dice, from, peer, all);
    for number in 0..9 {
        let at = START + 3600.0 * number as f64 + dice.between(0.0, 3000.0);
        let bytes = [dice.many(100_000, 20_000_000), dice.many(10_000, 20_000_000)];
        talks.push(Talk::tcp(at, from, dice.client_port(), peer, 443, bytes).lasting(20.0));
    }
    talks
}

/// A store in which nearly everybody keeps files.
fn common_peer(dice: &mut Dice) -> Vec<Talk> {
    let (peer, all) = (dice.outsider(), dice.over(2e8, 1e11));
    let mut talks = upload(dice, host(4), peer, all);
    for number in 0..dice.count(20, 29) {
        let bytes = [dice.many(10_000, 5_000_000), dice.many(10_000, 20_000_000)];
        let at = START + dice.between(0.0, DAY);
        talks.push(Talk::tcp(at, host(number), dice.client_port(), peer, 443, bytes).lasting(20.0));
    }
    talks
}
