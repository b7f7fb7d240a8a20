//! The parts of a TLS handshake that travel in clear (RFC 5246, RFC 8446, RFC 6066).

use std::ops::Range;

use super::{be16, take, take_block};

const KIND: usize = 0;
const MAJOR: usize = 1;
const LENGTH: Range<usize> = 3..5;
const HEADER: usize = 5;

/// The longest record allowed: 2^14 bytes and what encryption may add.
const LONGEST: u16 = 16_384 + 2_048;

/// A record header that is plausible: handshake or alert, major version 3, length in range.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a>(&'a [u8]);

impl<'a> Record<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let fits = bytes.len() >= HEADER
            && matches!(bytes[KIND], 20..=23)
            && bytes[MAJOR] == 3
            && (1..=LONGEST).contains(&be16(&bytes[LENGTH]));
        fits.then_some(Record(bytes))
    }

    pub fn is_handshake(&self) -> bool {
        self.0[KIND] == 22
    }

    /// The record's bytes where it is complete, and what follows it.
    pub fn split(&self) -> Option<(&'a [u8], &'a [u8])> {
        self.0[HEADER..].split_at_checked(usize::from(be16(&self.0[LENGTH])))
    }
}

/// Takes the next whole handshake message: its type and its body.
pub fn message<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let kind = take(rest, 1)?[0];
    Some((kind, take_block(rest, 3)?))
}

/// What a ClientHello or a ServerHello says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello<'a> {
    /// The highest version offered, or the one chosen: 0x0303 is TLS 1.2, 0x0304 TLS 1.3.
    pub version: u16,
    /// The cipher chosen; 0 in a ClientHello.
    pub cipher: u16,
    pub server_name: Option<&'a [u8]>,
}

/// Reads the body of a ClientHello.
pub fn client_hello(mut body: &[u8]) -> Option<Hello<'_>> {
    let version = be16(take(&mut body, 2)?);
    take(&mut body, 32)?;
    take_block(&mut body, 1)?;
    take_block(&mut body, 2)?;
    take_block(&mut body, 1)?;
    let extensions = take_block(&mut body, 2).unwrap_or_default();
    let offered = extension(extensions, 43).and_then(|mut data| take_block(&mut data, 1));
    // Values like 0x0a0a are there to be ignored (RFC 8701).
    let offered = offered.and_then(|list| list.chunks_exact(2).map(be16).filter(|version| version >> 8 == 3).max());
    let server_name = extension(extensions, 0).and_then(|mut data| {
        let mut names = take_block(&mut data, 2)?;
        (take(&mut names, 1)? == [0]).then_some(())?;
        take_block(&mut names, 2)
    });
    Some(Hello { version: offered.unwrap_or(version), cipher: 0, server_name })
}

/// Reads the body of a ServerHello.
pub fn server_hello(mut body: &[u8]) -> Option<Hello<'_>> {
    let version = be16(take(&mut body, 2)?);
    take(&mut body, 32)?;
    take_block(&mut body, 1)?;
    let cipher = be16(take(&mut body, 2)?);
    take(&mut body, 1)?;
    let extensions = take_block(&mut body, 2).unwrap_or_default();
    let chosen = extension(extensions, 43).filter(|data| data.len() == 2).map(be16);
    Some(Hello { version: chosen.unwrap_or(version), cipher, server_name: None })
}

/// The server's own certificate in the body of a Certificate message of TLS 1.2 or older.
pub fn leaf_certificate(mut body: &[u8]) -> Option<&[u8]> {
    let mut chain = take_block(&mut body, 3)?;
    take_block(&mut chain, 3).filter(|certificate| !certificate.is_empty())
}

fn extension(mut extensions: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let kind = be16(take(&mut extensions, 2)?);
        let data = take_block(&mut extensions, 2)?;
        if kind == wanted {
            return Some(data);
        }
    }
}
