//! kill -9 of the real program at arbitrary moments, with a mail server at its worst.
//!
//! What is promised: an alert that was answered 202 arrives or is a dead letter; all posts of one key have one id and so
//! one Message-ID. What is not: exactly once. A copy more may come from each attempt whose outcome the relay could not
//! learn or note: a kill, a hang-up or a silence after the message. The test counts those and allows no others.

use crate::mail_server::{At, Mail, MailServer, Say, Script};
use crate::relay::{FAST, Setup, exchange, request, spawn, wait, wait_for_answer};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const KILLS: usize = 25;
const THREADS: usize = 3;
const ALERTS: usize = 20;

/// The next number of a sequence that looks random: splitmix64.
fn scramble(counter: &AtomicUsize) -> u64 {
    let mut z = (counter.fetch_add(1, Ordering::SeqCst) as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// A server that does one of many bad things at about every seventh command. Messages with "hopeless" in them are refused.
/// `unclear` counts the messages whose answer it withheld.
fn bad_server(unclear: Arc<AtomicUsize>) -> MailServer {
    let counter = AtomicUsize::new(0);
    let say = move |at: At, text: &str, _: usize| {
        let random = scramble(&counter);
        match (at, random % 40) {
            (At::Message, _) if text.contains("hopeless") => Say::Line("554 never"),
            (At::Message, 0..4) => {
                unclear.fetch_add(1, Ordering::SeqCst);
                Say::KeepAndHangUp
            }
            (At::Message, 4..8) => Say::Line("451 later"),
            (At::Message, 8..10) => Say::Silence,
            (At::Greeting, 0..2) => Say::Line("554 not today"),
            (_, 0..2) => Say::HangUp,
            (_, 2..4) => Say::Line("421 later"),
            (_, 4..6) => Say::Silence,
            _ => Say::Usual,
        }
    };
    MailServer::start(Script { say: Box::new(say), ..Script::plain() })
}

/// Posts an alert under a key until it is accepted, however often the relay dies meanwhile; then once more. Returns the
/// ids it was given.
fn insist(port: u16, name: &str) -> Vec<String> {
    let hopeless = if name.ends_with('7') { "hopeless" } else { "" };
    let json = format!(r#"{{"subject":"alert {name}","body":"{hopeless} {}"}}"#, "x".repeat(2000));
    let bytes = request(port, &json, &[&format!("Idempotency-Key: {name}")]);
    let mut ids = Vec::new();
    while ids.len() < 2 {
        match exchange(port, &bytes) {
            Ok(answer) if answer.status == 202 => ids.push(answer.body.split('"').nth(3).unwrap().to_owned()),
            Ok(answer) => panic!("{answer:?}"),
            Err(_) => {}
        }
        std::thread::sleep(Duration::from_millis(60));
    }
    ids
}

fn header<'m>(mail: &'m Mail, name: &str) -> &'m str {
    mail.text.lines().find_map(|line| line.strip_prefix(name)).unwrap()
}

#[test]
fn every_accepted_alert_arrives_across_kill_9() {
    let unclear = Arc::new(AtomicUsize::new(0));
    let server = bad_server(unclear.clone());
    let setup = Setup::plain(server.port, "");
    let text = std::fs::read_to_string(setup.path("relay.toml")).unwrap();
    let setup = setup.with(text.replace(FAST, &FAST.replace("smtp_seconds = 2", "smtp_seconds = 0.3")));
    let port = setup.port;
    let posting: Vec<_> = (0..THREADS)
        .map(|thread| {
            std::thread::spawn(move || {
                let names = (0..ALERTS).map(|i| format!("{thread}-{i}"));
                names.map(|name| (name.clone(), insist(port, &name))).collect::<Vec<_>>()
            })
        })
        .collect();
    let moments = AtomicUsize::new(1 << 20);
    for _ in 0..KILLS {
        let mut process = spawn(&setup);
        std::thread::sleep(Duration::from_millis(20 + scramble(&moments) % 400));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    let mut process = spawn(&setup);
    wait_for_answer(port);
    let answers: Vec<_> = posting.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    for _ in 0..4 {
        if !setup.spooled("queue").is_empty() {
            std::thread::sleep(Duration::from_secs(5));
        }
    }
    wait("the queue is empty", || setup.spooled("queue").is_empty());
    process.kill().unwrap();
    process.wait().unwrap();
    check(&setup, &server.mails(), &answers, unclear.load(Ordering::SeqCst) + KILLS + 1);
}

fn check(setup: &Setup, mails: &[Mail], answers: &[(String, Vec<String>)], excusable: usize) {
    let mut arrived: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for mail in mails {
        arrived.entry(header(mail, "Subject: alert ")).or_default().push(header(mail, "Message-ID: "));
    }
    let (dead, sent) = (setup.spooled("dead"), setup.spooled("sent"));
    assert_eq!(answers.len(), THREADS * ALERTS);
    for (name, ids) in answers {
        assert_eq!(ids[0], ids[1], "{name}: two ids for one key");
        let file = format!("{}.json", ids[0]);
        if name.ends_with('7') {
            assert!(dead.contains(&file) && !arrived.contains_key(name.as_str()), "{name}");
            continue;
        }
        assert!(sent.contains(&file) && !dead.contains(&file), "{name} has no receipt");
        let copies = arrived.get(name.as_str()).unwrap_or_else(|| panic!("{name} was accepted and never arrived"));
        let id = format!("<{}@example.com>", ids[0]);
        assert!(copies.iter().all(|copy| *copy == id), "{name}: {copies:?}");
    }
    let copies = mails.len() - arrived.len();
    println!("{} alerts, {} mails, {copies} copies, {excusable} excusable", answers.len(), mails.len());
    assert!(copies <= excusable, "{copies} copies, {excusable} moments that excuse one");
}

#[test]
fn sigterm_ends_it_in_order_and_the_alert_waits() {
    let say = |at: At, _: &str, _: usize| if at == At::Mail { Say::Silence } else { Say::Usual };
    let server = MailServer::start(Script { say: Box::new(say), ..Script::plain() });
    let setup = Setup::plain(server.port, "");
    let mut process = spawn(&setup);
    wait_for_answer(setup.port);
    assert_eq!(exchange(setup.port, &request(setup.port, r#"{"subject":"s","body":"b"}"#, &[])).unwrap().status, 202);
    wait("an attempt", || server.commands().iter().any(|command| command.starts_with("MAIL")));
    // An idle connection must not keep it.
    let _idle = std::net::TcpStream::connect(("127.0.0.1", setup.port)).unwrap();
    assert!(std::process::Command::new("kill").arg(process.id().to_string()).status().unwrap().success());
    let mut status = None;
    wait("the end", || {
        status = process.try_wait().unwrap();
        status.is_some()
    });
    assert!(status.unwrap().success());
    assert!(setup.audit().lines().last().unwrap().contains("\"stopped\""));
    assert_eq!(setup.spooled("queue").len(), 1);
}
