//! What one run gave: the seconds of its stages, its peak memory, and what else was seen.

/// One run of the pipeline, or the median one of several.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Stage and seconds, in the order they ran.
    pub stages: Vec<(String, f64)>,
    /// Bytes: a worker's wasm memory in the browser, VmHWM elsewhere; none where it could not be read.
    pub peak: Option<u64>,
    /// What else is worth a line under the table.
    pub notes: Vec<String>,
}

impl Run {
    pub fn total(&self) -> f64 {
        self.stages.iter().map(|(_, seconds)| seconds).sum()
    }

    /// The seconds of all stages whose name holds this word.
    pub fn seconds(&self, word: &str) -> f64 {
        self.stages.iter().filter(|(name, _)| name.contains(word)).map(|(_, seconds)| seconds).sum()
    }
}

/// The run whose total is in the middle.
pub fn median(mut runs: Vec<Run>) -> Run {
    runs.sort_by(|a, b| a.total().total_cmp(&b.total()));
    runs.swap_remove(runs.len() / 2)
}

/// The most memory a process has had, from its `/proc` entry (`self` or a number).
pub fn high_water(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}
