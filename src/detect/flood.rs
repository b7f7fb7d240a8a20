//! What the flood detectors share: the targets on which more falls than a rate allows, and who sends it.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::model::finding::{Finding, MAX_VICTIMS, Role, Severity};
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
    let rows = 0..u32::try_from(traffic.rows()).unwrap_or(u32::MAX) as usize;
    let mut cells = vec![0.0; CELLS];
    rows.clone().filter_map(timed).for_each(|share| cells[cell(&share)] += share.amount);
    // What never comes to the rate even if all of it fell into one moment cannot be a flood.
    let least = rate * SECONDS;
    let full = |row: usize| timed(row).filter(|share| cells[cell(share)] >= least);
    let mut totals: FxHashMap<(AddressId, u16), (f64, u32)> = FxHashMap::default();
    for share in rows.clone().filter_map(full) {
        let (amount, count) = totals.entry((share.target, share.port)).or_default();
        (*amount, *count) = (*amount + share.amount, *count + 1);
    }
    totals.retain(|_, (amount, _)| *amount >= least);
    let mut of_target: FxHashMap<(AddressId, u16), Vec<Load>> =
        totals.into_iter().map(|(key, (_, count))| (key, Vec::with_capacity(count as usize))).collect();
    for row in rows {
        let Some(share) = full(row) else { continue };
        if let Some(shares) = of_target.get_mut(&(share.target, share.port)) {
            shares.push(Load { source: share.source, row: row as u32, amount: share.amount as f32 });
        }
    }
    let mut targets: Vec<((AddressId, u16), Vec<Load>)> = of_target.into_iter().collect();
    targets.sort_unstable_by_key(|(key, _)| *key);
    let mut totals = vec![0.0; traffic.addresses().len()];
    targets.into_iter().flat_map(|(key, loads)| on_target(traffic, key, loads, rate, &mut totals)).collect()
}

/// A share on a target that is known: 12 bytes.
#[derive(Clone, Copy)]
struct Load {
    source: AddressId,
    row: u32,
    amount: f32,
}

/// Sums in another order, or of half the digits, may differ by less than this from those that count.
const ALMOST: f64 = 0.999;

/// The waves on one target, its loads in the order of the input, which mostly is that of time. `totals` has a zero for
/// every address, and has again afterwards.
fn on_target(
    traffic: &Traffic,
    (target, port): (AddressId, u16),
    mut loads: Vec<Load>,
    rate: f64,
    totals: &mut [f32],
) -> Vec<Wave> {
    let peak_of = |loads: &[Load]| {
        let bursts = loads.iter().filter_map(|load| {
            let start = traffic.start.get(load.row as usize)?;
            let end = start + traffic.duration.get(load.row as usize).unwrap_or(0.0);
            Some(Burst { start, end, amount: f64::from(load.amount) })
        });
        peak(bursts.collect())
    };
    // Nobody alone comes to more than all together.
    let whole = peak_of(&loads);
    if whole < rate * ALMOST {
        return Vec::new();
    }
    let (large, mut sources) = large(&loads, rate * SECONDS * ALMOST, totals);
    let rows = |loads: &[Load]| loads.iter().map(|load| load.row).collect();
    let mut waves = Vec::new();
    for own in large.chunk_by(|a, b| a.source == b.source) {
        let total: f64 = own.iter().map(|load| f64::from(load.amount)).sum();
        let reached = if total >= rate * SECONDS { peak_of(own) } else { 0.0 };
        if reached >= rate {
            waves.push(Wave { target, port, source: Some(own[0].source), sources: 1, rate: reached, rows: rows(own) });
        }
    }
    drop(large);
    let alone: Vec<AddressId> = waves.iter().filter_map(|wave| wave.source).collect();
    loads.retain(|load| alone.binary_search(&load.source).is_err());
    sources -= alone.len();
    let reached = match alone.len() {
        _ if sources < CROWD => 0.0,
        0 => whole,
        _ => peak_of(&loads),
    };
    if reached >= rate {
        waves.push(Wave { target, port, source: None, sources, rate: reached, rows: rows(&loads) });
    }
    waves
}

/// The loads of everybody who sends at least so much in all, by source, then row; and how many senders there are.
fn large(loads: &[Load], least: f64, totals: &mut [f32]) -> (Vec<Load>, usize) {
    let mut sources = 0;
    for load in loads {
        let total = &mut totals[load.source.index()];
        sources += usize::from(*total == 0.0);
        *total += load.amount.max(f32::MIN_POSITIVE);
    }
    let enough = |load: &&Load| f64::from(totals[load.source.index()]) >= least;
    let mut large: Vec<Load> = loads.iter().filter(enough).copied().collect();
    large.sort_unstable_by_key(|load| (load.source, load.row));
    loads.iter().for_each(|load| totals[load.source.index()] = 0.0);
    (large, sources)
}

/// Packets the source sent in `row`; a row tells of at least one.
pub fn packets(traffic: &Traffic, row: usize) -> f64 {
    traffic.packets_sent.get(row).map_or(1.0, |packets| packets.max(1) as f64)
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
    let mut groups: Vec<(AddressId, Vec<Wave>)> = Vec::new();
    let mut waves: Vec<(AddressId, Wave)> = waves.into_iter().filter_map(|wave| Some((wave.source?, wave))).collect();
    waves.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.rate.total_cmp(&a.1.rate)).then(a.1.target.cmp(&b.1.target)));
    for (source, wave) in waves {
        match groups.last_mut().filter(|group| group.0 == source) {
            Some(group) => group.1.push(wave),
            None => groups.push((source, vec![wave])),
        }
    }
    groups
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
