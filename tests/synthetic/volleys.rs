//! Fewer logins than a count would notice, all at once; and honest connections that come so.

use super::attacks::Attack;
use super::dice::Dice;
use super::office::{DAY, FILES, START, WEB, host, server};
use super::talk::Talk;

/// A handful of tasks, each of which tries a few passwords over one connection.
pub fn guesses(dice: &mut Dice) -> Attack {
    let by = if dice.chance(0.6) { dice.outsider() } else { host(dice.count(40, 180)) };
    let (port, sent, low, high) =
        dice.one_of(&[(22, 1200, 1600, 3000), (3389, 700, 1200, 2500), (21, 40, 90, 220), (23, 30, 80, 500)]);
    let (tasks, size) = (dice.count(4, 9), dice.count(low, high));
    let begun = START + dice.between(600.0, DAY - 3600.0);
    let lasted = dice.over(1.5, 20.0);
    let task = |_| {
        let bytes = [sent + dice.count(0, 200), size + dice.count(0, size / 20)];
        let at = begun + dice.between(0.0, 0.4);
        Talk::tcp(at, by, dice.client_port(), server(FILES), port, bytes).lasting(lasted * dice.between(0.9, 1.1))
    };
    let talks = (0..tasks).map(task).collect();
    Attack { talks, by: vec![by], drawn: format!("{tasks} tasks at port {port}, {lasted:.1} s"), block: false }
}

/// The host keys of all machines are asked for, one connection for each kind of key, and nobody logs in.
pub fn key_scan(dice: &mut Dice) -> Vec<Talk> {
    let (machines, kinds) = (dice.many(1, 60), dice.count(3, 6));
    let mut at = START + dice.between(0.0, DAY / 2.0);
    let mut talks = Vec::new();
    for machine in 0..machines {
        at += 0.05;
        for _ in 0..kinds {
            let bytes = [1500 + dice.count(0, 100), 1700 + dice.count(0, 500)];
            let talk = Talk::tcp(at, server(31), dice.client_port(), host(machine), 22, bytes);
            talks.push(talk.lasting(dice.between(0.02, 0.4)));
        }
    }
    talks
}

/// One machine is given several commands at a time, each with an answer of its own length.
pub fn scripts(dice: &mut Dice) -> Vec<Talk> {
    let (rounds, at_once) = (dice.many(1, 30), dice.count(2, 8));
    let mut talks = Vec::new();
    for round in 0..rounds {
        for _ in 0..at_once {
            let at = START + 900.0 * round as f64 + dice.between(0.0, 0.5);
            let bytes = [dice.many(2800, 6000), 3200 + dice.many(10, 30_000)];
            talks.push(
                Talk::tcp(at, server(31), dice.client_port(), server(WEB), 22, bytes).lasting(dice.over(1.0, 30.0)),
            );
        }
    }
    talks
}

/// A file transfer program with several connections; their control channels stay small for a while.
pub fn transfers(dice: &mut Dice) -> Vec<Talk> {
    let (other, begun) = (dice.outsider(), START + dice.between(0.0, DAY / 2.0));
    let mut talks = Vec::new();
    for _ in 0..dice.count(2, 10) {
        let files = dice.count(2, 40);
        let bytes = [60 + files * 40, 260 + files * dice.count(80, 120)];
        let at = begun + dice.between(0.0, 1.0);
        talks.push(Talk::tcp(at, host(11), dice.client_port(), other, 21, bytes).lasting(dice.over(5.0, 300.0)));
    }
    talks
}
