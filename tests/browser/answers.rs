//! What the page says of each answer that a relay may give: a double gives them in turn.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::alert::{analysed, press};
use crate::mailbox::TOKEN;
use crate::site::Site;

/// An answer: the status, a header line or none, the JSON.
type Answer = (u16, &'static str, &'static str);

/// What the relay may answer (`relay/src/routes.rs`), the outcome that the page makes of it, and what it advises.
const ANSWERS: [(Answer, &str, &[&str]); 9] = [
    ((202, "", r#"{"id":"x"}"#), "accepted", &["Accepted", "no second mail"]),
    ((401, "", r#"{"reason":"token"}"#), "denied", &["token", "Enter the token"]),
    ((403, "", r#"{"reason":"origin"}"#), "denied", &["(origin)", "list of origins", "list of hosts"]),
    ((400, "", r#"{"reason":"not JSON"}"#), "refused", &["400", "not JSON", ".eml"]),
    ((413, "", r#"{"reason":"too large"}"#), "refused", &["longer than the relay takes", "redaction level"]),
    ((429, "Retry-After: 17", r#"{"reason":"rate"}"#), "limited", &["Too many", "in 17 seconds"]),
    ((503, "Retry-After: 5", r#"{"reason":"spool full"}"#), "limited", &["(spool full)", "in 5 seconds"]),
    ((503, "", "no JSON"), "limited", &["cannot take the alert now", "in a minute"]),
    ((502, "", "<html>a proxy</html>"), "limited", &["cannot take the alert now", "not sent"]),
];

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn each_answer_has_its_own_message_and_advice() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let site = Site::with_relay(listener.local_addr().expect("it is bound").port());
    let next = Arc::new(Mutex::new(ANSWERS[0].0));
    let given = next.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let given = given.clone();
            thread::spawn(move || drop(serve(&stream, &given)));
        }
    });
    let mut tab = analysed("answers", &site);
    let mut sentences = Vec::new();
    for (answer, outcome, parts) in ANSWERS {
        *next.lock().expect("no thread panics with it") = answer;
        let (told, sentence) = press(&mut tab, TOKEN);
        assert_eq!(told, outcome, "{}: {sentence}", answer.0);
        assert!(parts.iter().all(|part| sentence.contains(part)), "{}: {sentence}", answer.0);
        sentences.push((outcome, sentence));
    }
    // Nobody answers at all: the fifth outcome, and a sentence like no other.
    *next.lock().expect("no thread panics with it") = (0, "", "");
    let (told, sentence) = press(&mut tab, TOKEN);
    assert_eq!(told, "unreachable", "{sentence}");
    assert!(sentence.contains("Check that the relay runs") && sentences.iter().all(|(_, other)| *other != sentence));
}

/// Answers preflights as a relay for every page would, and posts with what is due; status 0 hangs up.
fn serve(mut stream: &TcpStream, due: &Mutex<Answer>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut input = BufReader::new(stream);
    let (mut first, mut length, mut line) = (String::new(), 0, String::new());
    input.read_line(&mut first)?;
    while input.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    std::io::copy(&mut input.take(length), &mut std::io::sink())?;
    let cors = "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Headers: Authorization, Content-Type, \
                Idempotency-Key\r\nAccess-Control-Expose-Headers: Retry-After\r\nConnection: close";
    if first.starts_with("OPTIONS") {
        return write!(stream, "HTTP/1.1 204 Yes\r\n{cors}\r\n\r\n");
    }
    let (status, header, body) = *due.lock().expect("no thread panics with it");
    if status == 0 {
        return Ok(());
    }
    let header = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
    write!(stream, "HTTP/1.1 {status} Told\r\n{cors}\r\n{header}Content-Length: {}\r\n\r\n{body}", body.len())
}
