//! Which rows open a conversation, and how each attempt went: the raw material of scan detection.

use crate::model::record::ConnState;
use crate::model::traffic::{AddressId, Traffic};
use crate::pieces::in_pieces;

use super::Scene;
use super::heard::Heard;
use super::tally::Order;

/// How an attempt to reach a port ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Rejected or never answered.
    Failed,
    /// The input does not say.
    Unknown,
    Answered,
}

/// A row in which the source speaks first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attempt {
    pub row: u32,
    pub target: Option<AddressId>,
    pub port: u16,
    pub outcome: Outcome,
}

const ICMP: u8 = 1;
const TCP: u8 = 6;
const ICMP_V6: u8 = 58;

/// A SYN with its options (60 bytes) and the reset that refuses it (40): a TCP conversation that carried
/// anything is longer, whatever headers the exporter counts.
const REFUSED_BYTES: u64 = 100;

/// More than eight such SYNs; Linux sends seven in vain. Then data was carried, and for that a connection is needed.
const REPEATED_BYTES: u64 = 480;

/// How each row's attempt ended, worked out once for all detectors: a byte per row.
pub struct Outcomes {
    marks: Vec<u8>,
    /// Failed attempts per source: most sources have none and need no second look.
    failed: Vec<u32>,
    /// Whether any attempt is known to have been answered. A firewall's log knows only what it refused.
    pub know_answers: bool,
}

/// What a mark says: a row that is no attempt has none of these.
const MARKS: [Outcome; 3] = [Outcome::Failed, Outcome::Unknown, Outcome::Answered];

impl Outcomes {
    /// An attempt is a row with a destination port that is neither ICMP (whose "ports" are types and codes), nor a
    /// reply, nor from an address to itself: an autonomous system that talks to itself is a network at work. A reply
    /// is a row whose reverse direction stands earlier, or that starts with a SYN-ACK.
    pub fn of(traffic: &Traffic, order: &Order, heard: Heard) -> Self {
        let failed = vec![0; traffic.addresses().len()];
        let mut outcomes = Outcomes { marks: Vec::new(), failed, know_answers: false };
        if traffic.destination_port.is_absent() {
            return outcomes;
        }
        outcomes.marks = vec![0; traffic.rows()];
        in_pieces(traffic.addresses().len(), |source| {
            let source = AddressId(source as u32);
            for (target, run) in order.targets(traffic, source).filter(|(target, _)| *target != Some(source)) {
                let back = target.map(|target| order.pair(traffic, target, source)).unwrap_or_default();
                let replies = Replies::of(traffic, back);
                for &row in run {
                    let outcome = outcome(traffic, heard, &replies, row);
                    let mark = outcome.and_then(|outcome| MARKS.iter().position(|known| *known == outcome));
                    outcomes.marks[row as usize] = mark.map_or(0, |mark| mark as u8 + 1);
                    outcomes.failed[source.index()] += u32::from(outcome == Some(Outcome::Failed));
                    outcomes.know_answers |= outcome == Some(Outcome::Answered);
                }
            }
        });
        outcomes
    }

    /// How the attempt of a row ended; none where it is no attempt.
    pub fn get(&self, row: u32) -> Option<Outcome> {
        let mark = usize::from(*self.marks.get(row as usize)?);
        MARKS.get(mark.checked_sub(1)?).copied()
    }

    /// How many attempts of a source failed.
    pub fn failed(&self, source: AddressId) -> usize {
        self.failed[source.index()] as usize
    }
}

/// All attempts of `source`, by target. Targets with fewer than `least` rows are passed over.
pub fn attempts(scene: &Scene<'_>, source: AddressId, least: usize) -> Vec<Attempt> {
    let traffic = scene.traffic;
    let runs = scene.order.targets(traffic, source).filter(|(_, run)| run.len() >= least);
    let rows = runs.flat_map(|(target, run)| run.iter().map(move |&row| (target, row)));
    let attempt = |(target, row): (Option<AddressId>, u32)| {
        let port = traffic.destination_port.get(row as usize)?;
        Some(Attempt { row, target, port, outcome: scene.outcomes.get(row)? })
    };
    rows.filter_map(attempt).collect()
}

/// Discovery and address assignment, a subset of what the opensnitch project excludes.
const DISCOVERY: &[u16] = &[67, 68, 137, 138, 546, 547, 1900, 5353, 5355];

/// Whether an attempt is meant for one machine: discovery, multicast and broadcast ask everybody.
pub fn aimed(scene: &Scene<'_>, attempt: &Attempt) -> bool {
    is_aimed(attempt.port) && attempt.target.is_some_and(|target| scene.sides.is_one_host(target))
}

/// Whether a port is no discovery or address assignment.
pub fn is_aimed(port: u16) -> bool {
    !DISCOVERY.contains(&port)
}

fn outcome(traffic: &Traffic, heard: Heard, replies: &Replies, row: u32) -> Option<Outcome> {
    let at = row as usize;
    traffic.destination_port.get(at)?;
    if matches!(traffic.protocol.get(at), Some(ICMP | ICMP_V6))
        || matches!(traffic.state.get(at), Some(ConnState::RSTRH | ConnState::SHR))
    {
        return None;
    }
    match replies.first(traffic, row) {
        Some(reverse) if earlier(traffic, reverse, row) => None,
        Some(reverse) => Some(answered(traffic, at, reverse as usize)),
        None => Some(alone(traffic, heard, at)),
    }
}

/// The rows of the opposite direction by their ports, the earliest of equal ports only.
struct Replies(Vec<(u16, u16, u32)>);

impl Replies {
    fn of(traffic: &Traffic, rows: &[u32]) -> Self {
        let ports = |&row: &u32| {
            let at = row as usize;
            Some((traffic.destination_port.get(at)?, traffic.source_port.get(at)?, row))
        };
        let mut replies: Vec<_> = rows.iter().filter_map(ports).collect();
        replies.sort_unstable_by(|a, b| {
            let time = |row: u32| traffic.start.get(row as usize).unwrap_or(f64::NEG_INFINITY);
            (a.0, a.1).cmp(&(b.0, b.1)).then(time(a.2).total_cmp(&time(b.2))).then(a.2.cmp(&b.2))
        });
        replies.dedup_by_key(|reply| (reply.0, reply.1));
        Replies(replies)
    }

    /// The earliest row that has the ports of `row` the other way round.
    fn first(&self, traffic: &Traffic, row: u32) -> Option<u32> {
        let at = row as usize;
        let ports = (traffic.source_port.get(at)?, traffic.destination_port.get(at)?);
        let found = self.0.binary_search_by(|reply| (reply.0, reply.1).cmp(&ports)).ok()?;
        Some(self.0[found].2)
    }
}

/// Whether row `a` comes before row `b`: by time where both have one and they differ, else by their place in the input.
fn earlier(traffic: &Traffic, a: u32, b: u32) -> bool {
    match (traffic.start.get(a as usize), traffic.start.get(b as usize)) {
        (Some(at_a), Some(at_b)) if at_a != at_b => at_a < at_b,
        _ => a < b,
    }
}

/// How an attempt went whose answer is a row of its own.
fn answered(traffic: &Traffic, row: usize, reverse: usize) -> Outcome {
    match (traffic.state.get(row), traffic.packets_sent.get(reverse)) {
        (Some(state), _) if state.failed() && state != ConnState::S0 => Outcome::Failed,
        // A refusal is one packet; an accepted connection takes at least two.
        (_, Some(0..=1)) if traffic.protocol.get(row) == Some(TCP) => Outcome::Failed,
        _ => Outcome::Answered,
    }
}

/// How an attempt went, from its own row: by state, else by what came back.
fn alone(traffic: &Traffic, heard: Heard, row: usize) -> Outcome {
    let packets = traffic.packets_received.get(row);
    let bytes = traffic.bytes_received.get(row);
    let tcp = traffic.protocol.get(row) == Some(TCP);
    let silence = if heard.counts(traffic, row) { Outcome::Failed } else { Outcome::Unknown };
    let failed = match traffic.state.get(row) {
        Some(ConnState::REJ) => true,
        Some(state) if state.failed() => return silence,
        Some(ConnState::OTH | ConnState::RSTRH | ConnState::SHR) => return Outcome::Unknown,
        // An answer that consists of one reset was no connection, whatever the exporter calls it.
        Some(ConnState::RSTR) => tcp && packets.is_some_and(|packets| packets <= 1),
        // Half-open scans reset what was accepted (Zeek's scan script counts these, too).
        Some(ConnState::RSTO) => bytes == Some(0) && traffic.bytes_sent.get(row) == Some(0),
        Some(_) => false,
        // ntopng's rule: at most one packet back. For UDP one packet is a whole answer.
        None => match (packets, bytes) {
            (Some(0), _) | (None, Some(0)) => return silence,
            (Some(packets), _) => tcp && packets == 1,
            (None, Some(_)) => false,
            (None, None) => match traffic.bytes_sent.get(row) {
                // Here this is the bytes of both directions, or all the input tells of them.
                Some(bytes) if tcp && bytes <= REFUSED_BYTES => true,
                Some(bytes) if tcp && bytes > REPEATED_BYTES => false,
                _ => return Outcome::Unknown,
            },
        },
    };
    if failed { Outcome::Failed } else { Outcome::Answered }
}

/// Ports above 1023 behind which services commonly stand (IANA's registered names).
const HIGH_SERVICES: &[u16] = &[
    1194, 1433, 1521, 1723, 1812, 1883, 1900, 2049, 3128, 3306, 3389, 3478, 5060, 5222, 5353, 5355, 5432, 5671, 5672,
    5900, 6379, 6881, 8000, 8008, 8080, 8443, 8883, 9200, 27017,
];

/// Whether these rows, each with its destination port, look like a service answering its clients: nearly all from at
/// most three service ports to ports that clients use. A scan from a fixed port such as 53 also tries low ports.
pub fn looks_like_answers(traffic: &Traffic, rows: impl ExactSizeIterator<Item = (u32, u16)>) -> bool {
    let all = rows.len();
    let mut services = Vec::new();
    let mut others = 0;
    for (row, port) in rows {
        match traffic.source_port.get(row as usize) {
            Some(from) if port >= 1024 && from > 0 && (from < 1024 || HIGH_SERVICES.contains(&from)) => {
                if !services.contains(&from) {
                    services.push(from);
                }
            }
            _ => others += 1,
        }
        // One in twenty may be something else.
        if services.len() > 3 || others * 20 > all {
            return false;
        }
    }
    true
}
