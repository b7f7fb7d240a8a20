//! The first bytes of one side of a connection, put together in order.

/// Bytes kept of one side: a certificate chain and an SSH key exchange fit.
pub const MAX_BYTES: usize = 32 << 10;

/// What a further piece of data did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grown {
    Yes,
    /// Sent before.
    No,
    /// Bytes are missing or there are too many: nothing more can be made of this side.
    Broken,
}

/// Data from the first byte on, without gaps.
#[derive(Debug)]
pub struct Stream {
    next: u32,
    bytes: Vec<u8>,
}

impl Stream {
    pub fn new(sequence: u32, data: &[u8]) -> Self {
        Stream { next: sequence.wrapping_add(data.len() as u32), bytes: data.to_vec() }
    }

    pub fn push(&mut self, sequence: u32, data: &[u8]) -> Grown {
        let behind = self.next.wrapping_sub(sequence);
        if behind as i32 >= 0 {
            match data.get(behind as usize..) {
                None | Some([]) => Grown::No,
                Some(new) if self.bytes.len() + new.len() > MAX_BYTES => Grown::Broken,
                Some(new) => {
                    self.bytes.extend_from_slice(new);
                    self.next = self.next.wrapping_add(new.len() as u32);
                    Grown::Yes
                }
            }
        } else {
            Grown::Broken
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_count_once_and_a_gap_breaks() {
        let mut stream = Stream::new(u32::MAX, b"ab");
        assert_eq!(stream.push(u32::MAX, b"abc"), Grown::Yes);
        assert_eq!(stream.push(0, b"bc"), Grown::No);
        assert_eq!(stream.bytes(), b"abc");
        assert_eq!(stream.push(3, b"x"), Grown::Broken);
        assert_eq!(stream.push(2, &[0; MAX_BYTES]), Grown::Broken);
    }
}
