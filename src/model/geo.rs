//! What the GeoIP databases say of an address.

use serde::Serialize;

/// One database the person gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GeoSource {
    pub file: String,
    /// The database's own type, such as `GeoLite2-City`.
    pub kind: String,
    /// Seconds since 1970.
    pub built: u64,
    /// 4 or 6; a version 4 database knows no IPv6 address.
    pub ip_version: u8,
    /// Why the database is not used: it is damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
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

/// The answer of a look-up, each kind of "unknown" told apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Located {
    Place(Place),
    /// A record exists, but it names neither a country nor a position.
    WithoutLocation(Place),
    /// No database has a record of this address.
    NoRecord,
    /// Private, reserved, loopback …: no database could know it. The name of the range.
    Special(&'static str),
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
