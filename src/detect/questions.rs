//! Questions to name servers by client and domain, and what makes a group of them a tunnel.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::address::Address;
use crate::model::observation::{Dns, NameService, TextId};
use crate::model::observations::Observations;

use super::evidence::steps;
use super::lookups::{is_busy, is_no_domain};

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

/// The DNS messages, without the local name services.
pub fn messages(seen: &Observations) -> impl Iterator<Item = &Dns> {
    seen.dns.items().iter().filter(|dns| dns.service == NameService::Dns)
}

/// Who asks under which domain; names without a domain of their own are one group.
pub type Key = (Address, Option<TextId>);

/// What one client asked under one domain.
#[derive(Default)]
pub struct Asked<'a> {
    questions: Vec<&'a Dns>,
    answers: u64,
    refused: u64,
    bytes: u64,
}

/// Questions and what was answered to them, by client and domain. Small groups cost no more than their entry.
pub fn gather(seen: &Observations) -> FxHashMap<Key, Asked<'_>> {
    let mut no_domain: FxHashMap<TextId, (bool, bool)> = FxHashMap::default();
    let mut groups: FxHashMap<Key, Asked<'_>> = FxHashMap::default();
    for dns in messages(seen) {
        let domain = match dns.domain {
            // It may have one that was one too many to be kept.
            None if seen.texts_dropped() > 0 => continue,
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
pub struct Tunnel<'a> {
    pub questions: &'a [&'a Dns],
    pub names: usize,
    /// Tenths of a bit.
    pub disorder: f64,
    pub length: f64,
    pub carrying: f64,
    pub bytes: u64,
    pub confidence: f64,
    pub points: f64,
}

impl<'a> Tunnel<'a> {
    /// `None` where there are fewer names than `least`, or they look like ordinary ones.
    pub fn of(asked: &'a Asked<'a>, least: usize) -> Option<Self> {
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
    pub fn server(&self) -> Address {
        let mut servers: Vec<Address> = self.questions.iter().map(|dns| dns.destination).collect();
        servers.sort_unstable();
        let runs = servers.chunk_by(|a, b| a == b);
        runs.max_by_key(|run| run.len()).map_or(self.questions[0].destination, |run| run[0])
    }
}
