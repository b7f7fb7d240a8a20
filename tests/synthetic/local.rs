//! Attacks on and within the local link, and honest events that resemble them, with parameters drawn widely.

use flowglass::model::address::Address;
use flowglass::model::observation::{Icmp, IcmpKind, NameService, Quoted, RouterAdvertisement};

use super::dice::Dice;
use super::lan::{GATEWAY, HOSTS, Lan, Lease, Mac, Name, ODD, card, host};
use super::office::address;
use super::talk::Talk;

/// One kind of attack: its name, and how it is added to a network. All are made by `ODD`.
pub type Kind = (&'static str, fn(&mut Dice, &mut Lan));

pub const ATTACKS: &[Kind] = &[
    ("arp rebinding", arp_rebinding),
    ("arp sweep", arp_sweep),
    ("rogue dhcp", rogue_dhcp),
    ("rogue router", rogue_router),
    ("icmp redirect", icmp_redirect),
    ("name poisoning", name_poisoning),
    ("relay", relay),
    ("forged senders", forged_senders),
    ("dns tunnel", dns_tunnel),
];

pub const LOOKALIKES: &[Kind] = &[
    ("dhcp servers that share", shared_dhcp),
    ("virtual router", virtual_router),
    ("fail-over", fail_over),
    ("lease that moves", lease_moves),
    ("proxy arp", proxy_arp),
    ("two cards of one host", bonded),
    ("honest names", honest_names),
    ("second router", second_router),
    ("routed traffic", routed),
    ("content names", content_names),
];

/// The names under which the attacker may be found: its addresses and its card.
pub fn attacker() -> [Address; 3] {
    [host(ODD), Address::Mac(card(ODD)), address("fe80::66")]
}

fn arp_rebinding(dice: &mut Dice, lan: &mut Lan) {
    let (rounds, pause, both) = (dice.many(5, 200), dice.over(1.0, 10.0), dice.chance(0.7));
    let victims = dice.count(1, HOSTS - 1);
    for round in 0..rounds {
        let at = 100.0 + round as f64 * pause;
        for victim in 1..=victims {
            lan.tell(at, card(ODD), host(GATEWAY), victim);
            if both {
                lan.tell(at + 0.01, card(ODD), host(victim), GATEWAY);
            }
        }
    }
}

fn arp_sweep(dice: &mut Dice, lan: &mut Lan) {
    let (first, count, pause) = (dice.count(80, 100), dice.count(40, 150), dice.over(0.001, 0.15));
    (0..count).for_each(|number| lan.ask(200.0 + number as f64 * pause, ODD, first + number, false));
}

fn lease(by: u64, address: u64, router: u64, resolver: u64) -> Lease {
    Lease { by: host(by), address: host(address), router: host(router), resolver: host(resolver) }
}

/// Clients ask, both servers answer, and the client takes one.
fn rogue_dhcp(dice: &mut Dice, lan: &mut Lan) {
    let (clients, wins, as_router) = (dice.count(3, 30), dice.between(0.0, 0.4), dice.chance(0.5));
    for client in 0..clients {
        let (at, number, mac) = (50.0 + client as f64 * 20.0, 7000 + client as u32, card(150 + client));
        let right = lease(GATEWAY, 150 + client, GATEWAY, GATEWAY);
        let rogue = lease(ODD, 190 + client, if as_router { ODD } else { GATEWAY }, ODD);
        let chosen = if client > 0 && dice.chance(wins) { rogue } else { right };
        lan.dhcp(at, 1, mac, number, None);
        lan.dhcp(at + dice.between(0.001, 0.5), 2, mac, number, Some(right));
        lan.dhcp(at + dice.between(0.001, 0.5), 2, mac, number, Some(rogue));
        lan.dhcp(at + 0.6, 3, mac, number, Some(chosen));
        lan.dhcp(at + 0.7, 5, mac, number, Some(chosen));
    }
}

fn advertise(lan: &mut Lan, seconds: f64, from: (&str, Mac), prefix: &str, resolver: bool) {
    let (at, source) = (lan.at(seconds), address(from.0));
    lan.traffic.observations.routers.push(RouterAdvertisement {
        at,
        source,
        source_mac: Some(from.1),
        claimed_mac: Some(from.1),
        lifetime: 1800,
        prefix: Some((address(prefix), 64)),
        resolver: resolver.then_some(source),
    });
}

fn rogue_router(dice: &mut Dice, lan: &mut Lan) {
    for round in 0..dice.count(2, 20) {
        let at = 10.0 + round as f64 * 200.0;
        advertise(lan, at, ("fe80::1", card(GATEWAY)), "2a01:db9:1::", true);
        advertise(lan, at + 50.0, ("fe80::66", card(ODD)), "2a01:db9:2::", true);
    }
}

/// In the gateway's name, from the attacker's card, to the attacker.
fn icmp_redirect(dice: &mut Dice, lan: &mut Lan) {
    for _ in 0..dice.count(1, 50) {
        let (seconds, told, wanted) = (dice.between(10.0, 1700.0), dice.count(1, HOSTS - 1), dice.outsider());
        redirect(lan, seconds, (GATEWAY, card(ODD)), told, ODD, wanted);
    }
}

fn redirect(lan: &mut Lan, seconds: f64, from: (u64, Mac), told: u64, gateway: u64, wanted: Address) {
    let at = lan.at(seconds);
    let (source, destination) = (host(told), wanted);
    let (source_port, destination_port) = (Some(40_000), Some(443));
    lan.traffic.observations.icmp.push(Icmp {
        at,
        kind: IcmpKind::Redirect { gateway: host(gateway) },
        source: host(from.0),
        destination: host(told),
        source_mac: Some(from.1),
        about: Some(Quoted { source, destination, protocol: 6, source_port, destination_port }),
    });
}

fn local_name(lan: &mut Lan, seconds: f64, by: u64, asked_by: u64, name: &str, service: NameService) {
    let group = address("224.0.0.252");
    let ask = Name {
        service,
        response: false,
        id: 7,
        name,
        kind: 1,
        disorder: 20,
        source: host(asked_by),
        destination: group,
    };
    lan.name(seconds, &ask, None);
    let answer = Name { response: true, source: host(by), destination: host(asked_by), ..ask };
    lan.name(seconds + 0.01, &answer, Some(host(by)));
}

fn name_poisoning(dice: &mut Dice, lan: &mut Lan) {
    let words =
        ["wpad", "fileserver", "prinetr", "intranet", "sharepoit", "backup01", "mailsrv", "dc02", "scaner", "nas"];
    let count = dice.count(1, 10) as usize;
    for (number, name) in words.iter().take(count).enumerate() {
        let victim = dice.count(1, HOSTS - 1);
        local_name(lan, 30.0 + number as f64 * 20.0, ODD, victim, name, NameService::Llmnr);
    }
}

/// Packets between neighbours that pass twice, the second time with one hop less.
fn relay(dice: &mut Dice, lan: &mut Lan) {
    for number in 0..dice.many(1, 100) {
        let (one, other) = (dice.count(1, 5), dice.count(6, HOSTS - 1));
        let talk = Talk::tcp(0.0, host(one), dice.client_port(), host(other), 445, [4000, 9000]);
        lan.flow_with(60.0 + number as f64 * 10.0, talk, [card(one), card(ODD)], [[63, 64], [63, 64]]);
    }
}

/// A flood whose senders are drawn at random.
fn forged_senders(dice: &mut Dice, lan: &mut Lan) {
    let (count, rate) = (dice.many(200, 4000), dice.over(20.0, 500.0));
    for number in 0..count {
        let talk = Talk::tcp(0.0, dice.outsider(), dice.client_port(), host(3), 80, [0, 0]).unanswered(1);
        lan.flow(500.0 + number as f64 / rate, talk, [card(ODD), card(3)]);
    }
}

fn question(lan: &mut Lan, dice: &mut Dice, seconds: f64, who: u64, name: &str, kind: u16, disorder: u8) {
    let (source, destination) = (host(who), address("9.9.9.9"));
    let (service, id) = (NameService::Dns, dice.count(1, 60_000) as u16);
    let ask = Name { service, response: false, id, name, kind, disorder, source, destination };
    lan.name(seconds, &ask, None);
    let answer = Name { response: true, source: destination, destination: source, ..ask };
    lan.name(seconds + 0.03, &answer, None);
}

fn random_label(dice: &mut Dice, length: u64) -> String {
    (0..length).map(|_| dice.one_of(b"abcdefghijklmnopqrstuvwxyz234567") as char).collect()
}

fn dns_tunnel(dice: &mut Dice, lan: &mut Lan) {
    let (count, length, pause) = (dice.many(150, 3000), dice.count(24, 60), dice.over(0.05, 2.0));
    let kind = dice.one_of(&[16u16, 5, 10, 15]);
    for number in 0..count {
        let name = format!("{}.t.evil-corp.net", random_label(dice, length));
        question(lan, dice, 20.0 + number as f64 * pause, ODD, &name, kind, 42);
    }
}

/// Two servers that hand out the same.
fn shared_dhcp(dice: &mut Dice, lan: &mut Lan) {
    for client in 0..dice.count(3, 40) {
        let (at, number, mac) = (50.0 + client as f64 * 20.0, 7000 + client as u32, card(150 + client));
        let offers = [lease(2, 150 + client, GATEWAY, 2), lease(3, 190 + client, GATEWAY, 2)];
        lan.dhcp(at, 1, mac, number, None);
        offers.iter().for_each(|offer| lan.dhcp(at + dice.between(0.001, 0.5), 2, mac, number, Some(*offer)));
        let chosen = dice.one_of(&offers);
        lan.dhcp(at + 0.6, 3, mac, number, Some(chosen));
        lan.dhcp(at + 0.7, 5, mac, number, Some(chosen));
    }
}

/// One address that passes between two routers, announced from the virtual card.
fn virtual_router(dice: &mut Dice, lan: &mut Lan) {
    let shared: Mac = dice.one_of(&[[0, 0, 0x5e, 0, 1, 7], [0, 0, 0x0c, 7, 0xac, 7]]);
    for round in 0..dice.count(1, 30) {
        let at = 20.0 + round as f64 * 50.0;
        lan.announce(at, shared, host(99));
        (1..HOSTS).for_each(|victim| lan.tell(at + 0.1, shared, host(99), victim));
    }
}

/// An address that moves to the machine that stands by, and perhaps back.
fn fail_over(dice: &mut Dice, lan: &mut Lan) {
    let turns = dice.count(1, 3);
    for turn in 0..=turns {
        let owner = if turn % 2 == 0 { 8 } else { 9 };
        let at = 10.0 + turn as f64 * 400.0;
        (0..dice.count(1, 5)).for_each(|again| lan.announce(at + again as f64, card(owner), host(98)));
    }
}

/// An address given to one machine, and later to another.
fn lease_moves(dice: &mut Dice, lan: &mut Lan) {
    for number in 0..dice.count(1, 10) {
        let (first, second) = (card(100 + number), card(120 + number));
        let leased = lease(GATEWAY, 70 + number, GATEWAY, GATEWAY);
        for (at, mac) in [(10.0, first), (900.0, second)] {
            lan.dhcp(at, 3, mac, 1, Some(leased));
            lan.dhcp(at + 0.1, 5, mac, 1, Some(leased));
            lan.announce(at + 0.2, mac, host(70 + number));
        }
    }
}

/// A router that answers for others when it is asked.
fn proxy_arp(dice: &mut Dice, lan: &mut Lan) {
    for _ in 0..dice.count(5, 100) {
        let (at, who, whom) = (dice.between(10.0, 1700.0), dice.count(1, HOSTS - 1), dice.count(130, 250));
        lan.ask(at, who, whom, false);
        lan.tell(at + 0.002, card(GATEWAY), host(whom), who);
    }
}

/// A host with two cards that both answer for its address.
fn bonded(dice: &mut Dice, lan: &mut Lan) {
    for _ in 0..dice.count(5, 60) {
        let (at, who) = (dice.between(10.0, 1700.0), dice.count(1, 6));
        lan.ask(at, who, 97, false);
        let by = if dice.chance(0.5) { card(97) } else { card(96) };
        lan.tell(at + 0.001, by, host(97), who);
    }
}

/// Every host answers for its own name, and one for its work group as well.
fn honest_names(dice: &mut Dice, lan: &mut Lan) {
    for number in 1..HOSTS {
        for again in 0..dice.count(1, 20) {
            let (at, asker) = (10.0 + again as f64 * 60.0, dice.count(1, HOSTS - 1));
            let service = if dice.chance(0.5) { NameService::Llmnr } else { NameService::Multicast };
            local_name(lan, at, number, asker, &format!("machine{number}.local"), service);
            local_name(lan, at + 5.0, number, asker, &format!("machine{number}"), service);
        }
    }
    local_name(lan, 33.0, 2, 3, "workgroup", NameService::Netbios);
}

/// Two routers, each with a network of its own, and redirects between them.
fn second_router(dice: &mut Dice, lan: &mut Lan) {
    for round in 0..dice.count(2, 20) {
        let at = 10.0 + round as f64 * 80.0;
        advertise(lan, at, ("fe80::1", card(GATEWAY)), "2a01:db9:1::", false);
        advertise(lan, at + 20.0, ("fe80::2", card(2)), "2a01:db9:2::", false);
        redirect(lan, at, (GATEWAY, card(GATEWAY)), dice.count(3, HOSTS - 1), 2, dice.outsider());
    }
}

/// A capture on the router itself shows each packet twice.
fn routed(dice: &mut Dice, lan: &mut Lan) {
    for number in 0..dice.many(5, 300) {
        let (who, site) = (dice.count(1, HOSTS - 1), dice.outsider());
        let talk = Talk::tcp(0.0, host(who), dice.client_port(), site, 443, [900, 9000]);
        lan.flow_with(60.0 + number as f64, talk, [card(who), card(GATEWAY)], [[63, 64], [51, 52]]);
    }
}

/// Random names with plain questions, as content networks and trackers have them.
fn content_names(dice: &mut Dice, lan: &mut Lan) {
    let domains = ["cdn-images.net", "trackme.io", "telemetry-hub.com"];
    for number in 0..dice.many(50, 800) {
        let name = format!("{}.{}", random_label(dice, 12), dice.one_of(&domains));
        let (kind, who) = (dice.one_of(&[1u16, 28]), dice.count(1, HOSTS - 1));
        question(lan, dice, 20.0 + number as f64, who, &name, kind, 34);
    }
}
