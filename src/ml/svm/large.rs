//! The border of more rows than can be solved one by one: weighted points or cells.

use super::cells::Cells;
use super::kernel::{Cache, Rbf};
use super::solver::{self, Solution};
use super::{CACHE, OneClassSvm, SvmValidParams, TOLERANCE};
use crate::ml::percentile::quantile;
use crate::ml::points::Points;

/// The most cells a large input is grouped into.
const MOST_CELLS: usize = 6_000;
/// The most points near the border that are taken out of their cells.
const MOST_REFINED: usize = 6_000;
/// The rows that are solved exactly and by groups, to measure what grouping does.
const CHECKED_ROWS: usize = 4_000;
/// The fewest rows per group, on average, in that measurement: a group of one row would be exact. Our own choice; in
/// groups of eight rows the spread around the centre is 7/8 of what it is in groups of many.
const CHECKED_CROWD: usize = 8;
/// Puts points on the border inside it; far below the spacing of decisions.
const HAIR: f64 = 1e-6;

impl SvmValidParams {
    /// On the distinct points, weighted, where they are few; else on cells.
    pub(super) fn by_weight(&self, points: &Points, gamma: f64) -> OneClassSvm {
        let cells = Cells::of(points, MOST_CELLS);
        let solution = self.solve_cells(&cells, points, gamma);
        if cells.width > 0.0 {
            let mut model = self.by_cells(points, &cells, &solution.depth, MOST_REFINED, gamma);
            model.error = Some(self.disagreement(points, cells.width, gamma));
            return model;
        }
        let mut model = OneClassSvm::new(&cells.centres, &solution.alpha, points.features(), gamma, solution.rho);
        model.decision = model.decide(&points.flat());
        // Of the rows on the border, which one point may have many of, none is outside: nu bounds the share that is.
        let held = model.decision.iter().zip(&solution.alpha).zip(&cells.weights);
        let lowest = held.filter(|((_, alpha), weight)| alpha < weight).map(|((decision, _), _)| *decision);
        model.move_border(lowest.fold(0.0, f64::min) - HAIR);
        model.exact = solution.converged;
        model.method = format!("Solved on the {} distinct points, weighted by their rows.", points.len());
        if !solution.converged {
            model.method += " The step limit ended the run early.";
        }
        model
    }

    /// On cells, at most `most` of whose points are taken out: refined once near the border that the cells themselves give; `depth` is theirs. The border is then
    /// moved so that the share outside is `nu` of all rows.
    fn by_cells(&self, points: &Points, coarse: &Cells, depth: &[f64], most: usize, gamma: f64) -> OneClassSvm {
        let cells = coarse.refined(points, depth, most);
        let solution = self.solve_cells(&cells, points, gamma);
        let mut model = OneClassSvm::new(&cells.centres, &solution.alpha, points.features(), gamma, solution.rho);
        model.decision = model.decide_by_cell(coarse, points);
        model.move_border(quantile(&model.decision, &points.weights, self.nu).unwrap_or(0.0) - HAIR);
        model.exact = false;
        model.method = format!(
            "Solved on {} weighted groups of rows: cells of {} standard deviations, single points near the border; \
             the border then moved to leave the set share of all rows outside.",
            cells.weights.len(),
            cells.width
        );
        model
    }

    fn solve_cells(&self, cells: &Cells, points: &Points, gamma: f64) -> Solution {
        let all: Vec<u32> = (0..cells.weights.len() as u32).collect();
        let cache = Cache::new(Rbf::new(&cells.centres, points.features(), gamma).quick(cells.width > 0.0), CACHE);
        // The decision function grows with the rows, and so does the tolerance that means the same border.
        let tolerance = TOLERANCE * (points.rows() as f64 / 10_000.0).max(1.0);
        solver::solve(cache, &all, &cells.weights, self.nu, tolerance)
    }

    /// The share of evenly spaced rows whose label changes where they are not solved exactly, but in groups, as all rows
    /// were: cells at least as wide, several rows in each, and the same share of points taken out near the border. Both
    /// borders are of these rows, so that the sample's own chance is not in it.
    fn disagreement(&self, points: &Points, width: f64, gamma: f64) -> f64 {
        let rows = points.rows();
        let count = rows.min(CHECKED_ROWS);
        let sample = (0..count).map(|i| points.of_row[(i as u64 * rows as u64 / count as u64) as usize]);
        let picked: Vec<f64> = sample.flat_map(|point| points.point(point as usize).to_vec()).collect();
        let Ok(sample) = Points::collapse(&picked, points.features()) else { return 1.0 };
        let exact = self.by_rows(&sample, gamma).anomalous();
        let cells = Cells::from_width(&sample, width, count / CHECKED_CROWD);
        let depth = self.solve_cells(&cells, &sample, gamma).depth;
        let most = (MOST_REFINED as f64 / points.len() as f64 * sample.len() as f64) as usize;
        let grouped = self.by_cells(&sample, &cells, &depth, most, gamma).anomalous();
        let differ = sample.of_row.iter().filter(|&&point| exact[point as usize] != grouped[point as usize]);
        differ.count() as f64 / count as f64
    }
}
