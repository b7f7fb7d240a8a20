//! ssl.log: what the two ends of a TLS connection said in clear.

use crate::ingest::joins::hexadecimal;
use crate::model::observation::{Tls, TlsFact};

use super::{Companion, Desk, ends, items};

pub const SSL: Companion = Companion {
    path: "ssl",
    names: &[
        "ts",
        "id.orig_h",
        "id.orig_p",
        "id.resp_h",
        "id.resp_p",
        "version",
        "cipher",
        "server_name",
        "cert_chain_fps",
        "cert_chain_fuids",
    ],
    marks: &["cipher", "next_protocol", "established"],
    read,
};

/// The longest server name kept, as in a capture.
const MAX_NAME: usize = 253;

fn read(cells: &[&[u8]], desk: &mut Desk<'_>) -> Result<(), &'static str> {
    let [_, source, source_port, destination, destination_port, version, suite, name, hashes, files] = cells else {
        return Ok(());
    };
    let ends = ends(source, source_port, destination, destination_port)?;
    let at = desk.at();
    let plain = |byte: &u8| if byte.is_ascii_graphic() { byte.to_ascii_lowercase() as char } else { '?' };
    let name: String = name.iter().take(MAX_NAME).map(plain).collect();
    let seen = &mut desk.intake.traffic.observations;
    let server_name = if name.is_empty() { None } else { seen.intern(&name) };
    // The log does not say what the client offered at most.
    seen.tls.push(Tls { at, ends, fact: TlsFact::ClientHello { server_name, version: 0 } });
    if let Some(version) = number(version) {
        seen.tls.push(Tls { at, ends, fact: TlsFact::ServerHello { version, cipher: cipher(suite) } });
    }
    match (items(hashes).next().and_then(hexadecimal), items(files).next()) {
        (Some(sha256), _) => seen.tls.push(Tls { at, ends, fact: TlsFact::Certificate { sha256 } }),
        (None, Some(file)) => desk.intake.joins.shown(file, at, ends),
        (None, None) => {}
    }
    Ok(())
}

fn number(version: &[u8]) -> Option<u16> {
    Some(match version {
        b"SSLv2" => 0x0002,
        b"SSLv3" => 0x0300,
        b"TLSv10" => 0x0301,
        b"TLSv11" => 0x0302,
        b"TLSv12" => 0x0303,
        version if version.starts_with(b"TLSv13") => 0x0304,
        b"DTLSv10" => 0xfeff,
        b"DTLSv12" => 0xfefd,
        b"DTLSv13" => 0xfefc,
        _ => return None,
    })
}

/// The number of a cipher suite in IANA's registry; 0 for one that is not among these, the ones in common use.
fn cipher(name: &[u8]) -> u16 {
    const SUITES: [(&str, u16); 37] = [
        ("AES_128_GCM_SHA256", 0x1301),
        ("AES_256_GCM_SHA384", 0x1302),
        ("CHACHA20_POLY1305_SHA256", 0x1303),
        ("RSA_WITH_NULL_MD5", 0x0001),
        ("RSA_WITH_NULL_SHA", 0x0002),
        ("RSA_WITH_RC4_128_MD5", 0x0004),
        ("RSA_WITH_RC4_128_SHA", 0x0005),
        ("RSA_WITH_3DES_EDE_CBC_SHA", 0x000a),
        ("RSA_WITH_AES_128_CBC_SHA", 0x002f),
        ("DHE_RSA_WITH_AES_128_CBC_SHA", 0x0033),
        ("RSA_WITH_AES_256_CBC_SHA", 0x0035),
        ("DHE_RSA_WITH_AES_256_CBC_SHA", 0x0039),
        ("RSA_WITH_AES_128_CBC_SHA256", 0x003c),
        ("RSA_WITH_AES_256_CBC_SHA256", 0x003d),
        ("DHE_RSA_WITH_AES_128_CBC_SHA256", 0x0067),
        ("DHE_RSA_WITH_AES_256_CBC_SHA256", 0x006b),
        ("RSA_WITH_AES_128_GCM_SHA256", 0x009c),
        ("RSA_WITH_AES_256_GCM_SHA384", 0x009d),
        ("DHE_RSA_WITH_AES_128_GCM_SHA256", 0x009e),
        ("DHE_RSA_WITH_AES_256_GCM_SHA384", 0x009f),
        ("ECDHE_ECDSA_WITH_RC4_128_SHA", 0xc007),
        ("ECDHE_ECDSA_WITH_AES_128_CBC_SHA", 0xc009),
        ("ECDHE_ECDSA_WITH_AES_256_CBC_SHA", 0xc00a),
        ("ECDHE_RSA_WITH_RC4_128_SHA", 0xc011),
        ("ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", 0xc012),
        ("ECDHE_RSA_WITH_AES_128_CBC_SHA", 0xc013),
        ("ECDHE_RSA_WITH_AES_256_CBC_SHA", 0xc014),
        ("ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", 0xc023),
        ("ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", 0xc024),
        ("ECDHE_RSA_WITH_AES_128_CBC_SHA256", 0xc027),
        ("ECDHE_RSA_WITH_AES_256_CBC_SHA384", 0xc028),
        ("ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xc02b),
        ("ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 0xc02c),
        ("ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xc02f),
        ("ECDHE_RSA_WITH_AES_256_GCM_SHA384", 0xc030),
        ("ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 0xcca8),
        ("ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", 0xcca9),
    ];
    let Some(name) = name.strip_prefix(b"TLS_") else { return 0 };
    SUITES.iter().find(|(known, _)| known.as_bytes() == name).map_or(0, |(_, number)| *number)
}
