//! Reads digits, eight at a time: how many there are varies from cell to cell, so that a loop over them is guessed wrong by
//! the processor again and again.

/// Eight characters, the first in the lowest byte.
type Word = u64;

const ZEROS: Word = 0x3030_3030_3030_3030;
const POINTS: Word = 0x2e2e_2e2e_2e2e_2e2e;

/// The powers of ten, which are exact in an f64, by the number of digits behind the point.
const TENS: [f64; 8] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];

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
