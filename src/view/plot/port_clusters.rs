//! The ports coloured by cluster, noise marked: a binned scatter of two ports, or a histogram of one.

use ndarray::Array2;

use super::Plot;
use crate::about::About;
use crate::model::chart::{Axis, Block, Chart};
use crate::model::judgement::Clusters;
use crate::model::outcome::Outcome;
use crate::pieces::in_pieces;
use crate::view::words;

pub const PLOT: Plot = Plot {
    about: About {
        key: "port_clusters",
        title: "Ports by cluster",
        help: "Where the rows lie among the ports, coloured by the cluster DBSCAN puts them in. Noise, which belongs \
               to no cluster, is marked on top of whatever it lies in.",
        limits: "Drawn in cells of about 900 ports by 1,370, not one dot per row: a cell takes the colour of the \
                 cluster with most rows in it. The eight largest clusters have their own colour.",
    },
    file: "port_clusters.png",
    chart,
};

/// Cells across and up; at most two blocks each keeps a chart at a few thousand blocks.
const COLUMNS: usize = 72;
const ROWS: usize = 48;
/// Ports run from 0 to this, exclusive.
const PORTS: f64 = 65_536.0;
/// Clusters with a colour of their own.
const NAMED: usize = 8;
/// The palette's first colour stands out and its second recedes.
const NOISE: usize = 0;
const OTHER: usize = 1;
const FIRST_NAMED: usize = 2;

fn chart(outcome: &Outcome) -> Result<Chart, String> {
    let judgement = &outcome.judgement;
    let Some(clusters) = judgement.clusters.as_ref().filter(|_| !judgement.weights.is_empty()) else {
        return Err("No clusters: the input has no port for DBSCAN to work on.".to_owned());
    };
    let series = Series::of(clusters, &judgement.weights);
    let names: Vec<String> = judgement.features.iter().map(|name| name.replace('_', " ")).collect();
    let (x_name, y_name) = match names.as_slice() {
        [] => return Err("No clusters: the input has no port for DBSCAN to work on.".to_owned()),
        [only] => (only.clone(), None),
        [first, second, ..] => (first.clone(), Some(second.clone())),
    };
    let judged = Judged { values: &judgement.values, weights: &judgement.weights, clusters, series: &series };
    let (blocks, top) = if y_name.is_some() { judged.scatter() } else { judged.histogram() };
    let caption = match &y_name {
        Some(y) => format!("Each cell holds rows of like {x_name} and {y}: the fuller, the stronger its colour."),
        None => format!("Rows by {x_name}, stacked by cluster; the input has no second port."),
    };
    Ok(Chart {
        title: PLOT.about.title.to_owned(),
        caption: caption + " Noise belongs to no cluster.",
        summary: series.summary(clusters),
        x: Axis { label: x_name, min: 0.0, max: PORTS },
        y: Axis { label: y_name.unwrap_or_else(|| "rows".to_owned()), min: 0.0, max: top },
        series: series.names(),
        blocks,
    })
}

/// The clusters that have their own series, largest first, and their rows.
struct Series {
    named: Vec<(i32, u64)>,
    noise: u64,
    rest: u64,
    rest_clusters: usize,
}

impl Series {
    fn of(clusters: &Clusters, weights: &[u32]) -> Self {
        let mut sizes = Vec::new();
        let mut noise = 0;
        for (&label, &rows) in clusters.label.iter().zip(weights) {
            match usize::try_from(label) {
                Err(_) => noise += u64::from(rows),
                Ok(label) => {
                    // DBSCAN numbers clusters from 0 without gaps: never more of them than points.
                    if label >= sizes.len() {
                        sizes.resize((label + 1).min(weights.len().max(1)), 0);
                    }
                    if let Some(size) = sizes.get_mut(label) {
                        *size += u64::from(rows);
                    }
                }
            }
        }
        let mut named: Vec<(i32, u64)> = sizes.iter().enumerate().map(|(label, &rows)| (label as i32, rows)).collect();
        named.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let rest = named.split_off(named.len().min(NAMED));
        Series { named, noise, rest: rest.iter().map(|(_, rows)| rows).sum(), rest_clusters: rest.len() }
    }

    fn index(&self, label: i32) -> usize {
        match self.named.iter().position(|(named, _)| *named == label) {
            Some(position) => FIRST_NAMED + position,
            None if label < 0 => NOISE,
            None => OTHER,
        }
    }

    /// In the order of the palette; a name is empty where the series has no row.
    fn names(&self) -> Vec<String> {
        let fixed = [(self.noise > 0, "noise"), (self.rest > 0, "other clusters")];
        let fixed = fixed.map(|(any, name)| if any { name.to_owned() } else { String::new() });
        fixed.into_iter().chain(self.named.iter().map(|(label, _)| format!("cluster {label}"))).collect()
    }

    fn summary(&self, clusters: &Clusters) -> String {
        let rows = |count| words::counted(count, "row", "rows");
        let mut parts = vec![words::counted(clusters.summary.clusters, "cluster", "clusters")];
        parts.extend(self.named.iter().map(|(label, count)| format!("cluster {label} has {}", rows(*count))));
        if self.rest_clusters > 0 {
            parts.push(format!("{} others have {}", words::count(self.rest_clusters as u64), rows(self.rest)));
        }
        parts.push(format!("noise has {}", rows(self.noise)));
        parts.join("; ") + "."
    }
}

/// The points with everything needed to place them.
struct Judged<'a> {
    values: &'a Array2<u16>,
    weights: &'a [u32],
    clusters: &'a Clusters,
    series: &'a Series,
}

impl Judged<'_> {
    /// Rows per cell and series, over a grid of `columns` × `rows`.
    fn tally(&self, columns: usize, rows: usize) -> Vec<Vec<u64>> {
        let mut cells = vec![vec![0; FIRST_NAMED + NAMED]; columns * rows];
        in_pieces(self.weights.len(), |point| {
            let place = |axis: usize, cells: usize| {
                let value = self.values.get((point, axis)).copied().map_or(0.0, f64::from);
                ((value / PORTS * cells as f64).max(0.0) as usize).min(cells - 1)
            };
            let cell = place(1, rows) * columns + place(0, columns);
            cells[cell][self.series.index(self.clusters.label[point])] += u64::from(self.weights[point]);
        });
        cells
    }

    fn scatter(&self) -> (Vec<Block>, f64) {
        let cells = self.tally(COLUMNS, ROWS);
        let fullest = cells.iter().flatten().copied().max().unwrap_or(1);
        let (width, height) = (PORTS / COLUMNS as f64, PORTS / ROWS as f64);
        let mut blocks = Vec::new();
        for (index, cell) in cells.iter().enumerate() {
            let (x, y) = ((index % COLUMNS) as f64 * width, (index / COLUMNS) as f64 * height);
            let block = |series: usize, inset: f64| Block {
                x: (x + inset * width, x + (1.0 - inset) * width),
                y: (y + inset * height, y + (1.0 - inset) * height),
                series,
                weight: ink(cell[series], fullest),
            };
            let clusters = (OTHER..cell.len()).filter(|&series| cell[series] > 0);
            // The first of equals, which is the larger cluster.
            if let Some(series) = clusters.rev().max_by_key(|&series| cell[series]) {
                blocks.push(block(series, 0.0));
            }
            if cell[NOISE] > 0 {
                blocks.push(Block { weight: 1.0, ..block(NOISE, 0.25) });
            }
        }
        (blocks, PORTS)
    }

    fn histogram(&self) -> (Vec<Block>, f64) {
        let cells = self.tally(COLUMNS, 1);
        let width = PORTS / COLUMNS as f64;
        let mut blocks = Vec::new();
        let mut tallest = 1;
        for (index, cell) in cells.iter().enumerate() {
            let x = (index as f64 * width, (index + 1) as f64 * width);
            let mut base = 0;
            // Noise goes on top, where it is seen.
            for series in (OTHER..cell.len()).chain([NOISE]).filter(|&series| cell[series] > 0) {
                let next = base + cell[series];
                blocks.push(Block { x, y: (base as f64, next as f64), series, weight: 1.0 });
                base = next;
            }
            tallest = tallest.max(base);
        }
        (blocks, tallest as f64 * 1.05)
    }
}

/// How strongly a cell is inked: by the logarithm, as ports differ by orders of magnitude.
fn ink(rows: u64, fullest: u64) -> f64 {
    0.35 + 0.65 * libm::log1p(rows as f64) / libm::log1p(fullest.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture::outcome;

    #[test]
    fn two_ports_make_cells_with_noise_on_top() {
        let chart = chart(&outcome()).unwrap();
        assert_eq!(chart.series, ["noise", "", "cluster 0"]);
        assert_eq!(chart.blocks.len(), 2);
        let noise = chart.blocks.iter().find(|block| block.series == NOISE).unwrap();
        assert!(noise.x.1 <= PORTS && noise.x.0 > 64_000.0, "{noise:?}");
        assert!(chart.summary.contains("cluster 0 has 4 rows; noise has 1 row."), "{}", chart.summary);
    }

    #[test]
    fn one_port_makes_a_stacked_histogram() {
        let mut outcome = outcome();
        outcome.judgement.features.truncate(1);
        outcome.judgement.values = outcome.judgement.values.select(ndarray::Axis(1), &[0]);
        let chart = chart(&outcome).unwrap();
        assert_eq!(chart.y.label, "rows");
        let rows: f64 = chart.blocks.iter().map(|block| block.y.1 - block.y.0).sum();
        assert_eq!(rows, 5.0);
    }

    #[test]
    fn past_eight_clusters_the_rest_share_a_series() {
        let label: Vec<i32> = (-1..20).collect();
        let weights: Vec<u32> = (1..=21).collect();
        let series = Series::of(&Clusters { label, ..Clusters::default() }, &weights);
        assert_eq!(series.named[0], (19, 21));
        assert_eq!((series.named.len(), series.rest_clusters, series.noise), (NAMED, 12, 1));
        assert_eq!([series.index(-1), series.index(0), series.index(19)], [NOISE, OTHER, FIRST_NAMED]);
    }

    #[test]
    fn however_many_points_the_blocks_are_bounded() {
        let mut outcome = outcome();
        let judgement = &mut outcome.judgement;
        judgement.values =
            Array2::from_shape_fn((50_000, 2), |(row, column)| ((row * (7 + column * 90)) % 65_536) as u16);
        judgement.weights = vec![1; 50_000];
        judgement.clusters =
            Some(Clusters { label: (0..50_000).map(|row| row % 30 - 1).collect(), ..Clusters::default() });
        assert!(chart(&outcome).unwrap().blocks.len() <= 2 * COLUMNS * ROWS);
    }

    #[test]
    fn without_clusters_there_is_a_reason_instead() {
        let mut outcome = outcome();
        outcome.judgement.clusters = None;
        assert!(chart(&outcome).is_err());
    }
}
