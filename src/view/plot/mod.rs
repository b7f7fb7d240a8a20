//! The plots: each turns a finished analysis into a small chart; one routine draws any chart.

mod plots;
mod port_clusters;
mod risk_histogram;
pub mod draw;
mod legend;
mod palette;
#[cfg(feature = "cli")]
pub mod png;

pub use plots::PLOTS;

use crate::about::About;
use crate::model::chart::Chart;
use crate::model::outcome::Outcome;

/// One plot.
pub struct Plot {
    pub about: About,
    /// The name of its PNG file.
    pub file: &'static str,
    /// The chart, or why it cannot be drawn from this input.
    pub chart: fn(&Outcome) -> Result<Chart, String>,
}
