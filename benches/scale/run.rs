//! What one run gave: the seconds of its stages, its peak memory, and what else was seen.

use std::time::Duration;

use flowglass::detect::DETECTORS;

/// Where the pipeline ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Browser,
    Native,
    ScikitLearn,
}

impl Place {
    pub fn title(self) -> &'static str {
        match self {
            Place::Browser => "the page in Chromium",
            Place::Native => "the library natively",
            Place::ScikitLearn => "scikit-learn",
        }
    }
}

/// The stage under which all detectors are counted together.
pub const DETECTORS_STAGE: &str = "Detectors";

/// What is made once for all detectors counts as theirs.
const SHARED: &str = "Grouping the flows";

/// One run of the pipeline, or the median one of several.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Stage and seconds, in the order they ran.
    pub stages: Vec<(String, f64)>,
    /// Bytes: the wasm memory of all workers in the browser, VmHWM elsewhere; none where it could not be read.
    pub peak: Option<u64>,
    pub watched: Option<Watched>,
    /// What went wrong.
    pub fault: Option<String>,
}

/// What somebody in front of the page would have seen.
#[derive(Debug, Clone, Default)]
pub struct Watched {
    /// From the press to the results, in seconds.
    pub seconds: f64,
    /// Different progress reports, and the longest that one stood.
    pub reports: usize,
    pub still: Duration,
    /// How fast Cancel answered, where it was tried: in milliseconds.
    pub cancel: Option<f64>,
}

impl Run {
    /// A run whose detectors are one stage.
    pub fn new(stages: Vec<(String, f64)>, peak: Option<u64>) -> Self {
        let mut folded: Vec<(String, f64)> = Vec::new();
        for (name, seconds) in stages {
            let of_detector = name == SHARED || DETECTORS.iter().any(|detector| detector.about.title == name);
            let name = if of_detector { DETECTORS_STAGE.to_owned() } else { name };
            match folded.iter_mut().find(|stage| stage.0 == name) {
                Some(stage) => stage.1 += seconds,
                None => folded.push((name, seconds)),
            }
        }
        Run { stages: folded, peak, ..Run::default() }
    }

    pub fn total(&self) -> f64 {
        self.stages.iter().map(|(_, seconds)| seconds).sum()
    }

    /// The seconds of all stages whose name holds one of these words.
    pub fn seconds(&self, words: &[&str]) -> f64 {
        let of = |name: &str| words.iter().any(|word| name.contains(word));
        self.stages.iter().filter(|(name, _)| of(name)).map(|(_, seconds)| seconds).sum()
    }
}

/// The one that took the middle number of seconds.
pub fn median<T>(mut all: Vec<T>, seconds: impl Fn(&T) -> f64) -> T {
    all.sort_by(|a, b| seconds(a).total_cmp(&seconds(b)));
    all.swap_remove(all.len() / 2)
}

/// The most memory a process has had, from its `/proc` entry (`self` or a number).
pub fn high_water(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}
