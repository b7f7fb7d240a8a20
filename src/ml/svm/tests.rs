//! The approximations beside the exact path, parameters out of range, and inputs with nothing to separate.

use super::*;

/// A broad cloud and a thin one, 2 features, many duplicates where `step` is coarse.
fn cloud(rows: u64, step: f64) -> DatasetBase<Points, ()> {
    let value = |i: u64| {
        let (u, v) = (i * 7919 % 1009, i * i * 31 % 787);
        let (x, y) =
            (u as f64 / 1009.0 + v as f64 / 787.0, (u * v % 613) as f64 / 613.0 * (1.0 + (i % 50 / 49) as f64));
        [(x / step).round() * step, (y / step).round() * step]
    };
    let rows: Vec<f64> = (0..rows).flat_map(value).collect();
    DatasetBase::new(Points::collapse(&rows, 2).unwrap(), ())
}

fn rows_that_differ(data: &DatasetBase<Points, ()>, a: &OneClassSvm, b: &OneClassSvm) -> usize {
    let (a, b) = (a.anomalous(), b.anomalous());
    data.records.of_row.iter().filter(|&&point| a[point as usize] != b[point as usize]).count()
}

#[test]
fn weighted_points_give_the_border_of_the_rows() {
    let data = cloud(3000, 0.05);
    let exact = SvmParams::default().fit(&data).unwrap();
    let weighted = SvmParams::new(0.05, None, 0).fit(&data).unwrap();
    assert!(data.records.len() < 1000 && weighted.exact && weighted.error.is_none());
    let differ = rows_that_differ(&data, &exact, &weighted);
    // Points on the border itself carry many rows each, and libsvm's tolerance decides their sign.
    assert!(differ <= 90, "{differ}");
    assert!(exact.anomalous().contains(&true) && exact.anomalous().contains(&false));
}

#[test]
fn cells_stay_near_the_exact_border_and_say_so() {
    let data = cloud(9000, 1e-9);
    let exact = SvmParams::default().fit(&data).unwrap();
    let cells = SvmParams::new(0.05, None, 0).fit(&data).unwrap();
    assert!(exact.exact && exact.error.is_none() && !cells.exact);
    assert!(cells.method.contains("weighted groups") && cells.error.unwrap() < 0.05);
    let differ = rows_that_differ(&data, &exact, &cells);
    assert!(differ < 30, "{differ} of 9000");
    let sharp = SvmParams::new(0.05, Some(100.0), 0).fit(&data).unwrap();
    let anomalous = sharp.anomalous();
    let outside = data.records.of_row.iter().filter(|&&point| anomalous[point as usize]).count();
    // Rows that share the border's point are inside, so a few less than the share may be outside.
    assert!((440..=450).contains(&outside), "{outside}");
}

#[test]
fn parameters_out_of_range_are_refused() {
    for wrong in [
        SvmParams::new(0.0, None, 10),
        SvmParams::new(1.1, None, 10),
        SvmParams::new(f64::NAN, None, 10),
        SvmParams::new(0.05, Some(0.0), 10),
        SvmParams::new(0.05, Some(f64::INFINITY), 10),
        SvmParams::new(0.05, None, 1_000_000),
    ] {
        assert!(wrong.check_ref().is_err(), "{wrong:?}");
    }
}

#[test]
fn no_row_one_row_and_only_equal_rows() {
    let data = |rows: &[f64]| DatasetBase::new(Points::collapse(rows, 1).unwrap(), ());
    assert!(SvmParams::default().fit(&data(&[])).is_err());
    for exact_rows in [0, 10_000] {
        for nu in [0.05, 1.0] {
            let params = SvmParams::new(nu, None, exact_rows);
            for rows in [&[3.0][..], &[3.0; 500]] {
                let model = params.fit(&data(rows)).unwrap();
                assert!(model.decision[0].abs() < 1e-2, "{:?}", model.decision);
            }
        }
    }
}
