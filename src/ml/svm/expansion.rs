//! A sum of Gaussians near a cell's centre, from its moments there: one pass over the support per cell, not per point.
//!
//! With δ from a support point to the centre and h from the centre to the point, the kernel is
//! e^(-γ|δ|²) · e^(-γ|h|²) · e^(-2γ δ·h); the last factor is Taylor's series to the third power, and the sums over the
//! support of e^(-γ|δ|²) δ⊗…⊗δ are the moments.

use super::fast_exp;
use crate::pieces::in_pieces;

/// The largest γ · width² for which the series holds: at γ = 0.5 cells of 0.06, where the next term is below 1e-5.
pub const WIDEST: f64 = 2e-3;

/// The powers of the series, order 0 to this.
const ORDERS: usize = 3;
/// Support points taken at once, so that the compiler makes vector code.
const LANES: usize = 64;
type Lane = [f64; LANES];

/// A product of coordinates: that of an earlier term and one coordinate more.
struct Term {
    parent: usize,
    axis: usize,
    /// (-2γ)^order over the factorials of the powers of each coordinate.
    factor: f64,
}

/// Expansions around many centres.
pub struct Expansions<'a> {
    centres: &'a [f64],
    features: usize,
    gamma: f64,
    terms: Vec<Term>,
    /// Each centre's moments times the terms' factors.
    moments: Vec<f64>,
}

impl<'a> Expansions<'a> {
    /// Around `centres`, of `weights` at `support` points; both row-major.
    pub fn new(centres: &'a [f64], support: &[f64], weights: &[f64], features: usize, gamma: f64) -> Self {
        let terms = terms(features, gamma);
        let support: Vec<Lanes> = support
            .chunks(LANES * features)
            .zip(weights.chunks(LANES))
            .map(|(points, weights)| Lanes::new(points, weights, features))
            .collect();
        let mut moments = Vec::with_capacity(centres.len() / features * terms.len());
        let (mut offsets, mut products) = (vec![[0.0; LANES]; features], vec![[0.0; LANES]; terms.len()]);
        for centre in centres.chunks_exact(features) {
            let start = moments.len();
            moments.resize(start + terms.len(), 0.0);
            for lanes in &support {
                lanes.offsets_and_masses(centre, gamma, &mut offsets, &mut products[0]);
                moments[start] += sum(&products[0]);
                for (k, term) in terms.iter().enumerate().skip(1) {
                    let (before, after) = products.split_at_mut(k);
                    multiply(&before[term.parent], &offsets[term.axis], &mut after[0]);
                    moments[start + k] += sum(&after[0]);
                }
            }
            moments[start..].iter_mut().zip(&terms).for_each(|(moment, term)| *moment *= term.factor);
        }
        Expansions { centres, features, gamma, terms, moments }
    }

    /// The sum at each of `points` (row-major), by the expansion around the centre named in `of_point`.
    pub fn at(&self, points: &[f64], of_point: &[u32]) -> Vec<f64> {
        let mut products = vec![1.0; self.terms.len()];
        let mut by = vec![0.0; self.features];
        let mut sums = Vec::with_capacity(of_point.len());
        in_pieces(of_point.len(), |point| {
            let centre = of_point[point] as usize;
            let point = &points[point * self.features..][..self.features];
            let middle = &self.centres[centre * self.features..][..self.features];
            by.iter_mut().zip(point).zip(middle).for_each(|((by, point), middle)| *by = point - middle);
            let moments = &self.moments[centre * self.terms.len()..][..self.terms.len()];
            let mut total = moments[0];
            for (k, term) in self.terms.iter().enumerate().skip(1) {
                products[k] = products[term.parent] * by[term.axis];
                total += moments[k] * products[k];
            }
            let distance = by.iter().fold(0.0, |sum, by| sum + by * by);
            sums.push(total * fast_exp::exp(-self.gamma * distance));
        });
        sums
    }
}

/// All products of up to `ORDERS` coordinates, each once, parents first.
fn terms(features: usize, gamma: f64) -> Vec<Term> {
    let mut terms = vec![Term { parent: 0, axis: 0, factor: 1.0 }];
    // How often the last coordinate stands in each term.
    let mut repeats = vec![0];
    let mut start = 0;
    for _ in 0..ORDERS {
        let end = terms.len();
        for parent in start..end {
            for axis in terms[parent].axis..features {
                let again = if axis == terms[parent].axis { repeats[parent] + 1 } else { 1 };
                let factor = terms[parent].factor * -2.0 * gamma / f64::from(again);
                terms.push(Term { parent, axis, factor });
                repeats.push(again);
            }
        }
        start = end;
    }
    terms
}

/// Some support points, one array per coordinate. Lanes past the end weigh nothing.
struct Lanes {
    columns: Vec<Lane>,
    weights: Lane,
}

impl Lanes {
    fn new(points: &[f64], weights: &[f64], features: usize) -> Self {
        let mut lanes = Lanes { columns: vec![[0.0; LANES]; features], weights: [0.0; LANES] };
        lanes.weights[..weights.len()].copy_from_slice(weights);
        for (lane, point) in points.chunks_exact(features).enumerate() {
            lanes.columns.iter_mut().zip(point).for_each(|(column, &value)| column[lane] = value);
        }
        lanes
    }

    fn offsets_and_masses(&self, centre: &[f64], gamma: f64, offsets: &mut [Lane], masses: &mut Lane) {
        let mut distances = [0.0; LANES];
        for ((offset, column), centre) in offsets.iter_mut().zip(&self.columns).zip(centre) {
            for ((offset, value), distance) in offset.iter_mut().zip(column).zip(&mut distances) {
                *offset = centre - value;
                *distance += *offset * *offset;
            }
        }
        for ((mass, distance), weight) in masses.iter_mut().zip(&distances).zip(&self.weights) {
            *mass = weight * fast_exp::exp(-gamma * distance);
        }
    }
}

fn multiply(a: &Lane, b: &Lane, product: &mut Lane) {
    for ((product, a), b) in product.iter_mut().zip(a).zip(b) {
        *product = a * b;
    }
}

/// Four sums side by side: one would wait for itself.
fn sum(lane: &Lane) -> f64 {
    let parts = lane.chunks_exact(4).fold([0.0; 4], |sums: [f64; 4], four| {
        [sums[0] + four[0], sums[1] + four[1], sums[2] + four[2], sums[3] + four[3]]
    });
    (parts[0] + parts[1]) + (parts[2] + parts[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_the_sum() {
        let support: Vec<f64> = (0..60).map(|i| f64::from(i * i % 37) / 9.0 - 2.0).collect();
        let weights: Vec<f64> = (0..30).map(|i| 1.0 + f64::from(i % 5)).collect();
        let centre = [0.3, -0.2];
        let expansions = Expansions::new(&centre, &support, &weights, 2, 0.5);
        for by in [[0.0, 0.0], [0.02, -0.01], [-0.03, 0.04], [0.0, 0.06]] {
            let sum: f64 = support
                .chunks_exact(2)
                .zip(&weights)
                .map(|(s, w)| {
                    let (x, y) = (centre[0] + by[0] - s[0], centre[1] + by[1] - s[1]);
                    w * libm::exp(-0.5 * (x * x + y * y))
                })
                .sum();
            let found = expansions.at(&[centre[0] + by[0], centre[1] + by[1]], &[0])[0];
            assert!((found - sum).abs() < 5e-6 * sum, "{found} for {sum}");
        }
    }

    #[test]
    fn every_product_stands_once() {
        let count = |features| terms(features, 0.5).len();
        assert_eq!([1, 2, 3].map(count), [4, 10, 20]);
        // At γ = 0.5 the factor of x²y is (-1)³ / 2!.
        assert_eq!(terms(2, 0.5)[7].factor, -0.5);
    }
}
