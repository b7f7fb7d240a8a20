//! A local network as a capture shows it: flows with network cards, and ARP, DHCP and name service messages.

use flowglass::model::address::Address;
use flowglass::model::observation::{Arp, At, Dhcp, Dns, NameService};
use flowglass::model::record::Record;
use flowglass::model::traffic::Traffic;

use super::dice::Dice;
use super::office::address;
use super::talk::{Sensor, Talk};

pub type Mac = [u8; 6];

const EVERYBODY: Mac = [0xff; 6];
const START: f64 = 1_709_625_600.0;

/// The n-th host; the first is the gateway.
pub fn host(number: u64) -> Address {
    address(&format!("192.168.1.{}", 1 + number))
}

pub fn card(number: u64) -> Mac {
    [0x52, 0x54, 0, 0x11, 0x22, number as u8]
}

pub const GATEWAY: u64 = 0;
pub const HOSTS: u64 = 12;
/// A host of its own among the others, which attacks or is suspected.
pub const ODD: u64 = 60;

pub struct Lan {
    pub traffic: Traffic,
    packet: u64,
}

impl Lan {
    /// Half an hour of a few machines that browse and find each other.
    pub fn new(dice: &mut Dice) -> Self {
        let mut lan = Lan { traffic: Traffic::default(), packet: 0 };
        lan.traffic.begin("capture");
        for minute in 0..30 {
            for number in (1..HOSTS).chain([ODD]) {
                let at = minute as f64 * 60.0 + dice.between(0.0, 50.0);
                lan.ask(at, number, GATEWAY, true);
                let (out, site) = (dice.client_port(), dice.outsider());
                let talk = Talk::tcp(0.0, host(number), out, site, 443, [900, dice.many(3000, 90_000)]);
                lan.flow(at + 0.1, talk, [card(number), card(GATEWAY)]);
                if dice.chance(0.2) {
                    let other = dice.count(1, HOSTS - 1);
                    lan.ask(at + 1.0, number, other, true);
                    let talk = Talk::tcp(0.0, host(number), dice.client_port(), host(other), 445, [3000, 9000]);
                    lan.flow(at + 1.1, talk, [card(number), card(other)]);
                }
            }
        }
        lan
    }

    pub fn at(&mut self, seconds: f64) -> At {
        self.packet += 1;
        At { time: START + seconds, file: 0, packet: self.packet }
    }

    /// A flow from one card to another.
    pub fn flow(&mut self, seconds: f64, talk: Talk, cards: [Mac; 2]) {
        self.flow_with(seconds, talk, cards, [[64, 64], [64, 64]]);
    }

    /// The same with the lowest and highest time-to-live of each side.
    pub fn flow_with(&mut self, seconds: f64, talk: Talk, cards: [Mac; 2], ttl: [[u8; 2]; 2]) {
        let mut record = Talk { at: START + seconds, ..talk }.record(Sensor::States);
        record.wire.source_ttl = Some(ttl[0]);
        record.wire.destination_ttl = Some(ttl[1]).filter(|_| talk.packets[1] > 0);
        self.traffic.push(&Record { source_mac: Some(cards[0]), destination_mac: Some(cards[1]), ..record });
    }

    fn arp(&mut self, seconds: f64, operation: u16, sender: (Mac, Address), target: (Mac, Address), to: Mac) {
        let at = self.at(seconds);
        self.traffic.observations.arp.push(Arp {
            at,
            operation,
            sender_mac: sender.0,
            sender: sender.1,
            target_mac: target.0,
            target: target.1,
            frame_source: Some(sender.0),
            frame_destination: Some(to),
        });
    }

    /// One host asks for another one's card, and is answered or not.
    pub fn ask(&mut self, seconds: f64, who: u64, whom: u64, is_there: bool) {
        self.arp(seconds, 1, (card(who), host(who)), ([0; 6], host(whom)), EVERYBODY);
        if is_there {
            self.arp(seconds + 0.001, 2, (card(whom), host(whom)), (card(who), host(who)), card(who));
        }
    }

    /// A card tells one host that an address is its own.
    pub fn tell(&mut self, seconds: f64, from: Mac, claimed: Address, whom: u64) {
        self.arp(seconds, 2, (from, claimed), (card(whom), host(whom)), card(whom));
    }

    /// The same in a frame of another card.
    pub fn tell_as(&mut self, seconds: f64, frame: Mac, from: Mac, claimed: Address, whom: u64) {
        let at = self.at(seconds);
        self.traffic.observations.arp.push(Arp {
            at,
            operation: 2,
            sender_mac: from,
            sender: claimed,
            target_mac: card(whom),
            target: host(whom),
            frame_source: Some(frame),
            frame_destination: Some(card(whom)),
        });
    }

    /// A card tells everybody.
    pub fn announce(&mut self, seconds: f64, from: Mac, claimed: Address) {
        self.arp(seconds, 1, (from, claimed), ([0; 6], claimed), EVERYBODY);
    }

    /// One message of DHCP; a server's if it names one.
    pub fn dhcp(&mut self, seconds: f64, kind: u8, client: Mac, transaction: u32, server: Option<Lease>) {
        let at = self.at(seconds);
        let unset = address("0.0.0.0");
        self.traffic.observations.dhcp.push(Dhcp {
            at,
            kind,
            transaction,
            client_mac: client,
            server: server.map(|server| server.by),
            leased: server.filter(|_| matches!(kind, 2 | 5)).map(|server| server.address),
            requested: None,
            router: server.filter(|_| matches!(kind, 2 | 5)).map(|server| server.router),
            resolver: server.filter(|_| matches!(kind, 2 | 5)).map(|server| server.resolver),
            source: server.filter(|_| matches!(kind, 2 | 5)).map_or(unset, |server| server.by),
            destination: address("255.255.255.255"),
            source_mac: Some(client),
        });
    }

    /// A question or an answer of a name service.
    pub fn name(&mut self, seconds: f64, ask: &Name<'_>, answer: Option<Address>) {
        let at = self.at(seconds);
        let hash = ask
            .name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let labels: Vec<&str> = ask.name.split('.').collect();
        let domain = labels[labels.len().saturating_sub(2)..].join(".");
        let domain = self.traffic.observations.intern(&domain);
        self.traffic.observations.dns.push(Dns {
            at,
            service: ask.service,
            response: ask.response,
            id: ask.id,
            name_hash: hash,
            domain,
            name_length: ask.name.len() as u8,
            labels: labels.len() as u8,
            disorder: ask.disorder,
            kind: ask.kind,
            code: 0,
            answers: u16::from(ask.response),
            addresses: [answer, None, None, None],
            size: 40 + ask.name.len() as u16 + if ask.response { 100 } else { 0 },
            source_mac: None,
            source: ask.source,
            destination: ask.destination,
            source_port: if ask.response { 53 } else { 40_000 },
            destination_port: if ask.response { 40_000 } else { 53 },
        });
    }
}

/// What a DHCP server hands out.
#[derive(Clone, Copy)]
pub struct Lease {
    pub by: Address,
    pub address: Address,
    pub router: Address,
    pub resolver: Address,
}

/// One message of a name service.
pub struct Name<'a> {
    pub service: NameService,
    pub response: bool,
    pub id: u16,
    pub name: &'a str,
    pub kind: u16,
    pub disorder: u8,
    pub source: Address,
    pub destination: Address,
}
