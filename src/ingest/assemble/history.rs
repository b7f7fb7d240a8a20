//! Zeek's history letters of one flow, each kept once per direction, in the order they first came.

const LETTERS: usize = 32;

/// The letters so far.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct History {
    /// Which letters have been seen, by direction.
    seen: [u32; 2],
    length: u8,
    letters: [u8; LETTERS],
}

impl History {
    /// Bytes of what says whether a letter is new.
    #[cfg(test)]
    pub const SEEN: usize = 8;

    /// Notes a lower-case letter: 0 is the originator, whose letters stand in upper case.
    #[inline]
    pub fn note(&mut self, side: usize, letter: u8) {
        let bit = 1u32 << (letter & 31);
        if self.seen[side] & bit == 0 {
            self.seen[side] |= bit;
            self.append(if side == 0 { letter.to_ascii_uppercase() } else { letter });
        }
    }

    /// The mark that originator and responder were swapped.
    pub fn flipped(&mut self) {
        self.append(b'^');
    }

    fn append(&mut self, letter: u8) {
        if let Some(slot) = self.letters.get_mut(usize::from(self.length)) {
            *slot = letter;
            self.length += 1;
        }
    }

    #[inline]
    pub fn has(&self, side: usize, letter: u8) -> bool {
        self.seen[side] & 1 << (letter & 31) != 0
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.letters[..usize::from(self.length)]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_stands_once_per_direction() {
        let mut history = History::default();
        for (side, letter) in [(0, b's'), (1, b'h'), (0, b'a'), (0, b'd'), (0, b'd'), (1, b'd')] {
            history.note(side, letter);
        }
        assert_eq!(history.text(), "ShADd");
        assert!(history.has(1, b'h') && !history.has(0, b'h'));
    }
}
