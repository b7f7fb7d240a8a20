//! DBSCAN on a grid for up to three features: points of one cell are all within the radius of each other, so a cell
//! that holds enough rows needs no distances at all, and clusters grow by joining cells.

use rustc_hash::FxHashMap;

use super::near::{Bounds, Place, Reach, squared, touch};
use crate::ml::points::Points;

type Key = [i64; 3];

/// Cells are this much smaller than the radius allows, so that rounding never puts two points too far apart in one.
const SMALLER: f64 = 1.0 - 1e-6;

struct Cell {
    key: Key,
    start: usize,
    end: usize,
    /// Core points come first: `start..cores`.
    cores: usize,
    bounds: Bounds,
    rows: u64,
}

struct Grid {
    /// Points in the order of their cells.
    order: Vec<u32>,
    places: Vec<Place>,
    weights: Vec<u32>,
    cells: Vec<Cell>,
    ids: FxHashMap<Key, u32>,
    /// Keys of the cells that may hold a neighbour, relative to a cell and without itself.
    around: Vec<Key>,
    /// The squared radius.
    radius: f64,
}

/// The component of each core point, `u32::MAX` for others, and for those the components they border on, ascending
/// by point. Components are cell numbers, not yet cluster numbers.
pub struct Found {
    pub component: Vec<u32>,
    pub borders: Vec<(u32, u32)>,
}

/// Finds the core points and their components among points of 1 to 3 features.
pub fn components(points: &Points, eps: f64, min_samples: u64) -> Found {
    let mut grid = Grid::new(points, eps);
    for cell in 0..grid.cells.len() {
        grid.find_cores(cell, min_samples);
    }
    let mut joined = grid.join();
    let mut found = Found { component: vec![u32::MAX; points.len()], borders: Vec::new() };
    for (id, cell) in grid.cells.iter().enumerate() {
        let component = joined.top(id as u32);
        for at in cell.start..cell.cores {
            found.component[grid.order[at] as usize] = component;
        }
        for at in cell.cores..cell.end {
            grid.borders(id, at, |other| found.borders.push((grid.order[at], joined.top(other))));
        }
    }
    found
}

impl Grid {
    fn new(points: &Points, eps: f64) -> Self {
        let features = points.features();
        let side = eps / (features as f64).sqrt() * SMALLER;
        let flat = points.flat();
        let mut keyed: Vec<(Key, u32)> = flat
            .chunks_exact(features)
            .enumerate()
            .map(|(index, point)| {
                let mut key = [0; 3];
                key.iter_mut().zip(point).for_each(|(key, value)| *key = (value / side).floor() as i64);
                (key, index as u32)
            })
            .collect();
        keyed.sort_unstable();
        let order: Vec<u32> = keyed.iter().map(|&(_, point)| point).collect();
        let place = |&point: &u32| {
            let mut place = [0.0; 3];
            place[..features].copy_from_slice(&flat[point as usize * features..][..features]);
            place
        };
        let places: Vec<Place> = order.iter().map(place).collect();
        let weights: Vec<u32> = order.iter().map(|&point| points.weights[point as usize]).collect();
        let mut cells = Vec::new();
        let mut start = 0;
        for group in keyed.chunk_by(|a, b| a.0 == b.0) {
            let end = start + group.len();
            let rows = weights[start..end].iter().map(|&weight| u64::from(weight)).sum();
            let bounds = Bounds::of(&places[start..end]);
            cells.push(Cell { key: group[0].0, start, end, cores: start, bounds, rows });
            start = end;
        }
        let ids = cells.iter().enumerate().map(|(id, cell)| (cell.key, id as u32)).collect();
        Grid { order, places, weights, cells, ids, around: around(features), radius: eps * eps }
    }

    /// The cells that may hold a neighbour of a point of this one; not the cell itself.
    fn near(&self, cell: usize) -> impl Iterator<Item = usize> + '_ {
        let key = self.cells[cell].key;
        let beside = move |by: &Key| self.ids.get(&[key[0] + by[0], key[1] + by[1], key[2] + by[2]]);
        self.around.iter().filter_map(beside).map(|&id| id as usize)
    }

    /// Finds which points of a cell are core and moves them to its front.
    fn find_cores(&mut self, cell: usize, min_samples: u64) {
        let Cell { start, end, rows, .. } = self.cells[cell];
        let mut cores = start;
        if rows >= min_samples {
            cores = end;
        } else {
            let near: Vec<usize> = self.near(cell).collect();
            for at in start..end {
                if self.is_core(&near, at, rows, min_samples) {
                    self.order.swap(cores, at);
                    self.places.swap(cores, at);
                    self.weights.swap(cores, at);
                    cores += 1;
                }
            }
        }
        self.cells[cell].cores = cores;
    }

    fn is_core(&self, near: &[usize], at: usize, own_rows: u64, min_samples: u64) -> bool {
        let place = &self.places[at];
        let here = Bounds::of(std::slice::from_ref(place));
        let mut rows = own_rows;
        for &other in near {
            let cell = &self.cells[other];
            match here.reach(&cell.bounds, self.radius) {
                Reach::None => continue,
                Reach::All => rows += cell.rows,
                Reach::Some => {
                    for at in cell.start..cell.end {
                        if squared(place, &self.places[at]) <= self.radius {
                            rows += u64::from(self.weights[at]);
                            if rows >= min_samples {
                                return true;
                            }
                        }
                    }
                }
            }
            if rows >= min_samples {
                return true;
            }
        }
        false
    }

    /// Joins every two cells that hold core points within the radius.
    fn join(&self) -> Joined {
        let mut joined = Joined { parent: (0..self.cells.len() as u32).collect() };
        let cores = |cell: usize| self.places[self.cells[cell].start..self.cells[cell].cores].to_vec();
        for cell in 0..self.cells.len() {
            if self.cells[cell].cores == self.cells[cell].start {
                continue;
            }
            let mut own = Vec::new();
            for other in self.near(cell).filter(|&other| other > cell) {
                if joined.top(cell as u32) == joined.top(other as u32) {
                    continue;
                }
                if own.is_empty() {
                    own = cores(cell);
                }
                if touch(&mut own, &mut cores(other), self.radius) {
                    joined.join(cell as u32, other as u32);
                }
            }
        }
        joined
    }

    /// Calls `found` with every cell that holds a core point within the radius of a point that is none itself.
    fn borders(&self, cell: usize, at: usize, mut found: impl FnMut(u32)) {
        let place = &self.places[at];
        for other in std::iter::once(cell).chain(self.near(cell)) {
            let Cell { start, cores, .. } = self.cells[other];
            if self.places[start..cores].iter().any(|core| squared(place, core) <= self.radius) {
                found(other as u32);
            }
        }
    }
}

/// Relative keys within reach: two cells in every direction, because a radius spans less than two sides of three
/// features' cells.
fn around(features: usize) -> Vec<Key> {
    let span = |axis: usize| if axis < features { -2..=2 } else { 0..=0 };
    let keys = span(0).flat_map(|a| span(1).flat_map(move |b| span(2).map(move |c| [a, b, c])));
    keys.filter(|key| *key != [0; 3]).collect()
}

/// Disjoint sets of cells; the lowest cell stands for its set.
struct Joined {
    parent: Vec<u32>,
}

impl Joined {
    fn top(&mut self, mut cell: u32) -> u32 {
        while self.parent[cell as usize] != cell {
            let above = self.parent[self.parent[cell as usize] as usize];
            self.parent[cell as usize] = above;
            cell = above;
        }
        cell
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.top(a), self.top(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }
}
