//! The compressions that are undone, each as one step: some packed bytes in, at most a few MiB of plain bytes out.
//!
//! Why these crates: flate2 (miniz_oxide), ruzstd, libbz2-rs-sys behind bzip2, and xz4rust are maintained, decode in
//! pure Rust (so they build for wasm) and take their input piece by piece. lzma-rs wants the whole file behind a
//! reader; liblzma and zstd are C.

use std::io::Write;

use bzip2::{Decompress, Status};
use flate2::write::MultiGzDecoder;
use xz4rust::XzDecoder;

use super::zstd::Zstd;

/// The most that one step adds to the plain bytes where the compression allows it to be said.
const ROOM: usize = 256 << 10;

/// Gzip is taken in pieces of this size: deflate grows data at most 1,032 times, so that no more than about 4 MiB
/// come of one.
const PIECE: usize = 4 << 10;

/// The largest dictionary of an xz file that is allocated: `xz -9` uses 64 MiB.
const XZ_DICTIONARY: usize = 64 << 20;

/// The packed bytes are damaged, or of a kind that is not undone.
#[derive(Debug)]
pub struct Broken;

/// A compression and where it stands.
pub enum Codec {
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    /// `None` between two streams of one file.
    Bzip2(Option<Decompress>),
    Xz {
        decoder: Box<XzDecoder<'static>>,
        inside: bool,
    },
    Zstd(Box<Zstd>),
}

impl Codec {
    /// The compression that a file starts with, and its name.
    pub fn of(head: &[u8]) -> Option<(Codec, &'static str)> {
        // A bzip2 stream's level, and then the mark of a block or of the stream's end.
        let bzip2 = |head: &[u8]| {
            head.starts_with(b"BZh")
                && matches!(head.get(3), Some(b'1'..=b'9'))
                && matches!(head.get(4..10), Some(b"\x31\x41\x59\x26\x53\x59" | b"\x17\x72\x45\x38\x50\x90"))
        };
        if head.starts_with(b"\x1f\x8b") {
            Some((Codec::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))), "gzip"))
        } else if bzip2(head) {
            Some((Codec::Bzip2(None), "bzip2"))
        } else if head.starts_with(b"\xfd7zXZ\0") {
            let decoder = XzDecoder::in_heap_with_alloc_dict_size(0, XZ_DICTIONARY);
            Some((Codec::Xz { decoder, inside: false }, "xz"))
        } else if Zstd::starts(head) {
            Some((Codec::Zstd(Box::default()), "zstd"))
        } else {
            None
        }
    }

    /// Takes some of `packed` and adds what comes of it; how many bytes it took. It is done with `packed` once it
    /// takes and adds nothing.
    pub fn step(&mut self, packed: &[u8], plain: &mut Vec<u8>) -> Result<usize, Broken> {
        match self {
            Codec::Gzip(decoder) => {
                let piece = &packed[..packed.len().min(PIECE)];
                let written = decoder.write_all(piece);
                plain.append(decoder.get_mut());
                written.map(|()| piece.len()).map_err(|_| Broken)
            }
            Codec::Bzip2(stream) => bzip2(stream, packed, plain),
            Codec::Xz { decoder, inside } => xz(decoder, inside, packed, plain),
            Codec::Zstd(zstd) => zstd.step(packed, plain),
        }
    }

    /// The file has ended: adds what was held back. Whether the file ends where it may.
    pub fn finish(&mut self, plain: &mut Vec<u8>) -> bool {
        match self {
            Codec::Gzip(decoder) => {
                let ended = decoder.try_finish().is_ok();
                plain.append(decoder.get_mut());
                ended
            }
            Codec::Bzip2(stream) => stream.is_none(),
            Codec::Xz { inside, .. } => !*inside,
            Codec::Zstd(zstd) => zstd.finish(plain),
        }
    }
}

/// Streams follow one another where pbzip2 or `cat` made the file.
fn bzip2(stream: &mut Option<Decompress>, packed: &[u8], plain: &mut Vec<u8>) -> Result<usize, Broken> {
    if stream.is_none() && packed.is_empty() {
        return Ok(0);
    }
    let decoder = stream.get_or_insert_with(|| Decompress::new(false));
    let before = decoder.total_in();
    plain.reserve(ROOM);
    let status = decoder.decompress_vec(packed, plain).map_err(|_| Broken)?;
    let taken = (decoder.total_in() - before) as usize;
    match status {
        Status::StreamEnd => *stream = None,
        Status::MemNeeded => return Err(Broken),
        _ => {}
    }
    Ok(taken)
}

/// Streams may follow one another, with zeros between them.
fn xz(
    decoder: &mut XzDecoder<'static>,
    inside: &mut bool,
    packed: &[u8],
    plain: &mut Vec<u8>,
) -> Result<usize, Broken> {
    if !*inside {
        let padding = packed.iter().take_while(|byte| **byte == 0).count();
        if padding > 0 || packed.is_empty() {
            return Ok(padding);
        }
        *inside = true;
    }
    let from = plain.len();
    plain.resize(from + ROOM, 0);
    let done = decoder.decode(packed, &mut plain[from..]);
    plain.truncate(from + done.as_ref().map_or(0, xz4rust::XzNextBlockResult::output_produced));
    let done = done.map_err(|_| Broken)?;
    if done.is_end_of_stream() {
        decoder.reset();
        *inside = false;
    }
    Ok(done.input_consumed())
}
