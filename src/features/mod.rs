//! Feature matrices from the traffic table, collapsed to their distinct rows.

pub mod ports;

use ndarray::Array2;

/// A feature matrix whose equal rows are one point each.
#[derive(Debug, Clone, Default)]
pub struct Features {
    /// The features' names, one per column of `values`.
    pub names: Vec<&'static str>,
    /// Distinct points × features, in order of first appearance. Ports, and nothing else so far: two bytes each, for there
    /// may be as many points as rows.
    pub values: Array2<u16>,
    /// The point of each row, or `UNJUDGED` where the row lacks a feature.
    pub point_of: Vec<u32>,
    /// The number of rows at each point.
    pub weights: Vec<u32>,
}
