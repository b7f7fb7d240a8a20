//! DBSCAN on a grid for up to three features: points of one cell are all within the radius of each other, so a cell
//! that holds enough rows needs no distances at all, and clusters grow by joining cells.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::near::{Bounds, Place, Reach, squared, touch};
use crate::ml::points::Points;
use crate::pieces::{counting_sort, in_pieces};

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

struct Grid<'a> {
    features: usize,
    /// The points' features, one after the other, and the number of rows at each point.
    values: Cow<'a, [f64]>,
    weights: &'a [u32],
    /// Points in the order of their cells.
    order: Vec<u32>,
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

impl<'a> Grid<'a> {
    fn new(points: &'a Points, eps: f64) -> Self {
        let features = points.features();
        let side = eps / (features as f64).sqrt() * SMALLER;
        let mut grid = Grid {
            features,
            values: points.flat(),
            weights: &points.weights,
            order: Vec::new(),
            cells: Vec::new(),
            ids: FxHashMap::default(),
            around: around(features),
            radius: eps * eps,
        };
        let mut cell_of = Vec::with_capacity(points.len());
        in_pieces(points.len(), |point| cell_of.push(grid.add(point, side)));
        let cell = |point: usize| cell_of[point] as usize;
        let (starts, order) = counting_sort(points.len(), grid.cells.len(), cell, |point| point as u32);
        for (cell, ends) in grid.cells.iter_mut().zip(starts.windows(2)) {
            (cell.start, cell.cores, cell.end) = (ends[0] as usize, ends[0] as usize, ends[1] as usize);
        }
        grid.order = order;
        grid
    }

    /// Adds a point to its cell, and gives the cell; which points it holds is found when all are in.
    fn add(&mut self, point: usize, side: f64) -> u32 {
        let place = self.place_of(point);
        let key = place.map(|value| (value / side).floor() as i64);
        let cells = &mut self.cells;
        let id = *self.ids.entry(key).or_insert_with(|| {
            cells.push(Cell { key, start: 0, end: 0, cores: 0, bounds: Bounds::EMPTY, rows: 0 });
            cells.len() as u32 - 1
        });
        let cell = &mut cells[id as usize];
        cell.bounds.add(&place);
        cell.rows += u64::from(self.weights[point]);
        id
    }

    fn place_of(&self, point: usize) -> Place {
        let mut place = [0.0; 3];
        place[..self.features].copy_from_slice(&self.values[point * self.features..][..self.features]);
        place
    }

    /// Where the point at a place of the order is.
    fn place(&self, at: usize) -> Place {
        self.place_of(self.order[at] as usize)
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
                    cores += 1;
                }
            }
        }
        self.cells[cell].cores = cores;
    }

    fn is_core(&self, near: &[usize], at: usize, own_rows: u64, min_samples: u64) -> bool {
        let place = self.place(at);
        let here = Bounds::of(&[place]);
        let mut rows = own_rows;
        for &other in near {
            let cell = &self.cells[other];
            match here.reach(&cell.bounds, self.radius) {
                Reach::None => continue,
                Reach::All => rows += cell.rows,
                Reach::Some => {
                    for at in cell.start..cell.end {
                        if squared(&place, &self.place(at)) <= self.radius {
                            rows += u64::from(self.weights[self.order[at] as usize]);
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
        let cores = |cell: usize| -> Vec<Place> {
            (self.cells[cell].start..self.cells[cell].cores).map(|at| self.place(at)).collect()
        };
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
        let place = self.place(at);
        for other in std::iter::once(cell).chain(self.near(cell)) {
            let Cell { start, cores, .. } = self.cells[other];
            if (start..cores).any(|core| squared(&place, &self.place(core)) <= self.radius) {
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
