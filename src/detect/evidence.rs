//! What the scan detectors share: distinct things counted with their outcomes, and how strong the evidence is.

use super::attempts::Outcome;
use crate::model::finding::{Role, Severity};

/// Distinct things (ports or targets) touched.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Distinct {
    pub all: usize,
    /// Those where every attempt with a known outcome failed.
    pub failed: usize,
    /// Those where at least one attempt was answered.
    pub answered: usize,
}

impl Distinct {
    /// Counts distinct keys; sorts `keys`. The best outcome of a key is its outcome.
    pub fn of<K: Ord + Copy>(keys: &mut [(K, Outcome)]) -> Self {
        keys.sort_unstable();
        let mut distinct = Distinct::default();
        for group in keys.chunk_by(|a, b| a.0 == b.0) {
            distinct.all += 1;
            match group.iter().map(|&(_, outcome)| outcome).filter(|&outcome| outcome != Outcome::Unknown).max() {
                Some(Outcome::Answered) => distinct.answered += 1,
                Some(_) => distinct.failed += 1,
                None => {}
            }
        }
        distinct
    }

    /// `None` below the threshold.
    pub fn quality(&self, threshold: usize) -> Option<Quality> {
        if self.all < threshold {
            None
        } else if self.failed >= threshold && self.failed * 2 >= self.all {
            Some(Quality::Failed)
        } else if (self.failed + self.answered) * 2 >= self.all {
            Some(Quality::Answered)
        } else {
            Some(Quality::Unknown)
        }
    }
}

/// How much a count over the threshold says, from little to much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// Most attempts were answered: what ordinary use looks like, too.
    Answered,
    /// The input does not say how most attempts went.
    Unknown,
    /// At least half, and at least the threshold, failed: what only probing (or a dead service) looks like.
    Failed,
}

/// Points that start at `base` at the threshold, grow by `step` per factor of ten and stop at `most`.
pub fn points(count: usize, threshold: usize, base: f64, step: f64, most: f64) -> f64 {
    let factor = count as f64 / threshold.max(1) as f64;
    (base + step * libm::log10(factor.max(1.0))).min(most)
}

/// The value of a line through `corners` (ascending) at `x`; beyond the ends it stays level.
pub fn steps(x: f64, corners: &[(f64, f64)]) -> f64 {
    let above = corners.partition_point(|corner| corner.0 <= x);
    match (above.checked_sub(1).and_then(|below| corners.get(below)), corners.get(above)) {
        (Some(low), Some(high)) => low.1 + (x - low.0) / (high.0 - low.0) * (high.1 - low.1),
        (Some(end), None) | (None, Some(end)) => end.1,
        (None, None) => 0.0,
    }
}

/// A length of time as a summary says it.
pub fn lasting(seconds: f64) -> String {
    match seconds {
        s if s >= 172_800.0 => format!("{:.1} days", s / 86_400.0),
        s if s >= 7_200.0 => format!("{:.1} h", s / 3_600.0),
        s if s >= 120.0 => format!("{:.0} min", s / 60.0),
        s if s >= 1.0 || s == 0.0 => format!("{s:.0} s"),
        s => format!("{:.0} ms", s * 1000.0),
    }
}

/// Bytes as a summary says them.
pub fn data(bytes: f64) -> String {
    match bytes {
        b if b >= 1e9 => format!("{:.1} GB", b / 1e9),
        b if b >= 1e6 => format!("{:.0} MB", b / 1e6),
        b if b >= 1e3 => format!("{:.0} kB", b / 1e3),
        b => format!("{b:.0} bytes"),
    }
}

/// Below this confidence evidence is weak: it names no attacker, and risk caps the sum of it.
pub const WEAK: f64 = 0.5;

/// The part a subject is said to play: nobody is called an attacker on weak evidence.
pub fn role(confidence: f64) -> Role {
    if confidence < WEAK { Role::Bystander } else { Role::Attacker }
}

/// How bad it is, by what it adds to the risk.
pub fn severity(points: f64) -> Severity {
    match points {
        p if p < 5.0 => Severity::Info,
        p if p < 40.0 => Severity::Low,
        p if p < 60.0 => Severity::Medium,
        p if p < 80.0 => Severity::High,
        _ => Severity::Critical,
    }
}

/// Whether nine in ten sizes are within a tenth of the median: the same thing said each time. Our own choice.
pub fn alike(sizes: impl Iterator<Item = u64>) -> bool {
    let mut sizes: Vec<u64> = sizes.collect();
    sizes.sort_unstable();
    let Some(&median) = sizes.get(sizes.len() / 2) else { return false };
    let near = sizes.iter().filter(|&&size| size.abs_diff(median) <= median / 10).count();
    near * 10 >= sizes.len() * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_outweighs_failures_of_the_same_thing() {
        let mut keys = [
            (1, Outcome::Failed),
            (2, Outcome::Unknown),
            (1, Outcome::Answered),
            (2, Outcome::Failed),
            (3, Outcome::Unknown),
        ];
        assert_eq!(Distinct::of(&mut keys), Distinct { all: 3, failed: 1, answered: 1 });
    }

    #[test]
    fn quality_needs_both_the_threshold_and_half() {
        let of = |all, failed, answered| Distinct { all, failed, answered }.quality(10);
        assert_eq!(of(9, 9, 0), None);
        assert_eq!(of(10, 10, 0), Some(Quality::Failed));
        assert_eq!(of(30, 10, 20), Some(Quality::Answered));
        assert_eq!(of(30, 9, 2), Some(Quality::Unknown));
    }

    #[test]
    fn steps_run_straight_between_corners_and_level_beyond() {
        let corners = [(1.0, 10.0), (3.0, 20.0)];
        assert_eq!([0.0, 1.0, 2.0, 3.0, 9.0].map(|x| steps(x, &corners)), [10.0, 10.0, 15.0, 20.0, 20.0]);
        assert_eq!(steps(1.0, &[]), 0.0);
    }

    #[test]
    fn points_grow_with_the_logarithm_and_stop() {
        assert_eq!([15, 150, 15_000].map(|n| points(n, 15, 50.0, 15.0, 80.0)), [50.0, 65.0, 80.0]);
    }

    #[test]
    fn sizes_are_alike_when_nine_in_ten_are() {
        assert!(!alike([].into_iter()));
        assert!(alike([100, 109, 91, 100, 100, 100, 100, 100, 100, 5000].into_iter()));
        assert!(!alike([100, 100, 100, 100, 112, 112].into_iter()));
    }
}
