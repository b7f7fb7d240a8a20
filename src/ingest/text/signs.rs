//! Finds every separator and line end in some rows. Cells are too short for a search from one to the next to pay, so many
//! bytes are compared at once and every hit among them is kept.

/// In front of the first byte: one more than this is 0.
const BEFORE: u32 = u32::MAX;

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Signs {
    pub separator: u8,
    pub line_end: u8,
    /// What makes a row one that is not cut by this alone.
    pub odd: u8,
}

/// Where the separators and line ends stand in some bytes, less than 4 GiB of them.
#[derive(Debug, Default)]
pub struct Places {
    /// `BEFORE`, then the places ascending, then room for more.
    all: Vec<u32>,
    count: usize,
    lines: usize,
    odd: bool,
}

/// Places written at once, whether there are so many or not: a loop over how many there are would be guessed wrong by the
/// processor again and again.
const AT_ONCE: usize = 12;

impl Places {
    /// Finds those of a text, in place of those found before.
    pub fn find(&mut self, signs: Signs, text: &[u8]) {
        let most = text.len() + 1 + AT_ONCE;
        if self.all.len() < most {
            // The first entry keeps what it is filled with here.
            self.all.resize(most, BEFORE);
        }
        (self.count, self.lines, self.odd) = (1, 0, false);
        let (chunks, rest) = text.as_chunks::<WIDTH>();
        let mut at = 0;
        for chunk in chunks {
            self.keep(hits(signs, chunk), at);
            at += WIDTH as u32;
        }
        if !rest.is_empty() {
            // Filled up with the line end, whose hits are then dropped.
            let mut last = [signs.line_end; WIDTH];
            last[..rest.len()].copy_from_slice(rest);
            let Hits { separators, line_ends, odd } = hits(signs, &last);
            self.keep(Hits { separators, line_ends: line_ends & ((1 << rest.len()) - 1), odd }, at);
        }
    }

    #[inline(always)]
    fn keep(&mut self, Hits { separators, line_ends, odd }: Hits, at: u32) {
        let mut hits = separators | line_ends;
        let next = self.count + hits.count_ones() as usize;
        while let Some(room) = self.all[self.count..].first_chunk_mut::<AT_ONCE>() {
            for place in room {
                *place = at.wrapping_add(hits.trailing_zeros());
                hits &= hits.wrapping_sub(1);
            }
            self.count += AT_ONCE;
            if hits == 0 {
                break;
            }
        }
        self.count = next;
        self.lines += line_ends.count_ones() as usize;
        self.odd |= odd;
    }

    /// `BEFORE`, then the places.
    pub fn all(&self) -> &[u32] {
        &self.all[..self.count]
    }

    /// The number of lines, where each ends behind `width` cells and there is nothing odd.
    pub fn plain_lines(&self, text: &[u8], signs: Signs, width: usize) -> Option<usize> {
        let ends = |line: usize| self.all().get(line * width).is_some_and(|end| text[*end as usize] == signs.line_end);
        // Where each of so many places is a line end, and there are no more line ends, none stands anywhere else.
        (!self.odd && (1..=self.lines).all(ends)).then_some(self.lines)
    }

    /// The byte at which a cell starts.
    #[inline(always)]
    pub fn start(&self, cell: usize) -> u32 {
        self.all[cell].wrapping_add(1)
    }

    /// Where a cell starts, and where the sign behind it stands.
    #[inline(always)]
    pub fn cell(&self, cell: usize) -> Option<(u32, u32)> {
        match self.all.get(cell..) {
            Some([before, behind, ..]) => Some((before.wrapping_add(1), *behind)),
            _ => None,
        }
    }
}

/// Bytes compared at once.
const WIDTH: usize = 64;

/// One bit for each byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hits {
    separators: u64,
    line_ends: u64,
    odd: bool,
}

#[cfg(not(target_arch = "wasm32"))]
fn hits(signs: Signs, bytes: &[u8; WIDTH]) -> Hits {
    hits_by_words(signs, bytes)
}

/// In vector code.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn hits(signs: Signs, bytes: &[u8; WIDTH]) -> Hits {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, v128, v128_any_true, v128_or};
    let parts: [v128; 4] = bytemuck::cast(*bytes);
    let equal = |sign: u8| parts.map(|part| u8x16_eq(part, u8x16_splat(sign)));
    let bits = |hits: [v128; 4]| {
        let [a, b, c, d] = hits.map(|hit| u64::from(u8x16_bitmask(hit)));
        a | b << 16 | c << 32 | d << 48
    };
    let odd = equal(signs.odd);
    Hits {
        separators: bits(equal(signs.separator)),
        line_ends: bits(equal(signs.line_end)),
        odd: v128_any_true(v128_or(v128_or(odd[0], odd[1]), v128_or(odd[2], odd[3]))),
    }
}

/// Eight bytes at a time.
#[cfg(any(test, not(target_arch = "wasm32")))]
fn hits_by_words(signs: Signs, bytes: &[u8; WIDTH]) -> Hits {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    // Brings the top bits of eight bytes together in the top byte.
    const GATHER: u64 = 0x0002_0408_1020_4081;
    let (words, _) = bytes.as_chunks::<8>();
    let bits = |sign: u8| {
        let pattern = u64::from_ne_bytes([sign; 8]);
        words.iter().rev().fold(0, |hits, word| {
            let differs = u64::from_le_bytes(*word) ^ pattern;
            // A byte differs from the sign where its top bit differs or its lower seven, plus 127, reach the top bit.
            let equal = !(((differs & LOW) + LOW) | differs | LOW);
            hits << 8 | equal.wrapping_mul(GATHER) >> 56
        })
    };
    Hits { separators: bits(signs.separator), line_ends: bits(signs.line_end), odd: bits(signs.odd) != 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNS: Signs = Signs { separator: b',', line_end: b'\n', odd: b'"' };

    #[test]
    fn every_place_is_found_whatever_stands_between() {
        let mut dice = 1u32;
        let mut places = Places::default();
        for length in (0..200).cycle().take(2000) {
            let text: Vec<u8> = (0..length)
                .map(|_| {
                    dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    b",-\xac\n\x8a,\r\x2b\x00a,,bcd\""[(dice >> 28) as usize]
                })
                .collect();
            let expected: Vec<u32> =
                (0..).zip(&text).filter(|(_, b)| matches!(b, b',' | b'\n')).map(|(at, _)| at).collect();
            places.find(SIGNS, &text);
            assert_eq!(places.all()[1..], expected, "{text:?}");
            assert_eq!(places.lines, text.iter().filter(|byte| **byte == b'\n').count());
            assert_eq!(places.odd, text.contains(&b'"'));
            if let Some(chunk) = text.first_chunk::<WIDTH>() {
                assert_eq!(hits(SIGNS, chunk), hits_by_words(SIGNS, chunk));
            }
        }
    }

    #[test]
    fn lines_are_plain_where_each_has_all_its_cells() {
        let mut places = Places::default();
        for (text, lines) in [
            ("a,b,c\nd,e,f\ng,", Some(2)),
            (",,\n,,\n", Some(2)),
            ("a,b,c", Some(0)),
            ("", Some(0)),
            ("a,b\nc,d,e,f\n", None),
            ("a,b\nc\n", None),
            ("a,b,c,d\n", None),
            ("\na,b,c\n", None),
            ("a,\"b\",c\n", None),
        ] {
            places.find(SIGNS, text.as_bytes());
            assert_eq!(places.plain_lines(text.as_bytes(), SIGNS, 3), lines, "{text}");
        }
        places.find(SIGNS, b"ab,c\n");
        assert_eq!([places.cell(0), places.cell(1)], [Some((0, 2)), Some((3, 4))]);
        assert_eq!(places.start(2), 5);
    }
}
