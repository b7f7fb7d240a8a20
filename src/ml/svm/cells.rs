//! Groups points into cells, for inputs too large to solve row by row.

use rustc_hash::FxHashMap;

use crate::ml::points::Points;

/// The side of a cell in units of a standard deviation: of those measured the finest whose kernel rows still fit.
const WIDTH: f64 = 0.01;

/// Weighted stand-ins for the points.
#[derive(Default)]
pub struct Cells {
    /// The mean of each cell's rows, row-major.
    pub centres: Vec<f64>,
    /// The cell of each point; empty once refined.
    pub of_point: Vec<u32>,
    /// The number of rows in each cell.
    pub weights: Vec<f64>,
    /// The side in use; 0 where every point is its own cell.
    pub width: f64,
}

impl Cells {
    /// At most `most` cells (at least one): the points themselves where they are no more, else cells of `WIDTH`,
    /// doubled until they are few enough.
    pub fn of(points: &Points, most: usize) -> Self {
        let values = points.flat();
        if points.len() <= most {
            let weights = points.weights.iter().map(|&weight| f64::from(weight)).collect();
            let of_point = (0..points.len() as u32).collect();
            return Cells { centres: values.into_owned(), of_point, weights, width: 0.0 };
        }
        Cells::from_width(points, WIDTH, most)
    }

    /// At most `most` cells (at least one), of `width` doubled until they are few enough.
    pub fn from_width(points: &Points, width: f64, most: usize) -> Self {
        let values = points.flat();
        let mut width = width.max(WIDTH);
        loop {
            if let Some(cells) = cells(&values, points, width, most.max(1)) {
                return cells;
            }
            width *= 2.0;
        }
    }

    /// Cells of one width, or `None` where there are more than `most`.
    pub fn of_width(points: &Points, width: f64, most: usize) -> Option<Self> {
        cells(&points.flat(), points, width, most)
    }

    /// The same rows in finer groups where it matters: the cells nearest the border become their points, `most` points
    /// at most. Sorted outermost first, so that the solver, which fills the first ones, starts close to its end.
    /// `depth` is how far inside the border each cell lies.
    pub fn refined(&self, points: &Points, depth: &[f64], most: usize) -> Cells {
        let mut members = vec![0; self.weights.len()];
        self.of_point.iter().for_each(|&cell| members[cell as usize] += 1);
        let mut nearest: Vec<usize> = (0..members.len()).collect();
        nearest.sort_by(|&a, &b| depth[a].abs().total_cmp(&depth[b].abs()));
        let (mut split, mut total) = (vec![false; members.len()], 0);
        for cell in nearest {
            total += members[cell];
            if total > most {
                break;
            }
            split[cell] = true;
        }
        let features = points.features();
        let values = points.flat();
        let whole = (0..members.len())
            .filter(|&cell| !split[cell])
            .map(|cell| (depth[cell], &self.centres[cell * features..][..features], self.weights[cell]));
        let single = (0..points.len()).filter(|&point| split[self.of_point[point] as usize]).map(|point| {
            let at = &values[point * features..][..features];
            (depth[self.of_point[point] as usize], at, f64::from(points.weights[point]))
        });
        let mut units: Vec<_> = whole.chain(single).collect();
        units.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut refined = Cells { width: self.width, ..Cells::default() };
        for (_, at, weight) in units {
            refined.centres.extend_from_slice(at);
            refined.weights.push(weight);
        }
        refined
    }
}

/// Cells of one width, or `None` where there are more than `most`.
fn cells(values: &[f64], points: &Points, width: f64, most: usize) -> Option<Cells> {
    let features = points.features();
    let mut ids: FxHashMap<Vec<i64>, usize> = FxHashMap::default();
    let mut cells = Cells { width, ..Cells::default() };
    let mut key = vec![0; features];
    for (point, &weight) in values.chunks_exact(features).zip(&points.weights) {
        key.iter_mut().zip(point).for_each(|(key, value)| *key = (value / width).round() as i64);
        let cell = match ids.get(&key) {
            Some(&cell) => cell,
            None if cells.weights.len() == most => return None,
            None => {
                ids.insert(key.clone(), cells.weights.len());
                cells.centres.extend(std::iter::repeat_n(0.0, features));
                cells.weights.push(0.0);
                cells.weights.len() - 1
            }
        };
        cells.of_point.push(cell as u32);
        cells.weights[cell] += f64::from(weight);
        for (centre, value) in cells.centres[cell * features..][..features].iter_mut().zip(point) {
            *centre += f64::from(weight) * value;
        }
    }
    for (centre, weight) in cells.centres.chunks_exact_mut(features).zip(&cells.weights) {
        centre.iter_mut().for_each(|value| *value /= weight);
    }
    Some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_points_stay_themselves_and_many_keep_weight_and_mean() {
        let rows: Vec<f64> = (0..4000).map(|i| f64::from(i % 1000) / 100.0).collect();
        let points = Points::collapse(&rows, 1).unwrap();
        let same = Cells::of(&points, 1000);
        assert_eq!((same.width, same.weights.len()), (0.0, 1000));
        let fewer = Cells::of(&points, 300);
        assert!(fewer.weights.len() <= 300 && fewer.width == 0.04);
        assert_eq!(fewer.weights.iter().sum::<f64>(), 4000.0);
        let mean = fewer.centres.iter().zip(&fewer.weights).map(|(c, w)| c * w).sum::<f64>() / 4000.0;
        assert!((mean - 4.995).abs() < 1e-9);
        assert_eq!(Cells::of(&points, 1).weights.len(), 1);
    }
}
