//! How much of the machine was busy while something ran.

use std::fs;

/// Those that this program may use.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What the processors had done since the start, in the system's ticks.
#[derive(Debug, Clone, Copy)]
pub struct Busy {
    all: u64,
    idle: u64,
}

impl Busy {
    /// None where the system does not tell.
    pub fn now() -> Option<Self> {
        let stat = fs::read_to_string("/proc/stat").ok()?;
        let ticks: Vec<u64> = stat.lines().next()?.split_whitespace().skip(1).map_while(|n| n.parse().ok()).collect();
        // user, nice, system, idle, waiting for a disk, two kinds of interrupts, taken by other machines. What guests
        // took, which comes last, is in user already.
        let [_, _, _, idle, waiting, ..] = ticks[..] else { return None };
        Some(Busy { all: ticks.iter().take(8).sum(), idle: idle + waiting })
    }

    /// The number of processors that were busy since then, on average.
    pub fn since(self) -> Option<f64> {
        let now = Busy::now()?;
        let [all, idle] = [now.all - self.all, now.idle - self.idle].map(|ticks| ticks as f64);
        (all > 0.0).then(|| processors() as f64 * (1.0 - idle / all))
    }
}
