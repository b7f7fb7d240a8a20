//! The message: plain text under a fixed set of headers, whatever the alert says.

use crate::config::Mail;
use crate::spool::Entry;
use lettre::Message;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue, MIME_VERSION_1_0};
use std::time::{Duration, UNIX_EPOCH};

/// Longest subject, characters; the rest is cut. A folded header line must stay under 998 bytes (RFC 5322, 2.1.1).
const SUBJECT_MAX: usize = 200;

/// The headers of every message, and no others.
pub const HEADERS: [&str; 9] = [
    "Auto-Submitted",
    "Content-Transfer-Encoding",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
];

/// Tells holiday notices and ticket systems not to answer (RFC 3834, 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The bytes to send for `entry`, without the last line end: the SMTP client writes one before the final dot, which
/// belongs to the text (RFC 5321, 4.1.1.4), and a second would arrive as an empty line that was not shown. Date and Message-ID come from the entry, so each attempt sends the same message.
pub fn compose(mail: &Mail, entry: &Entry) -> Result<Vec<u8>, String> {
    let alert = entry.alert.as_ref().ok_or("the entry has no alert")?;
    let date = UNIX_EPOCH + Duration::try_from_secs_f64(entry.accepted).unwrap_or_default();
    let id = format!("<{}@{}>", entry.id, mail.from.email.domain());
    let mut message = Message::builder().from(mail.from.clone()).date(date).message_id(Some(id));
    for to in &mail.to {
        message = message.to(to.clone());
    }
    let message = message
        .subject(subject(&alert.subject))
        .header(MIME_VERSION_1_0)
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN)
        .body(body(&alert.body))
        .map_err(|e| e.to_string())?;
    let mut bytes = message.formatted();
    if bytes.ends_with(b"\r\n") {
        bytes.truncate(bytes.len() - 2);
    }
    Ok(bytes)
}

/// One line: control characters, line and paragraph separators become blanks. `=?` would be taken for the beginning of
/// an encoded word (RFC 2047) and shown as something else, so its question mark becomes a full-width one.
pub fn subject(text: &str) -> String {
    let line = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    let mut cut: String = text.chars().take(SUBJECT_MAX).map(line).collect();
    if text.chars().nth(SUBJECT_MAX).is_some() {
        cut.push('…');
    }
    cut.trim().replace("=?", "=\u{ff1f}")
}

/// Lines end in LF (the encoder makes them CR LF); other control characters but the tab become U+FFFD.
pub fn body(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_short_line() {
        assert_eq!(subject("a\r\nBcc: x@y.z\0\u{2028}b"), "a  Bcc: x@y.z  b");
        assert_eq!(subject("=?utf-8?q?x?="), "=\u{ff1f}utf-8?q?x?=");
        assert_eq!(subject(&"é".repeat(5000)).chars().count(), SUBJECT_MAX + 1);
    }

    #[test]
    fn a_body_keeps_its_lines_only() {
        assert_eq!(body("a\r\nb\rc\n\td\0\u{1b}[31m"), "a\nb\nc\n\td\u{fffd}\u{fffd}[31m");
    }
}
