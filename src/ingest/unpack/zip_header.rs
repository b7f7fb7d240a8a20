//! What stands before and after a member of a zip archive.

use super::shown;

/// The mark of a member's header.
pub const HEADER: &[u8] = b"PK\x03\x04";

/// The longest descriptor: its mark, a checksum and two lengths of eight bytes. A header follows, so that there are
/// always so many bytes.
pub const DESCRIPTOR: usize = 24;

/// A length that stands in the extra field in full (zip64).
const ELSEWHERE: u32 = u32::MAX;

/// How a member is packed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum How {
    Stored,
    Deflated,
    /// As a stream that tells its own kind: bzip2, zstd or xz.
    Otherwise,
    Unknown(&'static str),
}

/// A member's header.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    pub name: String,
    pub how: How,
    pub crc: u32,
    /// The packed length, where it is told before the member.
    pub packed: Option<u64>,
    /// Checksum and lengths follow the member.
    pub streamed: bool,
}

impl Header {
    /// The header at the start of `bytes` and its length, or how many bytes it takes to see it.
    pub fn read(bytes: &[u8]) -> Result<(Header, usize), usize> {
        const FIXED: usize = 30;
        let fixed: &[u8; FIXED] = bytes.first_chunk().ok_or(FIXED)?;
        let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let long = |at: usize| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
        let (flags, method) = (short(6), short(8));
        let (name, extra) = (usize::from(short(26)), usize::from(short(28)));
        let length = FIXED + name + extra;
        let name = bytes.get(FIXED..FIXED + name).ok_or(length)?;
        let extra = bytes.get(length - extra..length).ok_or(length)?;
        let streamed = flags & 8 != 0;
        let (packed, plain) = (long(18), long(22));
        let packed = match packed {
            ELSEWHERE => long_length(extra, plain == ELSEWHERE),
            0 if streamed => None,
            packed => Some(packed.into()),
        };
        let how = match method {
            _ if flags & 1 != 0 => How::Unknown("it is encrypted"),
            0 => How::Stored,
            8 => How::Deflated,
            12 | 93 | 95 => How::Otherwise,
            _ => How::Unknown("it is packed in a way that is not undone here"),
        };
        Ok((Header { name: shown(name), how, crc: long(14), packed, streamed }, length))
    }
}

/// The packed length in the extra field: behind the plain one, where that is there too.
fn long_length(extra: &[u8], behind: bool) -> Option<u64> {
    const ZIP64: u16 = 1;
    let mut rest = extra;
    while let [a, b, c, d, tail @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*c, *d]));
        let field = tail.get(..length)?;
        if u16::from_le_bytes([*a, *b]) == ZIP64 {
            let bytes = field.get(if behind { 8..16 } else { 0..8 })?;
            return bytes.try_into().ok().map(u64::from_le_bytes);
        }
        rest = &tail[length..];
    }
    None
}

/// The checksum and the length of the descriptor behind a member of so many bytes: with or without its mark, with
/// lengths of four or eight bytes. Only the one whose lengths fit is it.
pub fn descriptor(bytes: &[u8], packed: u64, plain: u64) -> Option<(u32, usize)> {
    let long = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let double = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
    let mark = if bytes.starts_with(b"PK\x07\x08") { 4 } else { 0 };
    [mark, 0].into_iter().find_map(|at| {
        let four = long(at + 4)? == packed as u32 && long(at + 8)? == plain as u32;
        let eight = double(at + 4) == Some(packed) && double(at + 12) == Some(plain);
        let length = if eight {
            20
        } else if four {
            12
        } else {
            return None;
        };
        Some((long(at)?, at + length))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(flags: u16, method: u16, packed: u32, name: &[u8], extra: &[u8]) -> Vec<u8> {
        let mut bytes = [HEADER, &[20, 0]].concat();
        for short in [flags, method, 0, 0] {
            bytes.extend(short.to_le_bytes());
        }
        for long in [7, packed, packed] {
            bytes.extend(long.to_le_bytes());
        }
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend((extra.len() as u16).to_le_bytes());
        [&bytes, name, extra].concat()
    }

    #[test]
    fn a_header_says_how_much_of_it_is_missing() {
        let whole = header(0, 8, 5, b"conn.log", b"");
        let (read, length) = Header::read(&whole).unwrap();
        assert_eq!((read.name.as_str(), read.how, read.packed, length), ("conn.log", How::Deflated, Some(5), 38));
        assert_eq!((Header::read(&whole[..29]), Header::read(&whole[..37])), (Err(30), Err(38)));
    }

    #[test]
    fn lengths_stand_in_three_places() {
        let mut extra = vec![9, 9, 1, 0, 0, 1, 0, 16, 0];
        extra.extend(6u64.to_le_bytes());
        extra.extend((5u64 << 32).to_le_bytes());
        let (long, _) = Header::read(&header(0, 0, u32::MAX, b"x", &extra)).unwrap();
        assert_eq!(long.packed, Some(5 << 32));
        let (streamed, _) = Header::read(&header(8, 8, 0, b"x", b"")).unwrap();
        assert_eq!((streamed.packed, streamed.streamed), (None, true));
        let (secret, _) = Header::read(&header(1, 8, 9, b"x", b"")).unwrap();
        assert!(matches!(secret.how, How::Unknown(_)));
    }

    #[test]
    fn a_descriptor_is_the_one_whose_lengths_fit() {
        let short: Vec<u8> = [3u32, 10, 20].iter().flat_map(|n| n.to_le_bytes()).collect();
        let long: Vec<u8> =
            [3u64.to_le_bytes()[..4].to_vec(), 10u64.to_le_bytes().into(), 20u64.to_le_bytes().into()].concat();
        let filling = [0u8; 12];
        for (body, length) in [(&short, 12), (&long, 20)] {
            let plain = [body, &filling[..]].concat();
            let marked = [b"PK\x07\x08", body.as_slice(), &filling].concat();
            assert_eq!(descriptor(&plain, 10, 20), Some((3, length)));
            assert_eq!(descriptor(&marked, 10, 20), Some((3, length + 4)));
            assert_eq!(descriptor(&marked, 11, 20), None);
        }
    }
}
