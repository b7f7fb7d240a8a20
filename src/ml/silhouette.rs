//! The mean silhouette (Rousseeuw 1987): how much nearer rows are to their own cluster than to the next one.
//!
//! Noise counts as one label, a row alone in its label as 0, both as scikit-learn does. Exact up to a budget of
//! distances; above it, a sample stratified by label against all points, with its standard error.

use std::ops::Range;

use ndarray::ArrayView1;

use super::points::Points;
use crate::pieces::counting_sort;

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
        let places: Vec<usize> = (0..points.len()).collect();
        let widths = groups.widths(&places);
        let sum: f64 = places.iter().map(|&place| groups.weight(place) * widths[place]).sum();
        return Some(Silhouette { mean: sum / points.rows() as f64, error: None });
    }
    Some(groups.sampled((budget / distinct).max(FEWEST)))
}

/// The points in the order of their labels.
struct Groups<'a> {
    points: &'a Points,
    order: Vec<u32>,
    /// Where each group ends.
    ends: Vec<usize>,
    /// The number of rows of each group.
    rows: Vec<u64>,
}

/// The silhouette of one point on its way, group by group.
struct Width {
    place: usize,
    own: usize,
    /// The distances to the rows of the group at hand.
    sum: f64,
    inside: f64,
    nearest: f64,
}

impl<'a> Groups<'a> {
    fn new(points: &'a Points, labels: &[i32]) -> Self {
        let least = labels.iter().copied().min().unwrap_or(0);
        let most = labels.iter().copied().max().unwrap_or(0);
        let key = |point: usize| labels[point].abs_diff(least) as usize;
        let keys = most.abs_diff(least) as usize + 1;
        let (starts, order) = counting_sort(labels.len(), keys, key, |point| point as u32);
        let mut ends: Vec<usize> = starts[1..].iter().map(|&end| end as usize).filter(|&end| end > 0).collect();
        ends.dedup();
        let mut start = 0;
        let rows = ends.iter().map(|&end| {
            let group = std::mem::replace(&mut start, end)..end;
            order[group].iter().map(|&point| u64::from(points.weights[point as usize])).sum()
        });
        let rows = rows.collect();
        Groups { points, order, ends, rows }
    }

    fn weight(&self, place: usize) -> f64 {
        f64::from(self.points.weights[self.order[place] as usize])
    }

    /// The silhouettes of the points at some places: each group is brought together a block at a time, and a block is
    /// compared with all of them.
    fn widths(&self, places: &[usize]) -> Vec<f64> {
        let own = |place| self.ends.partition_point(|&end| end <= place);
        let begun = |&place| Width { place, own: own(place), sum: 0.0, inside: 0.0, nearest: f64::INFINITY };
        let mut widths: Vec<Width> = places.iter().map(begun).collect();
        let mut block = Block::default();
        let mut start = 0;
        for (group, (&end, &rows)) in self.ends.iter().zip(&self.rows).enumerate() {
            for from in (start..end).step_by(Block::PLACES) {
                block.fill(self.points, &self.order[from..end.min(from + Block::PLACES)]);
                self.compare(&block, &mut widths);
            }
            widths.iter_mut().for_each(|width| width.leave(group, rows));
            start = end;
        }
        let finished = |width: Width| if self.rows[width.own] == 1 { 0.0 } else { width.finished() };
        widths.into_iter().map(finished).collect()
    }

    #[inline(never)]
    fn compare(&self, block: &Block, widths: &mut [Width]) {
        for width in widths {
            width.sum = block.add_distances(self.points.point(self.order[width.place] as usize), width.sum);
        }
    }

    /// Estimates the mean from about `count` rows, spread evenly over each label's rows. Where there are too many
    /// labels for several rows each, all rows are one stratum.
    fn sampled(&self, count: u64) -> Silhouette {
        let all: u64 = self.rows.iter().sum();
        let whole = [(self.order.len(), all)];
        let by_label: Vec<(usize, u64)> = self.ends.iter().copied().zip(self.rows.iter().copied()).collect();
        let strata = if by_label.len() as u64 > count / 4 { &whole[..] } else { &by_label };
        let mut start = 0;
        let samples = strata.iter().map(|&(end, rows)| {
            let wanted = ((count as f64 * (rows as f64 / all as f64)) as u64).max(2);
            (rows, self.sample(std::mem::replace(&mut start, end)..end, rows, wanted))
        });
        let samples: Vec<(u64, Sample)> = samples.collect();
        let mut places: Vec<usize> = samples.iter().flat_map(|(_, sample)| &sample.places).copied().collect();
        places.dedup();
        let widths = self.widths(&places);
        let width = |place: &usize| widths[places.partition_point(|other| other < place)];
        let (mut mean, mut variance) = (0.0, 0.0);
        for (rows, sample) in &samples {
            let share = *rows as f64 / all as f64;
            let of_it: Vec<f64> = sample.places.iter().map(width).collect();
            let (average, spread) = if sample.all {
                let weighted = sample.places.iter().zip(&of_it).map(|(&place, width)| self.weight(place) * width);
                (weighted.sum::<f64>() / *rows as f64, 0.0)
            } else {
                estimate(&of_it)
            };
            mean += share * average;
            variance += share * share * spread;
        }
        Silhouette { mean, error: Some(variance.sqrt()) }
    }

    /// Some rows of a stratum, or all its points where they are few.
    fn sample(&self, stratum: Range<usize>, rows: u64, wanted: u64) -> Sample {
        if stratum.len() as u64 <= wanted {
            return Sample { places: stratum.collect(), all: true };
        }
        let weight = |place: usize| u64::from(self.points.weights[self.order[place] as usize]);
        let (mut at, mut seen) = (stratum.start, weight(stratum.start));
        let places = (0..wanted).map(|k| {
            // The row in the middle of each of `wanted` equal parts.
            let row = (u128::from(2 * k + 1) * u128::from(rows) / u128::from(2 * wanted)) as u64;
            while seen <= row {
                at += 1;
                seen += weight(at);
            }
            at
        });
        Sample { places: places.collect(), all: false }
    }
}

/// The places of a stratum's sample, ascending; one that stands for several rows may be there several times.
struct Sample {
    places: Vec<usize>,
    all: bool,
}

/// The mean of what a sample gave, and the variance of that mean.
fn estimate(widths: &[f64]) -> (f64, f64) {
    let count = widths.len() as f64;
    let mean = widths.iter().sum::<f64>() / count;
    let squares: f64 = widths.iter().map(|width| (width - mean) * (width - mean)).sum();
    (mean, squares / (count - 1.0) / count)
}

impl Width {
    /// The group at hand has been compared to its end.
    fn leave(&mut self, group: usize, rows: u64) {
        let sum = std::mem::take(&mut self.sum);
        if group == self.own {
            self.inside = sum / (rows.max(2) - 1) as f64;
        } else {
            self.nearest = self.nearest.min(sum / rows as f64);
        }
    }

    fn finished(self) -> f64 {
        let larger = self.inside.max(self.nearest);
        if larger > 0.0 { (self.nearest - self.inside) / larger } else { 0.0 }
    }
}

/// Points side by side, a vector per feature.
#[derive(Default)]
struct Block {
    columns: Vec<[f64; Block::PLACES]>,
    /// Those behind the last point are 0.
    weights: Vec<f64>,
    places: usize,
}

impl Block {
    /// Stays in the processor's fastest memory with two features.
    const PLACES: usize = 1 << 10;
    const LANES: usize = 64;

    fn fill(&mut self, points: &Points, members: &[u32]) {
        self.places = members.len();
        self.columns.resize(points.features(), [0.0; Block::PLACES]);
        for (axis, column) in self.columns.iter_mut().enumerate() {
            let values = members.iter().map(|&point| points.values[[point as usize, axis]]);
            column.iter_mut().zip(values).for_each(|(slot, value)| *slot = value);
        }
        self.weights.clear();
        self.weights.extend(members.iter().map(|&point| f64::from(points.weights[point as usize])));
        self.weights.resize(Block::PLACES, 0.0);
    }

    /// Adds the distances from a point to all rows of the block to a sum.
    fn add_distances(&self, own: ArrayView1<'_, f64>, sum: f64) -> f64 {
        let mut total = sum;
        for from in (0..self.places).step_by(Block::LANES) {
            let lanes = from..from + Block::LANES;
            let mut squares = [0.0; Block::LANES];
            for (column, own) in self.columns.iter().zip(own) {
                for (square, value) in squares.iter_mut().zip(&column[lanes.clone()]) {
                    *square += (value - own) * (value - own);
                }
            }
            for (square, weight) in squares.iter_mut().zip(&self.weights[lanes]) {
                *square = square.sqrt() * weight;
            }
            // Four sums side by side: one would wait for itself.
            let parts = squares.chunks_exact(4).fold([0.0; 4], |sums: [f64; 4], four| {
                [sums[0] + four[0], sums[1] + four[1], sums[2] + four[2], sums[3] + four[3]]
            });
            total += (parts[0] + parts[1]) + (parts[2] + parts[3]);
        }
        total
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
