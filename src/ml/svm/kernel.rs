//! The RBF kernel and a cache of its rows, bounded in bytes.

use std::rc::Rc;

use super::fast_exp;

/// exp(-gamma · |x - y|²) between points of one set.
pub struct Rbf {
    /// One vector per feature.
    columns: Vec<Vec<f64>>,
    squares: Vec<f64>,
    gamma: f64,
    quick: bool,
}

impl Rbf {
    /// `values` holds whole points of `features` numbers, row-major.
    pub fn new(values: &[f64], features: usize, gamma: f64) -> Self {
        let column = |axis| values.chunks_exact(features).map(|point| point[axis]).collect();
        let square = |point: &[f64]| point.iter().fold(0.0, |sum, value| sum + value * value);
        let squares = values.chunks_exact(features).map(square).collect();
        Rbf { columns: (0..features).map(column).collect(), squares, gamma, quick: false }
    }

    /// Computes exponentials several at once where that is asked for: not libm's bits, but good for grouped rows.
    pub fn quick(self, quick: bool) -> Self {
        Rbf { quick, ..self }
    }

    pub fn points(&self) -> usize {
        self.squares.len()
    }

    /// The kernel of point `i` with every point. From squares and products, and rounded to `f32`, as libsvm stores it:
    /// the solver's path depends on the rounding. `exponents` is scratch room.
    fn row(&self, i: usize, exponents: &mut Vec<f64>) -> Rc<[f32]> {
        // In steps, because the compiler makes vector code of loops that stand alone.
        exponents.clear();
        exponents.resize(self.points(), 0.0);
        for column in &self.columns {
            let own = column[i];
            exponents.iter_mut().zip(column).for_each(|(product, other)| *product += own * other);
        }
        let square = self.squares[i];
        for (exponent, other) in exponents.iter_mut().zip(&self.squares) {
            *exponent = -self.gamma * (square + other - 2.0 * *exponent);
        }
        if self.quick {
            exponents.iter().map(|&exponent| fast_exp::exp(exponent.min(0.0)) as f32).collect()
        } else {
            exponents.iter().map(|&exponent| libm::exp(exponent) as f32).collect()
        }
    }
}

/// Kernel rows kept as long as they fit; the one unused longest goes first.
pub struct Cache {
    kernel: Rbf,
    scratch: Vec<f64>,
    rows: Vec<Option<(u64, Rc<[f32]>)>>,
    held: Vec<u32>,
    room: usize,
    clock: u64,
}

impl Cache {
    /// At most `bytes` of rows, but always room for two.
    pub fn new(kernel: Rbf, bytes: usize) -> Self {
        let points = kernel.points();
        let room = (bytes / (points.max(1) * size_of::<f32>())).max(2);
        Cache { kernel, scratch: Vec::new(), rows: vec![None; points], held: Vec::new(), room, clock: 0 }
    }

    /// The kernel of point `index` with every point.
    pub fn row(&mut self, index: usize) -> Rc<[f32]> {
        self.clock += 1;
        if let Some((used, row)) = &mut self.rows[index] {
            *used = self.clock;
            return row.clone();
        }
        if self.held.len() >= self.room {
            self.drop_oldest();
        }
        let row = self.kernel.row(index, &mut self.scratch);
        self.rows[index] = Some((self.clock, row.clone()));
        self.held.push(index as u32);
        row
    }

    fn drop_oldest(&mut self) {
        let used = |&point: &u32| self.rows[point as usize].as_ref().map_or(0, |(used, _)| *used);
        if let Some(place) = (0..self.held.len()).min_by_key(|&place| used(&self.held[place])) {
            let point = self.held.swap_remove(place);
            self.rows[point as usize] = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_same_with_and_without_room() {
        let values: Vec<f64> = (0..20).map(|i| f64::from(i * i % 7)).collect();
        let mut wide = Cache::new(Rbf::new(&values, 2, 0.3), 1 << 20);
        let mut narrow = Cache::new(Rbf::new(&values, 2, 0.3), 0);
        for i in [0, 5, 3, 0, 9, 5, 0] {
            assert_eq!(wide.row(i), narrow.row(i));
            assert_eq!(wide.row(i)[i], 1.0);
        }
        assert_eq!(narrow.held.len(), 2);
        assert_eq!(wide.held.len(), 4);
    }
}
