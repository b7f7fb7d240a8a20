//! The list of plots, in the order of their tabs.

use super::Plot;

/// Every plot Flowglass draws.
pub const PLOTS: &[&Plot] = &[];
