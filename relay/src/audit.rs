//! The audit trail: one JSON line for each change of state of an alert, and for refused requests up to a rate.

use serde_json::{Map, Value};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Lines about refused requests written per minute; strangers must not fill the disk. The metrics count all of them.
const REFUSED_PER_MINUTE: u32 = 60;
/// Longest text taken from outside (a mail server's reply), characters.
const TEXT_MAX: usize = 200;

/// Where the lines go. A line holds no subject, no body and no secret.
pub struct Audit {
    out: Mutex<Box<dyn Write + Send>>,
    refused: Mutex<(Instant, u32)>,
}

impl Audit {
    /// Appends to the file at `path`, or writes to standard error.
    pub fn open(path: Option<&Path>) -> Result<Self, String> {
        let out: Box<dyn Write + Send> = match path {
            Some(path) => {
                let file = OpenOptions::new().append(true).create(true).open(path);
                Box::new(file.map_err(|e| format!("audit: cannot open {}: {e}", path.display()))?)
            }
            None => Box::new(std::io::stderr()),
        };
        Ok(Self { out: Mutex::new(out), refused: Mutex::new((Instant::now(), 0)) })
    }

    /// Writes `{"at": seconds since 1970, "event": …, fields…}` in one call, so that lines never mix.
    pub fn line(&self, event: &str, fields: &[(&str, Value)]) {
        let mut line = Map::new();
        line.insert("at".to_owned(), Value::from(unix_now()));
        line.insert("event".to_owned(), Value::from(event));
        line.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let text = format!("{}\n", Value::Object(line));
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(e) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            // Nowhere is left to write to if this fails too; an alert matters more than its trail.
            let _ = writeln!(std::io::stderr(), "audit: {e}: {text}");
        }
    }

    /// The same for a refused request, up to the rate.
    pub fn refused(&self, fields: &[(&str, Value)]) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.0.elapsed() >= Duration::from_secs(60) {
            *refused = (Instant::now(), 0);
        }
        refused.1 = refused.1.saturating_add(1);
        if refused.1 <= REFUSED_PER_MINUTE {
            self.line("refused", fields);
        }
    }
}

/// Now, in seconds since 1970.
pub fn unix_now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64())
}

/// Text from outside, cut to 200 characters and without control characters.
pub fn short(text: &str) -> String {
    text.chars().take(TEXT_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_refusals_are_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        let audit = Audit::open(Some(&path)).unwrap();
        audit.line("later", &[("reason", Value::from("one\r\ntwo\u{2028}\"three\""))]);
        for _ in 0..1000 {
            audit.refused(&[("status", Value::from(401))]);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 1 + REFUSED_PER_MINUTE as usize);
        for line in text.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            assert!(value["at"].as_f64().unwrap() > 1e9);
        }
    }

    #[test]
    fn outside_text_is_cut() {
        assert_eq!(short("a\r\nb"), "a  b");
        assert_eq!(short(&"é".repeat(500)).chars().count(), TEXT_MAX);
    }
}
