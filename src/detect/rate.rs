//! How much happened at once: the busiest window of times, and the highest rate of things that last.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

/// Amounts are averaged over at least this long, so that one burst of packets is no flood. Our own choice: firewalls
/// count by the second, but flow records give no finer time than their start and duration.
pub const SECONDS: f64 = 10.0;

/// Something that took from `start` to `end`, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    pub start: f64,
    pub end: f64,
    pub amount: f64,
}

/// The highest rate per second at any time, each burst spread evenly over its duration, or over `SECONDS` where it
/// is shorter. Bursts without a finite time are passed over.
pub fn peak(mut bursts: Vec<Burst>) -> f64 {
    bursts.retain(|burst| (burst.start + burst.end).is_finite());
    if !bursts.is_sorted_by(|a, b| a.start <= b.start) {
        bursts.sort_by(|a, b| a.start.total_cmp(&b.start));
    }
    // What goes on, by its end: most begin and end in the same order, the others wait apart.
    let mut going: VecDeque<Step> = VecDeque::new();
    let mut longer: BinaryHeap<Reverse<Step>> = BinaryHeap::new();
    let (mut now, mut most) = (0.0, 0.0f64);
    for Burst { start, end, amount } in bursts {
        // What ends counts down before what begins counts up.
        while let Some(step) = going.pop_front_if(|step| step.end <= start) {
            now -= step.rate;
        }
        while longer.peek().is_some_and(|step| step.0.end <= start) {
            now -= longer.pop().map_or(0.0, |step| step.0.rate);
        }
        let long = (end - start).max(SECONDS);
        let step = Step { end: start + long, rate: amount / long };
        now += step.rate;
        most = most.max(now);
        if going.back().is_none_or(|last| last.end <= step.end) {
            going.push_back(step)
        } else {
            longer.push(Reverse(step))
        }
    }
    most
}

/// Something that ends, and what it took per second until then. Ordered by its end.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    end: f64,
    rate: f64,
}

impl Eq for Step {}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        self.end.total_cmp(&other.end).then(self.rate.total_cmp(&other.rate))
    }
}

/// The most of `times`, which must be sorted, that lie within `window` seconds: where they start, and how many.
pub fn busiest(times: &[f64], window: f64) -> (usize, usize) {
    let mut first = 0;
    let mut best = (0, 0);
    for (at, &time) in times.iter().enumerate() {
        while time - times[first] > window {
            first += 1;
        }
        if at + 1 - first > best.1 {
            best = (first, at + 1 - first);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burst(start: f64, end: f64, amount: f64) -> Burst {
        Burst { start, end, amount }
    }

    #[test]
    fn short_bursts_are_averaged_and_long_ones_spread() {
        assert_eq!(peak(vec![]), 0.0);
        assert_eq!(peak(vec![burst(5.0, 5.0, 100.0)]), 10.0);
        assert_eq!(peak(vec![burst(0.0, 100.0, 100.0)]), 1.0);
        assert_eq!(peak(vec![burst(0.0, 0.0, 50.0), burst(9.0, 9.0, 50.0)]), 10.0);
        assert_eq!(peak(vec![burst(0.0, 0.0, 50.0), burst(10.0, 10.0, 50.0)]), 5.0, "one after the other");
        assert_eq!(
            peak(vec![burst(90.0, 90.0, 20.0), burst(0.0, 100.0, 100.0), burst(5.0, 5.0, 30.0)]),
            4.0,
            "in any order"
        );
        assert_eq!(peak(vec![burst(f64::NAN, 0.0, 50.0), burst(0.0, f64::INFINITY, 50.0)]), 0.0);
    }

    #[test]
    fn the_busiest_window_is_found() {
        assert_eq!(busiest(&[], 10.0), (0, 0));
        assert_eq!(busiest(&[0.0, 20.0, 25.0, 30.0, 90.0], 10.0), (1, 3));
    }
}
