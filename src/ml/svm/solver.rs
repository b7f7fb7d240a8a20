//! Sequential minimal optimisation of the one-class dual (Fan, Chen and Lin 2005), step by step as libsvm takes it.
//!
//! Minimise ½ αᵀKα with 0 ≤ α ≤ cap and a fixed sum of α. Rows keep changing places as they are shrunk away; `row[p]`
//! is the row at place `p`, and only the first `active` places take part. Ties and sums depend on that order, which is
//! why it is libsvm's.

use super::kernel::Cache;

/// Stands in for a curvature that is not positive.
const TAU: f64 = 1e-12;
/// A run this long has stopped converging; libsvm's own limit is of this order.
const MOST_STEPS: usize = 10_000_000;

/// The dual solution.
pub struct Solution {
    /// α of each row.
    pub alpha: Vec<f64>,
    /// The decision threshold: a point is inside where Σ α k exceeds it.
    pub rho: f64,
    /// Σ α k of each row, minus `rho`.
    pub depth: Vec<f64>,
    /// False where the step limit ended the run before the tolerance did.
    pub converged: bool,
}

pub struct Solver {
    pub(super) cache: Cache,
    pub(super) tolerance: f64,
    pub(super) active: usize,
    pub(super) row: Vec<u32>,
    /// The kernel's point of the row at each place.
    pub(super) point: Vec<u32>,
    pub(super) alpha: Vec<f64>,
    pub(super) cap: Vec<f64>,
    pub(super) gradient: Vec<f64>,
    /// The part of the gradient that rows at their cap make up.
    pub(super) capped: Vec<f64>,
    pub(super) unshrunk: bool,
}

/// Solves for rows that are points of the cache's kernel, each with its cap; the caps' sum times `nu` is spread.
pub fn solve(cache: Cache, point_of: &[u32], caps: &[f64], nu: f64, tolerance: f64) -> Solution {
    let rows = point_of.len();
    let mut solver = Solver {
        cache,
        tolerance,
        active: rows,
        row: (0..rows as u32).collect(),
        point: point_of.to_vec(),
        alpha: first_alpha(caps, nu),
        cap: caps.to_vec(),
        gradient: vec![0.0; rows],
        capped: vec![0.0; rows],
        unshrunk: false,
    };
    solver.first_gradient();
    let converged = solver.run();
    let rho = solver.rho();
    let mut solution = Solution { alpha: vec![0.0; rows], rho, depth: vec![0.0; rows], converged };
    for (place, &row) in solver.row.iter().enumerate() {
        solution.alpha[row as usize] = solver.alpha[place];
        solution.depth[row as usize] = solver.gradient[place] - rho;
    }
    solution
}

/// Fills the first rows to their caps until the sum is spread.
fn first_alpha(caps: &[f64], nu: f64) -> Vec<f64> {
    let mut left = caps.iter().fold(0.0, |sum, cap| sum + cap * nu);
    let fill = |&cap: &f64| {
        let alpha = if left > 0.0 { cap.min(left) } else { 0.0 };
        left -= alpha;
        alpha
    };
    caps.iter().map(fill).collect()
}

impl Solver {
    pub(super) fn at_cap(&self, place: usize) -> bool {
        self.alpha[place] >= self.cap[place]
    }

    pub(super) fn at_zero(&self, place: usize) -> bool {
        !self.at_cap(place) && self.alpha[place] <= 0.0
    }

    pub(super) fn is_free(&self, place: usize) -> bool {
        !self.at_cap(place) && self.alpha[place] > 0.0
    }

    fn first_gradient(&mut self) {
        for place in 0..self.row.len() {
            if self.at_zero(place) {
                continue;
            }
            let kernel = self.cache.row(self.point[place] as usize);
            let (alpha, cap) = (self.alpha[place], self.at_cap(place).then_some(self.cap[place]));
            for (sum, &point) in self.gradient.iter_mut().zip(&self.point) {
                *sum += alpha * f64::from(kernel[point as usize]);
            }
            if let Some(cap) = cap {
                self.shift_capped(&kernel, cap);
            }
        }
    }

    fn shift_capped(&mut self, kernel: &[f32], by: f64) {
        for (sum, &point) in self.capped.iter_mut().zip(&self.point) {
            *sum += by * f64::from(kernel[point as usize]);
        }
    }

    fn run(&mut self) -> bool {
        let pause = self.row.len().min(1000);
        let mut until_shrinking = pause + 1;
        for _ in 0..MOST_STEPS {
            until_shrinking -= 1;
            if until_shrinking == 0 {
                until_shrinking = pause;
                self.shrink();
            }
            let pair = self.working_pair().or_else(|| {
                self.rebuild_gradient();
                self.active = self.row.len();
                until_shrinking = 1;
                self.working_pair()
            });
            match pair {
                Some((i, j)) => self.step(i, j),
                None => return true,
            }
        }
        self.rebuild_gradient();
        self.active = self.row.len();
        false
    }

    /// The steepest row that may grow, and the row that lowers the objective most in exchange; `None` at the optimum.
    fn working_pair(&mut self) -> Option<(usize, usize)> {
        let (mut steepest, mut first) = (f64::NEG_INFINITY, None);
        for place in 0..self.active {
            if !self.at_cap(place) && -self.gradient[place] >= steepest {
                steepest = -self.gradient[place];
                first = Some(place);
            }
        }
        let first = first?;
        let kernel = self.cache.row(self.point[first] as usize);
        let (mut flattest, mut least, mut second) = (f64::NEG_INFINITY, f64::INFINITY, None);
        for place in 0..self.active {
            if self.alpha[place] <= 0.0 && !self.at_cap(place) {
                continue;
            }
            let gradient = self.gradient[place];
            flattest = if gradient >= flattest { gradient } else { flattest };
            let gap = steepest + gradient;
            if gap > 0.0 {
                let change = -(gap * gap) / curvature(&kernel, self.point[place]);
                if change <= least {
                    (least, second) = (change, Some(place));
                }
            }
        }
        if steepest + flattest < self.tolerance { None } else { second.map(|second| (first, second)) }
    }

    /// Moves weight between two rows to the best point within their caps.
    fn step(&mut self, i: usize, j: usize) {
        let (kernel_i, kernel_j) = (self.cache.row(self.point[i] as usize), self.cache.row(self.point[j] as usize));
        let before = [i, j].map(|place| (self.alpha[place], self.at_cap(place)));
        let shift = (self.gradient[i] - self.gradient[j]) / curvature(&kernel_i, self.point[j]);
        (self.alpha[i], self.alpha[j]) =
            within_caps(before[0].0 - shift, before[1].0 + shift, before[0].0 + before[1].0, self.cap[i], self.cap[j]);
        let (by_i, by_j) = (self.alpha[i] - before[0].0, self.alpha[j] - before[1].0);
        for (sum, &point) in self.gradient[..self.active].iter_mut().zip(&self.point) {
            let point = point as usize;
            *sum += f64::from(kernel_i[point]) * by_i + f64::from(kernel_j[point]) * by_j;
        }
        for (place, kernel, (_, was)) in [(i, kernel_i, before[0]), (j, kernel_j, before[1])] {
            if was != self.at_cap(place) {
                let cap = self.cap[place];
                self.shift_capped(&kernel, if was { -cap } else { cap });
            }
        }
    }

    /// The mean gradient of the free rows, or the middle of what the bound rows allow.
    fn rho(&self) -> f64 {
        let (mut free, mut sum, mut above, mut below) = (0, 0.0, f64::INFINITY, f64::NEG_INFINITY);
        for place in 0..self.active {
            let gradient = self.gradient[place];
            if self.at_cap(place) {
                below = below.max(gradient);
            } else if self.at_zero(place) {
                above = above.min(gradient);
            } else {
                free += 1;
                sum += gradient;
            }
        }
        match (free, above.is_finite(), below.is_finite()) {
            (1.., ..) => sum / f64::from(free),
            (_, true, true) => (above + below) / 2.0,
            // At nu = 1 every row is at its cap and libsvm's threshold infinite: the border then is the highest row.
            (_, false, _) => below,
            (_, true, false) => above,
        }
    }
}

/// The second derivative along the exchange: 2 - 2k, since k(x, x) = 1.
fn curvature(kernel: &[f32], other: u32) -> f64 {
    let curvature = 2.0 - 2.0 * f64::from(kernel[other as usize]);
    if curvature > 0.0 { curvature } else { TAU }
}

/// Clips a pair with a fixed sum to its caps, each bound in libsvm's order.
fn within_caps(mut a: f64, mut b: f64, sum: f64, cap_a: f64, cap_b: f64) -> (f64, f64) {
    if sum > cap_a {
        if a > cap_a {
            (a, b) = (cap_a, sum - cap_a);
        }
    } else if b < 0.0 {
        (a, b) = (sum, 0.0);
    }
    if sum > cap_b {
        if b > cap_b {
            (a, b) = (sum - cap_b, cap_b);
        }
    } else if a < 0.0 {
        (a, b) = (0.0, sum);
    }
    (a, b)
}
