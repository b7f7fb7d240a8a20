//! Sources that the GeoIP databases cannot place, each kind of "unknown" told apart.

use crate::about::About;
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, Role, Severity};
use crate::model::geo::Located;

use super::evidence::severity;
use super::tally::Seen;
use super::{Detector, Scene};

pub const GEO_UNKNOWN: Detector = Detector {
    about: About {
        key: "geo_unknown",
        title: "No known location",
        help: "What: names every source address that the GeoIP database cannot place, and says why: no record, a \
               record without a location, a private or reserved range, or an IPv6 address where the database knows \
               only IPv4. Why: a forged source address is often one that nobody uses.",
        limits: "Most addresses without a record are merely new, shared by many places, or missing from a free \
                 database, so this adds at most 8 points and blocks nobody by itself. Private and reserved ranges \
                 and missing IPv6 support add none, and only the first 1,000 of each are listed, of the others 100,000. Whether a private \
                 source came from outside, which would show forgery, the input does not say.",
    },
    knobs: &[],
    family: Family::Spoofing,
    needs,
    run,
};

/// Findings are listed up to these numbers per kind, those without points and those with.
const MOST_LISTED: usize = 1_000;
const MOST_WITH_POINTS: usize = 100_000;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let usable = scene.geography.sources.iter().any(|source| source.locates());
    if usable { Vec::new() } else { vec!["a GeoIP database with locations (.mmdb, City or Country)".to_owned()] }
}

#[derive(Clone, Copy)]
enum Kind {
    NoRecord,
    WithoutLocation,
    Special,
    NoIpv6,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let knows_v6 = scene.geography.sources.iter().any(|source| source.locates() && source.ip_version == 6);
    let mut listed = [0; 4];
    let mut findings = Vec::new();
    for source in scene.order.sources(1) {
        let (address, located) = (traffic.address(source), scene.geography.located.get(source.index()));
        let Some((kind, why)) = located.and_then(|located| unknown(address, located, knows_v6)) else { continue };
        let most = if matches!(kind, Kind::Special | Kind::NoIpv6) { MOST_LISTED } else { MOST_WITH_POINTS };
        let listed = &mut listed[kind as usize];
        *listed += 1;
        if *listed > most {
            scene.leave_out(1);
            continue;
        }
        let seen = Seen::of(traffic, scene.order.rows(source).iter().copied());
        findings.push(finding(address, kind, why, seen));
    }
    findings
}

fn unknown(address: Address, located: &Located, knows_v6: bool) -> Option<(Kind, String)> {
    let v6 = matches!(address, Address::V6(_));
    match located {
        Located::Special(special) => {
            let note = if special.class.cannot_send() { ", from which no host can send" } else { "" };
            Some((Kind::Special, format!("{address} lies in a special range: {}{note}", special.name)))
        }
        // A database of networks may know the address where the database of places knows no IPv6.
        Located::NoIpv6 | Located::NoRecord | Located::WithoutLocation(_) if v6 && !knows_v6 => {
            Some((Kind::NoIpv6, format!("{address} is IPv6 and the database knows only IPv4")))
        }
        Located::NoRecord => Some((Kind::NoRecord, format!("no database has a record of {address}"))),
        Located::WithoutLocation(_) => {
            Some((Kind::WithoutLocation, format!("the record of {address} names neither a country nor a position")))
        }
        Located::Place(_) | Located::NoIpv6 | Located::NotAnIp | Located::NoDatabase => None,
    }
}

fn finding(subject: Address, kind: Kind, summary: String, seen: Seen) -> Finding {
    // Absence alone is weak evidence; a record without a location is weaker still.
    let (points, confidence) = match kind {
        Kind::NoRecord => (8.0, 0.2),
        Kind::WithoutLocation => (4.0, 0.1),
        Kind::Special | Kind::NoIpv6 => (0.0, 0.1),
    };
    Finding {
        id: 0,
        detector: GEO_UNKNOWN.about.key,
        subject,
        role: Role::Bystander,
        victims: Vec::new(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: if points > 0.0 { severity(points) } else { Severity::Info },
        confidence,
        points,
        technique: None,
        summary,
    }
}
