//! Several DHCP servers that answer one client: one of them may hand out the attacker as gateway or name server.

use rustc_hash::FxHashMap;

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};
use crate::model::observation::Dhcp;

use super::claims::Mac;
use super::observed::{Piece, Weight, counted, listed};
use super::tally::Seen;
use super::{Detector, Scene};

pub const ROGUE_DHCP: Detector = Detector {
    about: About {
        key: "rogue_dhcp",
        title: "A second DHCP server",
        help: "What: looks for a client whose one question is answered by two different DHCP servers. Why: who answers \
               a new machine first decides on its gateway and its name server, so an attacker runs a server of his \
               own beside the right one. The server that names itself as gateway or name server, that names others \
               than its rivals, or that no client chose is the one reported.",
        limits: "Two servers may be meant to share the work (fail-over pairs, split scopes): servers that hand out the \
                 same gateway and name server get little weight. Answers through a relay count by the server they \
                 name, not by the relay. A rogue server whose rival was not captured is not seen. IPv4 only. The first \
                 200,000 DHCP messages are looked at.",
    },
    knobs: &[&WITHIN],
    family: Family::Interception,
    needs,
    run,
};

/// Elastic's rule on rogue DHCP servers looks at 30 seconds.
pub const WITHIN: Knob = Knob {
    key: "rogue_dhcp.within",
    label: "Answers to one question",
    help: "Two servers that answer the same transaction of the same client within this time compete. 30 s is what Elastic's rule uses.",
    unit: "s",
    range: Range::Real { min: 0.1, max: 3600.0, default: 30.0 },
};

const OFFER: u8 = 2;
const REQUEST: u8 = 3;
const ACKNOWLEDGE: u8 = 5;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.observations.dhcp.items().is_empty();
    if absent { vec!["DHCP messages (UDP ports 67 and 68), in a capture".to_owned()] } else { Vec::new() }
}

/// One server that competed with another one.
struct Server {
    address: Address,
    seen: Seen,
    clients: Vec<Address>,
    gateway: Option<Address>,
    resolver: Option<Address>,
    /// Messages of clients that chose it, or of its own that confirm a lease.
    chosen: u64,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let messages = scene.kept(&scene.traffic.observations.dhcp);
    let servers = competing(messages, scene.settings.real(&WITHIN));
    if servers.len() < 2 {
        return Vec::new();
    }
    let most = servers.iter().map(|server| server.chosen).max().unwrap_or(0);
    servers.iter().filter_map(|server| judged(server, &servers, most)).collect()
}

/// The servers that answered a transaction which another one answered, too, by address.
fn competing(messages: &[Dhcp], within: f64) -> Vec<Server> {
    let mut answers: FxHashMap<(u32, Mac), Vec<(&Dhcp, Address)>> = FxHashMap::default();
    let mut chosen: FxHashMap<Address, u64> = FxHashMap::default();
    for message in messages {
        match (message.kind, message.server) {
            (OFFER | ACKNOWLEDGE, server) => {
                let server = server.unwrap_or(message.source);
                *chosen.entry(server).or_default() += u64::from(message.kind == ACKNOWLEDGE);
                answers.entry((message.transaction, message.client_mac)).or_default().push((message, server));
            }
            (REQUEST, Some(server)) => *chosen.entry(server).or_default() += 1,
            _ => {}
        }
    }
    let mut found: FxHashMap<Address, Server> = FxHashMap::default();
    for group in answers.values() {
        for (index, &(message, server)) in group.iter().enumerate() {
            // The answers stand by time; only the neighbours with another server matter.
            let near =
                |other: &(&Dhcp, Address)| other.1 != server && (other.0.at.time - message.at.time).abs() <= within;
            let before = group[..index].iter().rev().take(NEIGHBOURS).any(near);
            if before || group[index + 1..].iter().take(NEIGHBOURS).any(near) {
                add(&mut found, message, server, &chosen);
            }
        }
    }
    let mut servers: Vec<Server> = found.into_values().collect();
    servers.sort_unstable_by_key(|server| server.address);
    servers
}

/// Answers of one transaction compared with each one: a client is answered a few times, not thousands.
const NEIGHBOURS: usize = 16;

fn add(found: &mut FxHashMap<Address, Server>, message: &Dhcp, address: Address, chosen: &FxHashMap<Address, u64>) {
    let server = found.entry(address).or_insert_with(|| Server {
        address,
        seen: Seen::default(),
        clients: Vec::new(),
        gateway: message.router,
        resolver: message.resolver,
        chosen: chosen.get(&address).copied().unwrap_or(0),
    });
    server.seen.note(&message.at);
    server.clients.push(Address::Mac(message.client_mac));
}

fn judged(server: &Server, all: &[Server], most: u64) -> Option<Finding> {
    let rivals = || all.iter().filter(|other| other.address != server.address);
    let is_own = |handed: Option<Address>| handed == Some(server.address);
    let differs = rivals().any(|other| (other.gateway, other.resolver) != (server.gateway, server.resolver));
    let rivals_honest = rivals().any(|other| other.gateway != Some(other.address));
    // The least chosen is the newcomer; with none less chosen than another nobody can say.
    let is_outsider = server.chosen < most;
    let (weight, why): (Weight, &str) = match () {
        () if is_own(server.gateway) && rivals_honest && is_outsider => ((75.0, 0.8), "and names itself as gateway"),
        () if is_own(server.resolver) && differs && is_outsider => ((70.0, 0.75), "and names itself as name server"),
        () if differs && is_outsider => ((50.0, 0.6), "and hands out another gateway or name server"),
        () if is_outsider => ((25.0, 0.4), "with the same gateway and name server, as a fail-over pair does"),
        () if differs && rivals().all(|other| other.chosen == most) => {
            ((25.0, 0.4), "with another gateway or name server, and nothing says which is right")
        }
        () => return None,
    };
    let mut clients = server.clients.clone();
    clients.sort_unstable();
    clients.dedup();
    let others: Vec<Address> = rivals().map(|other| other.address).collect();
    let summary = format!(
        "{} answers {} beside the DHCP server {}, {why}",
        server.address,
        counted(clients.len(), "client"),
        listed(&others),
    );
    let (subject, seen, victims) = (server.address, server.seen, clients);
    Some(
        Piece { about: &ROGUE_DHCP.about, technique: Some("T1557.003"), subject, seen, weight, victims, summary }
            .finding(),
    )
}
