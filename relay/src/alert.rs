//! An alert as a client posts it: a subject, a body, perhaps an idempotency key. Nothing about where it goes.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Longest idempotency key, characters.
const KEY_MAX: usize = 128;

/// What is posted and what is spooled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub subject: String,
    pub body: String,
}

/// Why a request body is not an alert.
#[derive(Debug, PartialEq, Eq)]
pub enum Problem {
    /// Not JSON, or not an object of exactly these fields.
    Shape(String),
    /// A field with a value that cannot be used.
    Value(&'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    subject: String,
    body: String,
    key: Option<String>,
}

/// The alert and its key in `bytes`. The key may come in the `Idempotency-Key` header (`header`), in the field `key`,
/// or in both if they agree: 1 to 128 visible ASCII characters.
pub fn parse(bytes: &[u8], header: Option<&[u8]>) -> Result<(Alert, Option<String>), Problem> {
    let request: Request = serde_json::from_slice(bytes).map_err(|e| Problem::Shape(e.to_string()))?;
    let header = match header.map(std::str::from_utf8) {
        Some(Ok(text)) => Some(text.to_owned()),
        Some(Err(_)) => return Err(Problem::Value("Idempotency-Key: visible ASCII characters only")),
        None => None,
    };
    if matches!((&header, &request.key), (Some(a), Some(b)) if a != b) {
        return Err(Problem::Value("Idempotency-Key and the field key differ"));
    }
    let key = header.or(request.key);
    if key
        .as_ref()
        .is_some_and(|key| key.is_empty() || key.len() > KEY_MAX || !key.bytes().all(|b| b.is_ascii_graphic()))
    {
        return Err(Problem::Value("the idempotency key: 1 to 128 visible ASCII characters"));
    }
    if request.subject.trim().is_empty() {
        return Err(Problem::Value("subject: must not be empty"));
    }
    Ok((Alert { subject: request.subject, body: request.body }, key))
}

impl Alert {
    /// Hexadecimal SHA-256 that tells two alerts apart whatever the blanks and field order of their JSON.
    pub fn digest(&self) -> String {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        let length = (self.subject.len() as u64).to_be_bytes();
        hex(&Sha256::new().chain_update(length).chain_update(&self.subject).chain_update(&self.body).finalize())
    }
}

/// Hexadecimal SHA-256 of a key: what the spool stores, since a key may say more than it should.
pub fn key_hash(key: &str) -> String {
    hex(&Sha256::digest(key))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(subject: &str, body: &str) -> Alert {
        Alert { subject: subject.to_owned(), body: body.to_owned() }
    }

    #[test]
    fn takes_exactly_the_fields() {
        assert_eq!(parse(br#"{"subject":"s","body":""}"#, None), Ok((alert("s", ""), None)));
        let keyed = br#"{"body":"b","key":"k","subject":"s"}"#;
        assert_eq!(parse(keyed, Some(b"k")).unwrap().1.as_deref(), Some("k"));
        for bad in [
            &b"{"[..],
            b"[]",
            br#"{"subject":"s"}"#,
            br#"{"subject":"s","body":"b","to":"x@y.z"}"#,
            br#"{"subject":"s","subject":"t","body":"b"}"#,
            br#"{"subject":1,"body":"b"}"#,
            b"{\"subject\":\"\xff\"}",
        ] {
            assert!(matches!(parse(bad, None), Err(Problem::Shape(_))), "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn refuses_keys_that_are_not_plain() {
        let keyed = br#"{"subject":"s","body":"b","key":"k"}"#;
        assert!(matches!(parse(keyed, Some(b"other")), Err(Problem::Value(_))));
        for key in ["", "a b", "a\\r\\nb", "\\u0000", "\u{e9}", &"k".repeat(KEY_MAX + 1)] {
            let json = format!(r#"{{"subject":"s","body":"b","key":"{key}"}}"#);
            assert!(matches!(parse(json.as_bytes(), None), Err(Problem::Value(_))), "{key:?}");
        }
    }

    #[test]
    fn the_digest_separates_the_fields() {
        assert_ne!(alert("ab", "c").digest(), alert("a", "bc").digest());
        assert_eq!(alert("ab", "c").digest(), alert("ab", "c").digest());
        // SHA-256 of "abc", from FIPS 180-4's examples.
        assert_eq!(key_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
