//! A mail server that takes every message and keeps it, and the relay's own program that delivers to it.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine};

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const PATIENCE: Duration = Duration::from_secs(20);

/// Messages as they came over the wire, without the final dot.
#[derive(Clone, Default)]
pub struct Mailbox(Arc<Mutex<Vec<String>>>);

impl Mailbox {
    /// Listens on loopback; gives the port, too.
    pub fn open() -> (Mailbox, u16) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let mailbox = Mailbox::default();
        let kept = mailbox.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = kept.clone();
                thread::spawn(move || drop(kept.serve(&stream)));
            }
        });
        (mailbox, port)
    }

    pub fn messages(&self) -> Vec<String> {
        self.0.lock().expect("no thread panics with it").clone()
    }

    /// RFC 5321 as far as one client needs it.
    fn serve(&self, mut stream: &TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut input = BufReader::new(stream);
        stream.write_all(b"220 sink.example\r\n")?;
        let mut line = String::new();
        while input.read_line(&mut line)? > 0 {
            match line.trim_end().to_ascii_uppercase().split([' ', ':']).next().unwrap_or_default() {
                "DATA" => {
                    stream.write_all(b"354 go on\r\n")?;
                    let message = message(&mut input)?;
                    self.0.lock().expect("no thread panics with it").push(message);
                    stream.write_all(b"250 kept\r\n")?;
                }
                "QUIT" => return stream.write_all(b"221 bye\r\n"),
                _ => stream.write_all(b"250 sink.example\r\n")?,
            }
            line.clear();
        }
        Ok(())
    }
}

/// Reads to the line that is a dot alone; a dot that was doubled on the way is one again.
fn message(input: &mut impl BufRead) -> io::Result<String> {
    let mut message = String::new();
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 && line != ".\r\n" {
        message.push_str(line.strip_prefix('.').unwrap_or(&line));
        line.clear();
    }
    Ok(message)
}

/// Subject and text of a message as a mail program shows them.
pub fn shown(message: &str) -> (String, String) {
    let (head, body) = message.split_once("\r\n\r\n").expect("headers and a body");
    let head = head.replace("\r\n ", " ");
    let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
    let body = match value("Content-Transfer-Encoding: ").as_str() {
        "quoted-printable" => quoted(body),
        "base64" => BASE64_STANDARD.decode(body.replace("\r\n", "")).expect("base64"),
        _ => body.as_bytes().to_vec(),
    };
    (value("Subject: "), String::from_utf8(body).expect("UTF-8").replace("\r\n", "\n"))
}

/// Undoes quoted-printable (RFC 2045, 6.7).
fn quoted(text: &str) -> Vec<u8> {
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'=' {
            let digits = std::str::from_utf8(&after[..2]).expect("two digits");
            bytes.push(u8::from_str_radix(digits, 16).expect("hexadecimal digits"));
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    bytes
}

/// A running relay, ended when dropped.
pub struct Relay(Child);

impl Relay {
    /// The program: `FLOWGLASS_RELAY`, or what `cargo build -p flowglass-relay` leaves. Nothing where there is none.
    pub fn program() -> Option<PathBuf> {
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../debug/flowglass-relay");
        let named = std::env::var_os("FLOWGLASS_RELAY").map(PathBuf::from);
        named.or(Some(built.with_extension(std::env::consts::EXE_EXTENSION))).filter(|file| file.is_file())
    }

    /// Starts it on `port` for pages of `origin`, with mail to `mail_port`, and waits until it listens.
    pub fn start(program: &Path, folder: &Path, port: u16, origin: &str, mail_port: u16, limits: &str) -> Relay {
        let config = format!(
            "listen = \"127.0.0.1:{port}\"\norigins = [\"{origin}\"]\ntoken_file = \"token\"\nspool = \"spool\"\n\
             audit = \"audit.jsonl\"\n[mail]\nhost = \"127.0.0.1\"\nport = {mail_port}\ntls = \"none\"\n\
             allow_plaintext_on_loopback = true\nfrom = \"Flowglass <relay@example.com>\"\n\
             to = [\"soc@example.com\"]\n[limits]\n{limits}\n"
        );
        fs::write(folder.join("token"), TOKEN).expect("a test's own folder");
        fs::write(folder.join("relay.toml"), config).expect("a test's own folder");
        let mut command = Command::new(program);
        command.arg("--config").arg(folder.join("relay.toml")).stdout(Stdio::null());
        let relay = Relay(command.spawn().expect("the relay starts"));
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(Instant::now() < end, "the relay does not listen");
            thread::sleep(Duration::from_millis(30));
        }
        relay
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that is free now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}
