//! A percentile over all rows from scores per distinct point.

/// The `share` quantile (0..1) with linear interpolation, as numpy's `percentile` gives it over all rows, where point
/// `i` stands for `weights[i]` rows. `None` without rows. Scores must not be NaN.
pub fn quantile(scores: &[f64], weights: &[u32], share: f64) -> Option<f64> {
    let [low, high] = neighbours(scores, weights, share)?;
    let (_, part) = place(weights, share);
    // Interpolate from the nearer end: numpy does, and it keeps the result monotonic.
    let step = high - low;
    Some(if part >= 0.5 { high - step * (1.0 - part) } else { low + step * part })
}

/// The two scores between which the quantile lies.
pub fn neighbours(scores: &[f64], weights: &[u32], share: f64) -> Option<[f64; 2]> {
    let rows = rows(weights).checked_sub(1)?;
    let (below, _) = place(weights, share);
    Some([below, (below + 1).min(rows)].map(|row| at(scores, weights, row)))
}

/// The row at or below the quantile, and how far towards the next it lies.
fn place(weights: &[u32], share: f64) -> (u64, f64) {
    let place = rows(weights).saturating_sub(1) as f64 * share.clamp(0.0, 1.0);
    (place.floor() as u64, place - place.floor())
}

fn rows(weights: &[u32]) -> u64 {
    weights.iter().map(|&weight| u64::from(weight)).sum()
}

/// The score of the row that has `index` rows before it in ascending order. Reads the scores' bits from the highest down,
/// a digit in each pass, and follows the digit that holds the row: no copy of the scores is sorted, or made.
fn at(scores: &[f64], weights: &[u32], index: u64) -> f64 {
    const DIGIT: u32 = 16;
    let (mut left, mut prefix) = (index, 0);
    for shift in (0..u64::BITS).step_by(DIGIT as usize).rev() {
        let mut rows = vec![0u64; 1 << DIGIT];
        for (&score, &weight) in scores.iter().zip(weights) {
            let key = ordered(score) >> shift;
            if key >> DIGIT == prefix {
                rows[key as usize & ((1 << DIGIT) - 1)] += u64::from(weight);
            }
        }
        let mut digit = 0;
        while digit + 1 < rows.len() && rows[digit] <= left {
            left -= rows[digit];
            digit += 1;
        }
        prefix = prefix << DIGIT | digit as u64;
    }
    f64::from_bits(if prefix >> 63 == 1 { prefix ^ 1 << 63 } else { !prefix })
}

/// Bits that compare as whole numbers as the scores do.
fn ordered(score: f64) -> u64 {
    let bits = score.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
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
    fn signs_and_neighbours_in_the_last_bit_keep_their_order() {
        let next = 1f64.next_up();
        let scores = [next, -1.0, 0.0, -next, 1.0, 1e300, -0.5];
        let mut sorted = scores;
        sorted.sort_by(f64::total_cmp);
        for (place, expected) in sorted.iter().enumerate() {
            assert_eq!(quantile(&scores, &[1; 7], place as f64 / 6.0), Some(*expected), "{place}");
        }
    }

    #[test]
    fn without_rows_there_is_none() {
        assert_eq!(quantile(&[], &[], 0.5), None);
    }
}
