//! What a change of policy does to the set of blocked addresses.

use rustc_hash::FxHashSet;
use serde::Serialize;

use crate::model::address::Address;
use crate::model::report::{Decision, Report};

/// The addresses that a report blocks, in the report's order.
pub fn blocked(report: &Report) -> Vec<Address> {
    let blocked = report.hosts.iter().filter(|host| host.decision == Decision::Block);
    blocked.map(|host| host.address).collect()
}

/// Two sets of blocked addresses compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Difference {
    pub before: usize,
    pub after: usize,
    /// Blocked now and not before, in the order of `after`; the first `MAX_NAMED`.
    pub added: Vec<Address>,
    pub removed: Vec<Address>,
    pub added_count: usize,
    pub removed_count: usize,
}

/// A difference names at most this many addresses on either side.
pub const MAX_NAMED: usize = 1000;

pub fn difference(before: &[Address], after: &[Address]) -> Difference {
    let missing = |from: &[Address], other: &[Address]| {
        let other: FxHashSet<_> = other.iter().copied().collect();
        from.iter().copied().filter(|address| !other.contains(address)).collect::<Vec<_>>()
    };
    let (mut added, mut removed) = (missing(after, before), missing(before, after));
    let (added_count, removed_count) = (added.len(), removed.len());
    added.truncate(MAX_NAMED);
    removed.truncate(MAX_NAMED);
    Difference { before: before.len(), after: after.len(), added, removed, added_count, removed_count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_named_and_counted() {
        let [a, b, c] = ["10.0.0.1", "10.0.0.2", "::1"].map(|text| Address::parse(text).unwrap());
        let change = difference(&[a, b], &[b, c]);
        assert_eq!((change.added, change.removed), (vec![c], vec![a]));
        assert_eq!(difference(&[a], &[a]).added_count, 0);
    }
}
