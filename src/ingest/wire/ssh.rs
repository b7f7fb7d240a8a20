//! The unencrypted start of an SSH server's side: the banner, then packets up to the host key (RFC 4253).

use super::{be, take, take_block};

/// The longest packet an implementation must accept.
const LONGEST: u64 = 35_000;

/// What the start of a server's bytes has told so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKey<'a> {
    Found(&'a [u8]),
    /// More bytes are needed.
    NotYet,
    /// It is not SSH, or the key will not come in clear.
    Never,
}

/// Whether a server's first bytes are those of SSH.
pub fn is_banner(bytes: &[u8]) -> bool {
    bytes.starts_with(b"SSH-")
}

/// Looks for the host key in all that a server has sent from its first byte on.
pub fn host_key(bytes: &[u8]) -> HostKey<'_> {
    let Some(end) = memchr::memchr(b'\n', &bytes[..bytes.len().min(255)]) else {
        return if bytes.len() < 255 { HostKey::NotYet } else { HostKey::Never };
    };
    let mut rest = &bytes[end + 1..];
    loop {
        match rest.get(..4).map(be) {
            None => return HostKey::NotYet,
            Some(length) if !(2..=LONGEST).contains(&length) => return HostKey::Never,
            Some(_) => {}
        }
        let Some(mut packet) = take_block(&mut rest, 4) else { return HostKey::NotYet };
        let kind = take(&mut packet, 2).map_or(0, |head| head[1]);
        match (kind, take_block(&mut packet, 4)) {
            // 31 and 33 are the replies of the exchanges in use; both start with the key. In the group exchange
            // 31 is something else: a key is told by the name of its algorithm.
            (31 | 33, Some(key)) if is_key(key) => return HostKey::Found(key),
            // New keys: what follows is encrypted.
            (21, _) => return HostKey::Never,
            _ => {}
        }
    }
}

fn is_key(mut key: &[u8]) -> bool {
    let name = take_block(&mut key, 4).unwrap_or_default();
    (4..64).contains(&name.len()) && name.iter().all(u8::is_ascii_graphic)
}
