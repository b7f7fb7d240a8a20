//! One DNS question with two different answers: somebody else answers, too.

use rustc_hash::FxHashMap;

use crate::about::About;
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, Role};
use crate::model::observation::{Dns, NameService};
use crate::model::observations::Observations;
use crate::model::special::special;

use super::claims::Mac;
use super::observed::{Piece, Weight, counted, listed};
use super::tally::Seen;
use super::{Detector, Scene};

pub const DNS_CONFLICT: Detector = Detector {
    about: About {
        key: "dns_conflict",
        title: "Two answers to one DNS question",
        help: "What: looks for DNS answers with the same question, number and port that name entirely different \
               addresses, and for answers from a server that was not asked. Why: who forges an answer cannot stop the \
               true one, so both arrive. The forger is named by his network card where the true server's answers come \
               from another one, else by the local address to which he sends the victim; else only the victim is known.",
        limits: "Only the first four addresses of an answer are compared. A question that was sent twice may be \
                 answered twice in earnest, differently where a server rotates its addresses: then the weight is \
                 small. Filters and censors of a network forge answers as well. A forged answer that arrives alone, \
                 because the true one was suppressed, shows only if another server was asked, and weakly: a resolver \
                 with several addresses does the same. The first 200,000 messages are looked at.",
    },
    knobs: &[],
    family: Family::Interception,
    needs,
    run,
};

/// Questions and answers further apart than this belong to different look-ups that happen to share port and number.
/// Our own choice: resolvers give up within half a minute, while tools repeat a forged answer for longer.
const ONE_LOOK_UP: f64 = 120.0;
/// From this many answers of a server that nobody asked on it is more than an oddity: our own choice.
const UNINVITED: usize = 3;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = !scene.traffic.observations.dns.items().iter().any(|dns| dns.service == NameService::Dns);
    if absent { vec!["DNS messages, in a capture".to_owned()] } else { Vec::new() }
}

/// What makes one look-up: the client and its port, the number, the name and the type.
type Key = (Address, u16, u16, u64, u16);

fn key(dns: &Dns) -> Key {
    let (client, port) = match dns.response {
        true => (dns.destination, dns.destination_port),
        false => (dns.source, dns.source_port),
    };
    (client, port, dns.id, dns.name_hash, dns.kind)
}

/// Why an answer is doubted.
struct Doubt<'a> {
    /// The answer held to be false, and the one it contradicts.
    odd: &'a Dns,
    other: &'a Dns,
    /// Fewer questions than answers: one is not from who was asked.
    unasked: bool,
    /// The server of this answer was not asked, another one was.
    stranger: bool,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let seen = &scene.traffic.observations;
    let plain = |dns: &&Dns| dns.service == NameService::Dns && matches!(dns.kind, 1 | 28);
    let mut messages: Vec<&Dns> = scene.kept(&seen.dns).iter().filter(plain).collect();
    let usual = usual_cards(&messages);
    messages.sort_by(|a, b| key(a).cmp(&key(b)).then(a.at.time.total_cmp(&b.at.time)));
    let look_ups = messages.chunk_by(|a, b| key(a) == key(b) && b.at.time - a.at.time <= ONE_LOOK_UP);
    let mut doubts: Vec<(Address, bool, Doubt<'_>)> = Vec::new();
    for look_up in look_ups {
        if let Some(doubt) = doubted(look_up, &usual) {
            let (subject, is_forger) = blamed(&doubt, &usual);
            doubts.push((subject, is_forger, doubt));
        }
    }
    doubts.sort_by_key(|doubt| (doubt.0, doubt.1));
    let mut findings: Vec<Finding> =
        doubts.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).map(|group| finding(group, seen)).collect();
    let look_ups = messages.chunk_by(|a, b| key(a) == key(b) && b.at.time - a.at.time <= ONE_LOOK_UP);
    let mut strays: Vec<&Dns> = look_ups.filter_map(stray).collect();
    strays.sort_by_key(|dns| dns.source);
    findings.extend(strays.chunk_by(|a, b| a.source == b.source).map(|sent| uninvited(sent, seen)));
    findings
}

/// The answer of a server that was not asked, where none of those that were asked answers.
fn stray<'a>(look_up: &[&'a Dns]) -> Option<&'a Dns> {
    let asked = |server: Address| look_up.iter().any(|dns| !dns.response && dns.destination == server);
    let mut answers = look_up.iter().filter(|dns| dns.response);
    let first = answers.clone().next()?;
    let is_asked = look_up.iter().any(|dns| !dns.response);
    (is_asked && answers.all(|dns| !asked(dns.source))).then_some(*first)
}

/// A resolver with several addresses does the same: this blocks nobody.
fn uninvited(sent: &[&Dns], seen: &Observations) -> Finding {
    let subject = sent[0].source;
    let weight: Weight = if sent.len() >= UNINVITED { (30.0, 0.45) } else { (10.0, 0.3) };
    let name = sent[0].domain.map_or("a name", |domain| seen.text(domain));
    let count = counted(sent.len(), "DNS question");
    let summary = format!("{subject} answered {count} that others had been asked, such as for {name}");
    let victims = sent.iter().map(|dns| dns.destination).collect();
    let when = Seen::of_packets(sent.iter().map(|dns| &dns.at));
    let about = &DNS_CONFLICT.about;
    Piece { about, technique: Some("T1557"), subject, seen: when, weight, victims, summary }.finding()
}

/// The card from which most of each server's answers come.
fn usual_cards(messages: &[&Dns]) -> FxHashMap<Address, Mac> {
    let mut sent: FxHashMap<(Address, Mac), u64> = FxHashMap::default();
    for dns in messages.iter().filter(|dns| dns.response) {
        if let Some(mac) = dns.source_mac {
            *sent.entry((dns.source, mac)).or_default() += 1;
        }
    }
    let mut sorted: Vec<_> = sent.into_iter().collect();
    sorted.sort_unstable_by_key(|&(key, count)| (count, key));
    // The last to be put in, with the highest count, stays; a tie says nothing.
    let mut usual: FxHashMap<Address, (Mac, u64)> = FxHashMap::default();
    let mut tied: Vec<Address> = Vec::new();
    for ((server, mac), count) in sorted {
        match usual.insert(server, (mac, count)) {
            Some((_, before)) if before == count => tied.push(server),
            _ => tied.retain(|other| *other != server),
        }
    }
    usual.retain(|server, _| !tied.contains(server));
    usual.into_iter().map(|(server, (mac, _))| (server, mac)).collect()
}

fn addresses(dns: &Dns) -> impl Iterator<Item = Address> + '_ {
    dns.addresses.iter().flatten().copied()
}

/// Whether two answers have addresses, and none in common.
fn contradict(a: &Dns, b: &Dns) -> bool {
    addresses(a).next().is_some()
        && addresses(b).next().is_some()
        && !addresses(a).any(|address| b.addresses.contains(&Some(address)))
}

/// The first contradiction of a look-up.
fn doubted<'a>(look_up: &[&'a Dns], usual: &FxHashMap<Address, Mac>) -> Option<Doubt<'a>> {
    let (answers, questions): (Vec<&Dns>, Vec<&Dns>) = look_up.iter().copied().partition(|dns| dns.response);
    let first = answers.iter().find(|dns| addresses(dns).next().is_some())?;
    let second = answers.iter().find(|dns| contradict(first, dns))?;
    let was_asked = |dns: &Dns| questions.iter().any(|question| question.destination == dns.source);
    let stranger = |dns: &Dns| !questions.is_empty() && !was_asked(dns);
    // Of two, the one from a stranger, from an unusual card, or that leads into the local network.
    let unusual = |dns: &Dns| usual.get(&dns.source).is_some_and(|mac| dns.source_mac.is_some_and(|own| own != *mac));
    let oddity = |dns: &Dns| (stranger(dns), unusual(dns), lure(dns).is_some());
    let (odd, other) = if oddity(first) > oddity(second) { (*first, *second) } else { (*second, *first) };
    // The same answer seen twice is one; questions to several servers are answered by each.
    let mut distinct: Vec<(Address, [Option<Address>; 4])> = answers.iter().map(|a| (a.source, a.addresses)).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let unasked = distinct.len() > questions.len().max(1);
    Some(Doubt { odd, other, unasked, stranger: stranger(odd) })
}

/// The first address of an answer, if it is one of a local network: where a forger on the spot sends his victim.
fn lure(dns: &Dns) -> Option<Address> {
    let is_own = |address: &Address| {
        address.ip().and_then(special).is_some_and(|special| {
            use crate::model::special::Class::{Benchmarking, Private, Shared};
            matches!(special.class, Private | Shared | Benchmarking)
        })
    };
    addresses(dns).next().filter(is_own)
}

/// Who is held responsible, and whether that is the forger; else it is the client, the victim.
fn blamed(doubt: &Doubt<'_>, usual: &FxHashMap<Address, Mac>) -> (Address, bool) {
    let Doubt { odd, other, .. } = doubt;
    if doubt.stranger {
        return (odd.source, true);
    }
    let card = odd.source_mac.filter(|mac| other.source_mac.is_some_and(|other| other != *mac));
    let card = card.filter(|mac| usual.get(&odd.source).is_some_and(|usual| usual != mac));
    match (card, lure(odd), lure(other)) {
        (Some(mac), ..) => (Address::Mac(mac), true),
        (None, Some(address), None) => (address, true),
        _ => (odd.destination, false),
    }
}

fn finding(group: &[(Address, bool, Doubt<'_>)], seen: &Observations) -> Finding {
    let (subject, is_forger, _) = group[0];
    let strong = group.iter().filter(|(.., doubt)| doubt.unasked || doubt.stranger).count();
    let weight: Weight = match (strong, is_forger) {
        (0, _) => (15.0, 0.3),
        (1, true) => (62.0, 0.7),
        (_, true) => (70.0, 0.85),
        (_, false) => (45.0, 0.7),
    };
    let first = &group[0].2;
    let name = first.odd.domain.map_or("a name", |domain| seen.text(domain));
    let list = |dns: &Dns| listed(&addresses(dns).collect::<Vec<_>>());
    let what = counted(group.len(), "DNS question");
    let with = "with two different answers, such as for";
    let which = format!("{name}: {} against {}", list(first.odd), list(first.other));
    let summary = match is_forger {
        true => format!("{subject} stands behind {what} {with} {which}"),
        false => format!("{subject} got {what} answered {with} {which}"),
    };
    let victims = group.iter().flat_map(|(.., doubt)| [doubt.odd.destination, doubt.odd.source]).collect();
    let when = Seen::of_packets(group.iter().map(|(.., doubt)| &doubt.odd.at));
    let about = &DNS_CONFLICT.about;
    let piece = Piece { about, technique: Some("T1557"), subject, seen: when, weight, victims, summary };
    let finding = piece.finding();
    if is_forger || strong == 0 { finding } else { Finding { role: Role::Victim, ..finding } }
}
