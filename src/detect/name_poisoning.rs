//! One host that answers for many names in LLMNR, NetBIOS or mDNS.

use rustc_hash::FxHashMap;

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};
use crate::model::observation::{Dns, NameService};
use crate::model::observations::Observations;

use super::observed::{Piece, Weight, counted, listed};
use super::tally::Seen;
use super::{Detector, Scene};

pub const NAME_POISONING: Detector = Detector {
    about: About {
        key: "name_poisoning",
        title: "Answers to many local names",
        help: "What: counts the different names for which one host gives its own address in LLMNR, NetBIOS and mDNS. \
               Why: Windows and others ask the whole local network for names that DNS does not know. Anybody may \
               answer; tools such as Responder answer everything and collect the passwords that are then sent to them.",
        limits: "A host may have more names than one (an alias, its work group); the threshold is set above that. \
                 Answers with somebody else's address, as a WINS server gives them, do not count. An attacker who \
                 answers for one or two names is only seen if one of them is wpad or isatap, which no honest host \
                 has. The first 200,000 messages are looked at.",
    },
    knobs: &[&NAMES],
    family: Family::Interception,
    needs,
    run,
};

/// No source: a Windows machine answers for its own name and, as master browser, for its work group.
pub const NAMES: Knob = Knob {
    key: "name_poisoning.names",
    label: "Names of one host",
    help: "A host that answers for this many different names is reported. 4 is this program's own choice: one more than a name, an alias and a work group.",
    unit: "names",
    range: Range::Integer { min: 2, max: 10_000, default: 4 },
};

/// Names that machines look up by themselves, to find a proxy or a tunnel.
const LURES: [&str; 2] = ["wpad", "isatap"];

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = !scene.traffic.observations.dns.items().iter().any(|dns| dns.service != NameService::Dns);
    if absent { vec!["LLMNR, NetBIOS or mDNS messages, in a capture".to_owned()] } else { Vec::new() }
}

/// What one host answered with its own address.
#[derive(Default)]
struct Answered<'a> {
    /// Hash and, for a name of one or two labels, the name.
    names: Vec<(u64, &'a str)>,
    asked_by: Vec<Address>,
    seen: Seen,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let seen = &scene.traffic.observations;
    scene.leave_out(seen.texts_dropped() as usize);
    let mut hosts: FxHashMap<Address, Answered<'_>> = FxHashMap::default();
    for dns in scene.kept(&seen.dns).iter().filter(|dns| is_own_answer(dns)) {
        let host = hosts.entry(dns.source).or_default();
        host.names.push((dns.name_hash, name(dns, seen)));
        host.seen.note(&dns.at);
        if dns.destination.ip().is_some_and(|ip| !ip.is_multicast()) {
            host.asked_by.push(dns.destination);
        }
    }
    let least = scene.settings.count(&NAMES);
    let mut findings: Vec<Finding> =
        hosts.into_iter().filter_map(|(address, host)| finding(address, host, least)).collect();
    findings.sort_unstable_by_key(|finding| finding.subject);
    findings
}

/// The kinds that ask for an address: A, AAAA, and NetBIOS's NB, which has the number of SRV elsewhere.
fn is_own_answer(dns: &Dns) -> bool {
    let asks_address = match dns.service {
        NameService::Dns => false,
        NameService::Netbios => dns.kind == 32,
        NameService::Llmnr | NameService::Multicast => matches!(dns.kind, 1 | 28 | 255),
    };
    dns.response && asks_address && dns.code == 0 && dns.addresses.contains(&Some(dns.source))
}

fn name<'a>(dns: &Dns, seen: &'a Observations) -> &'a str {
    dns.domain.map_or("", |domain| seen.text(domain))
}

fn finding(subject: Address, mut host: Answered<'_>, least: usize) -> Option<Finding> {
    host.names.sort_unstable();
    host.names.dedup_by_key(|(hash, _)| *hash);
    let count = host.names.len();
    let lure = host.names.iter().any(|(_, name)| LURES.contains(&name.trim_end_matches(".local")));
    let weight: Weight = match count {
        count if count >= 2 * least => (75.0, 0.9),
        count if count >= least => (62.0, 0.75),
        _ if lure => (45.0, 0.6),
        _ => return None,
    };
    let mut names: Vec<&str> = host.names.iter().map(|(_, name)| *name).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    let summary = format!("{subject} answers with its own address for {}: {}", counted(count, "name"), listed(&names));
    let (about, technique, seen) = (&NAME_POISONING.about, Some("T1557.001"), host.seen);
    Some(Piece { about, technique, subject, seen, weight, victims: host.asked_by, summary }.finding())
}
