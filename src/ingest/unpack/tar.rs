//! tar archives (POSIX ustar, GNU, pax), in slices.

use super::{Out, Sink, shown};
use crate::error::{Error, Result};
use crate::ingest::carry::{Carry, Step};

/// A header is one block, and every member is filled up to whole blocks.
pub const BLOCK: usize = 512;

/// The longest name or pax header read; paths end at 4 KiB.
const LONGEST_HEADER: u64 = 64 << 10;

/// Reads one archive.
#[derive(Default)]
pub struct Tar {
    carry: Carry,
    reader: Reader,
    given: u64,
}

#[derive(Default)]
struct Reader {
    place: Place,
    /// What GNU and pax headers say of the next member.
    long_name: Option<Vec<u8>>,
    long_size: Option<u64>,
    ended: bool,
    damaged: Option<u64>,
    failed: Option<Error>,
}

#[derive(Default)]
enum Place {
    #[default]
    Header,
    /// So many bytes of a member are still to come, and then so many of filling.
    Member(u64, u64),
    /// A header for the next member: its kind, its length and the filling.
    About(u8, usize, usize),
}

impl Tar {
    pub fn starts(head: &[u8]) -> bool {
        head.get(..BLOCK).is_some_and(|block| checksum_holds(block) && block[0] != 0)
    }

    pub fn feed(&mut self, slice: &[u8], sink: Sink<'_>) -> Result<()> {
        self.given += slice.len() as u64;
        let reader = &mut self.reader;
        self.carry.feed(slice, |at, bytes| {
            reader.step(at, bytes, sink).unwrap_or_else(|error| {
                reader.failed = Some(error);
                Step::Stop
            })
        });
        self.reader.failed.take().map_or(Ok(()), Err)
    }

    pub fn finish(&mut self, sink: Sink<'_>) -> Result<()> {
        if let Place::Member(..) = self.reader.place {
            sink(Out::End(None))?;
        }
        Ok(())
    }

    pub fn notes(&self) -> Vec<String> {
        if let Some(at) = self.reader.damaged {
            vec![format!("The tar archive is damaged at byte {at}: members behind it are not read.")]
        } else if !self.reader.ended {
            vec![format!("The tar archive is cut off at byte {}: what stands before was kept.", self.given)]
        } else {
            Vec::new()
        }
    }
}

impl Reader {
    fn step(&mut self, at: u64, bytes: &[u8], sink: Sink<'_>) -> Result<Step> {
        match self.place {
            Place::Header if bytes.len() < BLOCK => Ok(Step::Need(BLOCK)),
            Place::Header => self.header(at, &bytes[..BLOCK], sink),
            Place::Member(left, fill) => {
                let count = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                sink(Out::Bytes(&bytes[..count]))?;
                let left = left - count as u64;
                self.place = Place::Member(left, fill);
                if left == 0 {
                    sink(Out::End(None))?;
                    self.place = Place::Header;
                    return Ok(if fill > 0 { Step::Skip(count as u64 + fill) } else { Step::Used(count) });
                }
                Ok(Step::Used(count))
            }
            Place::About(_, length, fill) if bytes.len() < length + fill => Ok(Step::Need(length + fill)),
            Place::About(kind, length, fill) => {
                self.about(kind, &bytes[..length]);
                self.place = Place::Header;
                Ok(Step::Used(length + fill))
            }
        }
    }

    fn header(&mut self, at: u64, block: &[u8], sink: Sink<'_>) -> Result<Step> {
        if block.iter().all(|byte| *byte == 0) {
            self.ended = true;
            return Ok(Step::Stop);
        }
        let size = self.long_size.take().or_else(|| number(&block[124..136]));
        let Some(size) = size.filter(|_| checksum_holds(block)) else {
            self.damaged = Some(at);
            return Ok(Step::Stop);
        };
        let fill = size.next_multiple_of(BLOCK as u64) - size;
        match block[156] {
            kind @ (b'L' | b'x') if size <= LONGEST_HEADER && size > 0 => {
                self.place = Place::About(kind, size as usize, fill as usize);
            }
            // A regular file; 7 was one laid out in one piece.
            b'0' | 0 | b'7' => {
                let name = self.long_name.take().unwrap_or_else(|| name(block));
                if !name.ends_with(b"/") {
                    sink(Out::Begin(&shown(&name)))?;
                    if size > 0 {
                        self.place = Place::Member(size, fill);
                    } else {
                        sink(Out::End(None))?;
                    }
                }
            }
            kind => {
                let name = self.long_name.take().unwrap_or_else(|| name(block));
                if kind == b'S' {
                    sink(Out::Passed(&shown(&name), "it is stored with holes (sparse)"))?;
                }
                // Folders, links and devices have no content; what says so all the same is passed over.
                return Ok(if size > 0 { Step::Skip(BLOCK as u64 + size + fill) } else { Step::Used(BLOCK) });
            }
        }
        Ok(Step::Used(BLOCK))
    }

    /// A GNU long name, or pax records: `length key=value`, one per line.
    fn about(&mut self, kind: u8, text: &[u8]) {
        if kind == b'L' {
            self.long_name = Some(text.split(|byte| *byte == 0).next().unwrap_or_default().to_vec());
            return;
        }
        for record in text.split(|byte| *byte == b'\n') {
            let field = record.splitn(2, |byte| *byte == b' ').nth(1).unwrap_or_default();
            if let Some(path) = field.strip_prefix(b"path=") {
                self.long_name = Some(path.to_vec());
            } else if let Some(size) = field.strip_prefix(b"size=") {
                self.long_size = crate::ingest::text::fields::digits(size);
            }
        }
    }
}

/// The sum of all bytes, those of the checksum itself counted as blanks.
fn checksum_holds(block: &[u8]) -> bool {
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    let own: u64 = block[148..156].iter().map(|byte| u64::from(*byte)).sum();
    number(&block[148..156]) == Some(sum - own + 8 * 32)
}

/// Octal, or where the highest bit is set, binary with the most significant byte first. No more than 2^53.
fn number(field: &[u8]) -> Option<u64> {
    let value = if field[0] & 0x80 != 0 {
        let bytes = field.iter().enumerate().map(|(index, byte)| if index == 0 { byte & 0x7f } else { *byte });
        bytes.into_iter().try_fold(0u64, |value, byte| value.checked_mul(256)?.checked_add(byte.into()))?
    } else {
        let digits: Vec<u8> = field.iter().copied().filter(|byte| !matches!(byte, b' ' | 0)).collect();
        let octal = |value: u64, digit: &u8| matches!(digit, b'0'..=b'7').then(|| value * 8 + u64::from(digit - b'0'));
        digits.iter().try_fold(0, octal).filter(|_| !digits.is_empty())?
    };
    (value < 1 << 53).then_some(value)
}

fn name(block: &[u8]) -> Vec<u8> {
    let text = |field: &[u8]| field.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
    let (name, prefix) = (text(&block[..100]), text(&block[345..500]));
    // GNU's own header ends in two blanks and has other things where POSIX has the prefix.
    if &block[257..263] == b"ustar\0" && !prefix.is_empty() { [&prefix[..], b"/", &name].concat() } else { name }
}
