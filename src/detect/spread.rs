//! How common a destination is among one's own hosts.

use rustc_hash::FxHashMap;

use crate::model::traffic::AddressId;

use super::Scene;
use super::sides::outward;

/// RITA: a destination that at most 2 % of the hosts contact is rare, one that half of them contact is common.
/// Among fewer than 50 hosts a single one is more than 2 %: there nothing is rare.
const RARE: f64 = 0.02;
const COMMON: f64 = 0.5;
/// RITA's weight of either.
const PREVALENCE: f64 = 0.15;

/// How many own hosts contact each of some destinations.
pub struct Spread {
    hosts: FxHashMap<AddressId, u32>,
    all: f64,
}

impl Spread {
    pub fn of(scene: &Scene<'_>, targets: impl Iterator<Item = AddressId>) -> Self {
        let mut hosts: FxHashMap<AddressId, u32> = targets.map(|target| (target, 0)).collect();
        if hosts.is_empty() {
            return Spread { hosts, all: 0.0 };
        }
        let mut sources = 0u32;
        let mut last = None;
        for pair in outward(scene, 1) {
            sources += u32::from(last != Some(pair.source));
            last = Some(pair.source);
            if let Some(count) = hosts.get_mut(&pair.target) {
                *count += 1;
            }
        }
        Spread { hosts, all: f64::from(sources) }
    }

    /// What RITA adds to the threat of a rare destination, or takes from that of a common one.
    pub fn modifier(&self, target: AddressId) -> f64 {
        let share = f64::from(self.hosts.get(&target).copied().unwrap_or(0)) / self.all;
        match share {
            share if share <= RARE => PREVALENCE,
            // One of one or two hosts is no crowd.
            share if share >= COMMON && self.all >= 5.0 => -PREVALENCE,
            _ => 0.0,
        }
    }
}
