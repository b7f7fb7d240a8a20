//! Idempotency keys over HTTP: sent once, answered alike, also across a restart and in a race.

use crate::mail_server::{At, MailServer, Say, Script};
use crate::relay::{Setup, post, wait};
use std::time::Duration;

const ALERT: &str = r#"{"subject":"s","body":"b"}"#;
const KEY: &str = "Idempotency-Key: 9f2c";

#[test]
fn the_same_key_is_sent_once_and_answered_alike() {
    let server = MailServer::start(Script::plain());
    let relay = Setup::plain(server.port, "").start();
    let first = relay.post(ALERT, &[KEY]);
    assert_eq!(first.status, 202);
    wait("the mail", || server.mails().len() == 1 && relay.setup.spooled("sent").len() == 1);
    // Other blanks and order, the key in the body: still the same alert.
    let again = relay.post(r#"{ "key":"9f2c", "body":"b", "subject":"s" }"#, &[]);
    assert_eq!((again.status, &again.body), (202, &first.body));
    assert_eq!(relay.post(r#"{"subject":"s","body":"other"}"#, &[KEY]).status, 422);
    assert_eq!(relay.post(ALERT, &[KEY, "Idempotency-Key: 9f2c"]).status, 202);
    let relay = relay.stop().start();
    assert_eq!(relay.post(ALERT, &[KEY]).body, first.body);
    assert_eq!(relay.post(r#"{"subject":"s","body":"other"}"#, &[KEY]).status, 422);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn a_race_of_one_key_is_one_alert() {
    let server = MailServer::start(Script::plain());
    let relay = Setup::plain(server.port, "").start();
    let port = relay.setup.port;
    let racers: Vec<_> = (0..16).map(|_| std::thread::spawn(move || post(port, ALERT, &[KEY]))).collect();
    let answers: Vec<_> = racers.into_iter().map(|racer| racer.join().unwrap()).collect();
    assert!(answers.iter().all(|answer| answer.status == 202 && answer.body == answers[0].body), "{answers:?}");
    wait("the receipt", || relay.setup.spooled("sent").len() == 1);
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn a_full_queue_is_503_and_uses_up_no_key() {
    let say = |at: At, _: &str, _: usize| if at == At::Mail { Say::Line("451 later") } else { Say::Usual };
    let server = MailServer::start(Script { say: Box::new(say), ..Script::plain() });
    let relay = Setup::plain(server.port, "queued = 2\n").start();
    assert_eq!([relay.post(ALERT, &[]).status, relay.post(ALERT, &[KEY]).status], [202, 202]);
    let full = relay.post(ALERT, &["Idempotency-Key: other"]);
    assert_eq!((full.status, full.header("retry-after")), (503, Some("60")));
    assert_eq!(relay.post(ALERT, &[KEY]).status, 202, "what was accepted stays accepted");
}
