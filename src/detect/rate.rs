//! How much happened at once: the busiest window of times, and the highest rate of things that last.

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
pub fn peak(bursts: impl IntoIterator<Item = Burst>) -> f64 {
    let mut steps: Vec<(f64, f64)> = Vec::new();
    for Burst { start, end, amount } in bursts.into_iter().filter(|burst| (burst.start + burst.end).is_finite()) {
        let long = (end - start).max(SECONDS);
        steps.extend([(start, amount / long), (start + long, -amount / long)]);
    }
    // What ends counts down before what begins counts up.
    steps.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut now = 0.0;
    steps.iter().fold(0.0, |most: f64, step| {
        now += step.1;
        most.max(now)
    })
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
        assert_eq!(peak([]), 0.0);
        assert_eq!(peak([burst(5.0, 5.0, 100.0)]), 10.0);
        assert_eq!(peak([burst(0.0, 100.0, 100.0)]), 1.0);
        assert_eq!(peak([burst(0.0, 0.0, 50.0), burst(9.0, 9.0, 50.0)]), 10.0);
        assert_eq!(peak([burst(0.0, 0.0, 50.0), burst(10.0, 10.0, 50.0)]), 5.0, "one after the other");
        assert_eq!(peak([burst(f64::NAN, 0.0, 50.0), burst(0.0, f64::INFINITY, 50.0)]), 0.0);
    }

    #[test]
    fn the_busiest_window_is_found() {
        assert_eq!(busiest(&[], 10.0), (0, 0));
        assert_eq!(busiest(&[0.0, 20.0, 25.0, 30.0, 90.0], 10.0), (1, 3));
    }
}
