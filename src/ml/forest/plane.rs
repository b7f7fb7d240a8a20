//! Scores many points of one or two features by a sweep. A tree cuts the plane into rectangles, so for one number of the
//! first feature the sum of all path lengths is a step function of the second. From number to number only few of its
//! steps change: they are changed in place, and each point reads its sum off.
//!
//! The lengths are summed as whole numbers, in which adding and taking away leave nothing behind. The sums differ from
//! those in the order of the trees by rounding alone: `ERROR` bounds what that makes of a score.

use rustc_hash::FxHashMap;

use super::score::{Flat, Step};
use crate::pieces::{counting_sort, in_pieces};

/// The most different numbers of one feature; all ports fit.
const MOST_VALUES: usize = 1 << 16;
/// Deeper trees have more leaves than a byte counts; 256 rows per tree, the default, give depth 8.
const DEEPEST: u32 = 8;
/// Below this many points walking down the trees is faster than setting up the sweep.
const FEWEST: usize = 1 << 14;
/// Path lengths are kept as multiples of this, exact in an f64. A thousand trees of depth 8 stay below 2^60.
const UNIT: f64 = 1.0 / (1u64 << 44) as f64;
/// No score lies further than this from that of lengths summed in the order of the trees. There each of up to 1,000 sums
/// is rounded by 2^-53 of it at most, which makes 1,000 · 2^-53 / e < 5e-14 of a score 2^-share; here each length by half
/// a `UNIT`, and divided by a mean of at least 1 that is below 3e-14.
pub const ERROR: f64 = 1e-13;
/// Points between two reports of progress.
const BETWEEN: usize = 1 << 18;

/// Points by the places of their numbers among all different numbers of the feature.
pub struct Plane {
    columns: [Column; 2],
}

struct Column {
    /// The different numbers, ascending.
    values: Vec<f32>,
    /// The place of each point's number in `values`.
    place: Vec<u16>,
}

impl Column {
    /// Of so many points. `None` where there are more different numbers than places.
    fn of(points: usize, value: impl Fn(usize) -> f32) -> Option<Column> {
        let mut ids: FxHashMap<u32, u16> = FxHashMap::default();
        let mut column = Column { values: Vec::new(), place: Vec::with_capacity(points) };
        in_pieces(points, |point| {
            // Of a column that is too much already nothing more is looked at.
            if column.values.len() <= MOST_VALUES {
                let value = value(point);
                let id = *ids.entry(value.to_bits()).or_insert_with(|| {
                    column.values.push(value);
                    (column.values.len() - 1) as u16
                });
                column.place.push(id);
            }
        });
        (column.values.len() <= MOST_VALUES).then(|| {
            column.sort();
            column
        })
    }

    fn sort(&mut self) {
        let mut order: Vec<u16> = (0..self.values.len()).map(|id| id as u16).collect();
        order.sort_unstable_by(|&a, &b| self.values[a as usize].total_cmp(&self.values[b as usize]));
        let mut sorted = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, &id)| sorted[id as usize] = place as u16);
        self.place.iter_mut().for_each(|place| *place = sorted[*place as usize]);
        self.values.sort_unstable_by(f32::total_cmp);
    }

    /// How many of the numbers a cut leaves below it.
    fn below(&self, cut: f32) -> u32 {
        self.values.partition_point(|&value| value <= cut) as u32
    }

    /// The points in the order of their places, by counting.
    fn order(&self) -> Vec<u32> {
        let place = |point: usize| usize::from(self.place[point]);
        counting_sort(self.place.len(), self.values.len(), place, |point| point as u32).1
    }
}

impl Plane {
    /// The points, row-major, as the trees see them; `None` where a sweep does not pay or fit: few points, more than two
    /// features, deep trees, or too many different numbers.
    pub fn of(values: &[f64], features: usize, depth: u32) -> Option<Plane> {
        if !(1..=2).contains(&features) || depth > DEEPEST || values.len() < FEWEST * features {
            return None;
        }
        let points = values.len() / features;
        let column = |axis: usize| Column::of(points, |point| values[point * features + axis] as f32);
        let second = match features {
            1 => Column { values: vec![0.0], place: vec![0; values.len()] },
            _ => column(1)?,
        };
        Some(Plane { columns: [column(0)?, second] })
    }

    /// The sum of the path lengths of each point over all trees; `progress` hears the share that is done.
    pub fn lengths(&self, forest: &Flat, progress: &mut dyn FnMut(f64)) -> Vec<f64> {
        let [first, second] = &self.columns;
        let mut sweep = Sweep::new(forest, &self.columns);
        let segment: Vec<u32> = sweep.segments(second.values.len());
        let mut lengths = vec![0.0; first.place.len()];
        for (done, points) in first.order().chunks(BETWEEN).enumerate() {
            progress((done * BETWEEN) as f64 / lengths.len() as f64);
            in_pieces(points.len(), |at| {
                let point = points[at] as usize;
                sweep.move_to(u32::from(first.place[point]));
                lengths[point] = sweep.sums[segment[usize::from(second.place[point])] as usize] as f64 * UNIT;
            });
        }
        lengths
    }
}

/// All trees at one number of the first feature.
struct Sweep {
    trees: Vec<Tree>,
    /// Where the second feature's segments begin: all places at which some tree cuts, and 0.
    begins: Vec<u32>,
    /// The sum of the path lengths on each segment, in `UNIT`s.
    sums: Vec<i64>,
    /// The place at which a tree goes on to its next band, and the tree; the next one last.
    turns: Vec<(u32, u32)>,
}

/// One tree as a table: bands of the first feature by cells of the second.
struct Tree {
    /// Where the bands begin, and in which the sweep stands.
    bands: Vec<u32>,
    band: usize,
    /// The segment at which each cell begins, and behind the last the number of segments.
    cells: Vec<u32>,
    /// The path length, in `UNIT`s, of each cell of each band.
    lengths: Vec<i64>,
}

impl Sweep {
    fn new(forest: &Flat, columns: &[Column; 2]) -> Self {
        let mut trees: Vec<Tree> = forest.trees().map(|(steps, lengths)| Tree::of(steps, lengths, columns)).collect();
        let mut begins: Vec<u32> = trees.iter().flat_map(|tree| tree.cells.iter().copied()).collect();
        begins.sort_unstable();
        begins.dedup();
        let mut sums = vec![0; begins.len()];
        let mut turns = Vec::new();
        for (number, tree) in trees.iter_mut().enumerate() {
            tree.cells.iter_mut().for_each(|cell| *cell = begins.partition_point(|begin| begin < cell) as u32);
            tree.cells.push(begins.len() as u32);
            tree.enter(&mut sums);
            turns.extend(tree.bands[1..].iter().map(|&band| (band, number as u32)));
        }
        turns.sort_unstable_by(|a, b| b.cmp(a));
        Sweep { trees, begins, sums, turns }
    }

    /// The segment of each of the second feature's places.
    fn segments(&self, places: usize) -> Vec<u32> {
        // A cut above all numbers begins an empty segment.
        let ends = self.begins.iter().skip(1).copied().chain([places as u32]);
        let lengths = self.begins.iter().zip(ends).map(|(begin, end)| end.saturating_sub(*begin) as usize);
        (0u32..).zip(lengths).flat_map(|(segment, length)| std::iter::repeat_n(segment, length)).collect()
    }

    /// Goes on to a place of the first feature, none before the last one.
    #[inline]
    fn move_to(&mut self, place: u32) {
        while let Some((_, tree)) = self.turns.pop_if(|(turn, _)| *turn <= place) {
            self.trees[tree as usize].turn(&mut self.sums);
        }
    }
}

impl Tree {
    fn of(steps: &[Step], lengths: &[f64], columns: &[Column; 2]) -> Self {
        let cuts = [0, 1].map(|feature| cuts(steps, feature));
        let begins = |axis: usize| -> Vec<u32> {
            std::iter::once(0).chain(cuts[axis].iter().map(|&cut| columns[axis].below(cut))).collect()
        };
        let width = cuts[1].len() + 1;
        let mut table = vec![0; (cuts[0].len() + 1) * width];
        // Every node covers a rectangle of cells: first and end by the first feature, first and end by the second.
        let mut stack = vec![(1, [0, cuts[0].len() + 1, 0, width])];
        while let Some((node, [top, bottom, left, right])) = stack.pop() {
            if node >= steps.len() {
                let length = (lengths[node - steps.len()] / UNIT).round() as i64;
                let bands = table.chunks_exact_mut(width).take(bottom).skip(top);
                bands.for_each(|band| band[left..right].fill(length));
                continue;
            }
            let Step { threshold, feature } = steps[node];
            if threshold == f32::INFINITY {
                stack.push((2 * node, [top, bottom, left, right]));
                continue;
            }
            let above = cuts[feature as usize].partition_point(|&cut| cut <= threshold);
            let (low, high) = match feature {
                0 => ([top, above.clamp(top, bottom), left, right], [above.clamp(top, bottom), bottom, left, right]),
                _ => ([top, bottom, left, above.clamp(left, right)], [top, bottom, above.clamp(left, right), right]),
            };
            stack.extend([(2 * node, low), (2 * node + 1, high)]);
        }
        Tree { bands: begins(0), band: 0, cells: begins(1), lengths: table }
    }

    /// Adds the first band's lengths.
    fn enter(&self, sums: &mut [i64]) {
        for (cell, length) in self.cells.windows(2).zip(&self.lengths) {
            sums[cell[0] as usize..cell[1] as usize].iter_mut().for_each(|sum| *sum += length);
        }
    }

    /// Puts the next band's lengths in place of this one's.
    fn turn(&mut self, sums: &mut [i64]) {
        let width = self.cells.len() - 1;
        let (old, new) = self.lengths[self.band * width..][..2 * width].split_at(width);
        for (cell, (old, new)) in self.cells.windows(2).zip(old.iter().zip(new)) {
            if old != new {
                sums[cell[0] as usize..cell[1] as usize].iter_mut().for_each(|sum| *sum += new - old);
            }
        }
        self.band += 1;
    }
}

/// The different thresholds of a feature, ascending.
fn cuts(steps: &[Step], feature: u32) -> Vec<f32> {
    let of_feature = steps.iter().filter(|step| step.feature == feature && step.threshold < f32::INFINITY);
    let mut cuts: Vec<f32> = of_feature.map(|step| step.threshold).collect();
    cuts.sort_unstable_by(f32::total_cmp);
    cuts.dedup();
    cuts
}
