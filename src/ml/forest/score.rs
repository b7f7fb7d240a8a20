//! Scores points with a grown forest: blocks of points against flat trees, so that both stay in the cache.

use super::tree::Node;

/// Points walked through a tree together: their steps do not wait for each other.
const LANES: usize = 16;
/// Points scored before the next block starts; their values and sums fit the first-level cache.
const BLOCK: usize = 1024;
/// The Euler-Mascheroni constant, as numpy writes it.
const EULER: f64 = 0.577_215_664_901_532_9;

#[derive(Debug, Clone, Copy)]
struct Step {
    /// Values above it go right. The tree's `f64` threshold rounded down decides every `f32` value alike.
    threshold: f32,
    feature: u32,
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

    /// `score_samples` of each point: -1 (alone at once) to 0. `values` holds whole points, row-major.
    pub fn score(&self, values: &[f32]) -> Vec<f64> {
        let mut scores = Vec::with_capacity(values.len() / self.features);
        for block in values.chunks(BLOCK * self.features) {
            let start = scores.len();
            scores.resize(start + block.len() / self.features, 0.0);
            self.add_lengths(block, &mut scores[start..]);
        }
        for score in &mut scores {
            let share = if self.normal == 0.0 { 1.0 } else { *score / self.normal };
            *score = -libm::exp2(-share);
        }
        scores
    }

    fn add_lengths(&self, block: &[f32], sums: &mut [f64]) {
        let size = 1 << self.depth;
        for (steps, lengths) in self.steps.chunks_exact(size).zip(self.lengths.chunks_exact(size)) {
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
        let values: Vec<f32> = (0..2 * LANES + 3).map(|i| (i % 2) as f32).collect();
        let scores = flat.score(&values);
        let normal = average_path(4);
        for (i, score) in scores.iter().enumerate() {
            let length = if i % 2 == 0 { 1.0 } else { 1.0 + average_path(3) };
            assert_eq!(*score, -libm::exp2(-length / normal), "point {i}");
        }
    }
}
