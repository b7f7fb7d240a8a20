//! ssh.log: the host keys servers showed, by their hash.

use crate::ingest::joins::{Proof, base64};

use super::{Companion, Desk, ends};

pub const SSH: Companion = Companion {
    path: "ssh",
    names: &["ts", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "host_key", "host_key_fingerprint"],
    marks: &["auth_attempts", "host_key_alg", "kex_alg"],
    read,
};

fn read(cells: &[&[u8]], desk: &mut Desk<'_>) -> Result<(), &'static str> {
    let [_, source, source_port, destination, destination_port, key, newer] = cells else { return Ok(()) };
    let ends = ends(source, source_port, destination, destination_port)?;
    if let Some(proof) = hash(newer).or_else(|| hash(key)) {
        let at = desk.at();
        desk.intake.joins.key(proof, at, ends);
    }
    Ok(())
}

/// `SHA256:` and base64 without its padding, or MD5 as hexadecimal pairs, which is what Zeek has written longest.
fn hash(text: &[u8]) -> Option<Proof> {
    if let Some(sha256) = text.strip_prefix(b"SHA256:") {
        return base64(sha256)?.try_into().ok().map(Proof::Sha256);
    }
    let mut stand_in = [0; 32];
    let mut pairs = std::str::from_utf8(text).ok()?.split(':');
    for byte in &mut stand_in[..16] {
        let pair = pairs.next().filter(|pair| pair.len() == 2)?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    pairs.next().is_none().then_some(Proof::StandIn(stand_in))
}
