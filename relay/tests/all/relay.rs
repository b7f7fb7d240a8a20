//! The relay under test, in this process, and a small HTTP client for it.

use crate::mail_server::runtime;
use flowglass_relay::{config, server};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub const PASSWORD: &str = "correct horse";
pub const ORIGIN: &str = "https://flowglass.example";

/// A folder with the secrets and a configuration, and the ports in it.
pub struct Setup {
    pub folder: TempDir,
    pub port: u16,
    text: String,
}

impl Setup {
    /// `mail` is put into the `[mail]` table and `limits` into `[limits]`.
    pub fn new(authority: &str, mail: &str, limits: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        for (name, text) in [("token", TOKEN), ("password", PASSWORD), ("ca.pem", authority)] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let text = format!(
            "listen = \"127.0.0.1:{port}\"\norigins = [\"{ORIGIN}\"]\ntoken_file = \"token\"\nspool = \"spool\"\n\
             audit = \"audit.jsonl\"\n[mail]\nfrom = \"Flowglass <relay@example.com>\"\n{mail}\n[limits]\n{limits}\n"
        );
        std::fs::write(folder.path().join("relay.toml"), &text).unwrap();
        Self { folder, port, text }
    }

    /// A mail server without TLS, retries after 50 ms, no rate to speak of.
    pub fn plain(mail_port: u16, more_limits: &str) -> Self {
        let mail = format!(
            "host = \"127.0.0.1\"\nport = {mail_port}\ntls = \"none\"\nallow_plaintext_on_loopback = true\n\
             to = [\"soc@example.com\"]"
        );
        Self::new("", &mail, &format!("{FAST}{more_limits}"))
    }

    /// The same with another configuration.
    pub fn with(self, text: String) -> Self {
        std::fs::write(self.path("relay.toml"), &text).unwrap();
        Self { text, ..self }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The files in a folder of the spool.
    pub fn spooled(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path("spool").join(folder)) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    pub fn audit(&self) -> String {
        std::fs::read_to_string(self.path("audit.jsonl")).unwrap_or_default()
    }

    /// Starts the relay in this process and waits until it answers.
    pub fn start(self) -> Relay {
        let config = config::parse(&self.text, self.folder.path()).unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let task = runtime().spawn(server::run(config, false, async move { drop(stopped.await) }));
        wait_for_answer(self.port);
        Relay { running: Running { stop: Some(stop), task: Some(task) }, setup: self }
    }
}

/// Retries within a test's patience.
pub const FAST: &str =
    "per_minute = 60000\nburst = 10000\nretry_first_seconds = 0.05\nretry_max_seconds = 0.2\nsmtp_seconds = 2\n";

/// A running relay.
pub struct Relay {
    // Dropped first, so that nothing writes to the folder any more when it goes.
    running: Running,
    pub setup: Setup,
}

struct Running {
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    task: Option<tokio::task::JoinHandle<Result<(), String>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(task) = self.task.take() {
            runtime().block_on(task).unwrap().unwrap();
        }
    }
}

impl Relay {
    /// Stops it in order and gives back what it leaves.
    pub fn stop(self) -> Setup {
        drop(self.running);
        self.setup
    }

    pub fn post(&self, json: &str, headers: &[&str]) -> Answer {
        post(self.setup.port, json, headers)
    }
}

/// Waits up to 20 seconds for something to become true.
pub fn wait(what: &str, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub fn wait_for_answer(port: u16) {
    wait("the relay answers", || {
        let request = format!("GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        exchange(port, request.as_bytes()).is_ok_and(|answer| answer.status == 200)
    });
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// A header's value; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A proper alert request with the token; `headers` are added.
pub fn request(port: u16, json: &str, headers: &[&str]) -> Vec<u8> {
    let more: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    format!(
        "POST /alert HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n{more}\r\n{json}",
        json.len()
    )
    .into_bytes()
}

pub fn post(port: u16, json: &str, headers: &[&str]) -> Answer {
    exchange(port, &request(port, json, headers)).unwrap()
}

/// Sends bytes and reads the answer until the server closes.
pub fn exchange(port: u16, bytes: &[u8]) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(bytes)?;
    answer(&mut stream)
}

pub fn answer(stream: &mut TcpStream) -> std::io::Result<Answer> {
    let mut text = Vec::new();
    stream.read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let (head, body) = text.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status =
        head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(std::io::ErrorKind::InvalidData)?;
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

/// Starts the real program on a setup's configuration.
pub fn spawn(setup: &Setup) -> std::process::Child {
    spawn_with(&setup.path("relay.toml"), &[])
}

pub fn spawn_with(config: &Path, arguments: &[&str]) -> std::process::Child {
    std::process::Command::new(env!("CARGO_BIN_EXE_flowglass-relay"))
        .arg("--config")
        .arg(config)
        .args(arguments)
        .spawn()
        .unwrap()
}
