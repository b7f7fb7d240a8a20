//! Doors: the ports of targets that one source knocked at, and how each answered at its best.

use crate::model::address::Address;
use crate::model::finding::MAX_VICTIMS;
use crate::model::traffic::{AddressId, Traffic};

use super::Scene;
use super::attempts::{Attempt, Outcome, aimed, attempts, looks_like_answers};

/// One port of one target, in one protocol: the same number is another door over UDP.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Door {
    pub target: AddressId,
    pub port: u16,
    pub protocol: Option<u8>,
    /// The best outcome of all knocks; unknown only where every one is.
    pub outcome: Outcome,
    /// The earliest knock.
    pub row: u32,
    /// How many knocks.
    pub knocks: u32,
}

/// The doors of `source`, by target, then port, then protocol. What looks like a service's answers is passed over.
pub fn doors(scene: &Scene<'_>, source: AddressId) -> Vec<Door> {
    let mut attempts = attempts(scene, source, 1);
    attempts.retain(|attempt| aimed(scene.traffic, attempt));
    let traffic = scene.traffic;
    let key = |attempt: &Attempt| (attempt.target, attempt.port, traffic.protocol.get(attempt.row as usize));
    attempts.sort_unstable_by(|a, b| {
        key(a).cmp(&key(b)).then(when(traffic, a.row).total_cmp(&when(traffic, b.row))).then(a.row.cmp(&b.row))
    });
    let answers = |knocks: &[Attempt]| looks_like_answers(traffic, knocks);
    let knocks = attempts.chunk_by(|a, b| a.target == b.target).filter(|knocks| !answers(knocks));
    let knocks = knocks.flat_map(|knocks| knocks.chunk_by(|a, b| key(a) == key(b)));
    knocks.filter_map(|knocks| door(knocks, traffic.protocol.get(knocks[0].row as usize))).collect()
}

fn door(knocks: &[Attempt], protocol: Option<u8>) -> Option<Door> {
    let known = knocks.iter().map(|knock| knock.outcome).filter(|outcome| *outcome != Outcome::Unknown);
    let outcome = known.max().unwrap_or(Outcome::Unknown);
    let first = knocks.first()?;
    Some(Door {
        target: first.target?,
        port: first.port,
        protocol,
        outcome,
        row: first.row,
        knocks: knocks.len() as u32,
    })
}

/// When a row starts; rows without a time stand in input order before all others.
pub fn when(traffic: &Traffic, row: u32) -> f64 {
    traffic.start.get(row as usize).unwrap_or(f64::NEG_INFINITY)
}

/// How many different values there are.
pub fn distinct<K: Ord>(keys: impl Iterator<Item = K>) -> usize {
    let mut keys: Vec<K> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

/// The first targets of doors that stand by target, as victims.
pub fn victims(traffic: &Traffic, doors: &[Door]) -> Vec<Address> {
    let mut targets: Vec<AddressId> = doors.iter().map(|door| door.target).collect();
    targets.dedup();
    targets.iter().take(MAX_VICTIMS).map(|&id| traffic.address(id)).collect()
}
