//! Look-ups in MaxMind's own test databases against their published source, and in every broken one.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use flowglass::geo::{GeoDatabase, locate};
use flowglass::model::address::Address;
use flowglass::model::geo::{Located, Place};
use flowglass::model::settings::parse_network;
use ipnet::IpNet;
use serde_json::Value;

/// The folder of shared data, or `None` where this machine has none.
fn maxmind() -> Option<PathBuf> {
    let data = std::env::var("FLOWGLASS_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let candidates = [PathBuf::from(&data), Path::new("..").join(&data)];
    let found = candidates.into_iter().map(|data| data.join("mmdb/maxmind")).find(|folder| folder.is_dir());
    if found.is_none() {
        println!("skipped: no shared data");
    }
    found
}

fn open(path: &Path) -> GeoDatabase {
    GeoDatabase::open(&path.display().to_string(), fs::read(path).unwrap())
}

/// Every network of a source file with its record, networks below `::/96` as IPv4.
fn entries(source: &Path) -> Vec<(IpNet, Value)> {
    let json: Vec<serde_json::Map<String, Value>> = serde_json::from_slice(&fs::read(source).unwrap()).unwrap();
    let canonical = |text: &str| match parse_network(text) {
        Some(IpNet::V6(net)) if net.prefix_len() >= 96 && net.addr().to_bits() >> 32 == 0 => {
            let ip = std::net::Ipv4Addr::from_bits(net.addr().to_bits() as u32);
            IpNet::new(ip.into(), net.prefix_len() - 96).unwrap()
        }
        Some(net) => net,
        None => panic!("{text} is no network"),
    };
    json.into_iter().flatten().map(|(network, record)| (canonical(&network), record)).collect()
}

fn expected(record: &Value) -> Place {
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let number = |pointer: &str| record.pointer(pointer).and_then(Value::as_f64);
    Place {
        country: text("/country/iso_code"),
        city: text("/city/names/en"),
        position: number("/location/latitude").zip(number("/location/longitude")),
        accuracy_radius: number("/location/accuracy_radius").map(|km| km as u16),
        as_number: number("/autonomous_system_number").or(number("/traits/autonomous_system_number")).map(|n| n as u32),
        as_name: text("/autonomous_system_organization").or(text("/traits/autonomous_system_organization")),
    }
}

/// The most specific of the last networks that hold `ip`.
fn record_of(entries: &[(IpNet, Value)], ip: IpAddr) -> Place {
    let holding = entries.iter().filter(|(network, _)| network.contains(&ip));
    expected(&holding.max_by_key(|(network, _)| network.prefix_len()).unwrap().1)
}

#[test]
fn look_ups_return_what_the_source_says() {
    let Some(folder) = maxmind() else { return };
    let (mut checked, mut with_country) = (0, 0);
    for source in fs::read_dir(folder.join("source-data")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = source.file_stem().unwrap().to_str().unwrap();
        let path = folder.join("test-data").join(format!("{name}.mmdb"));
        if !path.is_file() {
            continue;
        }
        let entries = entries(&source);
        let addresses: Vec<Address> = entries.iter().map(|(network, _)| network.addr().into()).collect();
        let geography = locate(&addresses, &[open(&path)]);
        assert_eq!(geography.sources[0].error, None, "{name}");
        for (address, located) in addresses.iter().zip(&geography.located) {
            let place = record_of(&entries, address.ip().unwrap());
            let answer = if place.country.is_some() || place.position.is_some() {
                Located::Place(place.into())
            } else if matches!(located, Located::Special(_)) {
                continue;
            } else {
                Located::WithoutLocation(place.into())
            };
            assert_eq!(*located, answer, "{name}: {address}");
            checked += 1;
            with_country += usize::from(matches!(located, Located::Place(_)));
        }
    }
    println!("{checked} look-ups, {with_country} with a location");
    assert!(checked > 500 && with_country > 200, "{checked} {with_country}");
}

#[test]
fn broken_databases_fail_alone() {
    let Some(folder) = maxmind() else { return };
    let good = folder.join("test-data/GeoLite2-City-Test.mmdb");
    let texts = ["81.2.69.160", "2.125.160.217", "1.1.1.1", "1.1.1.32", "2001:218::1", "::1", "255.255.255.255"];
    let addresses: Vec<Address> = texts.iter().map(|text| Address::parse(text).unwrap()).collect();
    let alone = locate(&addresses, &[open(&good)]).located;
    let bad =
        fs::read_dir(folder.join("bad-data")).unwrap().flat_map(|entry| fs::read_dir(entry.unwrap().path()).unwrap());
    let mut troubled = 0;
    let mut all = 0;
    for path in bad.chain(fs::read_dir(folder.join("test-data")).unwrap()).map(|entry| entry.unwrap().path()) {
        let broken = path.to_str().unwrap().contains("bad-data") || path.to_str().unwrap().contains("roken");
        let geography = locate(&addresses, &[open(&path), open(&good)]);
        assert_eq!(geography.sources[1].error, None);
        if broken {
            all += 1;
            troubled += usize::from(geography.sources[0].error.is_some());
            println!("{}: {:?}", path.file_name().unwrap().to_str().unwrap(), geography.sources[0].error);
            if geography.sources[0].ip_version == 0 {
                assert_eq!(geography.located, alone);
            }
        }
    }
    assert!(all >= 20 && troubled >= 15, "{troubled} of {all} broken databases were noticed");
}
