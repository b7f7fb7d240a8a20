//! x509.log: certificates, each by the hash or, before Zeek 4.1, by the file that ssl.log names.

use sha2::{Digest, Sha256};

use crate::ingest::joins::{Proof, base64, hexadecimal};

use super::{Companion, Desk};

pub const X509: Companion = Companion {
    path: "x509",
    names: &["ts", "id", "fingerprint", "cert", "certificate.serial", "certificate.issuer"],
    marks: &["certificate.serial", "certificate.subject"],
    read,
};

fn read(cells: &[&[u8]], desk: &mut Desk<'_>) -> Result<(), &'static str> {
    let [_, file, fingerprint, whole, serial, issuer] = cells else { return Ok(()) };
    // Where ssl.log gives the hash itself, there is no file and nothing to join.
    if file.is_empty() {
        return Ok(());
    }
    let whole = base64(whole).map(|whole| Sha256::digest(whole).into());
    let proof = match hexadecimal(fingerprint).or(whole) {
        Some(sha256) => Proof::Sha256(sha256),
        // An issuer gives no serial twice (RFC 5280, section 4.1.2.2).
        None if !serial.is_empty() => Proof::StandIn(
            Sha256::new().chain_update(serial).chain_update(b"\n").chain_update(issuer).finalize().into(),
        ),
        None => return Ok(()),
    };
    desk.intake.joins.certificate(file, proof);
    Ok(())
}
