//! Standardising: each feature to mean 0 and population deviation 1, as scikit-learn's `StandardScaler` does.

use ndarray::Array2;

use super::points::Points;

/// The mean and the scale of each feature.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardScaler {
    pub mean: Vec<f64>,
    /// The population deviation; 1 for a column that is constant within rounding, so that it becomes 0.
    pub scale: Vec<f64>,
}

impl StandardScaler {
    /// Measures every feature over all rows. Without rows every mean is 0 and every scale 1.
    pub fn fit(points: &Points) -> Self {
        let (mean, scale) = (0..points.features()).map(|column| measure(points, column)).unzip();
        StandardScaler { mean, scale }
    }

    /// Points × features, standardised.
    pub fn transform(&self, values: &Array2<f64>) -> Array2<f64> {
        let mut scaled = values.clone();
        self.apply(&mut scaled);
        scaled
    }

    /// Standardises in place.
    pub fn apply(&self, values: &mut Array2<f64>) {
        for mut row in values.rows_mut() {
            for ((value, mean), scale) in row.iter_mut().zip(&self.mean).zip(&self.scale) {
                *value = (*value - mean) / scale;
            }
        }
    }
}

/// The mean and scale of one column by the corrected two-pass algorithm (Chan, Golub and LeVeque 1983).
fn measure(points: &Points, column: usize) -> (f64, f64) {
    let rows = points.rows() as f64;
    if rows == 0.0 {
        return (0.0, 1.0);
    }
    let column = points.values.column(column);
    let weighted = || column.iter().zip(&points.weights).map(|(&value, &weight)| (value, f64::from(weight)));
    let mean = weighted().map(|(value, weight)| value * weight).sum::<f64>() / rows;
    let (mut correction, mut squares) = (0.0, 0.0);
    for (value, weight) in weighted() {
        let off = value - mean;
        correction += weight * off;
        squares += weight * off * off;
    }
    let variance = (squares - correction * correction / rows) / rows;
    // Constant within the error bound of the algorithm, as scikit-learn decides it.
    let bound = rows * f64::EPSILON * variance + (rows * mean * f64::EPSILON) * (rows * mean * f64::EPSILON);
    (mean, if variance <= bound { 1.0 } else { variance.sqrt() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_count_as_rows() {
        let points = Points::collapse(&[1.0, 5.0, 1.0, 5.0, 4.0, 5.0, 2.0, 5.0], 2).unwrap();
        let scaler = StandardScaler::fit(&points);
        assert_eq!(scaler.mean, [2.0, 5.0]);
        assert_eq!(scaler.scale, [1.5_f64.sqrt(), 1.0]);
        let scaled = scaler.transform(&points.values);
        assert_eq!(scaled.row(0)[0], -1.0 / 1.5_f64.sqrt());
        assert!(scaled.column(1).iter().all(|&value| value == 0.0));
    }

    #[test]
    fn no_rows_are_no_trouble() {
        let scaler = StandardScaler::fit(&Points::collapse(&[], 2).unwrap());
        assert_eq!(scaler, StandardScaler { mean: vec![0.0; 2], scale: vec![1.0; 2] });
    }
}
