//! Where addresses are and who announces them, from the MaxMind databases the person gave.

mod database;
mod place;
#[cfg(test)]
mod tests;

pub use database::{GeoDatabase, TAIL, is_database};

use std::net::IpAddr;

use crate::model::address::Address;
use crate::model::geo::{GeoSource, Geography, Located, Place};
use crate::model::special::special;

/// Looks every address up once in every database and merges the answers: City before Country, the
/// newer before the older; who announces the address comes from the first database that says so.
/// A record that cannot be read counts as none and is told in the database's `GeoSource::error`.
pub fn locate(addresses: &[Address], databases: &[GeoDatabase]) -> Geography {
    let mut ranked: Vec<usize> = (0..databases.len()).filter(|&index| databases[index].is_open()).collect();
    ranked.sort_by_key(|&index| {
        let source = databases[index].source();
        (rank(&source.kind), std::cmp::Reverse(source.built), index)
    });
    let mut readers: Vec<_> = ranked.iter().map(|&index| databases[index].lookup()).collect();
    let knows_v6 = ranked.iter().any(|&index| databases[index].source().ip_version == 6);

    let located = addresses
        .iter()
        .map(|address| match address.ip() {
            None => Located::NotAnIp,
            Some(ip) => {
                let places = readers.iter_mut().filter_map(|reader| reader.place(ip));
                answer(ip, merge(places), ranked.is_empty(), knows_v6)
            }
        })
        .collect();

    let mut sources: Vec<GeoSource> = databases.iter().map(|database| database.source().clone()).collect();
    for (&index, reader) in ranked.iter().zip(&readers) {
        sources[index].error = reader.complaint();
    }
    Geography { sources, located }
}

/// City (and Enterprise, which has cities) before Country before the rest.
fn rank(kind: &str) -> u8 {
    match kind {
        _ if kind.contains("City") || kind.contains("Enterprise") => 0,
        _ if kind.contains("Country") => 1,
        _ => 2,
    }
}

/// The location is taken whole from one database, so that a city never stands in another's country.
fn merge(places: impl Iterator<Item = Place>) -> Option<Place> {
    places.reduce(|mut merged, next| {
        if merged.country.is_none() && merged.city.is_none() && merged.position.is_none() {
            let (as_number, as_name) = (merged.as_number, merged.as_name);
            merged = Place { as_number, as_name, ..next.clone() };
        }
        merged.country = merged.country.or(next.country);
        if merged.as_number.is_none() && merged.as_name.is_none() {
            (merged.as_number, merged.as_name) = (next.as_number, next.as_name);
        }
        merged
    })
}

fn answer(ip: IpAddr, place: Option<Place>, no_database: bool, knows_v6: bool) -> Located {
    match (place, special(ip)) {
        (Some(place), _) if place.country.is_some() || place.position.is_some() => Located::Place(place.into()),
        // A company's own database may know its private ranges; only then is the range's name second.
        (_, Some(special)) => Located::Special(special),
        (Some(place), None) => Located::WithoutLocation(place.into()),
        (None, None) if no_database => Located::NoDatabase,
        (None, None) if ip.is_ipv6() && !knows_v6 => Located::NoIpv6,
        (None, None) => Located::NoRecord,
    }
}
