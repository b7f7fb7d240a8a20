//! DBSCAN for more than three features: points sorted by the first one, compared within its window.

use super::grid::Found;
use crate::ml::points::Points;

/// As `grid::components`, for any number of features. Quadratic where many points share the first feature.
pub fn components(points: &Points, eps: f64, min_samples: u64) -> Found {
    let sweep = Sweep::new(points, eps);
    let core: Vec<bool> = (0..points.len())
        .map(|point| {
            let rows = sweep.near(point).map(|other| u64::from(points.weights[other]));
            rows.sum::<u64>() >= min_samples
        })
        .collect();
    let mut found = Found { component: vec![u32::MAX; points.len()], borders: Vec::new() };
    for first in 0..points.len() {
        if !core[first] || found.component[first] != u32::MAX {
            continue;
        }
        found.component[first] = first as u32;
        let mut stack = vec![first];
        while let Some(point) = stack.pop() {
            for other in sweep.near(point) {
                if !core[other] {
                    found.borders.push((other as u32, first as u32));
                } else if found.component[other] == u32::MAX {
                    found.component[other] = first as u32;
                    stack.push(other);
                }
            }
        }
    }
    found
}

struct Sweep<'a> {
    points: &'a Points,
    eps: f64,
    order: Vec<u32>,
    /// The window of each point: places in `order` whose first feature is near enough.
    windows: Vec<(u32, u32)>,
}

impl<'a> Sweep<'a> {
    fn new(points: &'a Points, eps: f64) -> Self {
        let first = |point: u32| points.values[[point as usize, 0]];
        let mut order: Vec<u32> = (0..points.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| first(a).total_cmp(&first(b)));
        // A little wider than the radius: the difference of two values may round down to it.
        let wide = eps * (1.0 + 1e-9);
        let window = |point: u32| {
            let low = order.partition_point(|&other| first(point) - first(other) > wide);
            let high = order.partition_point(|&other| first(other) - first(point) <= wide);
            (low as u32, high as u32)
        };
        let windows = (0..points.len() as u32).map(window).collect();
        Sweep { points, eps, order, windows }
    }

    /// The points within the radius, the point itself included.
    fn near(&self, point: usize) -> impl Iterator<Item = usize> + '_ {
        let (low, high) = self.windows[point];
        let own = self.points.point(point);
        let radius = self.eps * self.eps;
        let squared = move |other: usize| {
            own.iter().zip(self.points.point(other)).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b))
        };
        let window = self.order[low as usize..high as usize].iter().map(|&other| other as usize);
        window.filter(move |&other| squared(other) <= radius)
    }
}
