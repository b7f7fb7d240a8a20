//! The distinct rows of a feature matrix, each with the number of rows it stands for.

use linfa::dataset::Records;
use ndarray::{Array2, ArrayView1};
use rustc_hash::FxHashMap;

use crate::error::{Error, Result};

/// Rows collapsed to distinct points, in order of first appearance; what every model in `ml` is fitted on.
#[derive(Debug, Clone, Default)]
pub struct Points {
    /// Distinct points × features, finite.
    pub values: Array2<f64>,
    /// The point of each row, rows in input order; together with `weights` it never disagrees.
    pub of_row: Vec<u32>,
    /// The number of rows at each point, at least 1.
    pub weights: Vec<u32>,
}

impl Points {
    /// Collapses a row-major matrix of `features` columns: rows equal bit for bit become one point.
    ///
    /// # Errors
    /// Where a value is not finite, the length is no multiple of `features`, or there are 2³² rows or more.
    pub fn collapse(rows: &[f64], features: usize) -> Result<Self> {
        if features == 0 || !rows.len().is_multiple_of(features) {
            return Err(Error::unreadable("the matrix has no whole number of rows"));
        }
        if rows.len() / features > u32::MAX as usize {
            return Err(Error::unreadable("more than 4,294,967,295 rows are too many for the models"));
        }
        if rows.iter().any(|value| !value.is_finite()) {
            return Err(Error::unreadable("a feature holds a value that is not a finite number"));
        }
        let mut ids: FxHashMap<Vec<u64>, u32> = FxHashMap::default();
        let mut points = Points { of_row: Vec::with_capacity(rows.len() / features), ..Points::default() };
        let mut values = Vec::new();
        let mut bits = vec![0; features];
        for row in rows.chunks_exact(features) {
            bits.iter_mut().zip(row).for_each(|(bit, value)| *bit = value.to_bits());
            let point = match ids.get(&bits) {
                Some(&point) => point,
                None => {
                    let point = points.weights.len() as u32;
                    ids.insert(bits.clone(), point);
                    values.extend_from_slice(row);
                    points.weights.push(0);
                    point
                }
            };
            points.weights[point as usize] += 1;
            points.of_row.push(point);
        }
        points.values = matrix(values, features);
        Ok(points)
    }

    /// The same rows with other values per point: a standardised copy.
    ///
    /// # Panics
    /// Where `values` has another number of points: the caller computed it from `self.values`.
    pub fn with_values(&self, values: Array2<f64>) -> Self {
        assert_eq!(values.nrows(), self.len(), "one line of values per point");
        Points { values, of_row: self.of_row.clone(), weights: self.weights.clone() }
    }

    /// The number of distinct points.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.of_row.len()
    }

    pub fn features(&self) -> usize {
        self.values.ncols()
    }

    pub fn point(&self, index: usize) -> ArrayView1<'_, f64> {
        self.values.row(index)
    }

    /// The values in row-major order: `features()` numbers per point.
    pub fn flat(&self) -> std::borrow::Cow<'_, [f64]> {
        match self.values.as_slice() {
            Some(flat) => flat.into(),
            None => self.values.iter().copied().collect::<Vec<_>>().into(),
        }
    }
}

impl Records for Points {
    type Elem = f64;

    fn nsamples(&self) -> usize {
        self.rows()
    }

    fn nfeatures(&self) -> usize {
        self.features()
    }
}

/// A matrix from row-major values, which hold whole rows.
pub fn matrix(values: Vec<f64>, features: usize) -> Array2<f64> {
    let rows = values.len() / features.max(1);
    Array2::from_shape_vec((rows, features), values).expect("whole rows")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_collapse_in_order_of_first_appearance() {
        let points = Points::collapse(&[2.0, 1.0, 3.0, 1.0, 2.0, 1.0, 3.0, 1.0, 3.0, 1.0], 2).unwrap();
        assert_eq!(points.values.as_slice().unwrap(), [2.0, 1.0, 3.0, 1.0]);
        assert_eq!(points.of_row, [0, 1, 0, 1, 1]);
        assert_eq!(points.weights, [2, 3]);
    }

    #[test]
    fn what_is_no_finite_matrix_is_refused() {
        assert!(Points::collapse(&[1.0, f64::NAN], 1).is_err());
        assert!(Points::collapse(&[1.0, 2.0, 3.0], 2).is_err());
        assert!(Points::collapse(&[], 0).is_err());
        assert!(Points::collapse(&[], 2).unwrap().is_empty());
    }
}
