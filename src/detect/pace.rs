//! How quickly and how evenly guesses follow each other.

/// Guesses closer than this on average are a program's, and not the visits of a scheduler. Our own choice: the
/// slowest of the captures used for testing had one in six seconds.
const FAST: f64 = 20.0;

/// How the guesses follow each other.
pub struct Pace {
    pub fast: bool,
    /// As regular as a monitoring system.
    pub regular: bool,
}

impl Pace {
    /// `times` are sorted.
    pub fn of(times: &[f64]) -> Self {
        let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len().max(1) as f64;
        let spread = gaps.iter().map(|gap| (gap - mean).abs()).sum::<f64>() / gaps.len().max(1) as f64;
        // Our own choice: a scheduler strays by less than a twentieth, and asks not more than once in five seconds.
        Pace { fast: mean <= FAST, regular: mean >= 5.0 && spread <= mean / 20.0 }
    }
}
