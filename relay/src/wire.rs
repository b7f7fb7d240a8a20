//! A TCP stream that hands out one line at a time and not without end, for the part of SMTP before TLS.
//!
//! lettre 0.11 reads replies through a buffer that it keeps when STARTTLS succeeds. Bytes that somebody on the way adds
//! behind the reply to STARTTLS would be taken for replies from inside TLS, and every later reply would be read one
//! too early: a refused message would look accepted. If no read goes past a line, the added bytes stay in the
//! stream, the TLS handshake meets them and fails.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Most bytes read on one connection: replies and handshake take some 10 KiB; lettre reads a line however long it is.
const READ_MAX: usize = 1 << 20;

/// The stream. Inside TLS it still reads up to each byte 10, which costs some reads and changes nothing.
#[derive(Debug)]
pub struct Lines {
    stream: TcpStream,
    held: Vec<u8>,
    /// First byte of `held` not yet handed out.
    next: usize,
    read: usize,
}

impl Lines {
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, held: Vec::new(), next: 0, read: 0 }
    }

    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [0; 4096];
        let mut buffer = ReadBuf::new(&mut bytes);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
        self.held.clear();
        self.held.extend_from_slice(buffer.filled());
        self.next = 0;
        self.read += self.held.len();
        if self.read > READ_MAX {
            return Poll::Ready(Err(io::Error::other("the mail server sends without end")));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Lines {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.next == self.held.len() {
            ready!(self.fill(cx))?;
        }
        let rest = &self.held[self.next..];
        let line = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        let taken = line.min(out.remaining());
        out.put_slice(&rest[..taken]);
        self.next += taken;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Lines {
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

impl AsyncTokioStream for Lines {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}
