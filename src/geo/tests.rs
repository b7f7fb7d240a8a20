//! Look-ups in small databases written here, whole and damaged.

#[path = "../../tests/mmdb/mod.rs"]
mod mmdb;

use ipnet::IpNet;
use mmdb::{Record, database};

use super::*;

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn addresses(texts: &[&str]) -> Vec<Address> {
    texts.iter().map(|text| Address::parse(text).unwrap()).collect()
}

fn city() -> Vec<u8> {
    let lund = Record {
        country: Some("SE"),
        city: Some("Lund"),
        position: Some((55.7, 13.2)),
        accuracy_radius: Some(20),
        ..Record::default()
    };
    let nowhere = Record { position: Some((95.0, 13.2)), accuracy_radius: Some(1), ..Record::default() };
    let entries = [(net("81.2.69.0/24"), lund.clone()), (net("81.2.70.0/24"), nowhere), (net("2a02:1::/32"), lund)];
    database("GeoLite2-City", 6, 1_700_000_000, &entries)
}

fn asn(ip_version: u8) -> Vec<u8> {
    let record = Record { as_number: Some(64_496), as_name: Some("Example"), ..Record::default() };
    database("GeoLite2-ASN", ip_version, 5, &[(net("81.2.64.0/20"), record)])
}

fn country() -> Vec<u8> {
    let norway = Record { country: Some("NO"), ..Record::default() };
    database("GeoLite2-Country", 4, 9, &[(net("81.2.64.0/20"), norway)])
}

#[test]
fn every_kind_of_unknown_is_told_apart() {
    let asked = addresses(&["81.2.69.1", "81.2.70.1", "8.8.8.8", "10.1.1.1", "2a02:1::1", "00:11:22:33:44:55"]);
    let located = locate(&asked, &[GeoDatabase::open("c", city())]).located;
    let Located::Place(place) = &located[0] else { panic!("{located:?}") };
    assert_eq!(place.city.as_deref(), Some("Lund"));
    assert_eq!((place.position, place.accuracy_radius), (Some((55.7, 13.2)), Some(20)));
    assert_eq!(located[1], Located::WithoutLocation(Place::default().into()), "an impossible position is dropped");
    assert_eq!(located[2], Located::NoRecord);
    assert!(matches!(located[3], Located::Special(special) if special.name == "private"));
    assert_eq!(located[4], located[0]);
    assert_eq!(located[5], Located::NotAnIp);

    let v4_only = locate(&addresses(&["2a02:1::1"]), &[GeoDatabase::open("a", asn(4))]);
    assert_eq!(v4_only.located, [Located::NoIpv6]);
    assert_eq!(locate(&addresses(&["8.8.8.8"]), &[]).located, [Located::NoDatabase]);
}

#[test]
fn city_stands_over_country_and_asn_adds_the_network() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let files = [("country", country()), ("asn", asn(6)), ("city", city())];
        let databases = order.map(|index| GeoDatabase::open(files[index].0, files[index].1.clone()));
        let geography = locate(&addresses(&["81.2.69.1", "81.2.70.1"]), &databases);
        let Located::Place(lund) = &geography.located[0] else { panic!() };
        assert_eq!((lund.country.as_deref(), lund.as_number), (Some("SE"), Some(64_496)));
        let Located::Place(norway) = &geography.located[1] else { panic!() };
        assert_eq!((norway.country.as_deref(), norway.as_name.as_deref()), (Some("NO"), Some("Example")));
        let kinds: Vec<_> = geography.sources.iter().map(|source| source.file.as_str()).collect();
        assert_eq!(kinds, order.map(|index| files[index].0), "sources stay in the order given");
    }
}

#[test]
fn metadata_is_reported() {
    let database = GeoDatabase::open("a.mmdb", asn(4));
    let source = database.source();
    assert_eq!(source.error, None);
    assert_eq!((source.kind.as_str(), source.built, source.ip_version), ("GeoLite2-ASN", 5, 4));
}

#[test]
fn a_file_that_is_no_database_says_so() {
    for bytes in [Vec::new(), b"ClientIP,ClientSrcPort\n".to_vec(), b"\xab\xcd\xefMaxMind.com".to_vec()] {
        let database = GeoDatabase::open("x", bytes);
        assert!(database.source().error.is_some() && !database.is_open());
        let geography = locate(&addresses(&["8.8.8.8"]), &[database]);
        assert_eq!(geography.located, [Located::NoDatabase]);
    }
}

#[test]
fn a_damaged_database_never_panics_and_leaves_the_others_alone() {
    let whole = city();
    let asked = addresses(&["81.2.69.1", "81.2.70.1", "8.8.8.8", "2a02:1::1"]);
    let expected = locate(&asked, &[GeoDatabase::open("whole", whole.clone())]).located;
    let mut failed_lookups = 0;
    for at in (0..whole.len()).rev().step_by(3) {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            let geography = locate(&asked, &[GeoDatabase::open("damaged", damaged)]);
            failed_lookups += usize::from(geography.sources[0].ip_version != 0 && geography.sources[0].error.is_some());
        }
        let cut = GeoDatabase::open("cut", whole[..at].to_vec());
        let geography = locate(&asked, &[cut, GeoDatabase::open("whole", whole.clone())]);
        assert_eq!(geography.located, expected);
    }
    assert!(failed_lookups > 0, "some damage shows only during look-ups");
}
