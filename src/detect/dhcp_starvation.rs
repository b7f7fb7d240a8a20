//! Many invented clients that ask for addresses at once, until the DHCP server has none left.

use rustc_hash::FxHashMap;

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, Role};
use crate::model::observation::Dhcp;

use super::claims::Mac;
use super::evidence::points;
use super::observed::{Piece, Weight, counted};
use super::tally::Seen;
use super::{Detector, Scene};

pub const DHCP_STARVATION: Detector = Detector {
    about: About {
        key: "dhcp_starvation",
        title: "DHCP addresses used up",
        help: "What: counts the different client cards (MACs) that ask for an address within a minute. Why: an \
               attacker who invents many clients leaves no address for the real ones, who then take what his own \
               server offers.",
        limits: "Many real machines at once (a class room switched on, a restored network) look alike; the threshold is \
                 set above that. In captures shorter than a minute the threshold falls in proportion, but not below 20 \
                 clients. Invented clients often also invent the sender's card: then nobody can be named, and the \
                 finding is about the server, the victim. IPv4 only. The first 200,000 DHCP messages are looked at.",
    },
    knobs: &[&REQUESTS, &CLIENTS],
    family: Family::Interception,
    needs,
    run,
};

/// Elastic's rule: 75 messages of 50 client MACs within a minute. It counts DISCOVER; tools that skip it and
/// REQUEST at once are counted alike.
pub const REQUESTS: Knob = Knob {
    key: "dhcp_starvation.requests",
    label: "Requests within a minute",
    help: "So many DISCOVER and REQUEST messages within a minute, of enough clients, are reported. 75 is what Elastic's rule uses.",
    unit: "messages",
    range: Range::Integer { min: 2, max: 1_000_000, default: 75 },
};
pub const CLIENTS: Knob = Knob {
    key: "dhcp_starvation.clients",
    label: "Clients within a minute",
    help: "So many different client MACs among them. 50 is what Elastic's rule uses.",
    unit: "clients",
    range: Range::Integer { min: 2, max: 1_000_000, default: 50 },
};

const WINDOW: f64 = 60.0;
/// The least number of clients in a short capture. Our own choice: a class room's worth of real ones.
const LEAST: f64 = 20.0;

const DISCOVER: u8 = 1;
const REQUEST: u8 = 3;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.observations.dhcp.items().is_empty();
    if absent { vec!["DHCP messages (UDP ports 67 and 68), in a capture".to_owned()] } else { Vec::new() }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let messages = scene.kept(&scene.traffic.observations.dhcp);
    // A client that is confirmed in what it has asks the server alone; who has nothing asks everybody.
    let asks = |message: &&Dhcp| {
        matches!(message.kind, DISCOVER | REQUEST) && message.source.ip().is_some_and(|ip| ip.is_unspecified())
    };
    let mut asked: Vec<&Dhcp> = messages.iter().filter(asks).collect();
    asked.sort_by(|a, b| a.at.time.total_cmp(&b.at.time));
    let span = match scene.traffic.span() {
        Some((first, last)) => (last - first).clamp(0.0, WINDOW),
        None => WINDOW,
    };
    let share = |count: usize| (count as f64 * span / WINDOW).max(LEAST.min(count as f64)) as usize;
    let least = (share(scene.settings.count(&REQUESTS)), share(scene.settings.count(&CLIENTS)));
    let Some(burst) = burst(&asked, least) else { return Vec::new() };
    vec![finding(messages, burst, least.1)]
}

/// From the first message of the first crowded minute to the last message of the last one.
fn burst<'a>(asked: &'a [&'a Dhcp], (requests, clients): (usize, usize)) -> Option<&'a [&'a Dhcp]> {
    let mut inside: FxHashMap<Mac, u32> = FxHashMap::default();
    let mut start = 0;
    let mut crowded: Option<(usize, usize)> = None;
    for (end, message) in asked.iter().enumerate() {
        *inside.entry(message.client_mac).or_default() += 1;
        while message.at.time - asked[start].at.time > WINDOW {
            if let Some(count) = inside.get_mut(&asked[start].client_mac) {
                *count -= 1;
                if *count == 0 {
                    inside.remove(&asked[start].client_mac);
                }
            }
            start += 1;
        }
        if end + 1 - start >= requests && inside.len() >= clients {
            crowded = Some((crowded.map_or(start, |(first, _)| first), end));
        }
    }
    crowded.map(|(first, last)| &asked[first..=last])
}

fn finding(messages: &[Dhcp], burst: &[&Dhcp], least: usize) -> Finding {
    let seen = Seen::of_packets(burst.iter().map(|message| &message.at));
    let mut clients: Vec<Mac> = burst.iter().map(|message| message.client_mac).collect();
    clients.sort_unstable();
    clients.dedup();
    let server = messages.iter().find(|message| matches!(message.kind, 2 | 5 | 6)).map(server_of);
    let sender = sender(burst);
    let from = sender.map_or("whose cards are invented, too,".to_owned(), |mac| format!("all sent by {mac},"));
    let summary = format!(
        "{} of {}, {from} ask for addresses in {:.0} s",
        counted(burst.len(), "message"),
        counted(clients.len(), "client"),
        seen.last.unwrap_or(0.0) - seen.first.unwrap_or(0.0),
    );
    let weight: Weight = (points(clients.len(), least, 60.0, 15.0, 80.0), if sender.is_some() { 0.9 } else { 0.8 });
    let subject = sender.or(server).unwrap_or(burst[0].destination);
    let victims = server.into_iter().collect();
    let about = &DHCP_STARVATION.about;
    let piece = Piece { about, technique: Some("T1499.002"), subject, seen, weight, victims, summary };
    Finding { role: if sender.is_some() { Role::Attacker } else { Role::Victim }, ..piece.finding() }
}

fn server_of(message: &Dhcp) -> Address {
    message.server.unwrap_or(message.source)
}

/// The one card that sent most of the messages.
fn sender(burst: &[&Dhcp]) -> Option<Address> {
    let mut by_card: FxHashMap<Mac, usize> = FxHashMap::default();
    for mac in burst.iter().filter_map(|message| message.source_mac) {
        *by_card.entry(mac).or_default() += 1;
    }
    by_card.into_iter().find(|(_, sent)| sent * 2 > burst.len()).map(|(mac, _)| Address::Mac(mac))
}
