//! The histogram of row risk: how many rows no model, one model or both models flag.

use super::Plot;
use crate::about::About;
use crate::model::chart::{Axis, Block, Chart};
use crate::model::outcome::Outcome;
use crate::view::words;

pub const PLOT: Plot = Plot {
    about: About {
        key: "risk_histogram",
        title: "Row risk scores",
        help: "How many rows have which risk. A row's risk is the mean of the two anomaly models' votes: 0 where \
               neither flags it, 0.5 where one does, 1 where both do.",
        limits: "Two models give three possible values, so most of the 50 bins are empty. Rows without a port the \
                 models need are not in it.",
    },
    file: "risk_score_histogram.png",
    chart,
};

/// As many as the original script's histogram has.
const BINS: usize = 50;

fn chart(outcome: &Outcome) -> Result<Chart, String> {
    let judgement = &outcome.judgement;
    let mut bins = [0u64; BINS];
    for (point, &rows) in judgement.weights.iter().enumerate() {
        let Some(risk) = judgement.risk(point) else { continue };
        let bin = (risk.clamp(0.0, 1.0) * BINS as f64) as usize;
        bins[bin.min(BINS - 1)] += u64::from(rows);
    }
    let all: u64 = bins.iter().sum();
    if all == 0 {
        return Err("No anomaly model judged any row, so no row has a risk.".to_owned());
    }
    let edge = |bin: usize| bin as f64 / BINS as f64;
    let bars = bins.iter().enumerate().filter(|(_, rows)| **rows > 0);
    let blocks =
        bars.map(|(bin, &rows)| Block { x: (edge(bin), edge(bin + 1)), y: (0.0, rows as f64), series: 0, weight: 1.0 });
    Ok(Chart {
        title: PLOT.about.title.to_owned(),
        caption: "Rows by risk: 0 where neither anomaly model flags the row, 0.5 where one does, 1 where both do."
            .to_owned(),
        summary: summary(&bins, all, outcome.traffic.rows() as u64),
        x: Axis { label: "row risk".to_owned(), min: 0.0, max: 1.0 },
        y: Axis { label: "rows".to_owned(), min: 0.0, max: ceiling(bins.iter().copied().max().unwrap_or(0)) },
        series: vec!["rows".to_owned()],
        blocks: blocks.collect(),
    })
}

fn summary(bins: &[u64; BINS], all: u64, rows: u64) -> String {
    let parts = bins.iter().enumerate().filter(|(_, count)| **count > 0).map(|(bin, &count)| {
        // A bin is named by its lower edge, the last by its upper, where the votes fall.
        let risk = if bin == BINS - 1 { 1.0 } else { bin as f64 / BINS as f64 };
        format!("{} ({}) at risk {risk}", words::counted(count, "row", "rows"), words::share(count, all))
    });
    let mut text = parts.collect::<Vec<_>>().join("; ");
    if rows > all {
        text.push_str(&format!("; {} not judged", words::counted(rows - all, "row", "rows")));
    }
    text + "."
}

/// A little air above the tallest bar.
fn ceiling(tallest: u64) -> f64 {
    (tallest as f64 * 1.05).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture::outcome;

    #[test]
    fn every_judged_row_is_in_one_bin_and_risk_one_in_the_last() {
        let chart = chart(&outcome()).unwrap();
        let heights: Vec<(f64, f64)> = chart.blocks.iter().map(|block| (block.x.0, block.y.1)).collect();
        assert_eq!(heights, [(0.0, 3.0), (0.5, 1.0), (0.98, 1.0)]);
        assert!(chart.summary.ends_with("1 row not judged."), "{}", chart.summary);
        assert!(chart.summary.contains("1 row (20 %) at risk 1;"), "{}", chart.summary);
    }

    #[test]
    fn without_models_there_is_a_reason_instead() {
        let mut outcome = outcome();
        (outcome.judgement.forest, outcome.judgement.svm) = (None, None);
        assert!(chart(&outcome).is_err());
    }
}
