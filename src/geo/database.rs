//! One MaxMind database: opened once, asked many times, and never trusted to be whole.

use std::net::IpAddr;

use maxminddb::{MaxMindDbError, Reader};
use rustc_hash::FxHashMap;

use crate::model::geo::{GeoSource, Place};

use super::place::RawPlace;

/// Stands before the metadata at the end of every MaxMind database.
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";
/// The format's specification has the marker within this many bytes of the end of the file.
pub const TAIL: u64 = 128 * 1024;

/// Whether a file is a MaxMind database, by its last 128 KiB.
pub fn is_database(tail: &[u8]) -> bool {
    memchr::memmem::rfind(&tail[tail.len().saturating_sub(TAIL as usize)..], MARKER).is_some()
}

/// A database as the person gave it; one that cannot be opened keeps the reason.
pub struct GeoDatabase {
    source: GeoSource,
    reader: Option<Reader<Vec<u8>>>,
}

impl GeoDatabase {
    /// Opens a database. Never fails: what is wrong with it stands in `source().error`.
    pub fn open(file: &str, bytes: Vec<u8>) -> Self {
        let mut source = GeoSource { file: file.to_owned(), kind: String::new(), built: 0, ip_version: 0, error: None };
        if !is_database(&bytes) {
            source.error = Some("this is no MaxMind database (.mmdb), or its end is missing".to_owned());
            return GeoDatabase { source, reader: None };
        }
        match Reader::from_source(bytes) {
            Ok(reader) => {
                let metadata = reader.metadata();
                source.kind = metadata.database_type.clone();
                source.built = metadata.build_epoch;
                source.ip_version = if metadata.ip_version == 6 { 6 } else { 4 };
                GeoDatabase { source, reader: Some(reader) }
            }
            Err(error) => {
                source.error = Some(format!("the database is damaged and is not used: {error}"));
                GeoDatabase { source, reader: None }
            }
        }
    }

    pub fn source(&self) -> &GeoSource {
        &self.source
    }

    pub fn is_open(&self) -> bool {
        self.reader.is_some()
    }

    /// A series of look-ups.
    pub(super) fn lookup(&self) -> Lookup<'_> {
        Lookup { reader: self.reader.as_ref(), decoded: FxHashMap::default(), asked: 0, failed: 0, first: None }
    }
}

/// Look-ups in one database, with what went wrong in them.
pub(super) struct Lookup<'a> {
    reader: Option<&'a Reader<Vec<u8>>>,
    /// Records by their place in the file: many networks share one.
    decoded: FxHashMap<usize, Option<Place>>,
    asked: u64,
    failed: u64,
    first: Option<String>,
}

impl Lookup<'_> {
    /// What the database says of `ip`; nothing where it has no record or cannot be read there.
    pub(super) fn place(&mut self, ip: IpAddr) -> Option<Place> {
        let reader = self.reader?;
        if ip.is_ipv6() && reader.metadata().ip_version == 4 {
            return None;
        }
        self.asked += 1;
        let found = reader.lookup(ip).map_err(|error| self.fail(&error)).ok()?;
        let offset = found.offset()?;
        if let Some(known) = self.decoded.get(&offset) {
            self.failed += u64::from(known.is_none());
            return known.clone();
        }
        let place = match found.decode::<RawPlace<'_>>() {
            Ok(raw) => raw.map(Place::from),
            Err(error) => {
                self.fail(&error);
                None
            }
        };
        self.decoded.insert(offset, place.clone());
        place
    }

    /// How many look-ups failed, in a sentence.
    pub(super) fn complaint(&self) -> Option<String> {
        let first = self.first.as_ref()?;
        Some(format!("{} of {} look-ups failed and count as \"no record\": {first}", self.failed, self.asked))
    }

    fn fail(&mut self, error: &MaxMindDbError) {
        self.failed += 1;
        self.first.get_or_insert_with(|| error.to_string());
    }
}
