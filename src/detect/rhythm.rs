//! How even a series of connections is: the beacon score of RITA 5, part by part.

/// Below this the hour-long bins of two parts have too little to count: this program's own choice.
pub const SHORTEST_WHOLE: f64 = 6.0 * 3600.0;

/// Bins over the whole data: RITA looks at a day by the hour.
const BINS: usize = 24;

/// Bins that must not be empty for each of these parts to be scored, and the run of bins that scores 1 (RITA).
const BIMODAL_BINS: usize = 11;
const DURATION_BINS: usize = 6;
const IDEAL_RUN: f64 = 12.0;

/// Bin heights that differ by less than this share of the highest are one class (RITA).
const MODAL_SENSITIVITY: f64 = 0.05;

/// The parts of the score, each 0..1, and their mean to three decimals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// How alike the intervals are.
    pub timing: f64,
    /// How alike the bytes sent are; none where the input has no bytes.
    pub size: Option<f64>,
    /// How alike the hours are, and how much of the time it went on; none on inputs too short for both.
    pub hours: Option<[f64; 2]>,
    pub score: f64,
    /// The middle interval in seconds.
    pub interval: f64,
    /// Whether the intervals are even in fractions of a second, too.
    pub is_fine: bool,
}

/// Eight in ten intervals within a tenth of the middle one. Our own choice.
fn is_fine(times: &[f64]) -> bool {
    let mut gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > 0.0).collect();
    gaps.sort_by(f64::total_cmp);
    let middle = median(&gaps);
    let near = gaps.iter().filter(|gap| (**gap - middle).abs() <= middle / 10.0).count();
    near * 10 >= gaps.len() * 8
}

impl Rhythm {
    /// Scores connections by their start times (sorted) and bytes sent, within the first and last start of all
    /// data. Times count in whole seconds, as RITA's do. `None` with fewer than four different times.
    pub fn of(times: &[f64], mut sizes: Vec<f64>, span: (f64, f64)) -> Option<Rhythm> {
        let mut intervals: Vec<f64> = times.windows(2).map(|pair| pair[1].floor() - pair[0].floor()).collect();
        intervals.retain(|&interval| interval > 0.0);
        if intervals.len() < 3 {
            return None;
        }
        intervals.sort_unstable_by(f64::total_cmp);
        sizes.sort_unstable_by(f64::total_cmp);
        let timing = evenness(&intervals, 1.0);
        let size = (sizes.len() >= 3).then(|| evenness(&sizes, 0.0));
        let hours = (span.1 - span.0 >= SHORTEST_WHOLE).then(|| {
            let bins = bins(times, span);
            [histogram(&bins), duration(times, &bins, span)]
        });
        let parts = [Some(timing), size, hours.map(|hours| hours[0]), hours.map(|hours| hours[1])];
        let (sum, count) = parts.iter().flatten().fold((0.0, 0.0), |(sum, count), part| (sum + part, count + 1.0));
        Some(Rhythm {
            timing,
            size,
            hours,
            score: round3(sum / count),
            interval: median(&intervals),
            is_fine: is_fine(times),
        })
    }
}

fn round3(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn ceil3(value: f64) -> f64 {
    ((value * 1000.0).ceil() / 1000.0).min(1.0)
}

/// The median of sorted values, 0 of none.
pub fn median(sorted: &[f64]) -> f64 {
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}

/// The quartiles as medians of the halves, the middle value of an odd number left out of both: what the statistics
/// library that RITA uses gives.
fn quartiles(sorted: &[f64]) -> [f64; 3] {
    let half = sorted.len() / 2;
    [median(&sorted[..half]), median(sorted), median(&sorted[sorted.len() - half..])]
}

/// Bowley's skewness and the median absolute deviation, each turned to 1 for perfectly even, and their mean.
fn evenness(sorted: &[f64], when_tiny: f64) -> f64 {
    let [low, middle, high] = quartiles(sorted);
    let skewed = high - low >= 10.0 && middle != low && middle != high;
    let skew = if skewed { (low + high - 2.0 * middle) / (high - low) } else { 0.0 };
    let mut off: Vec<f64> = sorted.iter().map(|value| (value - middle).abs()).collect();
    off.sort_unstable_by(f64::total_cmp);
    let steady = if middle >= 1.0 { ((middle - median(&off)) / middle).max(0.0) } else { when_tiny };
    round3((1.0 - skew.abs() + steady) / 2.0)
}

/// Connections per bin.
fn bins(times: &[f64], (first, last): (f64, f64)) -> [u32; BINS] {
    let mut bins = [0; BINS];
    for time in times {
        let place = (time - first) / (last - first) * BINS as f64;
        bins[(place.max(0.0) as usize).min(BINS - 1)] += 1;
    }
    bins
}

/// The better of: all bins equally high; nearly all bins of one or two heights.
fn histogram(bins: &[u32; BINS]) -> f64 {
    let heights = bins.map(f64::from);
    let mean = heights.iter().sum::<f64>() / BINS as f64;
    let variance = heights.iter().map(|height| (height - mean) * (height - mean)).sum::<f64>() / BINS as f64;
    let flat = (1.0 - variance.sqrt() / mean).max(0.0);
    let filled: Vec<u32> = bins.iter().copied().filter(|&height| height > 0).collect();
    let highest = filled.iter().copied().max().unwrap_or(0);
    if filled.len() < BIMODAL_BINS {
        return round3(flat);
    }
    let width = (MODAL_SENSITIVITY * f64::from(highest)).ceil().max(1.0) as u32;
    let mut classes: Vec<u32> = filled.iter().map(|height| height / width).collect();
    classes.sort_unstable();
    let mut sizes: Vec<usize> = classes.chunk_by(|a, b| a == b).map(<[u32]>::len).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let common: usize = sizes.iter().take(2).sum();
    let bimodal = common as f64 / (filled.len() - 1).max(1) as f64;
    round3(flat.max(bimodal.min(1.0)))
}

/// The better of: the share of the data's time from first to last; the longest run of bins without a gap, in which
/// the last bin is followed by the first.
fn duration(times: &[f64], bins: &[u32; BINS], (first, last): (f64, f64)) -> f64 {
    if bins.iter().filter(|&&height| height > 0).count() < DURATION_BINS {
        return 0.0;
    }
    let covered = (times[times.len() - 1] - times[0]) / (last - first);
    let (mut run, mut longest) = (0usize, 0usize);
    for height in bins.iter().chain(bins) {
        run = if *height > 0 { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    ceil3(covered).max(ceil3(longest.min(BINS) as f64 / IDEAL_RUN))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: (f64, f64) = (0.0, 86_400.0);

    #[test]
    fn quartiles_are_medians_of_halves() {
        assert_eq!(quartiles(&[1.0, 2.0, 3.0, 4.0, 5.0]), [1.5, 3.0, 4.5]);
        assert_eq!(quartiles(&[1.0, 2.0, 3.0, 10.0]), [1.5, 2.5, 6.5]);
        assert_eq!(quartiles(&[1.0, 5.0, 9.0]), [1.0, 5.0, 9.0]);
    }

    #[test]
    fn a_perfect_beacon_scores_one_in_every_part() {
        let times: Vec<f64> = (0..=1440).map(|minute| f64::from(minute) * 60.0).collect();
        let found = Rhythm::of(&times, vec![100.0; 1441], DAY).unwrap();
        assert_eq!((found.timing, found.size, found.interval, found.is_fine), (1.0, Some(1.0), 60.0, true));
        assert_eq!((found.hours.unwrap()[1], found.score), (1.0, 1.0));
    }

    #[test]
    fn each_part_is_the_formula() {
        // Quartiles 10, 30, 60; skewness (10 + 60 - 60) / 50 = 0.2; deviations 20 20 0 30 30, their median 20.
        assert_eq!(evenness(&[10.0, 10.0, 30.0, 60.0, 60.0], 1.0), round3((0.8 + 10.0 / 30.0) / 2.0));
        // A spread under ten has no skewness; a median under one takes the default.
        assert_eq!(evenness(&[0.0, 0.0, 0.0, 9.0], 0.0), 0.5);
        let mut bins = [0; BINS];
        bins[20..].fill(10);
        bins[..3].fill(10);
        assert_eq!(duration(&[0.0, 8640.0], &bins, DAY), ceil3(7.0 / 12.0), "the run goes round the end");
        bins[1] = 0;
        bins[21] = 0;
        bins[0] = 0;
        assert_eq!(duration(&[0.0, 8640.0], &bins, DAY), 0.0, "four bins are too few");
        // Eleven bins: six of one height, four of another, one stray: (6 + 4) / (11 - 1).
        let mut bins = [0; BINS];
        bins[..6].fill(100);
        bins[6..10].fill(40);
        bins[10] = 70;
        assert_eq!(histogram(&bins), 1.0);
        bins[9] = 60;
        assert_eq!(histogram(&bins), 0.9);
    }

    #[test]
    fn short_inputs_are_scored_on_what_can_be_computed() {
        let times: Vec<f64> = (0..20).map(|n| f64::from(n) * 30.0).collect();
        let found = Rhythm::of(&times, Vec::new(), (0.0, 600.0)).unwrap();
        assert_eq!((found.size, found.hours, found.score), (None, None, 1.0));
        let uneven = [0.0, 1.0, 50.0, 52.0, 300.0, 301.0, 302.0];
        let found = Rhythm::of(&uneven, Vec::new(), (0.0, 600.0)).unwrap();
        assert!(found.score < 0.6 && !found.is_fine);
        assert_eq!(Rhythm::of(&[0.0, 0.5, 1.0, 1.2, 2.0], Vec::new(), DAY), None, "three whole seconds");
    }
}
