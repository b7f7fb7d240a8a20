//! One-class SVM with an RBF kernel: a border around the bulk of the rows (Schölkopf and others 2001).
//!
//! Up to `exact_rows` rows the solver takes libsvm's path, so that scores and labels are scikit-learn's. Above, it
//! solves on weighted points or cells and says so.

pub mod cells;
mod expansion;
mod fast_exp;
pub mod kernel;
mod shrink;
pub mod solver;

use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};

use self::cells::Cells;
use self::expansion::Expansion;
use self::kernel::{Cache, Rbf};
use self::solver::Solution;
use super::percentile::quantile;
use super::points::Points;
use crate::about::{About, Knob, Range};
use crate::error::{Error, Result};

pub const ABOUT: About = About {
    key: "one_class_svm",
    title: "One-class SVM",
    help: "Draws a smooth border around most of the rows. A row outside the border is anomalous. About the set share \
           of the rows ends up outside.",
    limits: "It puts that share outside in any traffic, quiet or hostile. Above the row limit the border is \
             computed from grouped rows; the report then says how many labels differ from an exact border.",
};

pub const NU: Knob = Knob {
    key: "one_class_svm.nu",
    label: "Share outside",
    help: "The largest share of rows that may lie outside the border. 0.05 matches the isolation forest's default.",
    unit: "",
    range: Range::Real { min: 0.001, max: 1.0, default: 0.05 },
};

pub const GAMMA: Knob = Knob {
    key: "one_class_svm.gamma",
    label: "Border detail",
    help: "How closely the border follows the rows: larger is closer. 0 chooses by the spread of the data, \
           scikit-learn's 'scale'.",
    unit: "",
    range: Range::Real { min: 0.0, max: 1000.0, default: 0.0 },
};

pub const EXACT_ROWS: Knob = Knob {
    key: "one_class_svm.exact_rows",
    label: "Exact up to",
    help: "Up to this many rows the border is exact. Time and memory grow with the square of the rows; more rows \
           than this are grouped into small cells first.",
    unit: "rows",
    range: Range::Integer { min: 0, max: 50_000, default: 10_000 },
};

/// libsvm's stopping tolerance, in units of the decision function.
const TOLERANCE: f64 = 1e-3;
/// Kernel rows kept, in bytes: less than libsvm's 200 MB, because a browser tab shares its memory.
const CACHE: usize = 96 << 20;
/// The most cells a large input is grouped into.
const MOST_CELLS: usize = 6_000;
/// The most points near the border that are taken out of their cells.
const MOST_REFINED: usize = 6_000;
/// The rows of the exact model that an approximation is measured against.
const CHECKED_ROWS: usize = 4_000;

/// Unchecked parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct SvmParams(SvmValidParams);

/// Checked parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct SvmValidParams {
    nu: f64,
    gamma: Option<f64>,
    exact_rows: usize,
}

impl SvmParams {
    /// `nu`: above 0, at most 1. `gamma`: above 0, or `None` for scikit-learn's `'scale'`. `exact_rows`: up to this
    /// many rows are solved row by row; at most 50,000.
    pub fn new(nu: f64, gamma: Option<f64>, exact_rows: usize) -> Self {
        SvmParams(SvmValidParams { nu, gamma, exact_rows })
    }
}

impl Default for SvmParams {
    fn default() -> Self {
        SvmParams::new(0.05, None, 10_000)
    }
}

impl ParamGuard for SvmParams {
    type Checked = SvmValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&SvmValidParams> {
        let SvmValidParams { nu, gamma, exact_rows } = self.0;
        if !(nu > 0.0 && nu <= 1.0) {
            return Err(Error::setting(format!("the share outside is above 0 and at most 1, not {nu}")));
        }
        if gamma.is_some_and(|gamma| !(gamma > 0.0 && gamma.is_finite())) {
            return Err(Error::setting("gamma is a number above 0"));
        }
        if exact_rows > 50_000 {
            return Err(Error::setting("more than 50,000 rows cannot be solved exactly in reasonable time"));
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<SvmValidParams> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// A fitted border.
#[derive(Debug, Clone)]
pub struct OneClassSvm {
    /// The points that carry the border, row-major, and the weight of each.
    support: Vec<f64>,
    weights: Vec<f64>,
    features: usize,
    gamma: f64,
    rho: f64,
    /// `decision_function` of each point it was fitted on: above 0 is inside.
    pub decision: Vec<f64>,
    /// False where it was fitted on cells, or the solver stopped early.
    pub exact: bool,
    /// Where not exact: the share of `CHECKED_ROWS` evenly spaced rows whose label an exact model of those rows gives
    /// otherwise. It contains the sample's own chance, so it errs on the high side.
    pub error: Option<f64>,
    /// How it was computed, in a sentence.
    pub method: String,
}

impl Fit<Points, (), Error> for SvmValidParams {
    type Object = OneClassSvm;

    /// Fits the border on all rows and decides every point.
    fn fit(&self, dataset: &DatasetBase<Points, ()>) -> Result<OneClassSvm> {
        let points = &dataset.records;
        if points.is_empty() || points.features() == 0 {
            return Err(Error::unreadable("the SVM needs at least one row of one number"));
        }
        let gamma = self.gamma.unwrap_or_else(|| gamma_by_scale(points));
        if points.rows() <= self.exact_rows {
            Ok(self.by_rows(points, gamma))
        } else {
            Ok(self.by_cells(points, gamma))
        }
    }
}

impl SvmValidParams {
    /// libsvm's own path over the plain rows.
    fn by_rows(&self, points: &Points, gamma: f64) -> OneClassSvm {
        let values = points.flat();
        let cache = Cache::new(Rbf::new(&values, points.features(), gamma), CACHE);
        let caps = vec![1.0; points.rows()];
        let solution = solver::solve(cache, &points.of_row, &caps, self.nu, TOLERANCE);
        let mut weights = vec![0.0; points.len()];
        points.of_row.iter().zip(&solution.alpha).for_each(|(&point, alpha)| weights[point as usize] += alpha);
        let mut model = OneClassSvm::new(&values, &weights, points.features(), gamma, solution.rho);
        model.decision = model.decide(&values);
        model.exact = solution.converged;
        model.method = format!("Solved on all {} rows as libsvm does.", points.rows());
        if !solution.converged {
            model.method += " The step limit ended the run early.";
        }
        model
    }

    /// On the distinct points, weighted, or on cells that are refined once near the border; with cells the border is
    /// then moved so that the share outside is `nu` of all rows.
    fn by_cells(&self, points: &Points, gamma: f64) -> OneClassSvm {
        let coarse = Cells::of(points, MOST_CELLS);
        let solution = self.solve_cells(&coarse, points, gamma);
        let features = points.features();
        let mut model = OneClassSvm::new(&coarse.centres, &solution.alpha, features, gamma, solution.rho);
        if coarse.width > 0.0 {
            let cells = coarse.refined(points, &solution.depth, MOST_REFINED);
            let solution = self.solve_cells(&cells, points, gamma);
            model = OneClassSvm::new(&cells.centres, &solution.alpha, features, gamma, solution.rho);
            model.exact = false;
            model.decision = model.decide_by_cell(&coarse, points);
            let shift = quantile(&model.decision, &points.weights, self.nu).unwrap_or(0.0);
            model.rho += shift;
            model.decision.iter_mut().for_each(|decision| *decision -= shift);
            model.method = format!(
                "Solved on {} weighted groups of rows: cells of {} standard deviations, single points near the \
                 border; the border then moved to leave the set share of all rows outside.",
                cells.weights.len(),
                cells.width
            );
        } else {
            model.exact = solution.converged;
            model.decision = model.decide(&points.flat());
            model.method = format!("Solved on the {} distinct points, weighted by their rows.", points.len());
        }
        if !model.exact {
            model.error = Some(self.disagreement(points, &model));
        }
        model
    }

    fn solve_cells(&self, cells: &Cells, points: &Points, gamma: f64) -> Solution {
        let all: Vec<u32> = (0..cells.weights.len() as u32).collect();
        let cache = Cache::new(Rbf::new(&cells.centres, points.features(), gamma).quick(cells.width > 0.0), CACHE);
        // The decision function grows with the rows, and so does the tolerance that means the same border.
        let tolerance = TOLERANCE * (points.rows() as f64 / 10_000.0).max(1.0);
        solver::solve(cache, &all, &cells.weights, self.nu, tolerance)
    }

    /// The share of evenly spaced rows that an exact model of those rows labels otherwise.
    fn disagreement(&self, points: &Points, model: &OneClassSvm) -> f64 {
        let rows = points.rows();
        let count = rows.min(CHECKED_ROWS);
        let sample = (0..count).map(|i| points.of_row[(i as u64 * rows as u64 / count as u64) as usize]);
        let sample: Vec<u32> = sample.collect();
        let picked: Vec<f64> = sample.iter().flat_map(|&point| points.point(point as usize).to_vec()).collect();
        let Ok(collapsed) = Points::collapse(&picked, points.features()) else { return 1.0 };
        let exact = self.by_rows(&collapsed, model.gamma);
        let differ = sample
            .iter()
            .zip(&collapsed.of_row)
            .filter(|&(&point, &own)| (model.decision[point as usize] > 0.0) != (exact.decision[own as usize] > 0.0));
        differ.count() as f64 / count as f64
    }
}

impl OneClassSvm {
    /// Keeps the points whose weight is not zero.
    fn new(values: &[f64], alpha: &[f64], features: usize, gamma: f64, rho: f64) -> Self {
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

    /// `decision_function` of the points that `cells` were made of, by expansion around each cell's centre.
    fn decide_by_cell(&self, cells: &Cells, points: &Points) -> Vec<f64> {
        let values = points.flat();
        if self.gamma * cells.width * cells.width > expansion::WIDEST {
            return self.decide(&values);
        }
        let centres: Vec<&[f64]> = cells.centres.chunks_exact(self.features).collect();
        let expand = |centre: &&[f64]| Expansion::new(centre, &self.support, &self.weights, self.gamma);
        let expansions: Vec<Expansion> = centres.iter().map(expand).collect();
        let mut by = vec![0.0; self.features];
        let mut decide = |(point, &cell): (&[f64], &u32)| {
            by.iter_mut().zip(point).zip(centres[cell as usize]).for_each(|((by, point), centre)| *by = point - centre);
            expansions[cell as usize].at(&by) - self.rho
        };
        values.chunks_exact(self.features).zip(&cells.of_point).map(&mut decide).collect()
    }

    /// Whether each point it was fitted on is anomalous. On the border itself is outside, as in libsvm.
    pub fn anomalous(&self) -> Vec<bool> {
        self.decision.iter().map(|&decision| !(decision > 0.0)).collect()
    }

    /// The number of distinct points that carry the border.
    pub fn support_points(&self) -> usize {
        self.weights.len()
    }
}

/// scikit-learn's `'scale'`: 1 / (features · variance over all numbers of all rows), or 1 where nothing varies.
fn gamma_by_scale(points: &Points) -> f64 {
    let count = points.rows() as f64 * points.features() as f64;
    let weighted = |of: &dyn Fn(f64) -> f64| {
        let rows = points.values.rows().into_iter().zip(&points.weights);
        rows.map(|(row, &weight)| f64::from(weight) * row.iter().map(|&value| of(value)).sum::<f64>()).sum::<f64>()
    };
    let mean = weighted(&|value| value) / count;
    let variance = weighted(&|value| (value - mean) * (value - mean)) / count;
    if variance > 0.0 { 1.0 / (points.features() as f64 * variance) } else { 1.0 }
}
