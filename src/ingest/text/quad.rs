//! Reads dotted quads, `192.0.2.7`, as the standard parser does: without leading zeros, which some systems read as octal.

/// The address as one number, or nothing where the cell is no dotted quad.
#[inline]
pub fn quad(cell: &[u8]) -> Option<u32> {
    #[cfg(target_arch = "wasm32")]
    if let Some(text) = vector::alone(cell) {
        return vector::quad(text, cell.len() as u32);
    }
    plain_quad(cell)
}

/// The same of what stands from one place in a text to another. What stands behind it may be loaded with it.
#[inline(always)]
pub fn quad_in(text: &[u8], start: u32, end: u32) -> Option<u32> {
    #[cfg(target_arch = "wasm32")]
    if end.wrapping_sub(start) <= 16
        && let Some(text) = text.get(start as usize..).and_then(<[u8]>::first_chunk::<16>)
    {
        return vector::quad(bytemuck::cast(*text), end - start);
    }
    quad(text.get(start as usize..end as usize)?)
}

/// Character by character.
fn plain_quad(cell: &[u8]) -> Option<u32> {
    let digit = |at: usize| cell.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|d| *d < 10).map(u32::from);
    let (mut bits, mut at) = (0, 0);
    for part in 0..4 {
        if part > 0 {
            cell.get(at).filter(|byte| **byte == b'.')?;
            at += 1;
        }
        let mut octet = digit(at)?;
        at += 1;
        let end = if octet == 0 { at } else { at + 2 };
        while let Some(next) = digit(at).filter(|_| at < end) {
            octet = octet * 10 + next;
            at += 1;
        }
        if octet > 255 {
            return None;
        }
        bits = bits << 8 | octet;
    }
    (at == cell.len()).then_some(bits)
}

/// All characters at once: where the dots stand says which digits are hundreds, tens and ones. The number of digits
/// varies from octet to octet, so that a loop over them is guessed wrong by the processor again and again.
#[cfg(target_arch = "wasm32")]
mod vector {
    use core::arch::wasm32::*;

    /// One shape for each choice of four lengths from 1 to 3.
    const SHAPES: [Shape; 81] = {
        let mut all = [Shape { pick: [NOTHING; 16], least: [0; 4] }; 81];
        let mut number = 0;
        while number < 81 {
            let lengths = [number / 27 + 1, number / 9 % 3 + 1, number / 3 % 3 + 1, number % 3 + 1];
            let (mut octet, mut start) = (0, 0);
            while octet < 4 {
                let mut digit = 0;
                while digit < lengths[octet] {
                    all[number].pick[octet * 4 + 3 - lengths[octet] + digit] = (start + digit) as u8;
                    digit += 1;
                }
                all[number].least[octet] = [0, 10, 100][lengths[octet] - 1];
                start += lengths[octet] + 1;
                octet += 1;
            }
            number += 1;
        }
        all
    };

    /// How the digits lie, by the lengths of the octets.
    #[derive(Clone, Copy)]
    struct Shape {
        /// Brings the digits of each octet into four lanes: hundreds, tens, ones, nothing.
        pick: [u8; 16],
        /// The least number that needs so many digits: a smaller one has leading zeros.
        least: [u32; 4],
    }

    /// A lane that is picked from nowhere is 0.
    const NOTHING: u8 = 0x80;

    /// A cell of 8 to 15 characters, with nothing around it.
    #[inline]
    pub fn alone(cell: &[u8]) -> Option<v128> {
        let missing = 16u32.checked_sub(cell.len() as u32)?;
        let (first, last) = (u64::from_le_bytes(*cell.first_chunk()?), u64::from_le_bytes(*cell.last_chunk()?));
        Some(u64x2(first, last.checked_shr(8 * missing)?))
    }

    /// Of the first characters, up to 16.
    #[inline]
    pub fn quad(text: v128, length: u32) -> Option<u32> {
        let dots = u32::from(u8x16_bitmask(u8x16_eq(text, u8x16_splat(b'.')))) & ((1 << length) - 1);
        let others = dots & dots.wrapping_sub(1);
        let third = others & others.wrapping_sub(1);
        if !third.is_power_of_two() {
            return None;
        }
        let [a, b, c] = [dots, others, third].map(u32::trailing_zeros);
        // One less than the length of each octet.
        let lengths =
            [a.wrapping_sub(1), (b - a).wrapping_sub(2), (c - b).wrapping_sub(2), (length - c).wrapping_sub(2)];
        if lengths.iter().any(|length| *length > 2) {
            return None;
        }
        let shape = &SHAPES[lengths.iter().fold(0, |number, length| number * 3 + *length as usize)];
        let digits = u8x16_swizzle(u8x16_sub(text, u8x16_splat(b'0')), bytemuck::cast(shape.pick));
        let octets = octets(digits);
        let [least, most] = [bytemuck::cast(shape.least), u32x4_splat(255)];
        let in_range = v128_and(u32x4_ge(octets, least), u32x4_le(octets, most));
        if v128_any_true(u8x16_gt(digits, u8x16_splat(9))) || !u32x4_all_true(in_range) {
            return None;
        }
        let bytes = u8x16_swizzle(octets, u8x16(12, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        Some(u32x4_extract_lane::<0>(bytes))
    }

    /// Four numbers from four times hundreds, tens and ones.
    fn octets(digits: v128) -> v128 {
        let weights = u8x16(100, 10, 1, 0, 100, 10, 1, 0, 100, 10, 1, 0, 100, 10, 1, 0);
        let low = u32x4_extadd_pairwise_u16x8(u16x8_extmul_low_u8x16(digits, weights));
        let high = u32x4_extadd_pairwise_u16x8(u16x8_extmul_high_u8x16(digits, weights));
        u32x4_add(u32x4_shuffle::<0, 2, 4, 6>(low, high), u32x4_shuffle::<1, 3, 5, 7>(low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn they_read_as_the_standard_parser_reads_them() {
        let known = ["1.2.3.4", "255.255.255.255", "0.0.0.0", "010.0.0.1", "1.2.3", "1.2.3.4.5", "1..2.3", "256.1.1.1"];
        known.iter().for_each(|text| check(text.as_bytes()));
        // Each spoiled at every place by every kind of character, so that all lengths and faults occur.
        let good = ["1.22.3.4", "10.20.30.40", "192.168.100.200", "1.255.0.19", "100.1.10.1", "9.99.199.0"];
        for text in good {
            check(text.as_bytes());
            for at in 0..text.len() {
                for sign in *b"0159./:a \xff" {
                    let mut spoiled = text.as_bytes().to_vec();
                    spoiled[at] = sign;
                    check(&spoiled);
                    spoiled.insert(at, sign);
                    check(&spoiled);
                    spoiled.drain(at..(at + 2).min(spoiled.len()));
                    check(&spoiled);
                }
            }
        }
    }

    fn check(cell: &[u8]) {
        let expected = std::str::from_utf8(cell).ok().and_then(|text| text.parse::<Ipv4Addr>().ok());
        assert_eq!(quad(cell), expected.map(Ipv4Addr::to_bits), "{}", cell.escape_ascii());
        assert_eq!(plain_quad(cell), expected.map(Ipv4Addr::to_bits), "{}", cell.escape_ascii());
    }
}
