//! Undoes compression in front of recognition: what reaches a parser is the plain file.

mod gzip;

use crate::about::{Knob, Range};
use crate::error::{Error, Result};
use crate::model::settings::Checked;

use gzip::Gzip;

pub const KNOBS: &[&Knob] = &[&LIMIT];

pub const LIMIT: Knob = Knob {
    key: "unpack.limit",
    label: "Largest file to unpack",
    help: "A compressed file may grow to this size and no further: a small file made in bad faith can unpack to \
           terabytes. Where a file is refused for it and you trust the file, raise this. The default, 4 GiB, is \
           the conn.log of a busy day.",
    unit: "MiB",
    range: Range::Integer { min: 1, max: 1 << 30, default: 4096 },
};

/// So many bytes are enough to tell any packing.
const SIGNATURE: usize = 6;

/// Packings that are known by their first bytes and not undone here.
const REFUSED: [(&[u8], &str); 6] = [
    (b"PK\x03\x04", "a zip archive"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\0", "compressed with xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
];

/// Takes the plain bytes.
pub type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> Result<()>;

/// The packing of one file.
pub struct Unpack {
    stage: Stage,
}

enum Stage {
    /// The first bytes, until there are enough to tell the packing.
    Start(Vec<u8>),
    Plain,
    Gzip(Box<Gzip>),
}

impl Default for Unpack {
    fn default() -> Self {
        Unpack { stage: Stage::Start(Vec::new()) }
    }
}

impl Unpack {
    /// Takes the next slice of the file as given and hands its plain bytes on. Fails where the packing is one
    /// that is not undone, or the plain file would be larger than the limit.
    pub fn feed(&mut self, slice: &[u8], settings: &Checked, sink: Sink<'_>) -> Result<()> {
        match &mut self.stage {
            Stage::Plain => sink(slice),
            Stage::Gzip(gzip) => gzip.feed(slice, sink),
            Stage::Start(start) => {
                start.extend_from_slice(slice);
                if start.len() < SIGNATURE { Ok(()) } else { self.begin(settings, sink) }
            }
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, settings: &Checked, sink: Sink<'_>) -> Result<()> {
        if matches!(self.stage, Stage::Start(_)) {
            self.begin(settings, sink)?;
        }
        match &mut self.stage {
            Stage::Gzip(gzip) => gzip.finish(sink),
            Stage::Plain | Stage::Start(_) => Ok(()),
        }
    }

    fn begin(&mut self, settings: &Checked, sink: Sink<'_>) -> Result<()> {
        let Stage::Start(start) = &mut self.stage else { return Ok(()) };
        let start = std::mem::take(start);
        if let Some((_, what)) = REFUSED.iter().find(|(signature, _)| start.starts_with(signature)) {
            return Err(Error::unreadable(format!(
                "the file is {what}, which cannot be opened here; unpack it first and drop what is in it (gzip is opened)"
            )));
        }
        self.stage = if start.starts_with(b"\x1f\x8b") {
            Stage::Gzip(Box::new(Gzip::new((settings.count(&LIMIT) as u64) << 20)))
        } else {
            Stage::Plain
        };
        self.feed(&start, settings, sink)
    }

    /// What the person should know of how the file was unpacked.
    pub fn notes(&self) -> Vec<String> {
        match &self.stage {
            Stage::Gzip(gzip) => gzip.notes(),
            Stage::Plain | Stage::Start(_) => Vec::new(),
        }
    }
}

/// The plain file would be larger than `limit` bytes.
fn too_large(limit: u64) -> Error {
    Error::unreadable(format!(
        "unpacked, the file is larger than {} MiB, and reading stopped there; where you trust the file, raise the \
         setting {} ({})",
        limit >> 20,
        LIMIT.key,
        LIMIT.label,
    ))
}
