//! Whatever an alert says, its mail has exactly the fixed headers, and its text is the text.

use crate::mail_server::{MailServer, Script};
use crate::relay::{Setup, wait};
use flowglass_relay::alert::Alert;
use flowglass_relay::config::{Config, parse};
use flowglass_relay::mail::{HEADERS, body, compose, subject};
use flowglass_relay::spool::Entry;
use proptest::prelude::*;

fn config() -> Config {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), crate::relay::TOKEN).unwrap();
    let text = "spool = \"s\"\ntoken_file = \"token\"\n[mail]\nhost = \"mail.example\"\nport = 587\ntls = \"starttls\"\n\
                from = \"Flöwglass relay <relay@example.com>\"\nto = [\"Söc <soc@example.com>\", \"b@example.com\"]";
    parse(text, folder.path()).unwrap()
}

fn entry(id: &str, subject: &str, body: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        accepted: 1_700_000_000.0,
        key: None,
        digest: String::new(),
        tries: 0,
        delivered: Vec::new(),
        refused: Vec::new(),
        reason: None,
        alert: Some(Alert { subject: subject.to_owned(), body: body.to_owned() }),
    }
}

/// Header names (sorted), and for each its unfolded value; then the text, decoded. A reader of its own, so that it does
/// not share the writer's mistakes.
pub fn read(message: &str) -> (Vec<(String, String)>, String) {
    let (head, text) = message.split_once("\r\n\r\n").unwrap();
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        assert!(line.len() <= 998 && !line.contains(['\r', '\n', '\0']), "{line:?}");
        match (line.strip_prefix([' ', '\t']), headers.last_mut()) {
            (Some(more), Some((_, value))) => *value = format!("{value} {more}"),
            _ => {
                let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("not a header: {line:?}"));
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    headers.sort();
    let encoding = headers.iter().find(|(name, _)| name == "Content-Transfer-Encoding").unwrap().1.clone();
    (headers, decode(text, &encoding))
}

fn decode(text: &str, encoding: &str) -> String {
    let bytes = match encoding {
        "7bit" => text.as_bytes().to_vec(),
        "base64" => base64(&text.replace("\r\n", "")),
        "quoted-printable" => {
            let (mut bytes, joined) = (Vec::new(), text.replace("=\r\n", ""));
            let mut rest = joined.as_bytes();
            while let [first, tail @ ..] = rest {
                if *first == b'=' {
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
                    rest = &tail[2..];
                } else {
                    bytes.push(*first);
                    rest = tail;
                }
            }
            bytes
        }
        other => panic!("{other}"),
    };
    String::from_utf8(bytes).unwrap()
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in text.bytes().filter(|byte| *byte != b'=') {
        bits = bits << 6 | DIGITS.iter().position(|d| *d == digit).unwrap() as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

/// The subject with its RFC 2047 words decoded; blanks between two such words belong to neither.
pub fn decode_words(value: &str) -> String {
    let (mut text, mut after_word) = (String::new(), false);
    for (i, word) in value.split(' ').enumerate() {
        let encoded = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        if i > 0 && !(after_word && encoded.is_some()) {
            text.push(' ');
        }
        match encoded {
            Some(word) => text.push_str(std::str::from_utf8(&base64(word)).unwrap()),
            None => text.push_str(word),
        }
        after_word = encoded.is_some();
    }
    text
}

/// A mail's last line has an end, and gets one where the text had none.
fn ended(text: &str) -> String {
    format!("{text}{}", if text.ends_with('\n') { "" } else { "\n" })
}

fn check(config: &Config, wanted_subject: &str, wanted_body: &str) {
    let id = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
    let bytes = compose(&config.mail, &entry(id, wanted_subject, wanted_body)).unwrap();
    assert!(bytes.is_ascii());
    // As on the wire, where the SMTP client ends the last line.
    let (headers, text) = read(&format!("{}\r\n", std::str::from_utf8(&bytes).unwrap()));
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, HEADERS);
    let value = |name: &str| headers.iter().find(|(n, _)| n == name).unwrap().1.as_str();
    assert_eq!(value("Message-ID"), format!("<{id}@example.com>"));
    assert_eq!(value("Date"), "Tue, 14 Nov 2023 22:13:20 +0000");
    assert_eq!(value("Content-Type"), "text/plain; charset=utf-8");
    assert!(value("To").contains("<soc@example.com>") && value("To").contains("b@example.com"));
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(squeezed(&decode_words(value("Subject"))), squeezed(&subject(wanted_subject)));
    assert_eq!(ended(&text.replace("\r\n", "\n")), ended(&body(wanted_body)));
}

#[test]
fn known_attacks() {
    let config = config();
    for subject in [
        "plain",
        "a\r\nBcc: evil@example.net",
        "a\nBcc: evil@example.net",
        "a\rBcc: evil@example.net",
        "a\r\n\r\nbody",
        "a\0b",
        "=?utf-8?b?DQpCY2M6IGV2aWw=?=",
        "a\u{2028}Bcc: x",
        "é\r\n\tfolded: x",
        "\u{85}Bcc: x",
        "😀\n",
    ] {
        check(&config, subject, "body");
        check(&config, "subject", subject);
    }
    check(&config, &"x".repeat(100_000), &"y".repeat(200_000));
    check(&config, &"é ".repeat(100_000), &"ü\r\n".repeat(20_000));
    check(&config, "dots", ".\r\n..\r\n.a\r\n.");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text(subject in "[\\r\\n\\x00:;<>=?a-zé\u{1f980} \\t\\PC]{0,300}", body in "[\\r\\n\\x00.:=a-zé\u{1f980} \\t\\PC]{0,600}") {
        thread_local!(static CONFIG: Config = config());
        CONFIG.with(|config| check(config, &subject, &body));
    }
}

#[test]
fn the_same_over_the_wire() {
    let server = MailServer::start(Script::plain());
    let relay = Setup::plain(server.port, "").start();
    let json = r#"{"subject":"a\r\nBcc: evil@example.net\r\n\r\nx\u0000","body":"one\r\n.\r\nMAIL FROM:<evil@example.net>\n..two\u0000"}"#;
    assert_eq!(relay.post(json, &["Subject: x", "Bcc: evil@example.net"]).status, 202);
    wait("the mail", || server.mails().len() == 1);
    std::thread::sleep(std::time::Duration::from_millis(200));
    let mails = server.mails();
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, "soc@example.com"));
    let (headers, text) = read(&mails[0].text);
    assert_eq!(headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), HEADERS);
    assert_eq!(text, "one\r\n.\r\nMAIL FROM:<evil@example.net>\r\n..two\u{fffd}\r\n");
}
