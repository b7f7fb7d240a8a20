//! e^x for x ≤ 0 in plain additions and multiplications, which the compiler turns into vector code.
//!
//! Only sums over grouped rows use it: there the grouping outweighs its error of 1e-11. It gives the same bits
//! natively and in the browser, since it calls no library.

/// Adding and subtracting it rounds to a whole number, which is left in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52

/// e^x within 1e-11 (relative) for -700 ≤ x ≤ 0; below -700 it is e^-700, which is as good as nothing.
#[inline]
pub fn exp(x: f64) -> f64 {
    let x = if x < -700.0 { -700.0 } else { x };
    let shifted = x * std::f64::consts::LOG2_E + ROUNDER;
    let whole = shifted - ROUNDER;
    let r = x - whole * std::f64::consts::LN_2;
    // Taylor's series to the ninth power: |r| ≤ ln 2 / 2, so the next term is below 1e-11.
    let seventh = (r * (1.0 / 362_880.0) + 1.0 / 40_320.0) * r + 1.0 / 5_040.0;
    let sixth = seventh * r + 1.0 / 720.0;
    let fourth = (sixth * r + 1.0 / 120.0) * r + 1.0 / 24.0;
    let series = (((fourth * r + 1.0 / 6.0) * r + 0.5) * r + 1.0) * r + 1.0;
    // The whole number sits in the low bits of `shifted`; moved up, it is the exponent of a power of two.
    f64::from_bits(series.to_bits().wrapping_add(shifted.to_bits() << 52))
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_follows_the_library() {
        for i in 0..70_000 {
            let x = -f64::from(i) / 100.0;
            let (found, expected) = (super::exp(x), libm::exp(x));
            assert!((found - expected).abs() <= 1e-11 * expected, "e^{x}: {found} for {expected}");
        }
        assert!(super::exp(-1e300) < 1e-300);
        assert_eq!(super::exp(0.0), 1.0);
    }
}
