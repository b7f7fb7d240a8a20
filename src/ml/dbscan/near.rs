//! How close points and boxes of points are, for up to three features; unused ones are 0.

/// A point's features.
pub type Place = [f64; 3];

/// Boxes this much (relatively) off the radius are decided point by point: bounds round differently than distances.
const DOUBT: f64 = 1e-12;
/// Pairs compared one by one before boxes are split further.
const FEW_PAIRS: usize = 256;

/// The squared distance, summed as scikit-learn's tree sums it.
pub fn squared(a: &Place, b: &Place) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b))
}

/// The smallest box around some points.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    low: Place,
    high: Place,
}

/// What two boxes tell of a radius between their points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    All,
    None,
    Some,
}

impl Bounds {
    /// Around nothing.
    pub const EMPTY: Bounds = Bounds { low: [f64::INFINITY; 3], high: [f64::NEG_INFINITY; 3] };

    pub fn of(points: &[Place]) -> Self {
        let mut bounds = Bounds::EMPTY;
        points.iter().for_each(|point| bounds.add(point));
        bounds
    }

    pub fn add(&mut self, point: &Place) {
        for (axis, &value) in point.iter().enumerate() {
            self.low[axis] = self.low[axis].min(value);
            self.high[axis] = self.high[axis].max(value);
        }
    }

    /// Whether all, no or some pairs of points from the two boxes lie within the squared radius.
    pub fn reach(&self, other: &Bounds, radius: f64) -> Reach {
        let (mut least, mut most) = (0.0, 0.0);
        for axis in 0..3 {
            let gap = (self.low[axis] - other.high[axis]).max(other.low[axis] - self.high[axis]).max(0.0);
            let span = (self.high[axis] - other.low[axis]).max(other.high[axis] - self.low[axis]);
            least += gap * gap;
            most += span * span;
        }
        if least > radius * (1.0 + DOUBT) {
            Reach::None
        } else if most < radius * (1.0 - DOUBT) {
            Reach::All
        } else {
            Reach::Some
        }
    }

    fn widest(&self) -> usize {
        let width = |axis: usize| self.high[axis] - self.low[axis];
        (1..3).fold(0, |best, axis| if width(axis) > width(best) { axis } else { best })
    }
}

/// Whether some point of `a` lies within the squared radius of some point of `b`. Reorders both.
/// Halves the larger side until boxes decide, so sets that touch or are apart cost little more than reading them.
pub fn touch(a: &mut [Place], b: &mut [Place], radius: f64) -> bool {
    if a.is_empty() || b.is_empty() {
        return false;
    }
    if a.len() * b.len() <= FEW_PAIRS {
        return a.iter().any(|a| b.iter().any(|b| squared(a, b) <= radius));
    }
    let (around_a, around_b) = (Bounds::of(a), Bounds::of(b));
    match around_a.reach(&around_b, radius) {
        Reach::None => return false,
        Reach::All => return true,
        Reach::Some => {}
    }
    let (large, small, around) = if a.len() >= b.len() { (a, b, around_a) } else { (b, a, around_b) };
    let (axis, middle) = (around.widest(), large.len() / 2);
    large.select_nth_unstable_by(middle, |a, b| a[axis].total_cmp(&b[axis]));
    let (low, high) = large.split_at_mut(middle);
    touch(low, small, radius) || touch(high, small, radius)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(from: i32, to: i32) -> Vec<Place> {
        (from..to).map(|i| [f64::from(i) / 100.0, f64::from(i % 7), 0.0]).collect()
    }

    #[test]
    fn touching_agrees_with_every_pair() {
        for gap in [0, 30, 95, 96, 97, 98, 99, 100, 101, 102, 110, 400] {
            let (mut a, mut b) = (line(0, 200), line(200 + gap, 420 + gap));
            let pairs = a.iter().any(|a| b.iter().any(|b| squared(a, b) <= 1.0));
            assert_eq!(touch(&mut a, &mut b, 1.0), pairs, "gap {gap}");
        }
    }

    #[test]
    fn boxes_decide_only_what_is_certain() {
        let at = |x: f64| Bounds::of(&[[x, 0.0, 0.0]]);
        assert_eq!(at(0.0).reach(&at(1.0), 1.0), Reach::Some);
        assert_eq!(at(0.0).reach(&at(0.9), 1.0), Reach::All);
        assert_eq!(at(0.0).reach(&at(1.1), 1.0), Reach::None);
    }
}
