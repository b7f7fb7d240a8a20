//! Names the alert relay in a finished page: its origin in the base policy, and in a tag that the seal reads.

use std::fmt;
use std::fs;
use std::path::Path;

use crate::Result;

/// Before this stands what the base policy lets the page connect to.
const CONNECT: &str = "; connect-src 'self'";
const HEAD: &str = "</head>";
const TAG: &str = "<meta name=\"flowglass-relay\"";

/// Scheme, host and perhaps port, as browsers write an origin; safe to put into a policy and into an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Origin {
    /// # Errors
    /// Anything but `http://` or `https://`, a host name or IPv4 address, and perhaps a port: no path, not even a
    /// final slash. IPv6 addresses are refused, for the grammar of policies has none (CSP Level 3, `host-part`): with
    /// `connect-src http://[::1]:8427` Chromium 156 lets nothing through to that very address.
    pub fn parse(text: &str) -> Result<Origin> {
        let wrong = || format!("--relay takes an origin such as http://127.0.0.1:8427, not {text:?}");
        let lower = text.to_ascii_lowercase();
        let (scheme, rest) = lower.split_once("://").ok_or_else(wrong)?;
        if rest.starts_with('[') {
            return Err("--relay: a page's policy cannot name an IPv6 address; give the relay a host name".into());
        }
        let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
        let label = |label: &str| {
            let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            plain && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
        };
        let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
        let number = port.map(|port| port.parse::<u16>().ok().filter(|_| digits(port)));
        if !matches!(scheme, "http" | "https") || host.len() > 253 || !host.split('.').all(label) {
            return Err(wrong().into());
        }
        // The scheme's own port is left out, as browsers leave it out.
        let usual = if scheme == "http" { 80 } else { 443 };
        match number {
            None => Ok(Origin(format!("{scheme}://{host}"))),
            Some(Some(port)) if port == usual => Ok(Origin(format!("{scheme}://{host}"))),
            Some(Some(port)) => Ok(Origin(format!("{scheme}://{host}:{port}"))),
            Some(None) => Err(wrong().into()),
        }
    }
}

/// Names the relay in the `index.html` of a finished page.
pub fn name_in(dist: &Path, origin: &Origin) -> Result<()> {
    let index = dist.join("index.html");
    let html = fs::read_to_string(&index).map_err(|fault| format!("cannot read {}: {fault}", index.display()))?;
    fs::write(&index, page(&html, origin)?)?;
    println!("dist: sealed, the page may reach the alert relay at {origin} and nothing else");
    Ok(())
}

fn page(html: &str, origin: &Origin) -> Result<String> {
    if html.contains(TAG) {
        return Err("this page names a relay already; build it anew".into());
    }
    for piece in [CONNECT, HEAD] {
        if html.matches(piece).count() != 1 {
            return Err(format!("index.html must hold {piece:?} once").into());
        }
    }
    let html = html.replacen(CONNECT, &format!("{CONNECT} {origin}"), 1);
    Ok(html.replacen(HEAD, &format!("{TAG} content=\"{origin}\">{HEAD}"), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Option<String> {
        Origin::parse(text).ok().map(|origin| origin.to_string())
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for whole in ["http://127.0.0.1:8427", "https://relay.example", "http://localhost:1"] {
            assert_eq!(origin(whole).as_deref(), Some(whole));
        }
        assert_eq!(origin("HTTPS://Relay.Example:443").as_deref(), Some("https://relay.example"));
    }

    #[test]
    fn whatever_else_is_refused() {
        let strangers = [
            "",
            "relay.example",
            "ftp://relay.example",
            "https://",
            "https://relay.example/",
            "https://*.example",
            "https://a b",
            "https://a;script-src *",
            "https://a\" x=\"",
            "https://a:0",
            "https://a:65536",
            "https://a:",
            "https://a:+1",
            "https://u@a",
            "http://[::1]:8427",
            "https://a..b",
            "https://-a",
            "'self'",
            "https://a\n",
        ];
        for stranger in strangers {
            assert_eq!(origin(stranger), None, "{stranger:?}");
        }
    }

    #[test]
    fn the_page_names_the_relay_in_its_policy_and_for_its_seal() {
        let html = "<head><meta content=\"default-src 'none'; connect-src 'self'; x\"></head>";
        let named = page(html, &Origin::parse("http://127.0.0.1:8427").expect("an origin")).expect("a page");
        assert!(named.contains("; connect-src 'self' http://127.0.0.1:8427; x"), "{named}");
        assert!(named.contains("<meta name=\"flowglass-relay\" content=\"http://127.0.0.1:8427\"></head>"), "{named}");
        assert!(page(&named, &Origin("http://b".to_owned())).is_err(), "a second relay");
    }

    #[test]
    fn the_projects_own_page_can_be_named_in() {
        let html = include_str!("../../www/index.html");
        assert!(page(html, &Origin("http://a".to_owned())).is_ok());
    }
}
