//! Undoes packing in front of recognition: compressed streams, and bundles of several files.

pub mod budget;
mod codec;
pub mod squeeze;
pub mod tar;
pub mod zip;
mod zip_header;
mod zstd;

use crate::about::{About, Knob};
use crate::error::{Error, Result};

use squeeze::Squeeze;
use tar::Tar;
use zip::Zip;

pub const KNOBS: &[&Knob] = &[&budget::LIMIT, &budget::RATIO];

pub const ABOUT: About = About {
    key: "unpack",
    title: "Packed files and bundles",
    help: "Any of these may be packed with gzip, zstd, bzip2 or xz, and stand in a zip or tar, in any combination: each \
           member of a bundle is told by its content and read as a file of its own, named bundle/member. What is no \
           traffic is listed and passed over. What stands before a cut or a damage is kept.",
    limits: "A file is not unpacked beyond unpack.limit and unpack.ratio (where one is reached, what was read is kept, \
             and you are asked whether to raise it), no more than 6 layers deep, and of a bundle 10,000 members at most. Not opened: encrypted members, Deflate64, members of a zip stored without their \
             length, 7-Zip, RAR, LZ4, zstd beyond a window of 128 MiB, xz beyond a dictionary of 64 MiB. A GeoIP \
             database is to be given unpacked.",
};

/// So many bytes are enough to tell any packing: a tar header is the longest.
pub const SIGNATURE: usize = tar::BLOCK;

/// Packings that are known by their first bytes and not undone here.
const REFUSED: [(&[u8], &str); 4] = [
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x04\x22\x4d\x18", "compressed with LZ4"),
    (b"\x1f\x9d", "compressed with compress (.Z)"),
];

/// The packing of one file.
pub enum Packing {
    Squeeze(Box<Squeeze>),
    Bundle(Box<Bundle>),
}

/// A file of several files.
pub enum Bundle {
    Zip(Zip),
    Tar(Tar),
}

/// What comes out of a bundle, in this order for each member.
pub enum Out<'a> {
    Begin(&'a str),
    Bytes(&'a [u8]),
    /// `Some` says what is wrong with the member that ends here.
    End(Option<&'static str>),
    /// A member that is passed over, and why.
    Passed(&'a str, &'static str),
}

/// Takes what comes out of a bundle. An error of it stops the bundle.
pub type Sink<'a> = &'a mut dyn FnMut(Out<'_>) -> Result<()>;

/// The packing of a file that starts like this, if it is packed at all.
pub fn packing(head: &[u8]) -> Result<Option<Packing>> {
    if let Some((_, what)) = REFUSED.iter().find(|(signature, _)| head.starts_with(signature)) {
        return Err(Error::unreadable(format!(
            "the file is {what}, which cannot be opened here; unpack it first and drop what is in it (gzip, zstd, \
             bzip2, xz, zip and tar are opened)"
        )));
    }
    Ok(if let Some(squeeze) = Squeeze::of(head) {
        Some(Packing::Squeeze(Box::new(squeeze)))
    } else if Zip::starts(head) {
        Some(Packing::Bundle(Box::new(Bundle::Zip(Zip::default()))))
    } else if Tar::starts(head) {
        Some(Packing::Bundle(Box::new(Bundle::Tar(Tar::default()))))
    } else {
        None
    })
}

impl Bundle {
    /// What stands for the format in the report.
    pub fn key(&self) -> &'static str {
        match self {
            Bundle::Zip(_) => "zip",
            Bundle::Tar(_) => "tar",
        }
    }

    pub fn feed(&mut self, slice: &[u8], sink: Sink<'_>) -> Result<()> {
        match self {
            Bundle::Zip(zip) => zip.feed(slice, sink),
            Bundle::Tar(tar) => tar.feed(slice, sink),
        }
    }

    /// The bundle has ended: ends the member it was in.
    pub fn finish(&mut self, sink: Sink<'_>) -> Result<()> {
        match self {
            Bundle::Zip(zip) => zip.finish(sink),
            Bundle::Tar(tar) => tar.finish(sink),
        }
    }

    /// Damage, as the person should know of it.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Bundle::Zip(zip) => zip.notes(),
            Bundle::Tar(tar) => tar.notes(),
        }
    }
}

/// A member's name as it can be shown: no control characters, and cut to 200 letters.
fn shown(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(&name[..name.len().min(1000)]).into_owned();
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}
