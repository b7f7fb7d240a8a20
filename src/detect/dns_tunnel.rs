//! One client that asks for ever new, random names under one domain: data carried inside DNS.

use rustc_hash::FxHashSet;

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, Role};
use crate::model::observation::Dns;
use crate::model::observations::Observations;

use super::evidence::{WEAK, data, severity};
use super::questions::{Key, Tunnel, gather, messages};
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
                 messages and 100,000 domains are kept.",
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

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let none = !messages(&scene.traffic.observations).any(|dns| !dns.response);
    if none { vec!["DNS questions (a capture with port 53, or Zeek's dns.log)".to_owned()] } else { Vec::new() }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let seen = &scene.traffic.observations;
    scene.leave_out((seen.dns.dropped() + seen.texts_dropped()) as usize);
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
        found.push(client(key.0, under, &tunnel));
        if tunnel.confidence >= WEAK {
            servers.push((key, tunnel));
        }
    }
    let ends = servers.iter().filter_map(|(key, tunnel)| server(*key, tunnel, seen));
    found.extend(ends);
    found
}

fn client(subject: Address, under: &str, tunnel: &Tunnel<'_>) -> Finding {
    let moved = if tunnel.bytes > 0 { format!(", {} both ways", data(tunnel.bytes as f64)) } else { String::new() };
    let summary = format!(
        "{subject} asked {} for {} different names under {under}, {:.1} bits a character, {:.0} characters on average, \
         {:.0} % of kinds that carry data{moved}",
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
    Some(Finding { victims: vec![client], ..finding(server, Role::Attacker, tunnel, (points, 0.6), summary) })
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
