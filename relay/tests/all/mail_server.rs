//! A mail server that does what it is told: says no, hangs up, stays silent, and remembers every byte it saw.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// The runtime all servers of this test run share.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
}

/// A moment at which the server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Greeting,
    Starttls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// After the final dot.
    Message,
}

/// What it says then.
#[derive(Debug, Clone, Copy)]
pub enum Say {
    /// What a mail server should say; a message is kept before the yes.
    Usual,
    /// This line.
    Line(&'static str),
    /// Nothing for a long time.
    Silence,
    /// Nothing; the connection is closed.
    HangUp,
    /// The message is kept, and then the connection is closed without an answer.
    KeepAndHangUp,
}

/// Decides from the moment, the command or the message, and the connection's number.
type Decide = Box<dyn Fn(At, &str, usize) -> Say + Send + Sync>;

/// How the server behaves.
pub struct Script {
    pub tls: Option<Arc<ServerConfig>>,
    /// TLS from the first byte.
    pub implicit: bool,
    pub offers_starttls: bool,
    /// Put behind the answer to STARTTLS in the same packet, in the clear.
    pub injected: &'static str,
    pub say: Decide,
}

impl Script {
    pub fn usual(tls: Arc<ServerConfig>) -> Self {
        let say = Box::new(|_: At, _: &str, _: usize| Say::Usual);
        Self { tls: Some(tls), implicit: false, offers_starttls: true, injected: "", say }
    }

    pub fn plain() -> Self {
        let say = Box::new(|_: At, _: &str, _: usize| Say::Usual);
        Self { tls: None, implicit: false, offers_starttls: false, injected: "", say }
    }
}

/// A message the server took.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    /// With CR LF and without the dots SMTP adds.
    pub text: String,
}

/// A running server.
pub struct MailServer {
    pub port: u16,
    seen: Arc<Seen>,
}

struct Seen {
    script: Script,
    connections: AtomicUsize,
    wire: Mutex<Vec<u8>>,
    commands: Mutex<Vec<String>>,
    mails: Mutex<Vec<Mail>>,
}

impl MailServer {
    pub fn start(script: Script) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen {
            script,
            connections: AtomicUsize::new(0),
            wire: Mutex::default(),
            commands: Mutex::default(),
            mails: Mutex::default(),
        });
        let shared = seen.clone();
        runtime().spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let seen = shared.clone();
                let number = seen.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move { connection(seen, stream, number).await });
            }
        });
        Self { port, seen }
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.seen.mails.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Every byte that came in, as it came.
    pub fn wire(&self) -> Vec<u8> {
        self.seen.wire.lock().unwrap().clone()
    }

    /// Every line that was a command, read inside TLS or outside.
    pub fn commands(&self) -> Vec<String> {
        self.seen.commands.lock().unwrap().clone()
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}
type Reader = BufReader<Box<dyn Stream>>;

async fn connection(seen: Arc<Seen>, stream: TcpStream, number: usize) -> io::Result<()> {
    let raw: Box<dyn Stream> = Box::new(Recorded { stream, seen: seen.clone() });
    let mut stream = BufReader::new(raw);
    if let (true, Some(tls)) = (seen.script.implicit, &seen.script.tls) {
        stream = upgrade(stream, tls).await?;
    }
    speak(&mut stream, &seen, At::Greeting, "", number, "220 test ESMTP").await?;
    let mut to = String::new();
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        seen.commands.lock().unwrap().push(line.trim_end().to_owned());
        let argument = line.trim_end().to_owned();
        let (at, usual) = match argument.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase().as_str() {
            "EHLO" => {
                hello(&mut stream, &seen.script).await?;
                continue;
            }
            "STARTTLS" => {
                let reply = format!("220 go\r\n{}", seen.script.injected);
                speak(&mut stream, &seen, At::Starttls, "", number, reply.trim_end()).await?;
                if let Some(tls) = &seen.script.tls {
                    stream = upgrade(stream, tls).await?;
                }
                continue;
            }
            "AUTH" => (At::Auth, "235 ok"),
            "MAIL" => (At::Mail, "250 ok"),
            "RCPT" => {
                to = argument.split(['<', '>']).nth(1).unwrap_or("").to_owned();
                (At::Rcpt, "250 ok")
            }
            "DATA" => {
                if speak(&mut stream, &seen, At::Data, &argument, number, "354 go on").await? {
                    message(&mut stream, &seen, &to, number).await?;
                }
                continue;
            }
            "QUIT" => return say(&mut stream, "221 bye").await,
            _ => {
                say(&mut stream, "500 what").await?;
                continue;
            }
        };
        speak(&mut stream, &seen, at, &argument, number, usual).await?;
    }
}

async fn hello(stream: &mut Reader, script: &Script) -> io::Result<()> {
    let more = if script.offers_starttls { "250-STARTTLS\r\n" } else { "" };
    say(stream, &format!("250-test\r\n{more}250-8BITMIME\r\n250 AUTH PLAIN LOGIN")).await
}

async fn message(stream: &mut Reader, seen: &Seen, to: &str, number: usize) -> io::Result<()> {
    let mut text = String::new();
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if line == ".\r\n" {
            break;
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
    let keep = || seen.mails.lock().unwrap().push(Mail { to: to.to_owned(), text: text.clone() });
    match (seen.script.say)(At::Message, &text, number) {
        Say::Usual => {
            keep();
            say(stream, "250 taken").await
        }
        Say::KeepAndHangUp => {
            keep();
            Err(io::ErrorKind::Other.into())
        }
        other => obey(stream, other, "").await.map(drop),
    }
}

/// Says what the script wants at this moment; true if it was the usual.
async fn speak(
    stream: &mut Reader,
    seen: &Seen,
    at: At,
    argument: &str,
    number: usize,
    usual: &str,
) -> io::Result<bool> {
    obey(stream, (seen.script.say)(at, argument, number), usual).await
}

async fn obey(stream: &mut Reader, what: Say, usual: &str) -> io::Result<bool> {
    match what {
        Say::Usual => say(stream, usual).await.map(|()| true),
        Say::Line(line) => say(stream, line).await.map(|()| false),
        Say::Silence => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Err(io::ErrorKind::TimedOut.into())
        }
        Say::HangUp | Say::KeepAndHangUp => Err(io::ErrorKind::Other.into()),
    }
}

async fn say(stream: &mut Reader, line: &str) -> io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

async fn upgrade(stream: Reader, tls: &Arc<ServerConfig>) -> io::Result<Reader> {
    let inside = TlsAcceptor::from(tls.clone()).accept(stream.into_inner()).await?;
    let inside: Box<dyn Stream> = Box::new(inside);
    Ok(BufReader::new(inside))
}

/// A stream whose incoming bytes are written down.
struct Recorded {
    stream: TcpStream,
    seen: Arc<Seen>,
}

impl AsyncRead for Recorded {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = out.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, out))?;
        self.seen.wire.lock().unwrap().extend_from_slice(&out.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Recorded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
