//! One client that asks for ever new, random names under one domain: data carried inside DNS.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, MAX_VICTIMS, Role};
use crate::model::observation::{Dns, NameService, TextId};
use crate::model::observations::{MAX_KEPT, Observations};

use super::evidence::{WEAK, data, severity, steps};
use super::lookups::{is_busy, is_no_domain};
use super::{Detector, Scene};

pub const DNS_TUNNEL: Detector = Detector {
    about: About {
        key: "dns_tunnel",
        title: "Data inside DNS",
        help: "What: counts the different names that one client asks under one domain, and looks at how random and \
               long they are, whether each is asked only once, and whether the questions are of the kinds that carry \
               data back (TXT, NULL, CNAME, MX). Why: nearly every network lets DNS out, so remote control and \
               stolen data are hidden in it: each question carries a piece out, each answer a piece in.",
        limits: "Random names with plain address questions are what content networks, trackers and antivirus programs \
                 ask as well: without the kinds that carry data, or very long names, the weight stays small. Reverse \
                 lookups and a list of block lists, antivirus services and content networks are left out, and a \
                 tunnel under one of those is missed, as is one that asks few names. A host that passes on the \
                 questions of others is not blamed. The server that answers is named only where it is asked for \
                 nothing else and asks no questions itself. Encrypted DNS (DoH, DoT) cannot be read. Only the first 200,000 name service \
                 messages are kept.",
    },
    knobs: &[&NAMES],
    family: Family::CommandAndControl,
    needs,
    run,
};

/// RITA's first step for subdomains of one domain.
pub const NAMES: Knob = Knob {
    key: "dns_tunnel.names",
    label: "Names under one domain",
    help: "A client that asks for fewer different names under one domain is not reported. 100 is RITA's lowest step; the others are 500, 800 and 1,000.",
    unit: "names",
    range: Range::Integer { min: 10, max: 100_000, default: 100 },
};

/// RITA's steps and the threat it makes of them.
const THREAT: &[(f64, f64)] = &[(100.0, 0.2), (500.0, 0.4), (800.0, 0.6), (1000.0, 0.8)];

/// Own choices, with what ordinary names look like in mind: words have an entropy of 2 to 3 bits a character,
/// 16 random hexadecimal digits 3.4 on average; browsing asks the same names again and again.
const RANDOM_TENTHS: f64 = 31.0;
const LONG: f64 = 40.0;
const ASKED_ONCE: f64 = 0.7;
const CARRYING: f64 = 0.5;
/// Most answers say that there is no such name: made-up names, not a tunnel, which is answered.
const REFUSED: f64 = 0.5;

/// The kinds of question whose answer holds free text or a name: NULL, CNAME, MX, TXT, KEY, SRV, and the private
/// range (IANA's DNS parameters) that iodine uses.
fn carries(kind: u16) -> bool {
    matches!(kind, 5 | 10 | 15 | 16 | 25 | 33 | 65_280..=65_534)
}

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let none = !messages(&scene.traffic.observations).any(|dns| !dns.response);
    if none { vec!["DNS questions (a capture with port 53, or Zeek's dns.log)".to_owned()] } else { Vec::new() }
}

fn messages(seen: &Observations) -> impl Iterator<Item = &Dns> {
    seen.dns.items().iter().filter(|dns| dns.service == NameService::Dns)
}

/// Who asks under which domain; names without a domain of their own are one group.
type Key = (Address, Option<TextId>);

/// What one client asked under one domain.
#[derive(Default)]
struct Asked<'a> {
    questions: Vec<&'a Dns>,
    answers: u64,
    refused: u64,
    bytes: u64,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let seen = &scene.traffic.observations;
    let groups = gather(seen);
    let forwarders: FxHashSet<Address> =
        messages(seen).filter(|dns| !dns.response).map(|dns| dns.destination).collect();
    let mut keys: Vec<Key> = groups.keys().copied().collect();
    keys.sort_unstable();
    let mut found = Vec::new();
    let mut servers = Vec::new();
    for key in keys {
        let Some(tunnel) = Tunnel::of(&groups[&key], scene.settings.count(&NAMES)) else { continue };
        if forwarders.contains(&key.0) {
            continue;
        }
        let under = key.1.map_or("names without a domain", |domain| seen.text(domain));
        found.push(client(key.0, under, &tunnel, seen));
        if tunnel.confidence >= WEAK {
            servers.push((key, tunnel));
        }
    }
    let ends = servers.iter().filter_map(|(key, tunnel)| server(*key, tunnel, seen));
    found.extend(ends);
    found
}

/// Questions and what was answered to them, by client and domain. Small groups cost no more than their entry.
fn gather(seen: &Observations) -> FxHashMap<Key, Asked<'_>> {
    let mut no_domain: FxHashMap<TextId, (bool, bool)> = FxHashMap::default();
    let mut groups: FxHashMap<Key, Asked<'_>> = FxHashMap::default();
    for dns in messages(seen) {
        let domain = match dns.domain {
            None => None,
            Some(id) => {
                let (busy, none) = *no_domain.entry(id).or_insert_with(|| {
                    let text = seen.text(id);
                    (is_busy(text), is_no_domain(text))
                });
                if busy {
                    continue;
                }
                Some(id).filter(|_| !none)
            }
        };
        let client = if dns.response { dns.destination } else { dns.source };
        let asked = groups.entry((client, domain)).or_default();
        asked.bytes += u64::from(dns.size);
        if dns.response {
            asked.answers += 1;
            asked.refused += u64::from(dns.code == 3);
        } else {
            asked.questions.push(dns);
        }
    }
    groups
}

/// What makes a group of questions look like a tunnel.
struct Tunnel<'a> {
    questions: &'a [&'a Dns],
    names: usize,
    /// Tenths of a bit.
    disorder: f64,
    length: f64,
    carrying: f64,
    bytes: u64,
    confidence: f64,
    points: f64,
}

impl<'a> Tunnel<'a> {
    fn of(asked: &'a Asked<'a>, least: usize) -> Option<Self> {
        let count = asked.questions.len();
        if count < least {
            return None;
        }
        let names: FxHashSet<u64> = asked.questions.iter().map(|dns| dns.name_hash).collect();
        let mean =
            |measure: fn(&Dns) -> f64| asked.questions.iter().map(|dns| measure(dns)).sum::<f64>() / count as f64;
        let disorder = mean(|dns| f64::from(dns.disorder));
        let length = mean(|dns| f64::from(dns.name_length));
        let carrying = mean(|dns| f64::from(u8::from(carries(dns.kind))));
        let random = disorder >= RANDOM_TENTHS;
        let once = names.len() as f64 >= ASKED_ONCE * count as f64;
        let refused = asked.refused as f64 > REFUSED * asked.answers as f64;
        if names.len() < least || !random || !once {
            return None;
        }
        let threat = steps(names.len() as f64, THREAT);
        // Own choice: with every mark of a tunnel it may block from RITA's first step on; with random names alone
        // it is a hint, and refused names are a different thing.
        let (points, confidence) = match (carrying >= CARRYING || length >= LONG + 20.0, length >= LONG) {
            _ if refused => (4.0, 0.15),
            (true, _) => (55.0 + 25.0 * threat, 0.7 + 0.25 * threat),
            (false, true) => (10.0 + 15.0 * threat, 0.35),
            (false, false) => (10.0 * threat, 0.2),
        };
        let names = names.len();
        Some(Tunnel {
            questions: &asked.questions,
            names,
            disorder,
            length,
            carrying,
            bytes: asked.bytes,
            confidence,
            points,
        })
    }

    /// The server that was asked most.
    fn server(&self) -> Address {
        let mut servers: Vec<Address> = self.questions.iter().map(|dns| dns.destination).collect();
        servers.sort_unstable();
        let runs = servers.chunk_by(|a, b| a == b);
        runs.max_by_key(|run| run.len()).map_or(self.questions[0].destination, |run| run[0])
    }
}

fn client(subject: Address, under: &str, tunnel: &Tunnel<'_>, seen: &Observations) -> Finding {
    let cut =
        if seen.dns.dropped() > 0 { format!("; only the first {MAX_KEPT} messages were kept") } else { String::new() };
    let moved = if tunnel.bytes > 0 { format!(", {} both ways", data(tunnel.bytes as f64)) } else { String::new() };
    let summary = format!(
        "{subject} asked {} for {} different names under {under}, {:.1} bits a character, {:.0} characters on average, \
         {:.0} % of kinds that carry data{moved}{cut}",
        tunnel.server(),
        tunnel.names,
        tunnel.disorder / 10.0,
        tunnel.length,
        tunnel.carrying * 100.0,
    );
    let role = if tunnel.confidence >= WEAK { Role::Compromised } else { Role::Bystander };
    finding(subject, role, tunnel, (tunnel.points, tunnel.confidence), summary)
}

/// Public resolvers that anybody asks; one of them is never the end of a tunnel.
const RESOLVERS: &[&str] = &[
    "1.0.0.1",
    "1.1.1.1",
    "4.2.2.1",
    "4.2.2.2",
    "8.8.4.4",
    "8.8.8.8",
    "9.9.9.9",
    "149.112.112.112",
    "208.67.220.220",
    "208.67.222.222",
];

/// The server itself, where nobody asks it for anything else and it asks nobody: a resolver does both.
fn server((client, domain): Key, tunnel: &Tunnel<'_>, seen: &Observations) -> Option<Finding> {
    let server = tunnel.server();
    let of_tunnel = |dns: &Dns| dns.domain == domain || domain.is_none();
    let mut asked = messages(seen).filter(|dns| !dns.response && dns.destination == server);
    let asks = || messages(seen).any(|dns| !dns.response && dns.source == server);
    if RESOLVERS.contains(&server.to_string().as_str()) || asked.any(|dns| !of_tunnel(dns)) || asks() {
        return None;
    }
    let under = domain.map_or("names without a domain", |domain| seen.text(domain));
    let summary = format!(
        "{server} answers {client}'s {} names under {under} and nothing else: the other end of a tunnel",
        tunnel.names
    );
    // Own choice: below the default block threshold, because a small capture may show a resolver like this, too.
    let points = 45.0;
    Some(Finding {
        victims: [client].into_iter().take(MAX_VICTIMS).collect(),
        ..finding(server, Role::Attacker, tunnel, (points, 0.6), summary)
    })
}

fn finding(
    subject: Address,
    role: Role,
    tunnel: &Tunnel<'_>,
    (points, confidence): (f64, f64),
    summary: String,
) -> Finding {
    let times = tunnel.questions.iter().map(|dns| dns.at.time).filter(|&time| time > 0.0);
    Finding {
        id: 0,
        detector: DNS_TUNNEL.about.key,
        subject,
        role,
        victims: Vec::new(),
        first: times.clone().reduce(f64::min),
        last: times.reduce(f64::max),
        rows: tunnel.questions.len() as u64,
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1071.004"),
        summary,
    }
}
