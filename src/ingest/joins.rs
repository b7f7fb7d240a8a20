//! What one log says and another completes: certificates that a connection names by a file, and keys and
//! certificates known only by a stand-in for their hash.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::address::Address;
use crate::model::observation::{At, Ends, SshKey, Tls, TlsFact};
use crate::model::observations::{Kept, MAX_KEPT, Observations};

/// Zeek's ids of files are 18 letters at most; a longer one is none.
const MAX_ID: usize = 40;

/// What tells a certificate or a key from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Its SHA-256, which captures give, too.
    Sha256([u8; 32]),
    /// Something else that is equal where the things are: it means nothing beside a SHA-256 of the same server.
    StandIn([u8; 32]),
}

/// Held until all files are read, because their order says nothing.
#[derive(Debug, Default)]
pub struct Joins {
    shown: Kept<(String, At, Ends)>,
    certificates: FxHashMap<String, Proof>,
    keys: Kept<(Proof, At, Ends)>,
}

impl Joins {
    /// A server showed the certificate in this file.
    pub fn shown(&mut self, file: &[u8], at: At, ends: Ends) {
        if let Some(file) = id(file) {
            self.shown.push((file, at, ends));
        }
    }

    /// The certificate in this file.
    pub fn certificate(&mut self, file: &[u8], proof: Proof) {
        if let Some(file) = id(file)
            && self.certificates.len() < MAX_KEPT
        {
            self.certificates.insert(file, proof);
        }
    }

    /// A server showed this host key.
    pub fn key(&mut self, proof: Proof, at: At, ends: Ends) {
        self.keys.push((proof, at, ends));
    }

    pub fn is_empty(&self) -> bool {
        self.shown.items().is_empty() && self.keys.items().is_empty()
    }

    /// Adds what came together to the observations.
    pub fn settle(&mut self, seen: &mut Observations) {
        let held = std::mem::take(self);
        let of_file = |(file, at, ends): &(String, At, Ends)| Some((*held.certificates.get(file)?, *at, *ends));
        let certificates: Vec<_> = held.shown.items().iter().filter_map(of_file).collect();
        let is_certificate = |tls: &&Tls| matches!(tls.fact, TlsFact::Certificate { .. });
        let known = seen.tls.items().iter().filter(is_certificate).map(|tls| tls.ends).collect();
        for (sha256, at, ends) in comparable(&certificates, known) {
            seen.tls.push(Tls { at, ends, fact: TlsFact::Certificate { sha256 } });
        }
        let known = seen.ssh.items().iter().map(|key| key.ends).collect();
        for (sha256, at, ends) in comparable(held.keys.items(), known) {
            seen.ssh.push(SshKey { at, ends, sha256 });
        }
    }
}

/// All with a hash, and of servers that have nothing with a hash, those with a stand-in.
fn comparable(found: &[(Proof, At, Ends)], known: Vec<Ends>) -> Vec<([u8; 32], At, Ends)> {
    let server = |ends: &Ends| (ends.server, ends.server_port);
    let mut hashed: FxHashSet<(Address, u16)> = known.iter().map(server).collect();
    hashed.extend(found.iter().filter(|(proof, ..)| matches!(proof, Proof::Sha256(_))).map(|(.., ends)| server(ends)));
    let keep = |(proof, at, ends): &(Proof, At, Ends)| match proof {
        Proof::Sha256(hash) => Some((*hash, *at, *ends)),
        Proof::StandIn(hash) => (!hashed.contains(&server(ends))).then_some((*hash, *at, *ends)),
    };
    found.iter().filter_map(keep).collect()
}

fn id(file: &[u8]) -> Option<String> {
    std::str::from_utf8(file).ok().filter(|file| !file.is_empty() && file.len() <= MAX_ID).map(str::to_owned)
}

/// The 32 bytes of a SHA-256 in hexadecimal.
pub fn hexadecimal(text: &[u8]) -> Option<[u8; 32]> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.len() == 64 && text.is_ascii())?;
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

/// Bytes in base64 (RFC 4648, section 4), with or without padding; `None` for nothing.
pub fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    if text.is_empty() || text.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.chunks(4) {
        let bits = group.iter().try_fold(0u32, |bits, sign| Some(bits << 6 | u32::from(value(*sign)?)))?;
        let whole = (bits << (6 * (4 - group.len()))).to_be_bytes();
        bytes.extend_from_slice(&whole[1..group.len()]);
    }
    Some(bytes)
}

fn value(sign: u8) -> Option<u8> {
    match sign {
        b'A'..=b'Z' => Some(sign - b'A'),
        b'a'..=b'z' => Some(sign - b'a' + 26),
        b'0'..=b'9' => Some(sign - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_reads_the_vectors_of_its_standard() {
        // RFC 4648, section 10.
        let vectors = [("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"), ("Zm9vYmFy", "foobar")];
        for (text, plain) in vectors {
            assert_eq!(base64(text.as_bytes()).as_deref(), Some(plain.as_bytes()), "{text}");
        }
        for bad in ["", "=", "Z", "Zm9v*", "Zm9vY"] {
            assert_eq!(base64(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn a_stand_in_means_nothing_beside_a_hash() {
        let ends = |server: &str| Ends {
            client: Address::parse("10.0.0.1").unwrap(),
            client_port: 1,
            server: Address::parse(server).unwrap(),
            server_port: 22,
        };
        let at = At { time: 0.0, file: 0, packet: 1 };
        let (one, other) = (ends("192.0.2.1"), ends("192.0.2.2"));
        let found = [
            (Proof::StandIn([1; 32]), at, one),
            (Proof::Sha256([2; 32]), at, one),
            (Proof::StandIn([3; 32]), at, other),
        ];
        assert_eq!(comparable(&found, Vec::new()), [([2; 32], at, one), ([3; 32], at, other)]);
        assert_eq!(comparable(&found, vec![other]), [([2; 32], at, one)]);
    }
}
