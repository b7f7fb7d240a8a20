//! zip archives, read front to back by their local headers, for the list at their end comes last (APPNOTE.TXT 6.3).

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::zip_header::{DESCRIPTOR, HEADER, Header, How, descriptor};
use super::{Out, Sink};
use crate::error::{Error, Result};
use crate::ingest::carry::{Carry, Step};

/// Inflated bytes are handed on in pieces of this size.
const ROOM: usize = 256 << 10;

const DAMAGED: &str = "its packed bytes are damaged";
const CHANGED: &str = "its content does not fit its checksum";

/// Reads one archive.
#[derive(Default)]
pub struct Zip {
    carry: Carry,
    reader: Reader,
    given: u64,
}

#[derive(Default)]
struct Reader {
    place: Place,
    ended: bool,
    stopped: Option<(u64, &'static str)>,
    failed: Option<Error>,
}

#[derive(Default)]
enum Place {
    #[default]
    Header,
    /// As it stands: so many bytes are still to come. Packed otherwise, it is unpacked as any file is.
    Stored(Header, u64, Crc),
    Deflated(Box<Inflating>),
    /// What follows a member whose header did not know its length.
    Descriptor(Box<Inflating>),
}

struct Inflating {
    header: Header,
    inflate: Decompress,
    crc: Crc,
}

impl Zip {
    pub fn starts(head: &[u8]) -> bool {
        head.starts_with(HEADER)
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
        match std::mem::take(&mut self.reader.place) {
            Place::Header => Ok(()),
            Place::Stored(..) | Place::Deflated(_) | Place::Descriptor(_) => sink(Out::End(None)),
        }
    }

    pub fn notes(&self) -> Vec<String> {
        if let Some((at, why)) = self.reader.stopped {
            vec![format!("The zip archive could be read up to byte {at} only: {why}. Members behind it are not read.")]
        } else if !self.reader.ended {
            vec![format!("The zip archive is cut off at byte {}: what stands before was kept.", self.given)]
        } else {
            Vec::new()
        }
    }
}

impl Reader {
    fn step(&mut self, at: u64, bytes: &[u8], sink: Sink<'_>) -> Result<Step> {
        match &mut self.place {
            Place::Header => self.header(at, bytes, sink),
            Place::Stored(header, left, crc) => {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                crc.update(&bytes[..count]);
                *left -= count as u64;
                sink(Out::Bytes(&bytes[..count]))?;
                if *left == 0 {
                    // The checksum is of the plain content: where another packing is inside, that one has its own.
                    let fault = (header.how == How::Stored && header.crc != crc.sum()).then_some(CHANGED);
                    self.place = Place::Header;
                    sink(Out::End(fault))?;
                }
                Ok(Step::Used(count))
            }
            Place::Deflated(_) => self.inflate(at, bytes, sink),
            Place::Descriptor(_) => self.descriptor(at, bytes, sink),
        }
    }

    fn stop(&mut self, at: u64, why: &'static str) -> Step {
        self.stopped = Some((at, why));
        Step::Stop
    }

    fn header(&mut self, at: u64, bytes: &[u8], sink: Sink<'_>) -> Result<Step> {
        if bytes.len() < 4 {
            return Ok(Step::Need(4));
        }
        if !bytes.starts_with(HEADER) {
            // The list of members, its end, or a signature before it: all members have been seen.
            self.ended = matches!(bytes[..4], [b'P', b'K', 1, 2] | [b'P', b'K', 5, 6] | [b'P', b'K', 6, 6 | 8]);
            return Ok(if self.ended { Step::Stop } else { self.stop(at, "there is no header where one should be") });
        }
        let (header, length) = match Header::read(bytes) {
            Ok(read) => read,
            Err(needed) => return Ok(Step::Need(needed)),
        };
        let packed = header.packed;
        match header.how {
            _ if header.name.ends_with('/') && packed.unwrap_or(0) == 0 => return Ok(Step::Used(length)),
            How::Unknown(why) => {
                sink(Out::Passed(&header.name, why))?;
                let Some(packed) = packed else { return Ok(self.stop(at, why)) };
                return Ok(Step::Skip(length as u64 + packed));
            }
            How::Deflated => {
                sink(Out::Begin(&header.name))?;
                let (inflate, crc) = (Decompress::new(false), Crc::new());
                self.place = Place::Deflated(Box::new(Inflating { header, inflate, crc }));
            }
            How::Stored | How::Otherwise => {
                let Some(packed) = packed else {
                    sink(Out::Passed(&header.name, "its length is not told before its end"))?;
                    return Ok(self.stop(at, "a member is stored without its length"));
                };
                sink(Out::Begin(&header.name))?;
                match packed {
                    0 => sink(Out::End(None))?,
                    _ => self.place = Place::Stored(header, packed, Crc::new()),
                }
            }
        }
        Ok(Step::Used(length))
    }

    /// Inflates what there is, but never past the member's end where the header told it.
    fn inflate(&mut self, at: u64, bytes: &[u8], sink: Sink<'_>) -> Result<Step> {
        let Place::Deflated(member) = &mut self.place else { return Ok(Step::Stop) };
        let left = member.header.packed.map(|packed| packed - member.inflate.total_in());
        let here = left.map_or(bytes.len(), |left| usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len()));
        let (bytes, last) = (&bytes[..here], left == Some(here as u64));
        let (mut used, mut plain) = (0, Vec::with_capacity(ROOM));
        let whole = loop {
            let before = member.inflate.total_in();
            plain.clear();
            let status = member.inflate.decompress_vec(&bytes[used..], &mut plain, FlushDecompress::None);
            used += (member.inflate.total_in() - before) as usize;
            member.crc.update(&plain);
            sink(Out::Bytes(&plain))?;
            let more_room = plain.len() < plain.capacity();
            match status {
                Ok(Status::StreamEnd) => break true,
                // All was taken, and there was room for more.
                Ok(_) if used == here && more_room && !last => return Ok(Step::Used(used)),
                Ok(_) if used == here && more_room => break false,
                Ok(_) if !plain.is_empty() || member.inflate.total_in() > before => {}
                Ok(_) | Err(_) => break false,
            }
        };
        self.inflated(at, used, whole, sink)
    }

    /// The deflated bytes have ended, or cannot be inflated: the next member stands where the header told, or here.
    fn inflated(&mut self, at: u64, used: usize, whole: bool, sink: Sink<'_>) -> Result<Step> {
        let Place::Deflated(member) = std::mem::take(&mut self.place) else { return Ok(Step::Stop) };
        if whole && member.header.streamed {
            self.place = Place::Descriptor(member);
            return Ok(Step::Used(used));
        }
        let changed = (member.header.crc != member.crc.sum()).then_some(CHANGED);
        sink(Out::End(if whole { changed } else { Some(DAMAGED) }))?;
        let before = member.inflate.total_in() - used as u64;
        Ok(match member.header.packed.map(|packed| packed - before) {
            Some(rest) if rest > used as u64 => Step::Skip(rest),
            None if !whole => self.stop(at, "a member is damaged and its length is not known"),
            _ => Step::Used(used),
        })
    }

    fn descriptor(&mut self, at: u64, bytes: &[u8], sink: Sink<'_>) -> Result<Step> {
        if bytes.len() < DESCRIPTOR {
            return Ok(Step::Need(DESCRIPTOR));
        }
        let Place::Descriptor(member) = std::mem::take(&mut self.place) else { return Ok(Step::Stop) };
        let found = descriptor(bytes, member.inflate.total_in(), member.inflate.total_out());
        let fault = found.filter(|(crc, _)| *crc != member.crc.sum()).map(|_| CHANGED);
        sink(Out::End(fault))?;
        Ok(match found {
            Some((_, length)) => Step::Used(length),
            None => self.stop(at, "a member is not followed by its length"),
        })
    }
}
