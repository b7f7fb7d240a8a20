//! `risk_score_histogram.png`: the histogram of row risk scores, as the shell drew it.

use std::io;

use super::{Export, Exporter, Shelf, limits};
use crate::about::About;

/// The plot's key in `view::plot`.
const PLOT: &str = "risk_histogram";

pub const HISTOGRAM_PNG: Exporter = Exporter {
    about: About {
        key: "histogram_png",
        title: "Histogram of risk scores",
        help: "How many rows got which risk score from the two anomaly models, as a picture.",
        limits: "There is no file where the plot could not be drawn: no model ran, or no font was at hand.",
    },
    files: &["risk_score_histogram.png"],
    standard: true,
    limits: limits::ANY,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    match export.pictures.iter().find(|(key, _)| key == PLOT) {
        Some((_, png)) => shelf.file("risk_score_histogram.png", "image/png")?.write_all(png),
        None => Ok(()),
    }
}
