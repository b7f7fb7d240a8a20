//! An ordinary day of an office network, as the background against which attacks and their look-alikes stand.

use flowglass::model::address::Address;

use super::dice::Dice;
use super::talk::Talk;

/// The first second: 2024-03-05, 08:00 UTC.
pub const START: f64 = 1_709_625_600.0;
/// A working day.
pub const DAY: f64 = 9.0 * 3600.0;

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// An own host of the given number.
pub fn host(number: u64) -> Address {
    address(&format!("10.7.{}.{}", 1 + number / 200, 10 + number % 200))
}

/// The n-th of the network's servers.
pub fn server(number: u64) -> Address {
    address(&format!("10.7.0.{}", 10 + number))
}

pub const DNS: u64 = 0;
pub const FILES: u64 = 1;
pub const MAIL: u64 = 2;
pub const WEB: u64 = 3;

/// Thirty people who browse, read mail, use shares and log in now and then.
pub fn day() -> Vec<Talk> {
    let mut dice = Dice::new("office", 0);
    let sites: Vec<Address> = (0..150).map(|_| dice.outsider()).collect();
    let mut talks = Vec::new();
    for number in 0..30 {
        person(&mut dice, host(number), &sites, &mut talks);
    }
    talks.sort_by(|a, b| a.at.total_cmp(&b.at));
    talks
}

fn person(dice: &mut Dice, source: Address, sites: &[Address], talks: &mut Vec<Talk>) {
    let pace = dice.over(200.0, 900.0);
    let mut at = START + dice.gap(pace);
    while at < START + DAY {
        visit(dice, source, sites, at, talks);
        at += dice.gap(pace);
    }
    let mut at = START + dice.between(0.0, 600.0);
    while at < START + DAY {
        let bytes = [dice.many(300, 2000), dice.many(500, 60_000)];
        talks.push(Talk::tcp(at, source, dice.client_port(), server(MAIL), 993, bytes).lasting(2.0));
        at += dice.between(280.0, 320.0);
    }
    for _ in 0..dice.count(1, 12) {
        let at = START + dice.between(0.0, DAY);
        let bytes = [dice.many(2000, 500_000), dice.many(2000, 5_000_000)];
        talks.push(Talk::tcp(at, source, dice.client_port(), server(FILES), 445, bytes).lasting(60.0));
    }
    if dice.chance(0.2) {
        let at = START + dice.between(0.0, DAY);
        let bytes = [dice.many(5000, 100_000), dice.many(8000, 500_000)];
        talks.push(Talk::tcp(at, source, dice.client_port(), server(WEB), 22, bytes).lasting(1200.0));
    }
}

/// A page: a few names looked up, a few servers asked, now and then one that does not answer.
fn visit(dice: &mut Dice, source: Address, sites: &[Address], at: f64, talks: &mut Vec<Talk>) {
    for _ in 0..dice.count(1, 4) {
        let at = at + dice.between(0.0, 2.0);
        talks.push(Talk::udp(at, source, dice.client_port(), server(DNS), 53, [40, dice.count(60, 300)]));
        let site = sites[dice.many(1, sites.len() as u64) as usize - 1];
        let bytes = [dice.many(500, 5000), dice.many(2000, 900_000)];
        let (port, seconds) = (if dice.chance(0.9) { 443 } else { 80 }, dice.over(0.1, 60.0));
        let talk = Talk::tcp(at + 0.05, source, dice.client_port(), site, port, bytes).lasting(seconds);
        talks.push(if dice.chance(0.01) { talk.unanswered(3) } else { talk });
    }
}
