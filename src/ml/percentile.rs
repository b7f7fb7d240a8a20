//! A percentile over all rows from scores per distinct point.

/// The `share` quantile (0..1) with linear interpolation, as numpy's `percentile` gives it over all rows, where point
/// `i` stands for `weights[i]` rows. `None` without rows. Scores must not be NaN.
pub fn quantile(scores: &[f64], weights: &[u32], share: f64) -> Option<f64> {
    let rows: u64 = weights.iter().map(|&weight| u64::from(weight)).sum();
    if rows == 0 {
        return None;
    }
    let place = (rows - 1) as f64 * share.clamp(0.0, 1.0);
    let below = place.floor();
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| scores[a as usize].total_cmp(&scores[b as usize]));
    let (low, high) = neighbours(scores, weights, &order, below as u64)?;
    let part = place - below;
    // Interpolate from the nearer end: numpy does, and it keeps the result monotonic.
    let step = high - low;
    Some(if part >= 0.5 { high - step * (1.0 - part) } else { low + step * part })
}

/// The scores of the sorted rows `index` and `index + 1`; the last row is its own neighbour.
fn neighbours(scores: &[f64], weights: &[u32], order: &[u32], index: u64) -> Option<(f64, f64)> {
    let mut seen = 0;
    let mut low = None;
    for &point in order {
        let (score, weight) = (scores[point as usize], u64::from(weights[point as usize]));
        seen += weight;
        if low.is_none() && seen > index {
            low = Some(score);
        }
        if let Some(low) = low
            && seen > index + 1
        {
            return Some((low, score));
        }
    }
    low.map(|low| (low, low))
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn weights_count_as_rows() {
        let (scores, weights) = ([3.0, 1.0, 2.0], [1, 2, 1]);
        // numpy.percentile([1, 1, 2, 3], [0, 25, 50, 75, 90, 100])
        for (share, expected) in [(0.0, 1.0), (0.25, 1.0), (0.5, 1.5), (0.75, 2.25), (0.9, 2.7), (1.0, 3.0)] {
            let found = quantile(&scores, &weights, share).unwrap();
            assert!((found - expected).abs() < 1e-15, "{share}: {found}");
        }
    }

    #[test]
    fn without_rows_there_is_none() {
        assert_eq!(quantile(&[], &[], 0.5), None);
    }
}
