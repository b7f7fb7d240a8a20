//! Grows one isolation tree: a random feature and a random threshold at each node, until a row stands alone.
//!
//! The draws follow scikit-learn's random splitter one by one, the bookkeeping of constant features included, because
//! each draw moves the generator for all nodes after it.

use super::random::XorShift;

/// Values closer than this count as equal (scikit-learn's FEATURE_THRESHOLD).
const SAME: f32 = 1e-7;

/// One node of the grown tree; children are addressed by index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Node {
    Split { feature: u32, threshold: f64, left: u32, right: u32 },
    Leaf { depth: u32, rows: u32 },
}

/// What a tree is grown on: `samples` rows of `features` values each, and their random targets.
pub struct Sample<'a> {
    pub values: &'a [f32],
    pub features: usize,
    pub targets: &'a [f64],
}

/// Grows a tree of at most `max_depth` edges.
pub fn grow(sample: &Sample<'_>, max_depth: u32, seed: u32) -> Vec<Node> {
    let count = sample.targets.len();
    let mut grower = Grower {
        sample,
        order: (0..count as u32).collect(),
        random: XorShift::new(seed),
        features: (0..sample.features as u32).collect(),
        constants: vec![0; sample.features],
    };
    let whole = Sums::of(sample.targets, &grower.order);
    let root = Task { start: 0, end: count, depth: 0, constants: 0, impurity: whole.impurity(count as f64), slot: 0 };
    let mut nodes = vec![Node::Leaf { depth: 0, rows: count as u32 }];
    let mut stack = vec![root];
    while let Some(task) = stack.pop() {
        let rows = (task.end - task.start) as u32;
        let split = (task.depth < max_depth && rows >= 2 && task.impurity > f64::EPSILON)
            .then(|| grower.split(&task))
            .flatten();
        let Some(Split { feature, threshold, left, right }) = split else {
            nodes[task.slot] = Node::Leaf { depth: task.depth, rows };
            continue;
        };
        let at = nodes.len();
        let leaf = Node::Leaf { depth: task.depth + 1, rows: 0 };
        nodes.extend([leaf, leaf]);
        nodes[task.slot] = Node::Split { feature, threshold, left: at as u32, right: at as u32 + 1 };
        stack.push(Task { slot: at + 1, ..right });
        stack.push(Task { slot: at, ..left });
    }
    nodes
}

/// A node still to be made: the rows `order[start..end]`.
#[derive(Clone, Copy)]
struct Task {
    start: usize,
    end: usize,
    depth: u32,
    /// The number of features known to be constant here.
    constants: usize,
    impurity: f64,
    slot: usize,
}

struct Split {
    feature: u32,
    threshold: f64,
    left: Task,
    right: Task,
}

struct Grower<'a> {
    sample: &'a Sample<'a>,
    order: Vec<u32>,
    random: XorShift,
    /// A permutation that outlives the node, constant features first.
    features: Vec<u32>,
    constants: Vec<u32>,
}

impl Grower<'_> {
    fn value(&self, row: u32, feature: u32) -> f32 {
        self.sample.values[row as usize * self.sample.features + feature as usize]
    }

    /// Splits a node, or `None` where it becomes a leaf.
    fn split(&mut self, task: &Task) -> Option<Split> {
        let (drawn, constants) = self.draw_feature(task);
        // Siblings and children must see the known constants in their first order.
        self.features[..task.constants].copy_from_slice(&self.constants[..task.constants]);
        self.constants[task.constants..constants].copy_from_slice(&self.features[task.constants..constants]);
        let (feature, threshold) = drawn?;
        let middle = self.partition(task, feature, threshold);
        if middle == task.start || middle == task.end {
            return None;
        }
        let (low, high) = self.impurities(task, middle)?;
        let child = |start, end, impurity| Task { start, end, depth: task.depth + 1, constants, impurity, slot: 0 };
        Some(Split { feature, threshold, left: child(task.start, middle, low), right: child(middle, task.end, high) })
    }

    /// Draws features without replacement until one is not constant, then its threshold. Also gives the number of
    /// features now known to be constant.
    fn draw_feature(&mut self, task: &Task) -> (Option<(u32, f64)>, usize) {
        let all = self.features.len();
        let known = task.constants;
        let (mut found, mut drawn) = (0, 0);
        while all > known + found {
            let mut place = self.random.between(drawn, all - found);
            if place < known {
                self.features.swap(drawn, place);
                drawn += 1;
                continue;
            }
            place += found;
            let feature = self.features[place];
            let (low, high) = self.range(task, feature);
            if high <= low + SAME {
                self.features.swap(place, known + found);
                found += 1;
                continue;
            }
            self.features.swap(all - 1, place);
            let threshold = self.random.uniform(f64::from(low), f64::from(high));
            let threshold = if threshold == f64::from(high) { f64::from(low) } else { threshold };
            return (Some((feature, threshold)), known + found);
        }
        (None, known + found)
    }

    fn range(&self, task: &Task, feature: u32) -> (f32, f32) {
        let values = self.order[task.start..task.end].iter().map(|&row| self.value(row, feature));
        values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    }

    /// Moves the rows at or below the threshold to the front; gives where the others begin.
    fn partition(&mut self, task: &Task, feature: u32, threshold: f64) -> usize {
        let (mut start, mut end) = (task.start, task.end);
        while start < end {
            if f64::from(self.value(self.order[start], feature)) <= threshold {
                start += 1;
            } else {
                end -= 1;
                self.order.swap(start, end);
            }
        }
        end
    }

    /// The variances of the targets on both sides, summed in scikit-learn's order; `None` where they did not fall.
    fn impurities(&self, task: &Task, middle: usize) -> Option<(f64, f64)> {
        let targets = self.sample.targets;
        let whole = Sums::of(targets, &self.order[task.start..task.end]);
        let mut left = Sums::of(targets, &self.order[task.start..middle]);
        if middle - task.start > task.end - middle {
            let from_the_back = self.order[middle..task.end].iter().rev();
            left.sum = from_the_back.fold(whole.sum, |sum, &row| sum - targets[row as usize]);
        }
        let right = Sums { sum: whole.sum - left.sum, squares: whole.squares - left.squares };
        let (lefts, rights) = ((middle - task.start) as f64, (task.end - middle) as f64);
        let rows = lefts + rights;
        let (low, high) = (left.impurity(lefts), right.impurity(rights));
        let gain = rows / targets.len() as f64 * (task.impurity - rights / rows * high - lefts / rows * low);
        (gain + f64::EPSILON >= 0.0).then_some((low, high))
    }
}

struct Sums {
    sum: f64,
    squares: f64,
}

impl Sums {
    fn of(targets: &[f64], rows: &[u32]) -> Self {
        let of_rows = rows.iter().map(|&row| targets[row as usize]);
        of_rows.fold(Sums { sum: 0.0, squares: 0.0 }, |sums, target| Sums {
            sum: sums.sum + target,
            squares: sums.squares + target * target,
        })
    }

    fn impurity(&self, rows: f64) -> f64 {
        let mean = self.sum / rows;
        self.squares / rows - mean * mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_all_equal_make_one_leaf() {
        let sample = Sample { values: &[1.0; 6], features: 2, targets: &[0.1, 0.5, 0.9] };
        assert_eq!(grow(&sample, 8, 1), [Node::Leaf { depth: 0, rows: 3 }]);
    }

    #[test]
    fn only_the_varying_feature_is_split_and_every_row_reaches_a_leaf() {
        let values = [0.0, 5.0, 1.0, 5.0, 2.0, 5.0, 3.0, 5.0];
        let sample = Sample { values: &values, features: 2, targets: &[0.1, 0.4, 0.6, 0.9] };
        let nodes = grow(&sample, 8, 42);
        let rows = nodes.iter().map(|node| if let Node::Leaf { rows, .. } = node { *rows } else { 0 });
        assert_eq!(rows.sum::<u32>(), 4);
        assert!(nodes.iter().all(|node| !matches!(node, Node::Split { feature: 1, .. })));
        assert_eq!(nodes.len(), 7);
    }

    #[test]
    fn depth_is_limited() {
        let values: Vec<f32> = (0..64).map(|i| i as f32).collect();
        let targets: Vec<f64> = (0..64).map(|i| f64::from(i) / 64.0).collect();
        let nodes = grow(&Sample { values: &values, features: 1, targets: &targets }, 3, 5);
        assert!(nodes.iter().all(|node| !matches!(node, Node::Leaf { depth: 4.., .. })));
    }
}
