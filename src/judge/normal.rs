//! What is normal among the rows, and in which feature an odd one leaves it.

use ndarray::Array2;

use crate::ml::dbscan::NOISE;
use crate::ml::percentile::quantile;
use crate::model::judgement::{Judgement, Verdict};
use crate::pieces::in_pieces;

/// The share of rows below and above what is called normal: own choice, so that the middle nine in ten are.
const TAIL: f64 = 0.05;

/// Between which values of each feature the middle nine in ten rows lie; whole rows count, not points.
pub fn ranges(values: &Array2<u16>, weights: &[u32]) -> Vec<[f64; 2]> {
    let range = |column: usize| {
        // The points that share a value are one to the quantile.
        let mut rows = vec![0u32; 1 << u16::BITS];
        let column = values.column(column);
        in_pieces(column.len(), |point| {
            let sum = &mut rows[usize::from(column[point])];
            *sum = sum.saturating_add(weights[point]);
        });
        let known = (0u16..=u16::MAX).zip(rows).filter(|(_, rows)| *rows > 0);
        let (distinct, counts): (Vec<f64>, Vec<u32>) = known.map(|(value, rows)| (f64::from(value), rows)).unzip();
        let end = |share| quantile(&distinct, &counts, share).unwrap_or(0.0);
        [end(TAIL), end(1.0 - TAIL)]
    };
    (0..values.ncols()).map(range).collect()
}

/// Why a point that any model finds odd may be so: each feature that is outside the normal range, or else that the
/// combination is rare. `None` for a point that no model finds odd.
pub fn why(judgement: &Judgement, point: usize) -> Option<String> {
    let by = |model: &Option<Verdict>| model.as_ref().is_some_and(|model| model.anomalous.get(point) == Some(&true));
    let noise = judgement.clusters.as_ref().is_some_and(|clusters| clusters.label.get(point) == Some(&NOISE));
    if !by(&judgement.forest) && !by(&judgement.svm) && !noise {
        return None;
    }
    let values = judgement.values.outer_iter().nth(point)?;
    let features = judgement.features.iter().zip(values.mapv(f64::from)).zip(&judgement.normal);
    let outside = features.filter(|((_, value), [low, high])| value < low || value > high);
    let said: Vec<String> = outside
        .map(|((name, value), [low, high])| {
            format!("{} {value}: normal here {low:.0} to {high:.0} (middle 90 %)", name.replace('_', " "))
        })
        .collect();
    if !said.is_empty() {
        return Some(said.join("; "));
    }
    let all: u64 = judgement.weights.iter().map(|&weight| u64::from(weight)).sum();
    let rows = *judgement.weights.get(point)?;
    let have = if rows == 1 { "has" } else { "have" };
    Some(format!("no value is unusual by itself, but the combination is: {rows} of {all} rows {have} it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn judgement() -> Judgement {
        let values = array![[50_000, 443], [50_000, 9], [51_000, 443], [1, 61_234]];
        let weights = vec![40, 1, 40, 1];
        let normal = ranges(&values, &weights);
        let verdict = Verdict { anomalous: vec![false, true, true, true], ..Verdict::default() };
        let features = vec!["source_port", "destination_port"];
        Judgement { features, values, weights, normal, forest: Some(verdict), ..Judgement::default() }
    }

    #[test]
    fn the_middle_nine_in_ten_rows_are_normal() {
        assert_eq!(judgement().normal, [[50_000.0, 51_000.0], [443.0, 443.0]]);
        assert_eq!(ranges(&Array2::zeros((0, 0)), &[]), [] as [[f64; 2]; 0]);
    }

    #[test]
    fn an_odd_row_names_what_is_unusual_in_it() {
        let judgement = judgement();
        let why = |point| why(&judgement, point);
        assert_eq!(why(0), None, "no model finds it odd");
        assert_eq!(why(1).unwrap(), "destination port 9: normal here 443 to 443 (middle 90 %)");
        assert!(why(2).unwrap().ends_with("40 of 82 rows have it"));
        let both = why(3).unwrap();
        assert!(both.starts_with("source port 1: normal here 50000 to 51000"), "{both}");
        assert!(both.contains("; destination port 61234: normal here"), "{both}");
    }
}
