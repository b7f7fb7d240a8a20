//! What the GeoIP databases say of an address.

use std::sync::Arc;

use serde::Serialize;

use super::special::Special;

/// One database the person gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GeoSource {
    pub file: String,
    /// The database's own type, such as `GeoLite2-City`.
    pub kind: String,
    /// Seconds since 1970.
    pub built: u64,
    /// 4 or 6; a version 4 database knows no IPv6 address. 0 where the file could not be opened.
    pub ip_version: u8,
    /// Why the database is not used, or how many of its records could not be read: it is damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Database types that say nothing of where an address is. Any other type may.
const WITHOUT_LOCATIONS: &[&str] = &[
    "ASN",
    "ISP",
    "Domain",
    "Connection-Type",
    "Anonymous",
    "Proxy",
    "IP-Risk",
    "Static-IP-Score",
    "User-Count",
    "DensityIncome",
];

impl GeoSource {
    /// Days from the build to `now` (seconds since 1970), rounded down; negative for a build in the future.
    pub fn age_days(&self, now: f64) -> i64 {
        ((now - self.built as f64) / 86_400.0).floor() as i64
    }

    /// Whether the database could be opened and is of a type that locates addresses.
    pub fn locates(&self) -> bool {
        self.ip_version != 0 && !WITHOUT_LOCATIONS.iter().any(|kind| self.kind.contains(kind))
    }
}

/// What is known of one address.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Place {
    /// ISO 3166 code, such as `SE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Degrees: latitude, longitude.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<(f64, f64)>,
    /// Kilometres around `position`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy_radius: Option<u16>,
    /// Autonomous system number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_number: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_name: Option<String>,
}

impl Place {
    /// `AS64496 Example`, or the half of it that is known.
    pub fn network(&self) -> Option<String> {
        let number = self.as_number.map(|number| format!("AS{number}"));
        match (number, &self.as_name) {
            (Some(number), Some(name)) => Some(format!("{number} {name}")),
            (number, name) => number.or(name.clone()),
        }
    }
}

/// The answer of a look-up, each kind of "unknown" told apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Located {
    Place(Arc<Place>),
    /// A record exists, but it names neither a country nor a position.
    WithoutLocation(Arc<Place>),
    /// No database has a record of this address.
    NoRecord,
    /// Private, reserved, loopback …: no database could know it.
    Special(&'static Special),
    /// An IPv6 address, and every database is IPv4 only.
    NoIpv6,
    /// A MAC address or AS number: nothing to look up.
    NotAnIp,
    /// No database was given, or none was readable.
    NoDatabase,
}

/// One answer per distinct address, by `AddressId`.
#[derive(Debug, Clone, Default)]
pub struct Geography {
    pub sources: Vec<GeoSource>,
    pub located: Vec<Located>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_and_purpose_of_a_database() {
        let source = |kind: &str, built| GeoSource {
            file: "x.mmdb".to_owned(),
            kind: kind.to_owned(),
            built,
            ip_version: 6,
            error: None,
        };
        assert_eq!(source("GeoLite2-City", 86_400).age_days(86_400.0 * 32.5), 31);
        assert_eq!(source("GeoLite2-City", 86_400).age_days(86_399.0), -1);
        assert!(source("GeoLite2-City", u64::MAX).age_days(0.0) < -30);
        assert!(source("GeoLite2-City", 0).locates());
        assert!(!source("GeoLite2-ASN", 0).locates());
        assert!(!GeoSource { ip_version: 0, ..source("GeoLite2-City", 0) }.locates());
    }
}
