//! One database record as the fields of a place; other vendors' spellings of the same fields included.

use serde::Deserialize;

use crate::model::geo::Place;

/// The fields read of a record; all others are skipped. The nested ones are MaxMind's, the flat ones IPinfo's.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct RawPlace<'a> {
    #[serde(borrow)]
    country: Option<Country<'a>>,
    country_code: Option<&'a str>,
    #[serde(borrow)]
    city: Option<City<'a>>,
    location: Location,
    autonomous_system_number: Option<u32>,
    autonomous_system_organization: Option<&'a str>,
    /// An Enterprise database has the network in here.
    #[serde(borrow)]
    traits: Traits<'a>,
    /// `AS64496`.
    asn: Option<&'a str>,
    as_name: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Country<'a> {
    Nested {
        #[serde(borrow)]
        iso_code: Option<&'a str>,
    },
    Flat(&'a str),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum City<'a> {
    Nested {
        #[serde(borrow, default)]
        names: Names<'a>,
    },
    Flat(&'a str),
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Names<'a> {
    en: Option<&'a str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Traits<'a> {
    autonomous_system_number: Option<u32>,
    #[serde(borrow)]
    autonomous_system_organization: Option<&'a str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Location {
    latitude: Option<f64>,
    longitude: Option<f64>,
    accuracy_radius: Option<u16>,
}

impl From<RawPlace<'_>> for Place {
    fn from(raw: RawPlace<'_>) -> Self {
        let country = match raw.country {
            Some(Country::Nested { iso_code }) => iso_code,
            // A country's full name is no code; IPinfo's older files have the code here.
            Some(Country::Flat(code)) => raw.country_code.or((code.len() == 2).then_some(code)),
            None => raw.country_code,
        };
        let city = match raw.city {
            Some(City::Nested { names }) => names.en,
            Some(City::Flat(name)) => Some(name),
            None => None,
        };
        let listed = raw.asn.and_then(|asn| asn.strip_prefix("AS")?.parse().ok());
        let name = raw.autonomous_system_organization.or(raw.traits.autonomous_system_organization).or(raw.as_name);
        let position = position(raw.location.latitude, raw.location.longitude);
        Place {
            country: country.map(str::to_owned),
            city: city.map(str::to_owned),
            position,
            accuracy_radius: position.and(raw.location.accuracy_radius),
            as_number: raw.autonomous_system_number.or(raw.traits.autonomous_system_number).or(listed),
            as_name: name.map(str::to_owned),
        }
    }
}

/// A position on Earth; an impossible one is none.
fn position(latitude: Option<f64>, longitude: Option<f64>) -> Option<(f64, f64)> {
    let (latitude, longitude) = (latitude?, longitude?);
    let possible = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    possible.then_some((latitude, longitude))
}
