//! Scores points of one or two features by table. A tree cuts the plane into rectangles, so a point's leaf follows from
//! how many of the tree's cuts lie below each of its two numbers: two look-ups instead of a walk from the root.

use rustc_hash::FxHashMap;

use super::score::{Flat, Step};

/// The most different numbers of one feature; all ports fit.
const MOST_VALUES: usize = 1 << 16;
/// Deeper trees have more leaves than a byte counts; 256 rows per tree, the default, give depth 8.
const DEEPEST: u32 = 8;
/// Points that one tree is laid out for at a time: the layout then costs little beside them, and their sums stay in
/// the second-level cache.
const BLOCK: usize = 1 << 17;

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
    /// `None` where there are more different numbers than places.
    fn of(values: impl Iterator<Item = f32>) -> Option<Column> {
        let mut ids: FxHashMap<u32, u16> = FxHashMap::default();
        let mut column = Column { values: Vec::new(), place: Vec::with_capacity(values.size_hint().0) };
        for value in values {
            let next = column.values.len();
            let id = match ids.get(&value.to_bits()) {
                Some(&id) => id,
                None if next == MOST_VALUES => return None,
                None => {
                    ids.insert(value.to_bits(), next as u16);
                    column.values.push(value);
                    next as u16
                }
            };
            column.place.push(id);
        }
        column.sort();
        Some(column)
    }

    fn sort(&mut self) {
        let mut order: Vec<u16> = (0..self.values.len()).map(|id| id as u16).collect();
        order.sort_unstable_by(|&a, &b| self.values[a as usize].total_cmp(&self.values[b as usize]));
        let mut sorted = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, &id)| sorted[id as usize] = place as u16);
        self.place.iter_mut().for_each(|place| *place = sorted[*place as usize]);
        self.values.sort_unstable_by(f32::total_cmp);
    }

    /// Sets `rank` of each place to `step` times the number of cuts below its value.
    fn rank(&self, cuts: &[f32], step: usize, rank: &mut [u16; MOST_VALUES]) {
        let mut start = 0;
        for (below, &cut) in cuts.iter().enumerate() {
            let end = start + self.values[start..].partition_point(|&value| value <= cut);
            rank[start..end].fill((below * step) as u16);
            start = end;
        }
        rank[start..self.values.len()].fill((cuts.len() * step) as u16);
    }
}

impl Plane {
    /// The points, row-major, as the trees see them; `None` where tables would not fit: more than two features, deep
    /// trees, or too many different numbers.
    pub fn of(values: &[f64], features: usize, depth: u32) -> Option<Plane> {
        if !(1..=2).contains(&features) || depth > DEEPEST {
            return None;
        }
        let column = |axis| Column::of(values.chunks_exact(features).map(move |point| point[axis] as f32));
        let second = match features {
            1 => Column { values: vec![0.0], place: vec![0; values.len()] },
            _ => column(1)?,
        };
        Some(Plane { columns: [column(0)?, second] })
    }

    /// The sum of the path lengths of each point over all trees, in the order of the trees; `progress` hears the share
    /// that is done.
    pub fn lengths(&self, forest: &Flat, progress: &mut dyn FnMut(f64)) -> Vec<f64> {
        let [first, second] = &self.columns;
        let points = first.place.len();
        let mut sums = vec![0.0; points];
        let mut table = Table::new();
        let blocks = sums.chunks_mut(BLOCK).zip(first.place.chunks(BLOCK)).zip(second.place.chunks(BLOCK));
        for (done, ((sums, first), second)) in blocks.enumerate() {
            progress((done * BLOCK) as f64 / points as f64);
            for (steps, lengths) in forest.trees() {
                table.lay_out(steps, lengths, &self.columns);
                table.add(first, second, sums);
            }
        }
        sums
    }
}

/// One tree, laid out for the values of two columns.
struct Table {
    /// Where the cells of a value of the first column start.
    row: Box<[u16; MOST_VALUES]>,
    /// Which of them a value of the second column is.
    place: Box<[u16; MOST_VALUES]>,
    /// The leaf of each cell between the cuts.
    leaf: Vec<u8>,
    lengths: [f64; 1 << DEEPEST],
}

impl Table {
    fn new() -> Self {
        let zeros = || vec![0; MOST_VALUES].try_into().expect("as long as it was made");
        Table { row: zeros(), place: zeros(), leaf: Vec::new(), lengths: [0.0; 1 << DEEPEST] }
    }

    fn lay_out(&mut self, steps: &[Step], lengths: &[f64], columns: &[Column; 2]) {
        let cuts = [0, 1].map(|feature| cuts(steps, feature));
        let width = cuts[1].len() + 1;
        columns[0].rank(&cuts[0], width, &mut self.row);
        columns[1].rank(&cuts[1], 1, &mut self.place);
        self.lengths[..lengths.len()].copy_from_slice(lengths);
        self.leaf.clear();
        self.leaf.resize((cuts[0].len() + 1) * width, 0);
        // Every node covers a rectangle of cells: first and end by the first column, first and end by the second.
        let mut stack = vec![(1, [0, cuts[0].len() + 1, 0, width])];
        while let Some((node, [top, bottom, left, right])) = stack.pop() {
            if node >= steps.len() {
                let rows = self.leaf.chunks_exact_mut(width).take(bottom).skip(top);
                rows.for_each(|row| row[left..right].fill((node - steps.len()) as u8));
                continue;
            }
            let Step { threshold, feature } = steps[node];
            let above = cuts[feature as usize].partition_point(|&cut| cut <= threshold);
            let (low, high) = match (threshold < f32::INFINITY, feature) {
                (false, _) => ([top, bottom, left, right], [0; 4]),
                (_, 0) => {
                    ([top, above.clamp(top, bottom), left, right], [above.clamp(top, bottom), bottom, left, right])
                }
                _ => ([top, bottom, left, above.clamp(left, right)], [top, bottom, above.clamp(left, right), right]),
            };
            stack.extend([(2 * node, low), (2 * node + 1, high)]);
        }
    }

    /// Adds the path length of each point.
    fn add(&self, first: &[u16], second: &[u16], sums: &mut [f64]) {
        for ((sum, &first), &second) in sums.iter_mut().zip(first).zip(second) {
            let cell = usize::from(self.row[usize::from(first)]) + usize::from(self.place[usize::from(second)]);
            *sum += self.lengths[usize::from(self.leaf[cell])];
        }
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
