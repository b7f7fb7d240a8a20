//! The header of a pcap file and the header of each packet, in their variants.

use std::ops::Range;

const MAGIC: Range<usize> = 0..4;
const MAJOR: Range<usize> = 4..6;
const MINOR: Range<usize> = 6..8;
const LINK: Range<usize> = 20..24;
pub const FILE_HEADER: usize = 24;

const SECONDS: Range<usize> = 0..4;
const FRACTION: Range<usize> = 4..8;
const CAPTURED: Range<usize> = 8..12;
const LENGTH: Range<usize> = 12..16;

/// How a file writes its packet headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variant {
    Plain,
    /// Alexey Kuznetzov's: eight more bytes per packet.
    Modified,
    /// IXIA's: four more bytes behind the file header.
    Ixia,
}

/// What the file's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileHeader {
    big_endian: bool,
    /// Nanoseconds in one unit of a time's fraction.
    unit: i64,
    variant: Variant,
    /// Old writers put the two lengths the other way round.
    swapped: Swapped,
    /// The LINKTYPE.
    pub link: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Swapped {
    Never,
    Always,
    /// Version 2.3 was written both ways.
    IfLonger,
}

impl FileHeader {
    /// Reads the header at the start of a file; `None` where it is no pcap.
    pub fn check(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < FILE_HEADER {
            return None;
        }
        let magic = number(&bytes[MAGIC], true);
        let (big_endian, magic) = match magic {
            0xa1b2_c3d4 | 0xa1b2_3c4d | 0xa1b2_cd34 | 0x1c00_01ac | 0x1c00_01ab => (true, magic),
            _ => (false, magic.swap_bytes()),
        };
        let (unit, variant) = match magic {
            0xa1b2_c3d4 => (1000, Variant::Plain),
            0xa1b2_3c4d => (1, Variant::Plain),
            0xa1b2_cd34 => (1000, Variant::Modified),
            0x1c00_01ac | 0x1c00_01ab => (1, Variant::Ixia),
            _ => return None,
        };
        let [major, minor] = [MAJOR, MINOR].map(|range| number(&bytes[range], big_endian));
        let swapped = match (major, minor) {
            (2, 0..=2) | (543, 0) => Swapped::Always,
            (2, 3) => Swapped::IfLonger,
            _ => Swapped::Never,
        };
        // The upper bits tell of checksums behind the frames.
        let link = (number(&bytes[LINK], big_endian) & 0xffff) as u16;
        Some(FileHeader { big_endian, unit, variant, swapped, link })
    }

    pub fn length(&self) -> usize {
        FILE_HEADER + if self.variant == Variant::Ixia { 4 } else { 0 }
    }

    /// Bytes of each packet's header.
    #[inline]
    pub fn packet_header(&self) -> usize {
        if self.variant == Variant::Modified { 24 } else { 16 }
    }
}

/// A packet's header.
#[derive(Debug, Clone, Copy)]
pub struct PacketHeader {
    /// Nanoseconds since 1970.
    pub time: i64,
    /// Bytes that follow.
    pub captured: usize,
    /// Bytes that were on the wire.
    pub length: u32,
}

impl PacketHeader {
    /// Reads the header at the start of `bytes`; `None` where more bytes are needed.
    #[inline]
    pub fn check(file: &FileHeader, bytes: &[u8]) -> Option<Self> {
        let head: &[u8; 16] = bytes.first_chunk().filter(|_| bytes.len() >= file.packet_header())?;
        let read = |range: Range<usize>| number(&head[range], file.big_endian);
        let (mut captured, mut length) = (read(CAPTURED), read(LENGTH));
        let is_swapped = match file.swapped {
            Swapped::Never => false,
            Swapped::Always => true,
            Swapped::IfLonger => captured > length,
        };
        if is_swapped {
            std::mem::swap(&mut captured, &mut length);
        }
        let time = i64::from(read(SECONDS)) * 1_000_000_000 + i64::from(read(FRACTION)) * file.unit;
        Some(PacketHeader { time, captured: captured as usize, length })
    }
}

#[inline]
fn number(bytes: &[u8], big_endian: bool) -> u32 {
    if big_endian {
        bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
    } else {
        bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte))
    }
}
