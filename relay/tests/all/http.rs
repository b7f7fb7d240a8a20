//! The HTTP side: who may ask, how much, how slowly and how often.

use crate::mail_server::{MailServer, Script};
use crate::relay::{Answer, ORIGIN, Relay, Setup, TOKEN, answer, exchange, request, wait};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

const ALERT: &str = r#"{"subject":"s","body":"b"}"#;

fn relay(limits: &str) -> (MailServer, Relay) {
    let server = MailServer::start(Script::plain());
    let relay = Setup::plain(server.port, limits).start();
    (server, relay)
}

/// A request with one thing replaced.
fn changed(relay: &Relay, old: &str, new: &str) -> Answer {
    let text = String::from_utf8(request(relay.setup.port, ALERT, &[])).unwrap();
    assert!(text.contains(old), "{old}");
    exchange(relay.setup.port, text.replacen(old, new, 1).as_bytes()).unwrap()
}

#[test]
fn wrong_tokens_are_401_and_nothing_is_spooled() {
    let (_server, relay) = relay("");
    let right = format!("Authorization: Bearer {TOKEN}\r\n");
    for wrong in [
        "".to_owned(),
        "Authorization: Bearer\r\n".to_owned(),
        "Authorization: Bearer \r\n".to_owned(),
        format!("Authorization: Bearer {}\r\n", &TOKEN[1..]),
        format!("Authorization: Bearer {TOKEN}0\r\n"),
        format!("Authorization: Basic {TOKEN}\r\n"),
        format!("{right}{right}"),
    ] {
        let answer = changed(&relay, &right, &wrong);
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")), "{wrong:?}");
        assert!(!answer.body.contains(TOKEN));
    }
    assert_eq!(changed(&relay, &right, &right.replace("Bearer", "bearer")).status, 202);
    let setup = relay.stop();
    assert_eq!(setup.spooled("queue").len() + setup.spooled("sent").len(), 1);
    assert!(!setup.audit().contains(TOKEN));
}

#[test]
fn foreign_hosts_and_origins_are_403() {
    let (_server, relay) = relay("");
    let host = format!("Host: 127.0.0.1:{}\r\n", relay.setup.port);
    for wrong in ["Host: evil.example\r\n", "Host: 127.0.0.1\r\n", &format!("{host}Host: evil.example\r\n")] {
        assert_eq!(changed(&relay, &host, wrong).status, 403, "{wrong:?}");
    }
    assert_eq!(changed(&relay, &host, &host.replace("127.0.0.1", "LOCALHOST")).status, 202);
    for wrong in ["https://evil.example", "null", "https://flowglass.example.evil", "http://flowglass.example", ""] {
        let answer = relay.post(ALERT, &[&format!("Origin: {wrong}")]);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, None), "{wrong:?}");
    }
    let health = format!("GET /health HTTP/1.1\r\nHost: evil.example:{}\r\n\r\n", relay.setup.port);
    assert_eq!(exchange(relay.setup.port, health.as_bytes()).unwrap().status, 403);
}

#[test]
fn a_listed_page_can_ask_and_read_refusals() {
    let (_server, relay) = relay("");
    let port = relay.setup.port;
    let ask = |origin: &str| {
        let text = format!(
            "OPTIONS /alert HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {origin}\r\n\
             Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n\
             Access-Control-Request-Private-Network: true\r\n\r\n"
        );
        exchange(port, text.as_bytes()).unwrap()
    };
    let preflight = ask(ORIGIN);
    assert_eq!(preflight.status, 204);
    for (name, value) in [
        ("access-control-allow-origin", ORIGIN),
        ("access-control-allow-methods", "POST"),
        ("access-control-allow-headers", "authorization, content-type, idempotency-key"),
        ("access-control-allow-private-network", "true"),
        ("vary", "origin"),
    ] {
        assert_eq!(preflight.header(name), Some(value), "{name}");
    }
    assert_eq!(preflight.header("access-control-allow-credentials"), None);
    assert_eq!(ask("https://evil.example").status, 403);
    for (json, status) in [(ALERT, 202), ("{}", 400)] {
        let answer = relay.post(json, &[&format!("Origin: {ORIGIN}")]);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, Some(ORIGIN)));
        assert_eq!(answer.header("access-control-expose-headers"), Some("retry-after"));
    }
}

#[test]
fn one_kind_of_request() {
    let (_server, relay) = relay("");
    assert_eq!(changed(&relay, "POST /alert", "POST /").status, 404);
    assert_eq!(changed(&relay, "POST /alert", "PUT /alert").status, 405);
    assert_eq!(changed(&relay, "application/json", "text/plain").status, 415);
    assert_eq!(changed(&relay, "application/json", "application/json; charset=utf-8").status, 202);
    for (json, status) in [
        ("", 400),
        ("[]", 400),
        (r#"{"subject":"s","body":"b","to":"evil@example.net"}"#, 400),
        (r#"{"subject":" ","body":"b"}"#, 422),
        (r#"{"subject":"s","body":"b","key":"a\r\nb"}"#, 422),
    ] {
        assert_eq!(relay.post(json, &[]).status, status, "{json}");
    }
    assert_eq!(relay.post(ALERT, &["Idempotency-Key: a b"]).status, 422);
}

#[test]
fn more_than_256_kib_is_413_declared_or_not() {
    let (_server, relay) = relay("");
    let (empty, max) = (r#"{"subject":"s","body":""}"#, 256 * 1024);
    let alert = |size: usize| format!(r#"{{"subject":"s","body":"{}"}}"#, "x".repeat(size - empty.len()));
    assert_eq!(relay.post(&alert(max), &[]).status, 202);
    assert_eq!(relay.post(&alert(max + 1), &[]).status, 413);
    // Declared and never sent: refused without waiting for it.
    let head = changed(&relay, &format!("Content-Length: {}", ALERT.len()), "Content-Length: 999999999999");
    assert_eq!(head.status, 413);
    for size in [max + 1, 3 * max] {
        let chunked = format!("{size:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(size));
        let length = format!("Content-Length: {}\r\n\r\n{ALERT}", ALERT.len());
        let answer = changed(&relay, &length, &format!("Transfer-Encoding: chunked\r\n\r\n{chunked}"));
        assert_eq!(answer.status, 413, "{size} bytes in chunks");
    }
}

#[test]
fn the_rate_is_429_with_the_seconds_to_wait() {
    let (_server, relay) = relay("");
    let setup = relay.stop();
    let text = std::fs::read_to_string(setup.path("relay.toml")).unwrap();
    let text = text.replace("per_minute = 60000\nburst = 10000", "per_minute = 60\nburst = 2");
    let relay = setup.with(text).start();
    let port = relay.setup.port;
    assert_eq!([relay.post(ALERT, &[]).status, relay.post(ALERT, &[]).status], [202, 202]);
    let limited = relay.post(ALERT, &[&format!("Origin: {ORIGIN}")]);
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("1")));
    assert_eq!(limited.header("access-control-allow-origin"), Some(ORIGIN), "the page must be able to read it");
    let guess = String::from_utf8(request(port, ALERT, &[])).unwrap().replace(TOKEN, "guess");
    assert_eq!(exchange(port, guess.as_bytes()).unwrap().status, 429, "guessing is limited too");
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(relay.post(ALERT, &[]).status, 202);
}

/// Sends one byte every 50 ms until the server has had enough; returns the answer and how long that took.
fn drip(port: u16, first: &[u8]) -> (std::io::Result<Answer>, Duration) {
    let begin = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    stream.write_all(first).unwrap();
    let mut nothing = [0];
    while stream.peek(&mut nothing).is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock)
        && begin.elapsed() < Duration::from_secs(10)
        && stream.write_all(b"x").is_ok()
    {}
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    (answer(&mut stream), begin.elapsed())
}

#[test]
fn slow_clients_are_cut_off() {
    let (_server, relay) = relay("header_seconds = 0.5\nbody_seconds = 0.5\nconnections = 4\n");
    let port = relay.setup.port;
    // More than there are connections: others are served once these have run into the deadline.
    let slow: Vec<_> = (0..8).map(|_| std::thread::spawn(move || drip(port, b"POST /alert HTTP/1.1\r\nX: "))).collect();
    wait("an answer between slow clients", || relay.post(ALERT, &[]).status == 202);
    for client in slow {
        assert!(client.join().unwrap().1 < Duration::from_secs(5));
    }
    let started =
        String::from_utf8(request(port, ALERT, &[])).unwrap().replace("Content-Length: 26", "Content-Length: 999");
    let (answer, time) = drip(port, started.as_bytes());
    assert_eq!(answer.unwrap().status, 408);
    assert!(time < Duration::from_secs(5), "{time:?}");
}

#[test]
fn health_and_metrics() {
    let (server, relay) = relay("queued = 1\n");
    assert_eq!(relay.post(ALERT, &[]).status, 202);
    assert_eq!(relay.post("{}", &[]).status, 400);
    wait("the mail", || server.mails().len() == 1 && relay.setup.spooled("queue").is_empty());
    let port = relay.setup.port;
    let get = |path: &str| exchange(port, format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n").as_bytes());
    assert_eq!(get("/health").unwrap().body, r#"{"status":"ok"}"#);
    let metrics = get("/metrics").unwrap();
    for line in ["requests_total{outcome=\"accepted\"} 1", "requests_total{outcome=\"invalid\"} 1", "queued 0"] {
        assert!(metrics.body.contains(&format!("flowglass_relay_{line}\n")), "{line} in {}", metrics.body);
    }
}

#[test]
fn heads_beyond_measure_are_refused() {
    let (_server, relay) = relay("");
    let port = relay.setup.port;
    let long = format!("X: {}", "x".repeat(40_000));
    let many: Vec<String> = (0..100).map(|i| format!("X-{i}: y")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for headers in [vec![long.as_str()], many] {
        let answer = exchange(port, &request(port, ALERT, &headers));
        assert!(answer.is_err() || answer.is_ok_and(|a| a.status == 431), "accepted");
    }
    assert_eq!(relay.post(ALERT, &[]).status, 202);
}
