//! Clusters by hand, at the radius, and against the definition on random points.

use linfa::DatasetBase;
use linfa::traits::Fit;
use proptest::prelude::*;

use super::*;

fn labels(rows: &[f64], features: usize, eps: f64, min_samples: u32) -> Vec<i32> {
    let points = Points::collapse(rows, features).unwrap();
    let found = DbscanParams::new(eps, min_samples).fit(&DatasetBase::new(points.clone(), ()));
    let found = found.unwrap();
    points.of_row.iter().map(|&point| found.labels[point as usize]).collect()
}

/// The textbook algorithm, row by row.
fn by_definition(rows: &[f64], features: usize, eps: f64, min_samples: usize) -> Vec<i32> {
    let points: Vec<&[f64]> = rows.chunks_exact(features).collect();
    let near = |a: usize| {
        let squared = |b: usize| points[a].iter().zip(points[b]).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b));
        (0..points.len()).filter(|&b| squared(b) <= eps * eps).collect::<Vec<_>>()
    };
    let near: Vec<Vec<usize>> = (0..points.len()).map(near).collect();
    let mut labels = vec![NOISE; points.len()];
    let mut cluster = 0;
    for first in 0..points.len() {
        if labels[first] != NOISE || near[first].len() < min_samples {
            continue;
        }
        let mut stack = vec![first];
        while let Some(point) = stack.pop() {
            if labels[point] == NOISE {
                labels[point] = cluster;
                if near[point].len() >= min_samples {
                    stack.extend(&near[point]);
                }
            }
        }
        cluster += 1;
    }
    labels
}

#[test]
fn exactly_the_radius_is_near_and_duplicates_count() {
    assert_eq!(labels(&[0.0, 0.3, 0.6, 5.0], 1, 0.3, 3), [0, 0, 0, -1]);
    assert_eq!(labels(&[0.0, 0.300_000_000_000_000_1, 0.6, 5.0], 1, 0.3, 3), [-1; 4]);
    assert_eq!(labels(&[1.0, 1.0, 1.0, 9.0], 1, 0.1, 3), [0, 0, 0, -1]);
    assert_eq!(labels(&[0.0, 0.0, 3.0, 4.0], 2, 5.0, 2), [0, 0]);
}

#[test]
fn a_border_row_goes_to_the_cluster_of_the_lower_number() {
    // The row at 1.0 is within reach of both groups and core in neither.
    let right_first = [1.0, 2.0, 2.1, 2.2, 0.0, -0.1, -0.2];
    assert_eq!(labels(&right_first, 1, 1.0, 4), [0, 0, 0, 0, 1, 1, 1]);
}

#[test]
fn nothing_one_row_and_a_hopeless_radius() {
    assert!(labels(&[], 2, 0.3, 10).is_empty());
    assert_eq!(labels(&[4.0], 1, 0.3, 1), [0]);
    let far = Points::collapse(&[1e300, 0.0], 1).unwrap();
    assert!(DbscanParams::default().fit(&DatasetBase::new(far, ())).is_err());
    assert!(DbscanParams::new(0.0, 1).check().is_err());
    assert!(DbscanParams::new(1.0, 0).check().is_err());
}

proptest! {
    #[test]
    fn random_lattices_follow_the_definition(
        rows in prop::collection::vec(0u8..12, 0..240), features in 1usize..6, eps in 1u8..6, min_samples in 1u32..9,
    ) {
        let whole = rows.len() / features * features;
        // Sixths make distances that round, and many of exactly the radius.
        let rows: Vec<f64> = rows[..whole].iter().map(|&value| f64::from(value) / 6.0).collect();
        let eps = f64::from(eps) / 6.0;
        prop_assert_eq!(
            labels(&rows, features, eps, min_samples),
            by_definition(&rows, features, eps, min_samples as usize)
        );
    }
}
