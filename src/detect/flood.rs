//! What the flood detectors share: the targets on which more falls than a rate allows, and who sends it.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use crate::model::finding::{Finding, MAX_VICTIMS, Role, Severity};
use crate::model::special::{Class, special};
use crate::model::traffic::{AddressId, Traffic};

use super::evidence::{WEAK, role, severity};
use super::rate::{Burst, SECONDS, peak};
use super::tally::{Order, Seen};

/// What one row adds to a flood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    pub target: AddressId,
    /// 0 where the flood is on the whole host.
    pub port: u16,
    pub source: AddressId,
    /// Packets or connections.
    pub amount: f64,
}

/// Too much on one target at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    pub target: AddressId,
    pub port: u16,
    /// The one sender, or `None` where only many together make the rate.
    pub source: Option<AddressId>,
    pub sources: usize,
    /// Per second, at its highest.
    pub rate: f64,
    pub rows: Vec<u32>,
}

/// Cells in which amounts are added up before rows are looked at one by one: 8 MB, however many targets there are.
const CELLS: usize = 1 << 20;

/// A crowd is at least this many senders; our own choice.
pub const CROWD: usize = 10;

/// Finds every target on which shares come at `rate` per second or more, from one sender or from a crowd of which
/// nobody does alone. Rows without a start are passed over. By target, then port, the crowd behind single senders.
pub fn waves(traffic: &Traffic, rate: f64, share: impl Fn(usize) -> Option<Share>) -> Vec<Wave> {
    let timed = |row: usize| share(row).filter(|_| traffic.start.get(row).is_some());
    let cell = |share: &Share| FxBuildHasher.hash_one((share.target.0, share.port)) as usize >> 7 & (CELLS - 1);
    let mut cells = vec![0.0; CELLS];
    (0..traffic.rows()).filter_map(timed).for_each(|share| cells[cell(&share)] += share.amount);
    // What never comes to the rate even if all of it fell into one moment cannot be a flood.
    let least = rate * SECONDS;
    let full = |row: usize| timed(row).filter(|share| cells[cell(share)] >= least).map(|share| (share, row as u32));
    let mut shares: Vec<(Share, u32)> = (0..traffic.rows()).filter_map(full).collect();
    shares.sort_unstable_by_key(|(share, row)| (share.target, share.port, share.source, *row));
    let targets = shares.chunk_by(|a, b| (a.0.target, a.0.port) == (b.0.target, b.0.port));
    targets.flat_map(|shares| on_target(traffic, shares, rate)).collect()
}

/// The waves on one target; `shares` are sorted by source.
fn on_target(traffic: &Traffic, shares: &[(Share, u32)], rate: f64) -> Vec<Wave> {
    let total = |shares: &[(Share, u32)]| shares.iter().map(|(share, _)| share.amount).sum::<f64>();
    if total(shares) < rate * SECONDS {
        return Vec::new();
    }
    let mut waves = Vec::new();
    let mut crowd = Vec::new();
    let mut sources = 0;
    for own in shares.chunk_by(|a, b| a.0.source == b.0.source) {
        let reached = if total(own) >= rate * SECONDS { peak_of(traffic, own) } else { 0.0 };
        if reached >= rate {
            waves.push(wave(own, Some(own[0].0.source), 1, reached));
        } else {
            sources += 1;
            crowd.extend_from_slice(own);
        }
    }
    let reached = if sources >= CROWD { peak_of(traffic, &crowd) } else { 0.0 };
    if reached >= rate {
        waves.push(wave(&crowd, None, sources, reached));
    }
    waves
}

fn peak_of(traffic: &Traffic, shares: &[(Share, u32)]) -> f64 {
    peak(shares.iter().filter_map(|(share, row)| {
        let start = traffic.start.get(*row as usize)?;
        let end = start + traffic.duration.get(*row as usize).unwrap_or(0.0);
        Some(Burst { start, end, amount: share.amount })
    }))
}

fn wave(shares: &[(Share, u32)], source: Option<AddressId>, sources: usize, rate: f64) -> Wave {
    let Share { target, port, .. } = shares[0].0;
    Wave { target, port, source, sources, rate, rows: shares.iter().map(|share| share.1).collect() }
}

/// Packets the source sent in `row`; a row tells of at least one.
pub fn packets(traffic: &Traffic, row: usize) -> f64 {
    traffic.packets_sent.get(row).map_or(1.0, |packets| packets.max(1) as f64)
}

/// Whether the target is one machine. What is sent to a group is no attack on it.
pub fn is_one_host(traffic: &Traffic, target: AddressId) -> bool {
    let class = traffic.address(target).ip().and_then(special).map(|special| special.class);
    !matches!(class, Some(Class::Multicast | Class::Broadcast))
}

/// How a detector words and weighs one sender's waves, or a crowd's.
pub struct Verdict {
    pub detector: &'static str,
    pub technique: &'static str,
    pub confidence: f64,
    /// How many times the least rate that is reported was reached.
    pub times: f64,
    pub summary: String,
}

/// 0.4 at the least rate that is reported, 0.95 at the rate that firewalls take for an attack.
pub fn confidence(reached: f64, least: f64, attack: f64) -> f64 {
    let height = libm::log10((attack / least).max(1.01));
    (0.4 + 0.55 * libm::log10((reached / least).max(1.0)) / height).min(0.95)
}

/// Our own choice: four times the least rate, with strong evidence, comes close to the default block threshold of 60;
/// weak evidence stays below the 30 of Watch.
fn weight(confidence: f64, times: f64) -> f64 {
    let tens = libm::log10(times.max(1.0));
    if confidence < WEAK { (15.0 + 10.0 * tens).min(25.0) } else { (45.0 + 20.0 * tens).min(85.0) }
}

/// Waves of the same sender side by side, the highest first within each; a crowd is no sender.
pub fn by_source(waves: Vec<Wave>) -> Vec<(AddressId, Vec<Wave>)> {
    let mut waves: Vec<(AddressId, Wave)> = waves.into_iter().filter_map(|wave| Some((wave.source?, wave))).collect();
    waves.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.rate.total_cmp(&a.1.rate)).then(a.1.target.cmp(&b.1.target)));
    let groups = waves.chunk_by(|a, b| a.0 == b.0);
    groups.map(|group| (group[0].0, group.iter().map(|(_, wave)| wave.clone()).collect())).collect()
}

/// The finding against one sender of all its waves.
pub fn accuse(traffic: &Traffic, source: AddressId, waves: &[Wave], verdict: Verdict) -> Finding {
    // An autonomous system is many machines: what they send together is no flood.
    let most = if traffic.address(source).ip().is_some() { 1.0 } else { 0.3 };
    let confidence = verdict.confidence.min(most);
    let points = weight(confidence, verdict.times);
    let mut victims: Vec<AddressId> = waves.iter().map(|wave| wave.target).collect();
    victims.dedup();
    Finding {
        role: role(confidence),
        victims: victims.iter().take(MAX_VICTIMS).map(|&id| traffic.address(id)).collect(),
        severity: severity(points),
        confidence,
        points,
        ..about(traffic, source, waves, verdict)
    }
}

/// The finding on a target that a crowd floods: it is the victim, so it gets no points, and nobody is accused.
pub fn pity(traffic: &Traffic, wave: &Wave, verdict: Verdict) -> Finding {
    let severity = severity(weight(verdict.confidence, verdict.times));
    Finding { severity, ..about(traffic, wave.target, std::slice::from_ref(wave), verdict) }
}

fn about(traffic: &Traffic, subject: AddressId, waves: &[Wave], verdict: Verdict) -> Finding {
    let seen = Seen::of(traffic, waves.iter().flat_map(|wave| wave.rows.iter().copied()));
    Finding {
        id: 0,
        detector: verdict.detector,
        subject: traffic.address(subject),
        role: Role::Victim,
        victims: Vec::new(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: Severity::Info,
        confidence: verdict.confidence,
        points: 0.0,
        technique: Some(verdict.technique),
        summary: verdict.summary,
    }
}

/// The rows of the opposite direction of a wave, of all its sources.
pub fn back<'a>(traffic: &'a Traffic, order: &'a Order, wave: &'a Wave) -> impl Iterator<Item = usize> + 'a {
    let mut sources: Vec<AddressId> = wave.rows.iter().map(|&row| traffic.source()[row as usize]).collect();
    sources.sort_unstable();
    sources.dedup();
    sources.into_iter().flat_map(|source| order.pair(traffic, wave.target, source)).map(|&row| row as usize)
}

/// `address:port`, or the address alone, of the highest wave, and how many other targets there are.
pub fn targets(traffic: &Traffic, waves: &[Wave]) -> String {
    let first = &waves[0];
    let port = if first.port > 0 { format!(" port {}", first.port) } else { String::new() };
    let more = if waves.len() > 1 { format!(" and {} more", waves.len() - 1) } else { String::new() };
    format!("{}{port}{more}", traffic.address(first.target))
}
