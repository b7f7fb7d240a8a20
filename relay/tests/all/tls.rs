//! TLS: without a verified connection the mail server sees no AUTH, no MAIL and no byte of a message.

use crate::certificates::{Authority, self_signed};
use crate::mail_server::{At, MailServer, Say, Script};
use crate::relay::{FAST, PASSWORD, Relay, Setup, wait};

const ALERT: &str = r#"{"subject":"secretsubject","body":"secretbody"}"#;

fn relay(authority: &Authority, server: &MailServer, tls: &str) -> Relay {
    let mail = format!(
        "host = \"localhost\"\nport = {}\ntls = \"{tls}\"\nca_file = \"ca.pem\"\nuser = \"relay\"\n\
         password_file = \"password\"\nto = [\"soc@example.com\"]",
        server.port
    );
    Setup::new(&authority.pem, &mail, FAST).start()
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

/// Posts an alert, waits for `tries` failed attempts, and checks that the server learned nothing and nothing was lost.
fn nothing_leaks(authority: &Authority, script: Script, tls: &str, reason: &str) {
    let server = MailServer::start(script);
    let relay = relay(authority, &server, tls);
    assert_eq!(relay.post(ALERT, &[]).status, 202);
    wait(reason, || relay.setup.audit().matches("\"later\"").count() >= 3);
    let setup = relay.stop();
    for command in server.commands() {
        assert!(command == "EHLO localhost" || command == "STARTTLS" || command == "QUIT", "{reason}: {command}");
    }
    for word in ["AUTH", "MAIL", "RCPT", "DATA", "secretsubject", "secretbody", PASSWORD, "soc@example.com"] {
        assert!(!contains(&server.wire(), word), "{reason}: {word} on the wire");
    }
    assert!(server.connections() >= 3 && server.mails().is_empty(), "{reason}");
    assert_eq!(setup.spooled("queue").len(), 1, "{reason}: the alert must wait");
    assert!(setup.audit().contains(reason), "{reason} is not in {}", setup.audit());
}

#[test]
fn a_good_certificate_delivers_by_starttls_and_implicit_tls() {
    let authority = Authority::new();
    for (tls, implicit) in [("starttls", false), ("implicit", true)] {
        let good = Script::usual(authority.good().tls());
        let server = MailServer::start(Script { implicit, offers_starttls: !implicit, ..good });
        let relay = relay(&authority, &server, tls);
        assert_eq!(relay.post(ALERT, &[]).status, 202);
        wait("the mail", || !server.mails().is_empty());
        wait("the receipt", || relay.setup.spooled("sent").len() == 1);
        assert!(server.mails()[0].text.contains("secretbody"));
        let commands = server.commands();
        assert!(commands.iter().any(|c| c.starts_with("AUTH PLAIN")), "{commands:?}");
        for word in ["AUTH", "MAIL", "secretbody"] {
            assert!(!contains(&server.wire(), word), "{word} in the clear");
        }
    }
}

#[test]
fn starttls_missing() {
    let authority = Authority::new();
    let script = Script { offers_starttls: false, ..Script::usual(authority.good().tls()) };
    nothing_leaks(&authority, script, "starttls", "STARTTLS is not supported");
}

#[test]
fn starttls_refused() {
    let authority = Authority::new();
    for line in ["454 not now", "554 never"] {
        let say = move |at: At, _: &str, _: usize| if at == At::Starttls { Say::Line(line) } else { Say::Usual };
        let script = Script { tls: None, say: Box::new(say), ..Script::usual(authority.good().tls()) };
        nothing_leaks(&authority, script, "starttls", "STARTTLS");
    }
}

#[test]
fn starttls_accepted_but_no_tls_follows() {
    let authority = Authority::new();
    let script = Script { tls: None, ..Script::usual(authority.good().tls()) };
    let server = MailServer::start(script);
    let relay = relay(&authority, &server, "starttls");
    assert_eq!(relay.post(ALERT, &[]).status, 202);
    wait("an attempt", || relay.setup.audit().contains("\"later\""));
    for word in ["AUTH", "MAIL", "RCPT", "secretsubject", "secretbody", PASSWORD] {
        assert!(!contains(&server.wire(), word), "{word} on the wire");
    }
}

#[test]
fn bad_certificates() {
    let authority = Authority::new();
    let cases = [
        (authority.expired(), "xpired"),
        (authority.wrong_name(), "not valid for name"),
        (self_signed(), "certificate"),
        (Authority::new().good(), "certificate"),
    ];
    for (identity, reason) in cases {
        nothing_leaks(&authority, Script::usual(identity.tls()), "starttls", reason);
        let implicit = Script { implicit: true, offers_starttls: false, ..Script::usual(identity.tls()) };
        nothing_leaks(&authority, implicit, "implicit", reason);
    }
}

/// Somebody on the way adds replies behind the answer to STARTTLS. Taken as replies from inside TLS they would make
/// each real reply count for the next command, and the refusal below would be read as the answer to QUIT.
#[test]
fn replies_injected_before_tls_do_not_count() {
    let authority = Authority::new();
    let say = |at: At, _: &str, _: usize| if at == At::Message { Say::Line("451 not taken") } else { Say::Usual };
    let injected = "250-x\r\n250 AUTH PLAIN\r\n";
    let script = Script { injected, say: Box::new(say), ..Script::usual(authority.good().tls()) };
    let server = MailServer::start(script);
    let relay = relay(&authority, &server, "starttls");
    assert_eq!(relay.post(ALERT, &[]).status, 202);
    wait("attempts", || relay.setup.audit().matches("\"later\"").count() >= 3);
    let setup = relay.stop();
    assert_eq!((setup.spooled("queue").len(), setup.spooled("sent").len()), (1, 0));
    assert!(!server.commands().iter().any(|command| command.starts_with("AUTH")), "{:?}", server.commands());
}

#[test]
fn a_server_that_talks_without_end_is_left() {
    let authority = Authority::new();
    let line: &'static str = String::leak("2".repeat(3 << 20));
    let say = move |at: At, _: &str, _: usize| if at == At::Greeting { Say::Line(line) } else { Say::Usual };
    let script = Script { say: Box::new(say), ..Script::usual(authority.good().tls()) };
    nothing_leaks(&authority, script, "starttls", "without end");
}
