//! How far apart the places of two GeoIP records are, and how sure each is.

use crate::model::geo::Place;

const EARTH_RADIUS: f64 = 6_371.0;
/// Kilometres taken off where the record gives no accuracy: what GeoLite2 gives for a place known by country only.
const UNKNOWN_ACCURACY: f64 = 1_000.0;

/// Kilometres around its position within which the place is.
pub fn radius(place: &Place) -> f64 {
    place.accuracy_radius.map_or(UNKNOWN_ACCURACY, f64::from)
}

/// Kilometres along the surface of a round earth (haversine formula), of degrees.
pub fn distance(from: (f64, f64), to: (f64, f64)) -> f64 {
    let radians = |degrees: f64| degrees * std::f64::consts::PI / 180.0;
    let half = |from: f64, to: f64| libm::sin(radians(to - from) / 2.0);
    let (high, wide) = (half(from.0, to.0), half(from.1, to.1));
    let square = high * high + libm::cos(radians(from.0)) * libm::cos(radians(to.0)) * wide * wide;
    2.0 * EARTH_RADIUS * libm::asin(libm::sqrt(square.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_earth_and_a_known_pair_of_cities() {
        assert!((distance((0.0, 0.0), (90.0, 0.0)) - 10_007.5).abs() < 0.1);
        // Stockholm to Sydney.
        assert!((distance((59.33, 18.07), (-33.87, 151.21)) - 15_600.0).abs() < 50.0);
    }
}
