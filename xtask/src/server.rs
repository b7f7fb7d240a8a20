//! A small server for a folder of static files, on this machine only, that remembers what it was asked for.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A request line longer than this is refused.
const LINE: u64 = 8 << 10;
const PATIENCE: Duration = Duration::from_secs(10);

/// A running server. It runs until the process ends.
pub struct Server {
    pub address: SocketAddr,
    /// The sub-path under which the folder stands, with its slashes: `/` or `/sub/path/`.
    prefix: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves `folder` under `prefix`. Port 0 takes any free one.
    pub fn start(folder: &Path, prefix: &str, port: u16) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let site = Site { folder: folder.to_path_buf(), prefix: prefix.to_owned(), seen: Arc::clone(&seen) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let site = site.clone();
                thread::spawn(move || drop(site.answer(&stream)));
            }
        });
        Ok(Server { address, prefix: prefix.to_owned(), seen })
    }

    /// The address of the served folder. `localhost` and a loopback address are both secure contexts.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.prefix)
    }

    /// Every request line so far, in the order they came; a connection that sent none is an empty line.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Clone)]
struct Site {
    folder: PathBuf,
    prefix: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Site {
    fn answer(&self, mut stream: &TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut input = BufReader::new(stream);
        let mut line = String::new();
        let read = input.by_ref().take(LINE).read_line(&mut line);
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(line.trim_end().to_owned());
        read?;
        skip_headers(&mut input)?;
        let mut words = line.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (status, kind, body) = match (method, self.file(target)) {
            ("GET" | "HEAD", Some(file)) => ("200 OK", content_type(&file), fs::read(file)?),
            ("GET" | "HEAD", None) => ("404 Not Found", "text/plain", b"not found\n".to_vec()),
            _ => ("405 Method Not Allowed", "text/plain", b"only GET\n".to_vec()),
        };
        write!(stream, "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", body.len())?;
        // A rebuilt page must not meet yesterday's files.
        write!(stream, "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n")?;
        stream.write_all(if method == "HEAD" { &[] } else { &body })
    }

    /// The file a request target names; never one outside the folder.
    fn file(&self, target: &str) -> Option<PathBuf> {
        let path = target.split(['?', '#']).next()?.strip_prefix(&self.prefix)?;
        let plain = |part: &str| part != ".." && !part.contains(['\\', '%', ':', '\0']);
        if !path.split('/').all(plain) || path.starts_with('/') {
            return None;
        }
        let file = self.folder.join(path);
        let file = if file.is_dir() { file.join("index.html") } else { file };
        file.is_file().then_some(file)
    }
}

/// Reads up to the empty line, and no more than 64 KiB of headers.
fn skip_headers(input: &mut impl BufRead) -> io::Result<()> {
    let mut input = input.take(64 << 10);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 2 {
        line.clear();
    }
    Ok(())
}

/// A module script or a wasm file with another type is refused by browsers.
fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(server: &Server, request: &str) -> String {
        let mut stream = TcpStream::connect(server.address).expect("the server listens");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers in text");
        answer
    }

    #[test]
    fn a_folder_is_served_under_its_prefix_and_nothing_beside_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let server = Server::start(&folder, "/sub/", 0).expect("a free port");
        let get = |path: &str| ask(&server, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert!(get("/sub/server.rs?x=1").starts_with("HTTP/1.1 200"));
        for outside in ["/server.rs", "/sub/../Cargo.toml", "/sub/%2e%2e/Cargo.toml", "/sub//etc/passwd", "/sub/no"] {
            assert!(get(outside).starts_with("HTTP/1.1 404"), "{outside}");
        }
        assert!(ask(&server, "POST /sub/server.rs HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
        assert_eq!(server.seen().len(), 7);
        assert_eq!(server.seen()[0], "GET /sub/server.rs?x=1 HTTP/1.1");
    }
}
