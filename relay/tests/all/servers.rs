//! Real mail servers: Debian's Postfix and Python's aiosmtpd, on loopback, for as long as a test lasts.
//!
//! Ignored by default: Postfix needs root and `apt-get install postfix`, aiosmtpd a Python that has it. Run by
//! `cargo xtask test --with-tools`, which sees to both, or with `cargo test -p flowglass-relay -- --ignored`.
//! Not OpenSMTPD: Debian 12's, rebuilt for OpenSSL 3, fails every TLS handshake, also with `openssl s_client`.

use crate::certificates::{Authority, Identity};
use crate::headers::read;
use crate::postfix::postfix;
use crate::relay::{FAST, PASSWORD, Relay, Setup, free_port, wait};
use flowglass_relay::mail::HEADERS;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use tempfile::TempDir;

const ALERT: &str = r#"{"subject":"Größe\r\nBcc: evil@example.net","body":"first\r\n.\r\n..dots\n=?utf-8?q?x?= ü\n"}"#;
const SUBJECT: &str = "Größe  Bcc: evil@example.net";
const TEXT: &str = "first\r\n.\r\n..dots\r\n=?utf-8?q?x?= ü\r\n";

/// Lines a server adds on receipt.
const ADDED: [&str; 7] =
    ["Delivered-To", "Received", "Return-Path", "X-Original-To", "X-MailFrom", "X-Peer", "X-RcptTo"];

/// A server with its folder; ended with the test.
pub struct Server {
    pub folder: TempDir,
    pub process: Child,
    /// How to end it, where that takes more than killing the process.
    pub stop: Option<Command>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default());
        }
        if let Some(stop) = &mut self.stop {
            let _ = stop.output();
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn mails(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("mail/new")) else { return Vec::new() };
        entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }
}

/// A folder others may enter, with the certificate in it.
pub fn folder(identity: &Identity) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = identity.pem();
    std::fs::write(folder.path().join("cert.pem"), certificate).unwrap();
    std::fs::write(folder.path().join("key.pem"), key).unwrap();
    std::fs::set_permissions(folder.path().join("key.pem"), PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

const AIOSMTPD: &str = r#"
import ssl, sys, time
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import AuthResult, LoginPassword

port, folder, mode = int(sys.argv[1]), sys.argv[2], sys.argv[3]

class Handler(Mailbox):
    tries = 0

    async def handle_DATA(self, server, session, envelope):
        self.tries += 1
        if mode == "later" and self.tries <= 2:
            return "451 later"
        return await super().handle_DATA(server, session, envelope)

def login(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"relay", b"correct horse")
    return AuthResult(success=right, handled=False)

context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
tls = {} if mode == "stripped" else {"tls_context": context, "require_starttls": True, "auth_required": True}
Controller(Handler(folder + "/mail"), hostname="127.0.0.1", port=port, authenticator=login, **tls).start()
time.sleep(120)
"#;

/// aiosmtpd; `mode`: good, later (451 to the first two messages), stripped (no STARTTLS).
fn aiosmtpd(identity: &Identity, port: u16, mode: &str) -> Server {
    let folder = folder(identity);
    let script: PathBuf = folder.path().join("server.py");
    std::fs::write(&script, AIOSMTPD).unwrap();
    let has = |python: &String| {
        Command::new(python).args(["-c", "import aiosmtpd"]).output().is_ok_and(|o| o.status.success())
    };
    // The first is the one that `cargo xtask test --with-tools` makes.
    let named = std::env::var("FLOWGLASS_TOOLS_PYTHON").into_iter();
    let mut pythons = named.chain(["python3", "/usr/bin/python3"].map(str::to_owned));
    let python = pythons.find(has).expect("install aiosmtpd");
    let process = Command::new(python).arg(script).arg(port.to_string()).arg(folder.path()).arg(mode).spawn().unwrap();
    let server = Server { folder, process, stop: None };
    wait("aiosmtpd listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    server
}

const LOGIN: &str = "user = \"relay\"\npassword_file = \"password\"\n";

fn relay(authority: &Authority, port: u16, tls: &str, login: &str) -> Setup {
    let mail = format!(
        "host = \"localhost\"\nport = {port}\ntls = \"{tls}\"\nca_file = \"ca.pem\"\n{login}\
         to = [\"soc@example.com\"]"
    );
    // A real server may take its time.
    Setup::new(&authority.pem, &mail, &FAST.replace("smtp_seconds = 2", "smtp_seconds = 10"))
}

fn delivered(relay: &Relay, server: &Server) {
    let before = server.mails().len();
    assert_eq!(relay.post(ALERT, &[]).status, 202);
    wait("the mail", || server.mails().len() > before);
    wait("the receipt", || relay.setup.spooled("queue").is_empty());
    let mails = server.mails();
    assert_eq!(mails.len(), before + 1);
    for mail in mails {
        let (headers, text) = read(&mail.replace("\r\n", "\n").replace('\n', "\r\n"));
        let ours: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).filter(|n| !ADDED.contains(n)).collect();
        assert_eq!(ours, HEADERS);
        let subject = &headers.iter().find(|(name, _)| name == "Subject").unwrap().1;
        assert_eq!(crate::headers::decode_words(subject), SUBJECT);
        assert_eq!(text, TEXT);
    }
}

fn secret_free(setup: &Setup, path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(!text.contains(PASSWORD) && !text.contains("first"), "{text}");
    assert!(setup.spooled("dead").is_empty());
}

#[test]
#[ignore = "needs root and postfix"]
fn postfix_delivers_what_was_posted() {
    let authority = Authority::new();
    let (starttls, implicit) = (free_port(), free_port());
    let server = postfix(&authority.good(), starttls, implicit);
    for (port, tls) in [(starttls, "starttls"), (implicit, "implicit")] {
        let relay = relay(&authority, port, tls, "").start();
        delivered(&relay, &server);
        let setup = relay.stop();
        secret_free(&setup, &setup.path("audit.jsonl"));
    }
    // The same servers with an authority that did not sign them: nothing arrives.
    let stranger = relay(&Authority::new(), starttls, "starttls", "").start();
    assert_eq!(stranger.post(ALERT, &[]).status, 202);
    wait("attempts", || stranger.setup.audit().matches("\"later\"").count() >= 2);
    assert_eq!(server.mails().len(), 2);
}

#[test]
#[ignore = "needs aiosmtpd"]
fn aiosmtpd_delivers_at_once_and_after_451() {
    let authority = Authority::new();
    for mode in ["good", "later"] {
        let port = free_port();
        let server = aiosmtpd(&authority.good(), port, mode);
        let relay = relay(&authority, port, "starttls", LOGIN).start();
        delivered(&relay, &server);
        let later = relay.stop().audit().matches("\"later\"").count();
        assert_eq!(later, if mode == "later" { 2 } else { 0 });
    }
}

#[test]
#[ignore = "needs aiosmtpd"]
fn aiosmtpd_without_starttls_or_with_a_wrong_password_gets_nothing() {
    let authority = Authority::new();
    for (mode, password, reason) in [("stripped", PASSWORD, "STARTTLS"), ("good", "wrong horse", "AUTH: 535")] {
        let port = free_port();
        let server = aiosmtpd(&authority.good(), port, mode);
        let setup = relay(&authority, port, "starttls", LOGIN);
        std::fs::write(setup.path("password"), password).unwrap();
        let relay = setup.start();
        assert_eq!(relay.post(ALERT, &[]).status, 202);
        wait("attempts", || relay.setup.audit().matches("\"later\"").count() >= 2);
        let setup = relay.stop();
        assert!(setup.audit().contains(reason), "{}", setup.audit());
        assert_eq!((server.mails().len(), setup.spooled("queue").len()), (0, 1));
        secret_free(&setup, &setup.path("audit.jsonl"));
    }
}
