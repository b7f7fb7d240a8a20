//! The cells that a log's reader asks for, from a line of text or of JSON.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::ingest::text::log::reason;
use crate::ingest::text::scalar::Scalar;
use crate::ingest::zeek::header::Header;
use crate::ingest::zeek::tsv::SHORT;

use super::{Companion, marked, named};

/// Items of a list that are kept; a certificate chain or the answers to a question are fewer.
const MAX_ITEMS: usize = 64;

/// Which column of a text log is which cell.
pub struct Slots {
    pub companion: &'static Companion,
    cells: Vec<Option<usize>>,
}

impl Slots {
    /// The columns of a companion, where the header is one's.
    pub fn of(header: &Header) -> Option<Slots> {
        let has = |mark: &str| header.columns.iter().any(|column| column == mark);
        let companion = if header.path.is_empty() { marked(has) } else { named(&header.path) }?;
        let cell = |column: &String| companion.names.iter().position(|name| name == column);
        Some(Slots { companion, cells: header.columns.iter().map(cell).collect() })
    }

    /// The cells of a line; what is unset is empty.
    pub fn text<'a>(&self, line: &'a [u8], header: &Header) -> Result<Vec<&'a [u8]>, &'static str> {
        let mut cells: Vec<&[u8]> = vec![b""; self.companion.names.len()];
        let mut rest = Some(line);
        for slot in &self.cells {
            let from = rest.ok_or(SHORT)?;
            let end = memchr(header.separator, from);
            let cell = &from[..end.unwrap_or(from.len())];
            rest = end.map(|end| &from[end + 1..]);
            if let Some(slot) = slot
                && cell != header.unset
                && cell != header.empty
            {
                cells[*slot] = cell;
            }
        }
        Ok(cells)
    }
}

/// The cells of an object in the order of `names`; lists are joined by commas, as in text.
pub fn json<'a>(names: &'static [&'static str], line: &'a [u8]) -> Result<Vec<Cow<'a, [u8]>>, &'static str> {
    let mut deserializer = serde_json::Deserializer::from_slice(line);
    let cells = Object(names).deserialize(&mut deserializer).map_err(|_| reason::NOT_JSON)?;
    deserializer.end().map_err(|_| reason::NOT_JSON)?;
    Ok(cells)
}

struct Object(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Object {
    type Value = Vec<Cow<'de, [u8]>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object {
    type Value = Vec<Cow<'de, [u8]>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut cells = vec![Cow::Borrowed(&b""[..]); self.0.len()];
        while let Some(key) = map.next_key::<Scalar<'de>>()? {
            match self.0.iter().position(|name| *name == key.text()) {
                Some(at) => cells[at] = map.next_value_seed(Cell)?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(cells)
    }
}

/// One value as text.
struct Cell;

impl<'de> DeserializeSeed<'de> for Cell {
    type Value = Cow<'de, [u8]>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell {
    type Value = Cow<'de, [u8]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(if value { b"T" } else { b"F" }))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(b""))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string().into_bytes()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string().into_bytes()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string().into_bytes()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text.as_bytes()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.as_bytes().to_vec()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let (mut joined, mut count) = (Vec::new(), 0);
        while let Some(item) = items.next_element::<Scalar<'de>>()? {
            count += 1;
            if count <= MAX_ITEMS {
                joined.extend_from_slice(if count > 1 { b"," } else { b"" });
                joined.extend_from_slice(item.bytes());
            }
        }
        Ok(Cow::Owned(joined))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(b""))
    }
}
