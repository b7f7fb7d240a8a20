//! Reads digits, eight at a time: how many there are varies from cell to cell, so that a loop over them is guessed wrong by
//! the processor again and again.

/// Eight characters, the first in the lowest byte.
type Word = u64;

const ZEROS: Word = 0x3030_3030_3030_3030;
const POINTS: Word = 0x2e2e_2e2e_2e2e_2e2e;

/// The powers of ten, which are exact in an f64, by the number of digits behind the point.
const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Decimal digits and nothing else, 1 to 19 of them.
#[inline(always)]
pub fn whole(cell: &[u8]) -> Option<u64> {
    match cell.len() {
        1..=8 => value(word(cell)),
        9..=19 => long(cell),
        _ => None,
    }
}

#[inline(never)]
fn long(digits: &[u8]) -> Option<u64> {
    let (front, back) = digits.split_at(digits.len() - 8);
    Some(whole(front)? * 100_000_000 + value(word(back))?)
}

/// `123` and `123.456` of up to 19 characters, where both the digits and the power of ten are exact in an f64: one division
/// then rounds once, as the standard parser does.
#[inline(always)]
pub fn decimal(cell: &[u8]) -> Option<f64> {
    let (front, back) = cell.split_at(cell.len().saturating_sub(8));
    if front.len() > 11 || !cell.first()?.is_ascii_digit() {
        return None;
    }
    let (back, places) = without_point(word(back));
    let mut digits = value(back)?;
    if !front.is_empty() {
        // The point took the place of a digit.
        digits += whole(front)? * if places.is_some() { 10_000_000 } else { 100_000_000 };
    }
    (digits < 1 << 53).then(|| digits as f64 / TENS[places.unwrap_or(0)])
}

/// `whole` of what stands from one place in a text to another. What stands before it may be loaded with it.
#[inline(always)]
pub fn whole_in(text: &[u8], start: u32, end: u32) -> Option<u64> {
    #[cfg(target_arch = "wasm32")]
    if let Some((text, length)) = vector::up_to(text, start, end) {
        return vector::whole(text, length);
    }
    whole(text.get(start as usize..end as usize)?)
}

/// `decimal` of what stands from one place in a text to another. What stands before it may be loaded with it.
#[inline(always)]
pub fn decimal_in(text: &[u8], start: u32, end: u32) -> Option<f64> {
    #[cfg(target_arch = "wasm32")]
    if let Some((text, length)) = vector::up_to(text, start, end) {
        return vector::decimal(text, length);
    }
    decimal(text.get(start as usize..end as usize)?)
}

/// Sixteen characters at a time.
#[cfg(target_arch = "wasm32")]
mod vector {
    use core::arch::wasm32::*;

    use super::TENS;

    const LANES: v128 = u8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

    /// The sixteen characters up to the end of a cell of 1 to 16, and its length.
    #[inline(always)]
    pub fn up_to(text: &[u8], start: u32, end: u32) -> Option<(v128, u32)> {
        let length = end.wrapping_sub(start);
        let text = text.get((end as usize).wrapping_sub(16)..end as usize)?;
        (length.wrapping_sub(1) < 16).then(|| Some((bytemuck::cast(*text.first_chunk::<16>()?), length)))?
    }

    /// Of the last characters.
    #[inline(always)]
    pub fn whole(text: v128, length: u32) -> Option<u64> {
        let digits = v128_and(u8x16_sub(text, u8x16_splat(b'0')), last(length));
        all_digits(digits).then(|| value(digits) as u64)
    }

    /// The same with a point among them.
    #[inline(always)]
    pub fn decimal(text: v128, length: u32) -> Option<f64> {
        let last = last(length);
        let points = v128_and(u8x16_eq(text, u8x16_splat(b'.')), last);
        let digits = v128_and(u8x16_sub(text, u8x16_splat(b'0')), last);
        let place = u32::from(u8x16_bitmask(points));
        if place == 0 {
            let number = all_digits(digits).then(|| value(digits))?;
            return (number < 1 << 53).then_some(number as f64);
        }
        // The digits before the point move up by one, over it; a second point is no digit and stays.
        let at = place.trailing_zeros();
        let moved = i8x16_add(LANES, u8x16_le(LANES, u8x16_splat(at as u8)));
        let digits = u8x16_swizzle(digits, moved);
        let places = 15 - at as usize;
        // Fifteen digits are exact in an f64, and so are their powers of ten: one division rounds once.
        (length > 1 && all_digits(digits)).then(|| value(digits) as f64 / TENS[places & 15])
    }

    /// The lanes of the last characters.
    #[inline(always)]
    fn last(length: u32) -> v128 {
        i8x16_ge(LANES, i8x16_splat(16 - length as i8))
    }

    #[inline(always)]
    fn all_digits(digits: v128) -> bool {
        !v128_any_true(u8x16_gt(digits, u8x16_splat(9)))
    }

    /// The number that sixteen digits make.
    #[inline(always)]
    fn value(digits: v128) -> i64 {
        // Neighbours become numbers below 100, these below 10,000, and these below 100,000,000.
        let pairs = u16x8_shr(i16x8_mul(digits, u16x8_splat(10 << 8 | 1)), 8);
        let fours = i32x4_dot_i16x8(pairs, i16x8(100, 1, 100, 1, 100, 1, 100, 1));
        let fours = i16x8_narrow_i32x4(fours, fours);
        let eights = i32x4_dot_i16x8(fours, i16x8(10_000, 1, 10_000, 1, 10_000, 1, 10_000, 1));
        let both = i64x2_extract_lane::<0>(eights);
        (both & 0xffff_ffff) * 100_000_000 + (both >> 32)
    }
}

/// Up to eight characters, zeros in front.
#[inline(always)]
fn word(cell: &[u8]) -> Word {
    let missing = 8 * (8 - cell.len().min(8)) as u32;
    let text = match *cell {
        [] => return ZEROS,
        [a] => u64::from(a) << 56,
        [a, b] => u64::from(a) << 48 | u64::from(b) << 56,
        [a, b, c] => u64::from(a) << 40 | u64::from(b) << 48 | u64::from(c) << 56,
        _ => match (cell.first_chunk::<8>(), cell.first_chunk::<4>(), cell.last_chunk::<4>()) {
            (Some(eight), ..) => return u64::from_le_bytes(*eight),
            // Four from each end: where both have a character, it is the same.
            (_, Some(first), Some(last)) => {
                u64::from(u32::from_le_bytes(*first)) << missing | u64::from(u32::from_le_bytes(*last)) << 32
            }
            _ => return 0,
        },
    };
    text | ZEROS >> (64 - missing)
}

/// The number that eight digits make.
#[inline(always)]
fn value(word: Word) -> Option<u64> {
    let digits = word ^ ZEROS;
    // A digit has nothing in its upper half, and six more do not reach it.
    if (digits | digits.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return None;
    }
    // Two neighbours become a number below 100, two of these one below 10,000, and two of these the whole.
    let pairs = (digits.wrapping_mul(10).wrapping_add(digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours.wrapping_mul(10_000).wrapping_add(fours >> 32)) & 0xffff_ffff)
}

/// The characters without the first point, moved together, and how many stand behind it.
#[inline]
fn without_point(word: Word) -> (Word, Option<usize>) {
    let differs = word ^ POINTS;
    // The lowest byte that is zero is where the lowest borrow comes from.
    let points = differs.wrapping_sub(0x0101_0101_0101_0101) & !differs & 0x8080_8080_8080_8080;
    if points == 0 {
        return (word, None);
    }
    let at = points.trailing_zeros() / 8;
    let before = word & ((1 << (8 * at)) - 1);
    let after = word & (u64::MAX << (8 * at) << 8);
    (after | before << 8 | u64::from(b'0'), Some(7 - at as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_length_and_what_is_none() {
        let all = "9876543210987654321";
        for length in 0..=all.len() {
            let text = &all[all.len() - length..];
            assert_eq!(whole(text.as_bytes()), text.parse().ok(), "{text}");
            for at in 0..length {
                for sign in *b"/:.- \xb5" {
                    let mut spoiled = text.as_bytes().to_vec();
                    spoiled[at] = sign;
                    assert_eq!(whole(&spoiled), None, "{}", spoiled.escape_ascii());
                }
            }
        }
        assert_eq!(whole(b"00000000000000000000"), None);
    }

    #[test]
    fn decimals_are_the_standard_parser_s_or_left_to_it() {
        let digits = "1678440574078821";
        let mut read = 0;
        for length in 1..=digits.len() {
            for point in 0..=length {
                let text = format!("{}.{}", &digits[..point], &digits[point..length]);
                let found = decimal(text.as_bytes());
                let expected: f64 = text.parse().unwrap();
                assert!(found.is_none_or(|found| found.to_bits() == expected.to_bits()), "{text}: {found:?}");
                assert_eq!(found.is_some(), point > 0 && length - point < 8, "{text}");
                read += usize::from(found.is_some());
                assert_eq!(decimal(format!("{text}.").as_bytes()), None);
                assert_eq!(decimal(text.replace('1', "x").as_bytes()), None);
            }
        }
        assert!(read > 80);
        assert_eq!(decimal(b"99999999999999999"), None, "more than an f64 holds");
    }
}
