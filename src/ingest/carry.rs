//! Cuts a stream of slices into the pieces a parser asks for, wherever the slices end.

/// What a parser makes of the bytes from its place on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It used this many of them, at least one.
    Used(usize),
    /// It needs to see at least this many, more than there were.
    Need(usize),
    /// It has no use for this many, which may be more than there were.
    Skip(u64),
    /// It can make nothing of the rest of the file.
    Stop,
}

/// Bytes held back between slices: never more than the parser last asked for.
#[derive(Debug, Default)]
pub struct Carry {
    held: Vec<u8>,
    /// How many bytes must be held before another look is worth it.
    needed: usize,
    skip: u64,
    /// Where the parser stands, in bytes from the start of the file.
    at: u64,
    stopped: bool,
}

impl Carry {
    /// Hands `slice` to `step` piece by piece; `step` gets the place in the file and the bytes from there on.
    #[inline]
    pub fn feed(&mut self, mut slice: &[u8], mut step: impl FnMut(u64, &[u8]) -> Step) {
        while !slice.is_empty() && !self.stopped {
            if self.skip > 0 {
                let count = usize::try_from(self.skip).unwrap_or(usize::MAX).min(slice.len());
                self.skip -= count as u64;
                self.at += count as u64;
                slice = &slice[count..];
            } else if self.held.is_empty() {
                match step(self.at, slice) {
                    Step::Used(count) => {
                        self.at += count as u64;
                        slice = &slice[count..];
                    }
                    Step::Need(needed) => {
                        self.needed = needed;
                        self.held.extend_from_slice(slice);
                        return;
                    }
                    Step::Skip(count) => self.skip = count,
                    Step::Stop => self.stopped = true,
                }
            } else {
                // Only what is needed is copied, so that what is held is one piece and no more.
                let missing = self.needed.saturating_sub(self.held.len()).min(slice.len());
                self.held.extend_from_slice(&slice[..missing]);
                slice = &slice[missing..];
                self.settle(&mut step);
            }
        }
    }

    /// Takes what can be taken off the bytes held.
    fn settle(&mut self, step: &mut impl FnMut(u64, &[u8]) -> Step) {
        while !self.held.is_empty() && self.held.len() >= self.needed && !self.stopped {
            let count = match step(self.at, &self.held) {
                Step::Need(needed) => {
                    self.needed = needed;
                    return;
                }
                Step::Used(count) => count,
                Step::Skip(count) => {
                    let here = usize::try_from(count).unwrap_or(usize::MAX).min(self.held.len());
                    self.skip = count - here as u64;
                    here
                }
                Step::Stop => {
                    self.stopped = true;
                    return;
                }
            };
            self.at += count as u64;
            self.held.drain(..count);
            self.needed = 1;
        }
    }

    /// Where the file ended inside a piece, if it did: the byte at which the piece starts, or where nothing of it was
    /// wanted, the end of the file.
    pub fn cut(&self) -> Option<u64> {
        let inside = !self.stopped && (!self.held.is_empty() || self.skip > 0);
        inside.then_some(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces of a byte n and n more bytes; 200 and more skips that many.
    fn pieces(input: &[u8], cuts: &[usize]) -> (Vec<Vec<u8>>, Option<u64>) {
        let mut carry = Carry::default();
        let mut found = Vec::new();
        let mut step = |_at: u64, bytes: &[u8]| match usize::from(bytes[0]) {
            count if count >= 200 => Step::Skip(count as u64),
            count if bytes.len() <= count => Step::Need(count + 1),
            count => {
                found.push(bytes[..=count].to_vec());
                Step::Used(count + 1)
            }
        };
        let mut rest = input;
        for &cut in cuts {
            let (slice, behind) = rest.split_at(cut.min(rest.len()));
            carry.feed(slice, &mut step);
            rest = behind;
        }
        carry.feed(rest, &mut step);
        (found, carry.cut())
    }

    #[test]
    fn a_cut_off_piece_says_where_it_starts() {
        assert_eq!(pieces(&[1, 7, 3, 0], &[1, 2]), (vec![vec![1, 7]], Some(2)));
        assert_eq!(pieces(&[1, 7], &[1]), (vec![vec![1, 7]], None));
    }

    proptest::proptest! {
        #[test]
        fn where_slices_end_changes_nothing(
            input in proptest::collection::vec(0u8..=255, 0..2000),
            cuts in proptest::collection::vec(0usize..300, 0..40),
        ) {
            proptest::prop_assert_eq!(pieces(&input, &cuts), pieces(&input, &[]));
        }
    }
}
