//! Scores points with a grown forest: many points of a plane by a sweep over it, others by walking down flat trees.

use super::plane::{self, Plane};
use super::tree::Node;
use crate::pieces::in_pieces;

/// Points walked through a tree together: their steps do not wait for each other.
const LANES: usize = 16;
/// Points scored before the next block starts; their values and sums fit the first-level cache.
const BLOCK: usize = 1024;
/// Blocks walked between two reports of progress.
const BLOCKS_BETWEEN: usize = 64;
/// The Euler-Mascheroni constant, as numpy writes it.
const EULER: f64 = 0.577_215_664_901_532_9;

#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// Values above it go right. The tree's `f64` threshold rounded down decides every `f32` value alike. Infinite where
    /// a leaf is carried down to the left.
    pub(super) threshold: f32,
    pub(super) feature: u32,
}

/// Trees as implicit heaps of one depth: node `i` has the children `2i` and `2i + 1`, the root is 1, and leaves above
/// the last level are carried down to it. No child pointers, and every walk has the same length.
#[derive(Debug, Clone)]
pub struct Flat {
    depth: u32,
    features: usize,
    steps: Vec<Step>,
    lengths: Vec<f64>,
    /// What the summed path lengths are divided by.
    normal: f64,
}

/// One score per point.
pub struct Scores {
    pub scores: Vec<f64>,
    /// No score is further off than this.
    pub error: f64,
}

impl Flat {
    pub fn new(trees: &[Vec<Node>], depth: u32, features: usize, samples: u32) -> Self {
        let size = 1 << depth;
        let mut flat = Flat {
            depth,
            features,
            steps: vec![Step { threshold: f32::INFINITY, feature: 0 }; size * trees.len()],
            lengths: vec![0.0; size * trees.len()],
            normal: trees.len() as f64 * average_path(samples),
        };
        for (tree, nodes) in trees.iter().enumerate() {
            let steps = &mut flat.steps[tree * size..][..size];
            let lengths = &mut flat.lengths[tree * size..][..size];
            let mut stack = vec![(0, 1)];
            while let Some((node, place)) = stack.pop() {
                match nodes[node] {
                    Node::Split { feature, threshold, left, right } => {
                        steps[place] = Step { threshold: round_down(threshold), feature };
                        stack.extend([(left as usize, 2 * place), (right as usize, 2 * place + 1)]);
                    }
                    Node::Leaf { depth: at, rows } => {
                        // The root counts as 1 and is taken off at the end: the order of the sums is scikit-learn's.
                        lengths[(place << (depth - at)) - size] = f64::from(at + 1) + average_path(rows) - 1.0;
                    }
                }
            }
        }
        flat
    }

    /// `score_samples` of each point: -1 (alone at once) to 0. `values` holds whole points, row-major; `progress` hears
    /// the share that is done.
    pub fn score(&self, values: &[f64], progress: &mut dyn FnMut(f64)) -> Scores {
        match Plane::of(values, self.features, self.depth) {
            Some(plane) => Scores { scores: self.scores(plane.lengths(self, progress)), error: plane::ERROR },
            None => Scores { scores: self.scores(self.walk(values, progress)), error: 0.0 },
        }
    }

    /// The scores of some points, to the last bit as scikit-learn's sums give them.
    pub fn score_exactly(&self, values: &[f64]) -> Vec<f64> {
        self.scores(self.walk(values, &mut |_| {}))
    }

    /// Scores from summed path lengths.
    fn scores(&self, mut lengths: Vec<f64>) -> Vec<f64> {
        in_pieces(lengths.len(), |point| {
            let share = if self.normal == 0.0 { 1.0 } else { lengths[point] / self.normal };
            lengths[point] = -libm::exp2(-share);
        });
        lengths
    }

    /// The steps and the path lengths of each tree.
    pub(super) fn trees(&self) -> impl Iterator<Item = (&[Step], &[f64])> {
        let size = 1 << self.depth;
        self.steps.chunks_exact(size).zip(self.lengths.chunks_exact(size))
    }

    /// The summed path lengths of each point, in blocks of points, so that these and a tree stay in the cache.
    fn walk(&self, values: &[f64], progress: &mut dyn FnMut(f64)) -> Vec<f64> {
        let points = values.len() / self.features;
        let mut sums = vec![0.0; points];
        let blocks = values.chunks(BLOCK * self.features).zip(sums.chunks_mut(BLOCK));
        for (done, (block, sums)) in blocks.enumerate() {
            if done.is_multiple_of(BLOCKS_BETWEEN) {
                progress((done * BLOCK) as f64 / points as f64);
            }
            let block: Vec<f32> = block.iter().map(|&value| value as f32).collect();
            self.add_lengths(&block, sums);
        }
        sums
    }

    fn add_lengths(&self, block: &[f32], sums: &mut [f64]) {
        let size = 1 << self.depth;
        for (steps, lengths) in self.trees() {
            let mut lanes = block.chunks_exact(LANES * self.features);
            let mut sums = sums.chunks_mut(LANES);
            for (lane, sums) in (&mut lanes).zip(&mut sums) {
                let mut place = [1; LANES];
                for _ in 0..self.depth {
                    for (k, place) in place.iter_mut().enumerate() {
                        *place = descend(steps, &lane[k * self.features..], *place);
                    }
                }
                sums.iter_mut().zip(place).for_each(|(sum, place)| *sum += lengths[place - size]);
            }
            let rest = lanes.remainder().chunks_exact(self.features);
            for (point, sum) in rest.zip(sums.flatten()) {
                let leaf = (0..self.depth).fold(1, |place, _| descend(steps, point, place));
                *sum += lengths[leaf - size];
            }
        }
    }
}

#[inline]
fn descend(steps: &[Step], point: &[f32], place: usize) -> usize {
    let step = steps[place];
    2 * place + usize::from(point[step.feature as usize] > step.threshold)
}

/// The mean path length of an unsuccessful search among `rows` rows (Liu, Ting and Zhou 2008, equation 1).
fn average_path(rows: u32) -> f64 {
    match rows {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => {
            let rows = f64::from(rows);
            2.0 * (libm::log(rows - 1.0) + EULER) - 2.0 * (rows - 1.0) / rows
        }
    }
}

/// The largest `f32` not above `value`.
fn round_down(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) > value { near.next_down() } else { near }
}

#[cfg(test)]
mod tests {
    use super::super::random::XorShift;
    use super::super::tree::{Sample, grow};
    use super::*;

    #[test]
    fn rounding_down_decides_every_value_alike() {
        for value in [0.1, -0.1, 1.0, 1e-50, -1e-50, 0.3] {
            let rounded = round_down(value);
            for x in [rounded.next_down(), rounded, rounded.next_up()] {
                assert_eq!(f64::from(x) <= value, x <= rounded, "{x} against {value}");
            }
        }
    }

    #[test]
    fn a_stump_gives_the_lengths_by_hand() {
        let nodes = vec![
            Node::Split { feature: 0, threshold: 0.5, left: 1, right: 2 },
            Node::Leaf { depth: 1, rows: 1 },
            Node::Leaf { depth: 1, rows: 3 },
        ];
        let flat = Flat::new(&[nodes], 2, 1, 4);
        let values: Vec<f64> = (0..2 * LANES + 3).map(|i| (i % 2) as f64).collect();
        let scores = flat.score(&values, &mut |_| {}).scores;
        let normal = average_path(4);
        for (i, score) in scores.iter().enumerate() {
            let length = if i % 2 == 0 { 1.0 } else { 1.0 + average_path(3) };
            assert_eq!(*score, -libm::exp2(-length / normal), "point {i}");
        }
    }

    #[test]
    fn a_sweep_gives_what_walking_gives() {
        let mut dice = XorShift::new(7);
        for (features, depth) in [(1, 3), (2, 8), (2, 2)] {
            let count = 40_000;
            let values: Vec<f64> = (0..count * features).map(|_| f64::from(dice.draw() % 997) / 997.0).collect();
            let sample: Vec<f32> = values[..256 * features].iter().map(|&value| value as f32).collect();
            let targets: Vec<f64> = (0..256).map(|_| f64::from(dice.draw())).collect();
            let sample = Sample { values: &sample, features, targets: &targets };
            let trees: Vec<_> = (1..20).map(|seed| grow(&sample, depth, seed)).collect();
            let flat = Flat::new(&trees, depth, features, 256);
            let swept = flat.score(&values, &mut |_| {});
            let walked = flat.score_exactly(&values);
            assert_eq!(swept.error, plane::ERROR, "{features} features, depth {depth}");
            let off = swept.scores.iter().zip(&walked).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off <= plane::ERROR, "{features} features, depth {depth}: off by {off}");
            assert!(walked.iter().any(|&score| score != walked[0]));
        }
    }
}
