//! Honest machines that fetch much from many servers, or are asked by many.

use flowglass::model::address::Address;

use super::dice::Dice;
use super::office::{DAY, START, WEB, host, server};
use super::talk::Talk;

fn web(dice: &mut Dice, at: f64, source: Address, site: Address) -> Talk {
    let bytes = [dice.many(300, 8000), dice.many(500, 2_000_000)];
    let port = if dice.chance(0.85) { 443 } else { 80 };
    Talk::tcp(at, source, dice.client_port(), site, port, bytes).lasting(dice.over(0.1, 120.0))
}

/// A thousand people behind one address: always some sites are gone.
pub fn web_proxy(dice: &mut Dice) -> Vec<Talk> {
    let sites: Vec<Address> = (0..dice.many(200, 3000)).map(|_| dice.outsider()).collect();
    let (count, failing) = (dice.many(2000, 12_000), dice.between(0.005, 0.06));
    let gone: Vec<bool> = sites.iter().map(|_| dice.chance(failing)).collect();
    let talk = |_| {
        let site = dice.many(1, sites.len() as u64) as usize - 1;
        let at = START + dice.part() * DAY;
        let talk = web(dice, at, server(20), sites[site]);
        match gone[site] {
            true if dice.chance(0.5) => talk.refused(),
            true => talk.unanswered(4),
            false => talk,
        }
    };
    (0..count).map(talk).collect()
}

/// A page with hundreds of parts from hundreds of servers within seconds.
pub fn content_client(dice: &mut Dice) -> Vec<Talk> {
    let (count, begun) = (dice.many(200, 1500), START + dice.between(0.0, DAY));
    let talk = |_| {
        let (at, site) = (begun + dice.between(0.0, 60.0), dice.outsider());
        let talk = web(dice, at, host(3), site);
        if dice.chance(0.01) { talk.unanswered(2) } else { talk }
    };
    (0..count).map(talk).collect()
}

/// Short connections by the thousand: packages, containers, sources over SSH.
pub fn build_machines(dice: &mut Dice) -> Vec<Talk> {
    let registries: Vec<Address> = (0..6).map(|_| dice.outsider()).collect();
    let (count, burst) = (dice.many(1000, 8000), dice.over(0.02, 2.0));
    let mut at = START;
    let talk = |_| {
        at += dice.gap(burst);
        let machine = server(60 + dice.count(0, 4));
        match dice.part() {
            part if part < 0.15 => {
                let bytes = [dice.many(2500, 9000), dice.many(3000, 400_000)];
                Talk::tcp(at, machine, dice.client_port(), server(WEB), 22, bytes).lasting(1.0)
            }
            part if part < 0.18 => web(dice, at, machine, registries[0]).unanswered(1),
            _ => {
                let to = dice.one_of(&registries);
                web(dice, at, machine, to)
            }
        }
    };
    (0..count).map(talk).collect()
}

/// Many clients of one server; some go away in mid-sentence.
pub fn busy_server(dice: &mut Dice) -> Vec<Talk> {
    let (count, clients) = (dice.many(3000, 12_000), dice.many(50, 2000));
    let clients: Vec<Address> = (0..clients).map(|_| dice.outsider()).collect();
    let span = dice.over(300.0, DAY);
    let talk = |_| {
        let (at, source) = (START + dice.part() * span, clients[dice.many(1, clients.len() as u64) as usize - 1]);
        let talk = web(dice, at, source, server(WEB));
        let talk = Talk { ports: (talk.ports.0, 443), ..talk };
        if dice.chance(0.02) { talk.touched() } else { talk }
    };
    (0..count).map(talk).collect()
}
