//! A value in a JSON log: exporters write the same number as a number here and as a text there.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::fields;

/// A text or a number; anything else is nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Scalar<'a> {
    #[default]
    None,
    Count(u64),
    Real(f64),
    Text(Cow<'a, str>),
}

impl Scalar<'_> {
    pub fn is_none(&self) -> bool {
        *self == Scalar::None
    }

    /// The text; empty where it is none.
    pub fn text(&self) -> &str {
        match self {
            Scalar::Text(text) => text,
            _ => "",
        }
    }

    pub fn bytes(&self) -> &[u8] {
        self.text().as_bytes()
    }

    pub fn count(&self) -> Option<u64> {
        match self {
            Scalar::Count(count) => Some(*count),
            Scalar::Real(real) => fields::count(real.to_string().as_bytes()),
            Scalar::Text(text) => fields::count(text.as_bytes()),
            Scalar::None => None,
        }
    }

    pub fn real(&self) -> Option<f64> {
        match self {
            Scalar::Count(count) => Some(*count as f64),
            Scalar::Real(real) => Some(*real).filter(|real| real.is_finite()),
            Scalar::Text(text) => fields::real(text.as_bytes()),
            Scalar::None => None,
        }
    }

    /// A port, none, or no port.
    pub fn port(&self) -> Result<Option<u16>, &'static str> {
        match self {
            Scalar::None => Ok(None),
            Scalar::Text(text) if fields::is_blank(text.as_bytes()) => Ok(None),
            _ => match self.count().and_then(|port| u16::try_from(port).ok()) {
                Some(port) => Ok(Some(port)),
                None => Err(super::log::reason::BAD_PORT),
            },
        }
    }
}

impl<'a> Scalar<'a> {
    /// A text that stands in the line as it is, without escapes.
    pub fn borrowed(self) -> Option<&'a str> {
        match self {
            Scalar::Text(Cow::Borrowed(text)) => Some(text),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::None)
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::None)
    }

    fn visit_u64<E>(self, count: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Count(count))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar<'de>, E> {
        Ok(u64::try_from(number).map_or(Scalar::Real(number as f64), Scalar::Count))
    }

    fn visit_f64<E>(self, real: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Real(real))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_in_either_dress() {
        let read = |json: &'static str| serde_json::from_str::<Scalar<'_>>(json).unwrap();
        for json in ["443", "\"443\"", "443.0"] {
            assert_eq!(read(json).port(), Ok(Some(443)), "{json}");
        }
        assert!(read("70000").port().is_err() && read("-1").port().is_err());
        for json in ["null", "true", "[1,[2]]", "{\"a\":1}"] {
            assert!(read(json).is_none(), "{json}");
        }
        assert_eq!(read("\"ShADadfF\"").borrowed(), Some("ShADadfF"));
        assert_eq!(read("\"\\u0041\"").text(), "A");
        assert_eq!(read("-1.5").count(), None);
    }
}
