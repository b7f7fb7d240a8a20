//! How the two ends of a connection introduce themselves: TLS hellos and certificates, SSH host keys.

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use crate::ingest::assemble::flow::Flow;
use crate::ingest::assemble::segment::Segment;
use crate::ingest::assemble::table::FlowId;
use crate::ingest::wire::ssh::{self, HostKey};
use crate::ingest::wire::tls::{self, Record};
use crate::model::observation::{Ends, SshKey, Tls, TlsFact};
use crate::model::observations::Observations;

use super::Sight;
use super::stream::{Grown, Stream};

/// Sides whose first bytes are being put together at once: 32 MiB at most.
const MAX_STREAMS: usize = 1024;

/// The connections whose greeting takes more than one packet.
#[derive(Debug, Default)]
pub struct Greetings {
    streams: FxHashMap<(FlowId, usize), Stream>,
}

/// Whether a side has more to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    All,
    NotYet,
}

impl Greetings {
    /// Looks at data of a side that is still watched.
    #[inline(never)]
    pub fn data(
        &mut self,
        segment: &Segment<'_>,
        (id, side, flow): (FlowId, usize, &mut Flow),
        sight: &Sight,
        seen: &mut Observations,
    ) {
        let sequence = segment.tcp.map_or(0, |tcp| tcp.sequence());
        let listener = Listener { ends: ends(flow, side), sight };
        let told = match self.streams.get_mut(&(id, side)) {
            None => match listener.listen(segment.data, seen) {
                Told::NotYet if self.streams.len() < MAX_STREAMS => {
                    self.streams.insert((id, side), Stream::new(sequence, segment.data));
                    Told::NotYet
                }
                _ => Told::All,
            },
            Some(stream) => match stream.push(sequence, segment.data) {
                Grown::Yes => listener.listen(stream.bytes(), seen),
                Grown::No => Told::NotYet,
                Grown::Broken => Told::All,
            },
        };
        if told == Told::All {
            self.streams.remove(&(id, side));
            flow.watched[side] = false;
        }
    }
}

/// The connection as seen by a side that sends: the other one is the client if this one serves.
fn ends(flow: &Flow, side: usize) -> [(crate::model::address::Address, u16); 2] {
    let end = |side: usize| (flow.ends[side].address(), flow.ports[side]);
    [end(side), end(1 - side)]
}

struct Listener<'a> {
    /// The sender and the receiver.
    ends: [(crate::model::address::Address, u16); 2],
    sight: &'a Sight,
}

impl Listener<'_> {
    /// Looks at all that a side has sent. Facts are kept once: only when the last of them is there.
    fn listen(&self, bytes: &[u8], seen: &mut Observations) -> Told {
        if ssh::is_banner(bytes) {
            return match ssh::host_key(bytes) {
                HostKey::NotYet => Told::NotYet,
                HostKey::Never => Told::All,
                HostKey::Found(key) => {
                    let at = self.sight.at(seen);
                    seen.ssh.push(SshKey { at, ends: self.served(), sha256: Sha256::digest(key).into() });
                    Told::All
                }
            };
        }
        match Record::check(bytes) {
            Some(record) if record.is_handshake() => self.handshake(bytes, seen),
            _ => Told::All,
        }
    }

    /// Reads handshake messages until the certificate, the client's hello or the end of what is in clear.
    fn handshake(&self, bytes: &[u8], seen: &mut Observations) -> Told {
        let (messages, over) = handshake_bytes(bytes);
        let mut rest = messages.as_slice();
        let mut server = None;
        while let Some((kind, body)) = tls::message(&mut rest) {
            match kind {
                1 => {
                    if let Some(hello) = tls::client_hello(body) {
                        let server_name = hello.server_name.and_then(|name| seen.intern(&printable(name)));
                        self.keep(self.asked(), TlsFact::ClientHello { server_name, version: hello.version }, seen);
                    }
                    return Told::All;
                }
                2 => server = tls::server_hello(body),
                11 => {
                    self.server_hello(server, seen);
                    if let Some(certificate) = tls::leaf_certificate(body) {
                        let sha256 = Sha256::digest(certificate).into();
                        self.keep(self.served(), TlsFact::Certificate { sha256 }, seen);
                    }
                    return Told::All;
                }
                _ => {}
            }
        }
        // TLS 1.3 shows no certificate; a resumed session has none.
        if over || server.is_some_and(|hello| hello.version >= 0x0304) {
            self.server_hello(server, seen);
            return Told::All;
        }
        Told::NotYet
    }

    fn server_hello(&self, hello: Option<tls::Hello<'_>>, seen: &mut Observations) {
        if let Some(hello) = hello {
            let fact = TlsFact::ServerHello { version: hello.version, cipher: hello.cipher };
            self.keep(self.served(), fact, seen);
        }
    }

    fn keep(&self, ends: Ends, fact: TlsFact, seen: &mut Observations) {
        let at = self.sight.at(seen);
        seen.tls.push(Tls { at, ends, fact });
    }

    /// The sender is the server.
    fn served(&self) -> Ends {
        let [(server, server_port), (client, client_port)] = self.ends;
        Ends { client, client_port, server, server_port }
    }

    /// The sender is the client.
    fn asked(&self) -> Ends {
        let [(client, client_port), (server, server_port)] = self.ends;
        Ends { client, client_port, server, server_port }
    }
}

/// The handshake bytes of the complete records at the start, and whether something else follows them.
fn handshake_bytes(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut messages = Vec::new();
    loop {
        match Record::check(bytes) {
            // Fewer bytes than a header: what comes next is not known yet.
            None => return (messages, bytes.len() >= 5),
            Some(record) if !record.is_handshake() => return (messages, true),
            Some(record) => {
                let Some((whole, rest)) = record.split() else { return (messages, false) };
                messages.extend_from_slice(whole);
                bytes = rest;
            }
        }
    }
}

/// A server name as it may be shown: at most 253 bytes, plain ASCII, anything else as `?`.
fn printable(name: &[u8]) -> String {
    let plain = |&byte: &u8| if byte.is_ascii_graphic() { byte.to_ascii_lowercase() as char } else { '?' };
    name.iter().take(253).map(plain).collect()
}
