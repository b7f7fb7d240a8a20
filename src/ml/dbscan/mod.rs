//! DBSCAN: groups of rows that lie close together, and the rows that belong to none (Ester and others 1996).
//!
//! Exact: core points, clusters, their numbers and the border points' clusters are scikit-learn's.

mod grid;
mod near;
mod sweep;

use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};

use super::points::Points;
use crate::about::{About, Knob, Range};
use crate::error::{Error, Result};

pub const ABOUT: About = About {
    key: "dbscan",
    title: "Clusters (DBSCAN)",
    help: "Finds groups of rows that lie close together. A row with enough others nearby starts or extends a group; \
           a row near no such row is noise.",
    limits: "One radius for all groups: where traffic is dense in one place and thin in another, it joins too much or \
             calls too much noise. Noise is rare, which is not the same as hostile.",
};

pub const EPS: Knob = Knob {
    key: "dbscan.eps",
    label: "Radius",
    help: "How near counts as near, in standard deviations. 0.3 is the value of the script this page follows.",
    unit: "standard deviations",
    range: Range::Real { min: 0.001, max: 100.0, default: 0.3 },
};

pub const MIN_SAMPLES: Knob = Knob {
    key: "dbscan.min_samples",
    label: "Rows nearby",
    help: "How many rows, itself included, must lie within the radius for a row to start or extend a group.",
    unit: "rows",
    range: Range::Integer { min: 1, max: 1000, default: 10 },
};

/// The label of a row in no cluster.
pub const NOISE: i32 = -1;

/// A value this many radii from 0 cannot be told from its neighbours on the grid.
const FARTHEST: f64 = 1e9;

/// Unchecked parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct DbscanParams(DbscanValidParams);

/// Checked parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct DbscanValidParams {
    eps: f64,
    min_samples: u32,
}

impl DbscanParams {
    /// `eps`: the radius, above 0; a distance of exactly `eps` is near. `min_samples`: rows within the radius that
    /// make a core point, itself and its duplicates included; at least 1.
    pub fn new(eps: f64, min_samples: u32) -> Self {
        DbscanParams(DbscanValidParams { eps, min_samples })
    }
}

impl Default for DbscanParams {
    fn default() -> Self {
        DbscanParams::new(0.3, 10)
    }
}

impl ParamGuard for DbscanParams {
    type Checked = DbscanValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&DbscanValidParams> {
        if !(self.0.eps > 0.0 && self.0.eps.is_finite()) {
            return Err(Error::setting("the radius is a number above 0"));
        }
        if self.0.min_samples == 0 {
            return Err(Error::setting("a core point needs at least one row: itself"));
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<DbscanValidParams> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// The clusters found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dbscan {
    /// The cluster of each point, numbered by the first row that is a core point of it; `NOISE` is none.
    pub labels: Vec<i32>,
    pub clusters: usize,
}

impl Fit<Points, (), Error> for DbscanValidParams {
    type Object = Dbscan;

    fn fit(&self, dataset: &DatasetBase<Points, ()>) -> Result<Dbscan> {
        let points = &dataset.records;
        if points.is_empty() || points.features() == 0 {
            return Ok(Dbscan { labels: vec![NOISE; points.len()], clusters: 0 });
        }
        if points.values.iter().any(|value| value.abs() / self.eps > FARTHEST) {
            return Err(Error::setting(format!("the radius {} is too small for data that spreads so wide", self.eps)));
        }
        let components = if points.features() <= 3 { grid::components } else { sweep::components };
        Ok(number(components(points, self.eps, u64::from(self.min_samples))))
    }
}

/// Numbers clusters by their first core point; points come in order of their first row. A border point goes to the
/// lowest cluster in reach, because that one is grown first.
fn number(found: grid::Found) -> Dbscan {
    let mut numbers = vec![NOISE; found.component.len()];
    let mut clusters = 0;
    let mut labels = vec![NOISE; found.component.len()];
    for (label, &component) in labels.iter_mut().zip(&found.component) {
        if component != u32::MAX {
            let number = &mut numbers[component as usize];
            if *number == NOISE {
                *number = clusters;
                clusters += 1;
            }
            *label = *number;
        }
    }
    for (point, component) in found.borders {
        let number = numbers[component as usize];
        let label = &mut labels[point as usize];
        *label = if *label == NOISE { number } else { number.min(*label) };
    }
    Dbscan { labels, clusters: clusters as usize }
}

#[cfg(test)]
mod tests;
