//! One-class SVM with an RBF kernel: a border around the bulk of the rows (Schölkopf and others 2001).
//!
//! Up to `exact_rows` rows the solver takes libsvm's path, so that scores and labels are scikit-learn's. Above, it
//! solves on weighted points or cells and says so.

pub mod cells;
mod expansion;
mod fast_exp;
pub mod kernel;
mod large;
mod model;
mod shrink;
pub mod solver;

use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};

use self::kernel::{Cache, Rbf};
pub use self::model::OneClassSvm;
use super::points::Points;
use crate::about::{About, Knob, Range};
use crate::error::{Error, Result};

pub const ABOUT: About = About {
    key: "one_class_svm",
    title: "One-class SVM",
    help: "Draws a smooth border around most of the rows. A row outside the border is anomalous. About the set share \
           of the rows ends up outside.",
    limits: "It puts that share outside in any traffic, quiet or hostile. Above the row limit the border is \
             computed from grouped rows; the report then says how many labels grouping changes, measured on a sample.",
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
            Ok(self.by_weight(points, gamma))
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

#[cfg(test)]
mod tests;
