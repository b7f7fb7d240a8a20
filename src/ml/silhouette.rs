//! The mean silhouette (Rousseeuw 1987): how much nearer rows are to their own cluster than to the next one.
//!
//! Noise counts as one label, a row alone in its label as 0, both as scikit-learn does. Exact up to a budget of
//! distances; above it, a sample stratified by label against all points, with its standard error.

use super::points::Points;

/// The distances the default budget allows: 20,000 distinct points exactly, about half a second.
pub const BUDGET: u64 = 400_000_000;

/// No sample is smaller than this, whatever the budget.
const FEWEST: u64 = 500;

/// The mean over all rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Silhouette {
    /// -1 to 1, higher is better separated.
    pub mean: f64,
    /// The standard error of a sampled mean; `None` where it is exact.
    pub error: Option<f64>,
}

/// The mean silhouette of points by their `labels` (one per point), computing about `budget` distances at most.
/// `None` where it is not defined: fewer than two labels, or as many as rows.
pub fn silhouette(points: &Points, labels: &[i32], budget: u64) -> Option<Silhouette> {
    let groups = Groups::new(points, labels);
    if groups.rows.len() < 2 || groups.rows.len() == points.rows() {
        return None;
    }
    let distinct = points.len() as u64;
    if distinct * distinct <= budget {
        let widths = (0..points.len()).map(|at| f64::from(groups.weights[at]) * groups.width(at));
        return Some(Silhouette { mean: widths.sum::<f64>() / points.rows() as f64, error: None });
    }
    Some(groups.sampled((budget / distinct).max(FEWEST)))
}

/// The points in the order of their labels, one vector per feature.
struct Groups {
    columns: Vec<Vec<f64>>,
    weights: Vec<u32>,
    /// Where each group ends.
    ends: Vec<usize>,
    /// The number of rows of each group.
    rows: Vec<u64>,
}

impl Groups {
    fn new(points: &Points, labels: &[i32]) -> Self {
        let mut order: Vec<usize> = (0..points.len()).collect();
        order.sort_by_key(|&point| labels[point]);
        let column = |axis| order.iter().map(|&point| points.values[[point, axis]]).collect();
        let weights: Vec<u32> = order.iter().map(|&point| points.weights[point]).collect();
        let (mut ends, mut rows, mut end) = (Vec::new(), Vec::new(), 0);
        for group in order.chunk_by(|&a, &b| labels[a] == labels[b]) {
            rows.push(weights[end..end + group.len()].iter().map(|&weight| u64::from(weight)).sum());
            end += group.len();
            ends.push(end);
        }
        Groups { columns: (0..points.features()).map(column).collect(), weights, ends, rows }
    }

    /// The silhouette of the point at place `at`.
    fn width(&self, at: usize) -> f64 {
        let own = self.ends.partition_point(|&end| end <= at);
        if self.rows[own] == 1 {
            return 0.0;
        }
        let (mut inside, mut nearest, mut start) = (0.0, f64::INFINITY, 0);
        for (group, (&end, &rows)) in self.ends.iter().zip(&self.rows).enumerate() {
            let sum = self.distances(at, start, end);
            if group == own {
                inside = sum / (rows - 1) as f64;
            } else {
                nearest = nearest.min(sum / rows as f64);
            }
            start = end;
        }
        let larger = inside.max(nearest);
        if larger > 0.0 { (nearest - inside) / larger } else { 0.0 }
    }

    /// The sum of distances from one point to all rows of `start..end`.
    fn distances(&self, at: usize, start: usize, end: usize) -> f64 {
        const LANES: usize = 64;
        let mut total = 0.0;
        let mut from = start;
        while from < end {
            let to = (from + LANES).min(end);
            let mut squares = [0.0; LANES];
            for column in &self.columns {
                let own = column[at];
                for (square, value) in squares.iter_mut().zip(&column[from..to]) {
                    *square += (value - own) * (value - own);
                }
            }
            for (square, &weight) in squares.iter_mut().zip(&self.weights[from..to]) {
                *square = square.sqrt() * f64::from(weight);
            }
            // Four sums side by side: one would wait for itself. The lanes past the end hold 0.
            let parts = squares.chunks_exact(4).fold([0.0; 4], |sums: [f64; 4], four| {
                [sums[0] + four[0], sums[1] + four[1], sums[2] + four[2], sums[3] + four[3]]
            });
            total += (parts[0] + parts[1]) + (parts[2] + parts[3]);
            from = to;
        }
        total
    }

    /// Estimates the mean from about `count` rows, spread evenly over each label's rows. Where there are too many
    /// labels for several rows each, all rows are one stratum.
    fn sampled(&self, count: u64) -> Silhouette {
        let all: u64 = self.rows.iter().sum();
        let whole = [(self.weights.len(), all)];
        let by_label: Vec<(usize, u64)> = self.ends.iter().copied().zip(self.rows.iter().copied()).collect();
        let strata = if by_label.len() as u64 > count / 4 { &whole[..] } else { &by_label };
        let (mut mean, mut variance, mut start) = (0.0, 0.0, 0);
        for &(end, rows) in strata {
            let share = rows as f64 / all as f64;
            let wanted = ((count as f64 * share) as u64).max(2);
            let (average, spread) = self.stratum(start, end, rows, wanted);
            mean += share * average;
            variance += share * share * spread;
            start = end;
        }
        Silhouette { mean, error: Some(variance.sqrt()) }
    }

    /// The mean over some rows of a stratum and the variance of that mean; exact where its points are few.
    fn stratum(&self, start: usize, end: usize, rows: u64, wanted: u64) -> (f64, f64) {
        if (end - start) as u64 <= wanted {
            let widths = (start..end).map(|at| f64::from(self.weights[at]) * self.width(at));
            return (widths.sum::<f64>() / rows as f64, 0.0);
        }
        let (mut at, mut seen) = (start, u64::from(self.weights[start]));
        let mut widths = Vec::with_capacity(wanted as usize);
        let mut last = None;
        for k in 0..wanted {
            // The row in the middle of each of `wanted` equal parts.
            let row = (u128::from(2 * k + 1) * u128::from(rows) / u128::from(2 * wanted)) as u64;
            while seen <= row {
                at += 1;
                seen += u64::from(self.weights[at]);
            }
            let width = match last {
                Some((same, width)) if same == at => width,
                _ => self.width(at),
            };
            last = Some((at, width));
            widths.push(width);
        }
        let mean = widths.iter().sum::<f64>() / wanted as f64;
        let squares = widths.iter().map(|width| (width - mean) * (width - mean)).sum::<f64>();
        (mean, squares / (wanted - 1) as f64 / wanted as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand_with_noise_and_a_row_alone() {
        // Labels 0: 0, 1; noise: 4, 4 (one point, two rows); label 1: 9 alone.
        let points = Points::collapse(&[0.0, 1.0, 4.0, 4.0, 9.0], 1).unwrap();
        let found = silhouette(&points, &[0, 0, -1, 1], BUDGET).unwrap();
        let expected = ((4.0 - 1.0) / 4.0 + (3.0 - 1.0) / 3.0 + 1.0 + 1.0 + 0.0) / 5.0;
        assert!((found.mean - expected).abs() < 1e-15);
        assert_eq!(found.error, None);
    }

    #[test]
    fn undefined_where_labels_are_too_few_or_too_many() {
        let points = Points::collapse(&[0.0, 1.0, 4.0], 1).unwrap();
        assert_eq!(silhouette(&points, &[0, 0, 0], BUDGET), None);
        assert_eq!(silhouette(&points, &[0, 1, 2], BUDGET), None);
        assert_eq!(silhouette(&Points::default(), &[], BUDGET), None);
        assert!(silhouette(&points, &[0, 0, 1], BUDGET).is_some());
    }

    #[test]
    fn a_sample_is_within_its_error() {
        let rows: Vec<f64> = (0..6000u64).map(|i| (i * i % 4001) as f64 + (i % 3 * 3500) as f64).collect();
        let points = Points::collapse(&rows, 1).unwrap();
        let labels: Vec<i32> = points.values.iter().map(|&value| (value / 3500.0) as i32 - 1).collect();
        let exact = silhouette(&points, &labels, u64::MAX).unwrap();
        let sampled = silhouette(&points, &labels, 1).unwrap();
        let error = sampled.error.unwrap();
        assert!(error > 0.0 && error < 0.03, "{error}");
        assert!((sampled.mean - exact.mean).abs() < 3.0 * error, "{} for {}", sampled.mean, exact.mean);
    }
}
