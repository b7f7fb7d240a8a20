//! gzip, one member or many, taken in slices.

use std::io::Write;

use flate2::write::MultiGzDecoder;

use super::{Sink, too_large};
use crate::error::{Error, Result};

/// Compressed bytes are taken in pieces of this size: deflate grows data at most 1,032 times, so that no more than
/// about 4 MiB come of one.
const PIECE: usize = 4 << 10;

/// Plain bytes are handed on once there are so many, for parsers like long slices.
const BATCH: usize = 1 << 20;

/// Unpacks one file.
pub struct Gzip {
    decoder: MultiGzDecoder<Vec<u8>>,
    limit: u64,
    given: u64,
    plain: u64,
    fault: Option<Fault>,
}

enum Fault {
    /// There was no end of a member, or its checksum does not fit.
    Truncated,
    /// The piece in which the damage was met starts at this byte.
    Damaged(u64),
}

impl Gzip {
    pub fn new(limit: u64) -> Self {
        Gzip { decoder: MultiGzDecoder::new(Vec::new()), limit, given: 0, plain: 0, fault: None }
    }

    pub fn feed(&mut self, slice: &[u8], sink: Sink<'_>) -> Result<()> {
        for piece in slice.chunks(PIECE) {
            if self.fault.is_some() {
                return Ok(());
            }
            if self.decoder.write_all(piece).is_err() {
                self.fault = Some(Fault::Damaged(self.given));
            }
            self.given += piece.len() as u64;
            let ready = self.decoder.get_ref().len();
            if ready >= BATCH || self.plain + ready as u64 > self.limit {
                self.hand_on(sink)?;
            }
        }
        Ok(())
    }

    pub fn finish(&mut self, sink: Sink<'_>) -> Result<()> {
        if self.fault.is_none() && self.decoder.try_finish().is_err() {
            self.fault = Some(Fault::Truncated);
        }
        self.hand_on(sink)?;
        if self.plain == 0 && self.fault.is_some() {
            return Err(Error::unreadable("the gzip file is damaged from its start; nothing can be unpacked"));
        }
        Ok(())
    }

    fn hand_on(&mut self, sink: Sink<'_>) -> Result<()> {
        let plain = std::mem::take(self.decoder.get_mut());
        self.plain += plain.len() as u64;
        if self.plain > self.limit {
            return Err(too_large(self.limit));
        }
        sink(&plain)
    }

    pub fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!("Unpacked from gzip: {} bytes. Byte positions count in these.", self.plain)];
        notes.extend(self.fault.as_ref().map(|fault| match fault {
            Fault::Truncated => format!(
                "The gzip file is cut off or damaged: it ends at byte {} without a valid end. What could be unpacked \
                 was kept; rows behind a damage may be wrong.",
                self.given
            ),
            Fault::Damaged(at) => {
                format!("The gzip file is damaged at byte {at} or in the 4 KiB behind it: what stands before was kept.")
            }
        }));
        notes
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const LIMIT: u64 = 1 << 20;

    fn pack(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(packed: &[u8], slice: usize) -> (Result<Vec<u8>>, Vec<String>) {
        let mut plain = Vec::new();
        let mut gzip = Gzip::new(LIMIT);
        let mut sink = |bytes: &[u8]| {
            plain.extend_from_slice(bytes);
            Ok(())
        };
        let mut fed = packed.chunks(slice).try_for_each(|slice| gzip.feed(slice, &mut sink));
        fed = fed.and_then(|()| gzip.finish(&mut sink));
        (fed.map(|()| plain), gzip.notes())
    }

    fn sentence() -> Vec<u8> {
        (0..20_000u32).flat_map(|n| format!("{} flows\n", n.wrapping_mul(2_654_435_761)).into_bytes()).collect()
    }

    #[test]
    fn members_follow_one_another_and_slices_change_nothing() {
        let (first, second) = (sentence(), b"the second member".to_vec());
        let packed = [pack(&first), pack(&second)].concat();
        let expected = [first, second].concat();
        for slice in [1, 1000, packed.len()] {
            let (plain, notes) = unpack(&packed, slice);
            assert!(plain.unwrap() == expected, "{slice}");
            assert_eq!(notes.len(), 1);
        }
    }

    #[test]
    fn what_stands_before_a_cut_is_kept_and_said() {
        let (plain, packed) = (sentence(), pack(&sentence()));
        for cut in [packed.len() / 2, packed.len() - 4] {
            let (kept, notes) = unpack(&packed[..cut], 4096);
            let kept = kept.unwrap();
            assert!(kept.len() > plain.len() / 4 && plain.starts_with(&kept), "{cut}: {} kept", kept.len());
            assert!(notes[1].contains(&format!("ends at byte {cut} ")), "{notes:?}");
        }
        let (nothing, _) = unpack(&packed[..12], 4096);
        assert!(nothing.is_err());
    }

    #[test]
    fn damage_is_said_and_a_bomb_names_the_setting() {
        let mut packed = pack(&sentence());
        let middle = packed.len() / 2;
        packed[middle..middle + 64].fill(0xff);
        let (_, notes) = unpack(&packed, 4096);
        assert!(notes[1].contains("damaged"), "{notes:?}");

        let (bomb, _) = unpack(&pack(&vec![0; 2 * LIMIT as usize]), 4096);
        let refused = bomb.unwrap_err().to_string();
        assert!(refused.contains("unpack.limit") && refused.contains("1 MiB"), "{refused}");
    }
}
