//! Isolation forest: how few random cuts set a row apart from the others (Liu, Ting and Zhou 2008).
//!
//! The same seed gives the same trees, scores and labels as scikit-learn's `IsolationForest`.

mod plane;
pub mod random;
pub mod sample;
pub mod score;
pub mod tree;

use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};

use super::percentile::{neighbours, quantile};
use super::points::Points;
use crate::about::{About, Knob, Range};
use crate::error::{Error, Result};

use score::Scores;

pub const ABOUT: About = About {
    key: "isolation_forest",
    title: "Isolation forest",
    help: "Cuts the data at random places again and again. A row that stands alone after few cuts is unlike the \
           others. A set share of the rows, the easiest to set apart, is called anomalous.",
    limits: "It calls that share anomalous in any traffic, quiet or hostile. It sees the numbers it is given, here \
             the ports, and nothing of who talks to whom or when.",
};

pub const TREES: Knob = Knob {
    key: "isolation_forest.trees",
    label: "Trees",
    help: "How many times the cutting is repeated. More trees give steadier scores and take longer. 100 is \
           scikit-learn's default.",
    unit: "",
    range: Range::Integer { min: 1, max: 1000, default: 100 },
};

pub const MAX_SAMPLES: Knob = Knob {
    key: "isolation_forest.max_samples",
    label: "Rows per tree",
    help: "How many rows each tree sees. 256 is the value of the method's authors and scikit-learn's default.",
    unit: "rows",
    range: Range::Integer { min: 2, max: 4096, default: 256 },
};

pub const CONTAMINATION: Knob = Knob {
    key: "isolation_forest.contamination",
    label: "Share of anomalies",
    help: "The share of rows to call anomalous. 0 leaves the choice to the method: every row with a score below -0.5.",
    unit: "",
    range: Range::Real { min: 0.0, max: 0.5, default: 0.05 },
};

pub const SEED: Knob = Knob {
    key: "isolation_forest.seed",
    label: "Seed",
    help: "Starts the random cuts. The same seed and data give the same answer, here and in scikit-learn.",
    unit: "",
    range: Range::Integer { min: 0, max: u32::MAX as i64, default: 42 },
};

/// Flattened trees take 16 bytes per node and level: past this many nodes they no longer fit a browser tab well.
const MOST_NODES: usize = 1 << 23;

/// Unchecked parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestParams(ForestValidParams);

/// Checked parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestValidParams {
    trees: usize,
    max_samples: usize,
    contamination: Option<f64>,
    seed: u32,
}

impl ForestParams {
    /// `trees`: 1 to 1,000. `max_samples`: rows per tree, 1 to 65,536; all rows where there are fewer.
    /// `contamination`: above 0 to 0.5, or `None` for scikit-learn's `'auto'`.
    pub fn new(trees: usize, max_samples: usize, contamination: Option<f64>, seed: u32) -> Self {
        ForestParams(ForestValidParams { trees, max_samples, contamination, seed })
    }
}

impl Default for ForestParams {
    fn default() -> Self {
        ForestParams::new(100, 256, Some(0.05), 42)
    }
}

impl ParamGuard for ForestParams {
    type Checked = ForestValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&ForestValidParams> {
        let ForestValidParams { trees, max_samples, contamination, .. } = self.0;
        if !(1..=1000).contains(&trees) {
            return Err(Error::setting(format!("the forest has 1 to 1,000 trees, not {trees}")));
        }
        if !(1..=65_536).contains(&max_samples) {
            return Err(Error::setting(format!("a tree sees 1 to 65,536 rows, not {max_samples}")));
        }
        if trees * max_samples.next_power_of_two() > MOST_NODES {
            return Err(Error::setting("so many trees of so many rows do not fit the memory of a browser tab"));
        }
        if contamination.is_some_and(|share| !(share > 0.0 && share <= 0.5)) {
            return Err(Error::setting("the share of anomalies is above 0 and at most 0.5"));
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<ForestValidParams> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// A fitted forest.
#[derive(Debug, Clone)]
pub struct IsolationForest {
    /// `score_samples` of each point it was fitted on, -1..0; lower is worse.
    pub scores: Vec<f64>,
    /// A score below it is anomalous.
    pub offset: f64,
}

impl Fit<Points, (), Error> for ForestValidParams {
    type Object = IsolationForest;

    /// Fits the forest on all rows and scores every point.
    fn fit(&self, dataset: &DatasetBase<Points, ()>) -> Result<IsolationForest> {
        self.fit_watched(&dataset.records, &mut |_| {})
    }
}

impl ForestValidParams {
    /// As `fit`; `progress` hears now and then which share of the scoring is done.
    pub fn fit_watched(&self, points: &Points, progress: &mut dyn FnMut(f64)) -> Result<IsolationForest> {
        let rows = u32::try_from(points.rows()).map_err(|_| Error::unreadable("too many rows for the forest"))?;
        if rows == 0 || points.features() == 0 {
            return Err(Error::unreadable("the forest needs at least one row of one number"));
        }
        let trees = self.grow(points, rows);
        let Scores { mut scores, error } = trees.score(&points.flat(), progress);
        let exact = |scores: &mut Vec<f64>, border| replace_near(scores, border, 2.0 * error, points, &trees);
        let offset = match self.contamination {
            None => {
                exact(&mut scores, [-0.5; 2]);
                -0.5
            }
            Some(share) => {
                // scikit-learn passes the share through a percentage, which may round it.
                let share = 100.0 * share / 100.0;
                let border = neighbours(&scores, &points.weights, share);
                border.into_iter().for_each(|border| exact(&mut scores, border));
                quantile(&scores, &points.weights, share).unwrap_or(-0.5)
            }
        };
        Ok(IsolationForest { scores, offset })
    }

    fn grow(&self, points: &Points, rows: u32) -> score::Flat {
        let features = points.features();
        let samples = rows.min(self.max_samples as u32);
        let depth = samples.max(2).next_power_of_two().trailing_zeros();
        let plans = sample::plans(self.seed, self.trees, rows, samples);
        let mut wanted: Vec<u32> = plans.iter().flat_map(|plan| plan.rows.iter().copied()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let all_targets = sample::targets(self.seed, &wanted);
        let trees: Vec<_> = plans
            .iter()
            .map(|plan| {
                let mut seen = Vec::with_capacity(plan.rows.len() * features);
                let mut targets = Vec::with_capacity(plan.rows.len());
                for row in &plan.rows {
                    let point = points.of_row[*row as usize] as usize;
                    seen.extend(points.point(point).iter().map(|&value| value as f32));
                    targets.push(all_targets[wanted.partition_point(|other| other < row)]);
                }
                tree::grow(&tree::Sample { values: &seen, features, targets: &targets }, depth, plan.seed)
            })
            .collect();
        score::Flat::new(&trees, depth, features, samples)
    }
}

/// Puts scores that are right to the last bit in place of those within `error` of either border: on them the labels
/// depend, and there equal scores must be equal.
fn replace_near(scores: &mut [f64], borders: [f64; 2], error: f64, points: &Points, trees: &score::Flat) {
    if error == 0.0 {
        return;
    }
    let near = |score: f64| borders.iter().any(|border| (score - border).abs() <= error);
    let chosen: Vec<usize> = (0..scores.len()).filter(|&point| near(scores[point])).collect();
    let values: Vec<f64> = chosen.iter().flat_map(|&point| points.point(point).to_vec()).collect();
    chosen.into_iter().zip(trees.score_exactly(&values)).for_each(|(point, score)| scores[point] = score);
}

impl IsolationForest {
    /// Whether each point it was fitted on is anomalous.
    pub fn anomalous(&self) -> Vec<bool> {
        // The difference, not the comparison: scikit-learn labels by the sign of `decision_function`.
        self.scores.iter().map(|score| score - self.offset < 0.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_of_range_parameters_are_refused() {
        for wrong in [
            ForestParams::new(0, 256, None, 0),
            ForestParams::new(100, 0, None, 0),
            ForestParams::new(1000, 65_536, None, 0),
            ForestParams::new(100, 256, Some(0.0), 0),
            ForestParams::new(100, 256, Some(f64::NAN), 0),
        ] {
            assert!(wrong.check_ref().is_err(), "{wrong:?}");
        }
        assert!(ForestParams::default().check().is_ok());
    }

    #[test]
    fn a_lone_far_row_has_the_lowest_score() {
        let mut rows: Vec<f64> = (0..300).map(|i| f64::from(i % 17)).collect();
        rows.push(1000.0);
        let points = Points::collapse(&rows, 1).unwrap();
        let forest = ForestParams::default().fit(&DatasetBase::new(points, ())).unwrap();
        let lowest = (0..forest.scores.len()).min_by(|&a, &b| forest.scores[a].total_cmp(&forest.scores[b]));
        assert_eq!(lowest, Some(17));
        assert!(forest.anomalous()[17]);
    }

    #[test]
    fn one_row_and_no_row() {
        let one = Points::collapse(&[1.0], 1).unwrap();
        let forest = ForestParams::default().fit(&DatasetBase::new(one, ())).unwrap();
        assert_eq!((forest.scores.as_slice(), forest.anomalous()), (&[-0.5][..], vec![false]));
        let none = Points::collapse(&[], 1).unwrap();
        assert!(ForestParams::default().fit(&DatasetBase::new(none, ())).is_err());
    }
}
