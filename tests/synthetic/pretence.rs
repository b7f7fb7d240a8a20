//! Packets in the names of others, and a server that honestly answers under another address of its own.

use flowglass::model::observation::NameService;

use super::dice::Dice;
use super::lan::{GATEWAY, HOSTS, Lan, Name, ODD, card, host};
use super::local::Kind;
use super::office::address;

pub const ATTACKS: &[Kind] = &[("arp in another's name", arp)];

pub const LOOKALIKES: &[Kind] = &[("resolver with two addresses", resolver)];

/// Neighbours are told, by the attacker's card, that the gateway is at a third machine.
fn arp(dice: &mut Dice, lan: &mut Lan) {
    let (third, pause) = (dice.count(1, 5), dice.over(0.5, 10.0));
    for round in 0..dice.many(4, 100) {
        let victim = dice.count(6, HOSTS - 1);
        lan.tell_as(100.0 + round as f64 * pause, card(ODD), card(third), host(GATEWAY), victim);
    }
}

fn resolver(dice: &mut Dice, lan: &mut Lan) {
    let (asked, answers) = (address("9.9.9.9"), address("9.9.9.10"));
    for number in 0..dice.many(1, 300) {
        let source = host(dice.count(1, HOSTS - 1));
        let (service, id) = (NameService::Dns, dice.count(1, 60_000) as u16);
        let ask = Name {
            service,
            response: false,
            id,
            name: "news.example.org",
            kind: 1,
            disorder: 20,
            source,
            destination: asked,
        };
        lan.name(20.0 + number as f64 * 4.0, &ask, None);
        let answer = Name { response: true, source: answers, destination: source, ..ask };
        lan.name(20.03 + number as f64 * 4.0, &answer, Some(address("93.184.5.6")));
    }
}
