//! The list of plots, in the order of their tabs.

use super::Plot;
use super::{port_clusters, risk_histogram};

/// Every plot Flowglass draws.
pub const PLOTS: &[&Plot] = &[&risk_histogram::PLOT, &port_clusters::PLOT];
