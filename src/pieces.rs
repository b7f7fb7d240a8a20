//! Long loops, in pieces for the browser's sake.

use std::ops::Range;

/// Long enough that the calls cost nothing, and short enough that the first ones, in plain code, do not either.
const PIECE: usize = 1 << 10;

/// Calls `each` for every number below `count` in turn.
///
/// A browser compiles WebAssembly plainly at first, and well while it runs; but of a function that is under way only the
/// next call runs the better code. A loop over millions of rows in one function would run the plain code, several times
/// as slow, to its end. Here each piece is a call.
pub fn in_pieces(count: usize, mut each: impl FnMut(usize)) {
    for start in (0..count).step_by(PIECE) {
        piece(start..count.min(start + PIECE), &mut each);
    }
}

#[inline(never)]
fn piece(numbers: Range<usize>, each: &mut impl FnMut(usize)) {
    numbers.for_each(each);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_once_and_in_turn() {
        for count in [0, 1, PIECE, PIECE + 1, 3 * PIECE - 1] {
            let mut numbers = Vec::new();
            in_pieces(count, |number| numbers.push(number));
            assert!(numbers.into_iter().eq(0..count));
        }
    }
}
