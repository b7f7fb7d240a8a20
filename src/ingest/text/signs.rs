//! Finds every delimiter and line end in a stretch of text. Cells are too short for a search from one to the next to pay,
//! so many bytes are compared at once and every hit among them is kept.

/// Adds the places of all bytes equal to one of the signs to `places`, ascending. The text is less than 4 GiB.
pub fn places_of(signs: [u8; 2], text: &[u8], places: &mut Vec<u32>) {
    let (chunks, rest) = text.as_chunks::<WIDTH>();
    let mut at = 0;
    for chunk in chunks {
        let mut hits = hits(signs, chunk);
        while hits != 0 {
            places.push(at + hits.trailing_zeros());
            hits &= hits - 1;
        }
        at += WIDTH as u32;
    }
    let rest = (at..).zip(rest).filter(|(_, byte)| signs.contains(byte));
    places.extend(rest.map(|(place, _)| place));
}

/// Bytes compared at once.
const WIDTH: usize = 64;

/// One bit for each byte, set where it is one of the signs.
#[cfg(not(target_arch = "wasm32"))]
fn hits(signs: [u8; 2], bytes: &[u8; WIDTH]) -> u64 {
    hits_by_words(signs, bytes)
}

/// The same in vector code.
#[cfg(target_arch = "wasm32")]
fn hits(signs: [u8; 2], bytes: &[u8; WIDTH]) -> u64 {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, v128, v128_or};
    let [first, second] = signs.map(|sign| u8x16_splat(sign));
    let parts: [v128; 4] = bytemuck::cast(*bytes);
    let part = |at: usize| {
        let hit = v128_or(u8x16_eq(parts[at], first), u8x16_eq(parts[at], second));
        u64::from(u8x16_bitmask(hit)) << (16 * at)
    };
    part(0) | part(1) | part(2) | part(3)
}

/// Eight bytes at a time.
#[cfg(any(test, not(target_arch = "wasm32")))]
fn hits_by_words(signs: [u8; 2], bytes: &[u8; WIDTH]) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    // Brings the top bits of eight bytes together in the top byte.
    const GATHER: u64 = 0x0002_0408_1020_4081;
    let patterns = signs.map(|sign| u64::from_ne_bytes([sign; 8]));
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().rev().fold(0, |hits, word| {
        let equal = |pattern: u64| {
            let differs = u64::from_le_bytes(*word) ^ pattern;
            // A byte differs from the sign where its top bit differs or its lower seven, plus 127, reach the top bit.
            !(((differs & LOW) + LOW) | differs | LOW)
        };
        let either = equal(patterns[0]) | equal(patterns[1]);
        hits << 8 | either.wrapping_mul(GATHER) >> 56
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_whatever_stands_between() {
        let mut dice = 1u32;
        for length in (0..200).cycle().take(2000) {
            let text: Vec<u8> = (0..length)
                .map(|_| {
                    dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    b",-\xac\n\x8a,\r\x2b"[(dice >> 29) as usize]
                })
                .collect();
            let expected: Vec<u32> =
                (0..).zip(&text).filter(|(_, b)| matches!(b, b',' | b'\n')).map(|(at, _)| at).collect();
            let mut places = vec![7];
            places_of([b',', b'\n'], &text, &mut places);
            assert_eq!(places[1..], expected, "{text:?}");
            if let Some(chunk) = text.first_chunk::<WIDTH>() {
                assert_eq!(hits([b',', b'\n'], chunk), hits_by_words([b',', b'\n'], chunk));
            }
        }
    }
}
