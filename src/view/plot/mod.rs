//! The plots: each turns a finished analysis into a small chart; one routine draws any chart.

pub mod draw;
mod legend;
mod palette;
#[cfg(feature = "cli")]
pub mod png;

use crate::about::About;
use crate::model::chart::Chart;
use crate::model::outcome::Outcome;

// An entry is its file and two lines here: `mod` and its place in the list.
mod port_clusters;
mod risk_histogram;

/// Every plot Flowglass draws.
pub const PLOTS: &[&Plot] = &[&risk_histogram::PLOT, &port_clusters::PLOT];

/// One plot.
pub struct Plot {
    pub about: About,
    /// The name of its PNG file.
    pub file: &'static str,
    /// The chart, or why it cannot be drawn from this input.
    pub chart: fn(&Outcome) -> Result<Chart, String>,
}
