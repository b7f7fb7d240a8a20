//! Domains under which honest programs ask for very many different names.

/// Reverse lookups; block lists and reputation services asked by mail servers; antivirus and file reputation;
/// content networks and telemetry that put a random label before their domain. Collected from the services' own
/// public documentation; a list can only ever be a start.
const DOMAINS: &[&str] = &[
    // Reverse lookups.
    "in-addr.arpa",
    "ip6.arpa",
    // Block lists and reputation.
    "abuseat.org",
    "barracudacentral.org",
    "cymru.com",
    "dnswl.org",
    "mailspike.net",
    "njabl.org",
    "senderbase.org",
    "sorbs.net",
    "spamcop.net",
    "spamhaus.net",
    "spamhaus.org",
    "surbl.org",
    "uribl.com",
    // Antivirus.
    "avast.com",
    "e5.sk",
    "eset.com",
    "kaspersky-labs.com",
    "kaspersky.com",
    "mcafee.com",
    "sophosxl.com",
    "sophosxl.net",
    "trendmicro.com",
    // Content networks, clouds and measurements.
    "2mdn.net",
    "akadns.net",
    "akamai.net",
    "akamaiedge.net",
    "akamaihd.net",
    "amazonaws.com",
    "apple.com",
    "azureedge.net",
    "cloudflare.com",
    "cloudflare.net",
    "cloudfront.net",
    "doubleclick.net",
    "edgekey.net",
    "edgesuite.net",
    "facebook.com",
    "fastly.net",
    "fbcdn.net",
    "footprintdns.com",
    "google.com",
    "googlesyndication.com",
    "googleusercontent.com",
    "googlevideo.com",
    "gstatic.com",
    "icloud.com",
    "microsoft.com",
    "msedge.net",
    "nr-data.net",
    "trafficmanager.net",
    "windows.net",
];

/// Whether names under `domain` are many by design.
pub fn is_busy(domain: &str) -> bool {
    domain.ends_with(".arpa") || domain == "arpa" || DOMAINS.contains(&domain)
}

/// Whether `domain` cannot be registered: its last label is no top-level domain, which are letters alone or
/// internationalised (RFC 3696, section 2).
pub fn is_no_domain(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    !last.starts_with("xn--") && !last.bytes().all(|byte| byte.is_ascii_alphabetic()) || last.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_domains_and_no_domains() {
        assert!(is_busy("4.in-addr.arpa") && is_busy("spamhaus.org") && !is_busy("example.org"));
        assert!(is_no_domain("dnscat.9f02") && is_no_domain("") && is_no_domain("a.b?"));
        assert!(!is_no_domain("example.org") && !is_no_domain("a.xn--p1ai") && !is_no_domain("corp.local"));
    }
}
