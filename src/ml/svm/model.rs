//! A fitted border: the points that carry it, and what it decides of others.

use super::cells::Cells;
use super::expansion::{self, Expansions};
use crate::ml::points::Points;

/// An expansion costs a few times as much as one decision: it pays where a cell has as many points on average.
const WORTHWHILE: usize = 3;

/// A fitted border.
#[derive(Debug, Clone)]
pub struct OneClassSvm {
    /// The points that carry the border, row-major, and the weight of each.
    support: Vec<f64>,
    weights: Vec<f64>,
    features: usize,
    pub(super) gamma: f64,
    rho: f64,
    /// `decision_function` of each point it was fitted on: above 0 is inside.
    pub decision: Vec<f64>,
    /// False where it was fitted on cells, or the solver stopped early.
    pub exact: bool,
    /// Where not exact: the share of 4,000 evenly spaced rows that get another label when these rows alone are solved in
    /// groups and not exactly. The groups are wider than those of all rows, so it errs on the high side.
    pub error: Option<f64>,
    /// How it was computed, in a sentence.
    pub method: String,
}

impl OneClassSvm {
    /// Keeps the points whose weight is not zero.
    pub(super) fn new(values: &[f64], alpha: &[f64], features: usize, gamma: f64, rho: f64) -> Self {
        let kept = values.chunks_exact(features).zip(alpha).filter(|(_, alpha)| **alpha > 0.0);
        let (support, weights): (Vec<&[f64]>, Vec<f64>) = kept.unzip();
        OneClassSvm {
            support: support.concat(),
            weights,
            features,
            gamma,
            rho,
            decision: Vec::new(),
            exact: true,
            error: None,
            method: String::new(),
        }
    }

    /// `decision_function` of points, row-major, with the features it was fitted on.
    pub fn decide(&self, values: &[f64]) -> Vec<f64> {
        let decide = |point: &[f64]| {
            let support = self.support.chunks_exact(self.features).zip(&self.weights);
            let sum = support.fold(0.0, |sum, (other, weight)| {
                let distance = point.iter().zip(other).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b));
                sum + weight * libm::exp(-self.gamma * distance)
            });
            sum - self.rho
        };
        values.chunks_exact(self.features).map(decide).collect()
    }

    /// `decision_function` of the points that `cells` were made of, by expansion around each cell's centre. Cells too
    /// wide for that give way to narrower ones, which need not be few: nothing is solved on them.
    pub(super) fn decide_by_cell(&self, cells: &Cells, points: &Points) -> Vec<f64> {
        let values = points.flat();
        let widest = (expansion::WIDEST / self.gamma).sqrt();
        let narrow = (cells.width > widest).then(|| Cells::of_width(points, widest, points.len() / WORTHWHILE));
        let cells = match &narrow {
            None => cells,
            Some(Some(narrow)) => narrow,
            Some(None) => return self.decide(&values),
        };
        let expansions = Expansions::new(&cells.centres, &self.support, &self.weights, self.features, self.gamma);
        let mut decision = expansions.at(&values, &cells.of_point);
        decision.iter_mut().for_each(|decision| *decision -= self.rho);
        decision
    }

    /// Moves the border: a point of decision `by` then lies on it.
    pub(super) fn move_border(&mut self, by: f64) {
        self.rho += by;
        self.decision.iter_mut().for_each(|decision| *decision -= by);
    }

    /// Whether each point it was fitted on is anomalous. On the border itself is outside, as in libsvm.
    pub fn anomalous(&self) -> Vec<bool> {
        self.decision.iter().map(|&decision| decision <= 0.0).collect()
    }

    /// The number of distinct points that carry the border.
    pub fn support_points(&self) -> usize {
        self.weights.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_too_wide_for_the_series_give_way_to_narrower_ones() {
        let rows: Vec<f64> = (0..40_000).map(|i| f64::from(i * 37 % 40_000) / 10_000.0).collect();
        let points = Points::collapse(&rows, 1).unwrap();
        let support: Vec<f64> = (0..40).map(|i| f64::from(i) / 10.0).collect();
        let model = OneClassSvm::new(&support, &[2.0; 40], 1, 0.5, 3.0);
        let wide = Cells::of(&points, 10);
        assert!(wide.width > (expansion::WIDEST / 0.5).sqrt());
        let (by_cell, exact) = (model.decide_by_cell(&wide, &points), model.decide(&rows));
        let worst = points.of_row.iter().zip(&exact).map(|(&point, exact)| (by_cell[point as usize] - exact).abs());
        let worst = worst.fold(0.0, f64::max);
        assert!(worst > 0.0 && worst < 1e-3, "the sum is of 80 and the series ends below 1e-5 of it: {worst}");
    }
}
