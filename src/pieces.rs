//! Long loops, in pieces for the browser's sake, and the sort that is made of them.

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

/// Sorts what goes by a number below `count` by a key below `keys`, equal keys in their old order: where each key starts,
/// and what `kept` makes of each number.
pub fn counting_sort<K: Copy + Default>(
    count: usize,
    keys: usize,
    key: impl Fn(usize) -> usize,
    kept: impl Fn(usize) -> K,
) -> (Vec<u32>, Vec<K>) {
    let mut starts = vec![0; keys + 1];
    in_pieces(count, |number| starts[key(number) + 1] += 1);
    for index in 0..keys {
        starts[index + 1] += starts[index];
    }
    let mut next = starts.clone();
    let mut sorted = vec![K::default(); count];
    in_pieces(count, |number| {
        let place = &mut next[key(number)];
        sorted[*place as usize] = kept(number);
        *place += 1;
    });
    (starts, sorted)
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
    #[test]
    fn equal_keys_keep_their_order() {
        let keys = [2, 0, 2, 3, 0];
        let (starts, sorted) = counting_sort(keys.len(), 4, |number| keys[number], |number| number);
        assert_eq!((starts, sorted), (vec![0, 2, 2, 4, 5], vec![1, 4, 0, 2, 3]));
        assert_eq!(counting_sort(0, 2, |_| 0, |number| number), (vec![0; 3], vec![]));
    }
}
