//! What the mail server's answers lead to: again, never, or delivered to some.

use crate::mail_server::{At, MailServer, Say, Script};
use crate::relay::{Relay, Setup, spawn_with, wait, wait_for_answer};

const ALERT: &str = r#"{"subject":"s","body":"b"}"#;

/// A server that says `bad` at `at` on its first `times` connections.
fn server(at: At, bad: Say, times: usize) -> MailServer {
    let say = move |now: At, _: &str, number: usize| if now == at && number < times { bad } else { Say::Usual };
    MailServer::start(Script { say: Box::new(say), ..Script::plain() })
}

fn posted(server: &MailServer, limits: &str) -> Relay {
    let relay = Setup::plain(server.port, limits).start();
    assert_eq!(relay.post(ALERT, &[]).status, 202);
    relay
}

#[test]
fn what_may_pass_is_tried_again_until_it_arrives() {
    let cases = [
        (At::Greeting, Say::Line("421 busy")),
        (At::Greeting, Say::Line("554 no service here")),
        (At::Greeting, Say::HangUp),
        (At::Mail, Say::Line("451 later")),
        (At::Mail, Say::Line("530 log in first")),
        (At::Rcpt, Say::Line("450 greylisted")),
        (At::Data, Say::HangUp),
        (At::Message, Say::Line("452 full")),
        (At::Message, Say::Line("354 a yes to another question")),
        (At::Message, Say::Line("rubbish")),
    ];
    for (at, bad) in cases {
        let server = server(at, bad, 3);
        let relay = posted(&server, "");
        wait("the receipt", || relay.setup.spooled("sent").len() == 1);
        assert_eq!(server.mails().len(), 1, "{at:?} {bad:?}");
        assert_eq!(relay.stop().audit().matches("\"later\"").count(), 3, "{at:?} {bad:?}");
    }
}

#[test]
fn silence_ends_in_another_try() {
    for at in [At::Greeting, At::Rcpt, At::Message] {
        let server = server(at, Say::Silence, 1);
        let relay = posted(&server, "");
        wait("the receipt", || relay.setup.spooled("sent").len() == 1);
        assert_eq!(server.mails().len(), 1, "{at:?}");
    }
}

#[test]
fn an_answer_lost_is_a_message_twice_under_one_id() {
    let server = server(At::Message, Say::KeepAndHangUp, 1);
    let relay = posted(&server, "");
    wait("the receipt", || relay.setup.spooled("sent").len() == 1);
    let mails = server.mails();
    assert_eq!(mails.len(), 2, "at least once: nobody can know whether the first was taken");
    assert_eq!(mails[0].text, mails[1].text, "the same Message-ID and date");
}

#[test]
fn a_refusal_is_a_dead_letter_that_can_be_revived() {
    for at in [At::Mail, At::Rcpt, At::Message] {
        let server = server(at, Say::Line("550 never"), 1);
        let relay = posted(&server, "");
        wait("the dead letter", || relay.setup.spooled("dead").len() == 1 && relay.setup.spooled("queue").is_empty());
        let setup = relay.stop();
        let letter = std::fs::read_to_string(setup.path("spool/dead").join(&setup.spooled("dead")[0])).unwrap();
        assert!(letter.contains("550") && letter.contains("\"subject\":\"s\""), "{letter}");
        let mut process = spawn_with(&setup.path("relay.toml"), &["--revive-dead"]);
        wait_for_answer(setup.port);
        wait("the receipt", || setup.spooled("sent").len() == 1 && setup.spooled("dead").is_empty());
        process.kill().unwrap();
        process.wait().unwrap();
        assert_eq!(server.mails().len(), 1, "{at:?}");
    }
}

#[test]
fn tries_come_to_an_end() {
    let server = server(At::Mail, Say::Line("451 later"), usize::MAX);
    let relay = posted(&server, "max_tries = 3\n");
    wait("the dead letter", || relay.setup.spooled("dead").len() == 1);
    assert_eq!(server.connections(), 3);
    assert!(relay.stop().audit().contains("\"dead\""));
}

#[test]
fn one_bad_recipient_does_not_keep_the_alert_from_the_others() {
    let say = |at: At, text: &str, number: usize| match at {
        At::Rcpt if text.contains("gone@") => Say::Line("550 no such user"),
        At::Rcpt if text.contains("slow@") && number < 4 => Say::Line("450 greylisted"),
        _ => Say::Usual,
    };
    let server = MailServer::start(Script { say: Box::new(say), ..Script::plain() });
    let mail = format!(
        "host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nallow_plaintext_on_loopback = true\n\
         to = [\"gone@example.com\", \"a@example.com\", \"slow@example.com\", \"b@example.com\"]",
        server.port
    );
    let relay = Setup::new("", &mail, crate::relay::FAST).start();
    assert_eq!(relay.post(ALERT, &[]).status, 202);
    wait("the dead letter", || relay.setup.spooled("dead").len() == 1);
    let mut to: Vec<String> = server.mails().into_iter().map(|mail| mail.to).collect();
    to.sort();
    assert_eq!(to, ["a@example.com", "b@example.com", "slow@example.com"], "each once");
}
