//! One compressed stream: drives its codec over slices, counts, and says where it broke.

use super::budget::Budget;
use super::codec::Codec;
use crate::error::{Error, Result};

/// Plain bytes are handed on once there are so many, for parsers like long slices.
const BATCH: usize = 1 << 20;

/// Takes plain bytes, with the work that the budget belongs to.
pub type Sink<'a, W> = &'a mut dyn FnMut(&[u8], &mut W) -> Result<()>;

/// Unpacks one compressed file.
pub struct Squeeze {
    codec: Codec,
    name: &'static str,
    given: u64,
    plain: u64,
    fault: Option<Fault>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Truncated,
    /// At this byte, or shortly behind it.
    Damaged(u64),
}

impl Squeeze {
    /// The compression that a file starts with.
    pub fn of(head: &[u8]) -> Option<Self> {
        let (codec, name) = Codec::of(head)?;
        Some(Squeeze { codec, name, given: 0, plain: 0, fault: None })
    }

    pub fn feed<W: AsMut<Budget>>(&mut self, slice: &[u8], work: &mut W, sink: Sink<'_, W>) -> Result<()> {
        let (mut rest, mut plain) = (slice, Vec::new());
        while self.fault.is_none() {
            let before = plain.len();
            let taken = match self.codec.step(rest, &mut plain) {
                Ok(taken) => taken,
                Err(_) => {
                    self.fault = Some(Fault::Damaged(self.given));
                    break;
                }
            };
            rest = &rest[taken..];
            self.given += taken as u64;
            let idle = taken == 0 && plain.len() == before;
            if idle && !rest.is_empty() {
                self.fault = Some(Fault::Damaged(self.given));
            }
            if plain.len() >= BATCH {
                self.hand_on(&mut plain, work, sink)?;
            }
            if idle {
                break;
            }
        }
        self.hand_on(&mut plain, work, sink)
    }

    pub fn finish<W: AsMut<Budget>>(&mut self, work: &mut W, sink: Sink<'_, W>) -> Result<()> {
        let mut plain = Vec::new();
        let whole = self.codec.finish(&mut plain);
        if self.fault.is_none() && !whole {
            self.fault = Some(Fault::Truncated);
        }
        self.hand_on(&mut plain, work, sink)?;
        if self.plain == 0 && self.fault.is_some() {
            let name = self.name;
            return Err(Error::unreadable(format!(
                "the {name} file is damaged or cut off at its start; nothing can be unpacked"
            )));
        }
        Ok(())
    }

    fn hand_on<W: AsMut<Budget>>(&mut self, plain: &mut Vec<u8>, work: &mut W, sink: Sink<'_, W>) -> Result<()> {
        if plain.is_empty() {
            return Ok(());
        }
        self.plain += plain.len() as u64;
        work.as_mut().spend(plain.len())?;
        sink(plain, work)?;
        plain.clear();
        Ok(())
    }

    /// Whether the stream is cut off or damaged.
    pub fn is_broken(&self) -> bool {
        self.fault.is_some()
    }

    pub fn notes(&self) -> Vec<String> {
        let (name, given) = (self.name, self.given);
        let mut notes = vec![format!("Unpacked from {name}: {} bytes. Byte positions count in these.", self.plain)];
        notes.extend(self.fault.map(|fault| match fault {
            Fault::Truncated => format!(
                "The {name} file is cut off or damaged: it ends at byte {given} without a valid end. What could be \
                 unpacked was kept; rows behind a damage may be wrong."
            ),
            Fault::Damaged(at) => format!(
                "The {name} file is damaged at byte {at} or in the 128 KiB around it: what stands before was kept."
            ),
        }));
        notes
    }
}
