//! zstd, frame by frame and block by block, in slices (RFC 8878).

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::codec::Broken;

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// No block is larger, packed or plain (RFC 8878, section 3.1.1.2.4).
const LARGEST_BLOCK: usize = 128 << 10;

/// The frames of one file. What a frame may refer back to is bounded by ruzstd to 128 MiB, which is `zstd --long`.
#[derive(Default)]
pub struct Zstd {
    decoder: FrameDecoder,
    /// The start of a header or a block whose rest is still to come.
    held: Vec<u8>,
    /// So many bytes of a skippable frame are still to pass over.
    skip: u64,
    /// Inside a frame, and whether a checksum ends it.
    frame: Option<bool>,
}

/// What is to be done with the bytes at hand.
enum Next {
    Need(usize),
    Skip(u64),
    Header(usize),
    Block { length: usize, last: bool },
}

impl Zstd {
    /// A frame, or one of those that are to be skipped.
    pub fn starts(head: &[u8]) -> bool {
        head.starts_with(&MAGIC) || skippable(head)
    }

    pub fn step(&mut self, packed: &[u8], plain: &mut Vec<u8>) -> Result<usize, Broken> {
        if packed.is_empty() {
            return Ok(0);
        }
        if self.skip > 0 {
            let count = usize::try_from(self.skip).unwrap_or(usize::MAX).min(packed.len());
            self.skip -= count as u64;
            return Ok(count);
        }
        let needed = match self.next(&self.held)? {
            Next::Need(needed) => needed,
            Next::Skip(_) | Next::Header(_) | Next::Block { .. } => self.held.len(),
        };
        let taken = needed.saturating_sub(self.held.len()).min(packed.len());
        self.held.extend_from_slice(&packed[..taken]);
        self.take(plain)?;
        Ok(taken)
    }

    /// Does what can be done with the bytes held.
    fn take(&mut self, plain: &mut Vec<u8>) -> Result<(), Broken> {
        match self.next(&self.held)? {
            Next::Need(_) => return Ok(()),
            Next::Skip(length) => self.skip = length,
            Next::Header(checksum) => {
                self.decoder.reset(&self.held[..checksum]).map_err(|_| Broken)?;
                self.frame = Some(self.held[4] & 4 != 0);
            }
            Next::Block { length, last } => {
                self.decode(length, plain)?;
                if last {
                    self.frame = None;
                    let (said, found) = (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum());
                    if said.is_some() && said != found {
                        return Err(Broken);
                    }
                }
            }
        }
        self.held.clear();
        Ok(())
    }

    fn decode(&mut self, length: usize, plain: &mut Vec<u8>) -> Result<(), Broken> {
        let decoded = self.decoder.decode_blocks(&self.held[..length], BlockDecodingStrategy::UptoBlocks(1));
        let given = self.decoder.collect_to_writer(&mut *plain);
        decoded.map_err(|_| Broken)?;
        given.map(|_| ()).map_err(|_| Broken)
    }

    /// What stands at the start of `held`, which never holds more than was asked for.
    fn next(&self, held: &[u8]) -> Result<Next, Broken> {
        if let Some(checksum) = self.frame {
            return block(held, checksum);
        }
        match held {
            [0, 0, 0, 0, ..] => Err(Broken),
            [.., _, _, _, _] if skippable(held) => Ok(match held.get(4..8) {
                Some(&[a, b, c, d]) => Next::Skip(u32::from_le_bytes([a, b, c, d]).into()),
                _ => Next::Need(8),
            }),
            _ if held.len() < 5 => Ok(Next::Need(5)),
            _ if !held.starts_with(&MAGIC) => Err(Broken),
            _ => {
                let length = header_length(held[4]);
                Ok(if held.len() < length { Next::Need(length) } else { Next::Header(length) })
            }
        }
    }

    /// What a frame may still refer to is held back until its end: where the file is cut inside one, an empty last
    /// block gets it out.
    pub fn finish(&mut self, plain: &mut Vec<u8>) -> bool {
        let Some(_) = self.frame.take() else { return self.held.is_empty() && self.skip == 0 };
        const EMPTY_LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];
        self.held = EMPTY_LAST_BLOCK.to_vec();
        // Where not even that decodes, what is held back is lost, and the cut is said in any case.
        let _ = self.decode(EMPTY_LAST_BLOCK.len(), plain);
        false
    }
}

/// 0x184D2A50 to 0x184D2A5F, little-endian.
fn skippable(head: &[u8]) -> bool {
    matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// The length of a frame's header, magic number included, by its descriptor (section 3.1.1.1).
fn header_length(descriptor: u8) -> usize {
    let single = descriptor & 0x20 != 0;
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = [usize::from(single), 2, 4, 8][usize::from(descriptor >> 6)];
    5 + usize::from(!single) + dictionary + size
}

fn block(held: &[u8], checksum: bool) -> Result<Next, Broken> {
    let Some(&[a, b, c]) = held.get(..3) else { return Ok(Next::Need(3)) };
    let header = u32::from_le_bytes([a, b, c, 0]);
    let (last, kind, size) = (header & 1 != 0, header >> 1 & 3, (header >> 3) as usize);
    // Raw, run-length, compressed; the fourth is reserved.
    let content = match kind {
        0 | 2 if size <= LARGEST_BLOCK => size,
        1 if size <= LARGEST_BLOCK => 1,
        _ => return Err(Broken),
    };
    let length = 3 + content + if last && checksum { 4 } else { 0 };
    Ok(if held.len() < length { Next::Need(length) } else { Next::Block { length, last } })
}
