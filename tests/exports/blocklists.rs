//! Every block list, read back: exactly the intended addresses, whatever the input was called.

use std::collections::BTreeSet;
use std::net::IpAddr;

use flowglass::export::{EXPORTERS, Exporter};
use ipnet::IpNet;

use crate::outcome::{blocking, files, mixed, small};
use crate::readers::read;

/// The exporters that name addresses to block.
fn blocklists() -> impl Iterator<Item = &'static Exporter> {
    EXPORTERS.iter().copied().filter(|exporter| !exporter.standard && exporter.about.key != "withheld")
}

fn addresses(networks: &[IpNet]) -> Vec<IpAddr> {
    let mut all: Vec<IpAddr> = networks
        .iter()
        .flat_map(|network| match network {
            IpNet::V4(net) => {
                (net.network().to_bits()..=net.broadcast().to_bits()).map(|b| IpAddr::V4(b.into())).collect()
            }
            IpNet::V6(net) => {
                (net.network().to_bits()..=net.broadcast().to_bits()).map(|b| IpAddr::V6(b.into())).collect::<Vec<_>>()
            }
        })
        .collect();
    all.sort_unstable();
    all
}

#[test]
fn a_small_list_reads_back() {
    let intended = ["203.0.114.6", "203.0.114.7", "2a00:1450::1"].map(|ip| ip.parse::<IpAddr>().unwrap());
    for exporter in blocklists() {
        let key = exporter.about.key;
        let read = read(key, &files(key, &small()));
        assert_eq!(addresses(&read), intended, "{key}");
    }
}

#[test]
fn an_empty_list_reads_back() {
    for exporter in blocklists() {
        let key = exporter.about.key;
        assert_eq!(read(key, &files(key, &blocking(&[]))), [], "{key}");
    }
}

#[test]
fn ten_thousand_mixed_addresses_read_back() {
    let intended = mixed(10_000);
    let outcome = blocking(&intended);
    for exporter in blocklists() {
        let key = exporter.about.key;
        let files = files(key, &outcome);
        if key == "aws_network_acl" {
            assert_eq!(files[0].0, "aws-network-acl-too-many.txt");
            assert!(files[0].1.contains(" holds at most 19: nothing was written"), "{}", files[0].1);
            continue;
        }
        assert_eq!(addresses(&read(key, &files)), intended, "{key}");
    }
}

#[test]
fn lists_past_the_limit_are_split() {
    let ips: Vec<IpAddr> = (0..150_001u32).map(|n| IpAddr::V4((0x0500_0000 + 2 * n).into())).collect();
    let outcome = blocking(&ips);
    for (key, parts) in [("fortinet_feed", 2), ("palo_alto_edl", 4), ("cloudflare", 16), ("cidr_list", 1)] {
        let files = files(key, &outcome);
        assert_eq!(files.len(), parts, "{key}");
        assert_eq!(addresses(&read(key, &files)), ips, "{key}");
    }
    assert_eq!(files("aws_waf", &outcome).len(), 17);
    assert!(files("fortinet_feed", &outcome)[1].1.contains("part 2 of 2\n"));
}

#[test]
fn files_are_the_ones_the_menu_names_and_never_twice() {
    let outcome = small();
    for exporter in EXPORTERS.iter().filter(|exporter| exporter.about.key != "histogram_png") {
        let names: Vec<String> = files(exporter.about.key, &outcome).into_iter().map(|(name, _)| name).collect();
        let expected: BTreeSet<&str> = exporter.files.iter().copied().collect();
        let written: BTreeSet<&str> =
            names.iter().map(String::as_str).filter(|n| !n.ends_with("-left-out.txt")).collect();
        assert_eq!(written, expected, "{}", exporter.about.key);
    }
    let all: Vec<&str> = EXPORTERS.iter().flat_map(|exporter| exporter.files).copied().collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "two exporters write the same name");
}

/// Formats whose own rules leave no room for a comment.
const WITHOUT_COMMENT: [&str; 6] = [
    "palo-alto-edl.txt",
    "juniper-undo.set",
    "crowdsec-decisions.csv",
    "iprep-categories.txt",
    "flowglass.iprep",
    "blocked.csv",
];

#[test]
fn every_file_that_can_opens_with_where_it_comes_from() {
    for exporter in blocklists() {
        for (name, text) in files(exporter.about.key, &small()) {
            if WITHOUT_COMMENT.contains(&name.as_str()) || name.contains(".json") || name.ends_with("-left-out.txt") {
                continue;
            }
            let head: String = text.lines().take(6).collect::<Vec<_>>().join("\n");
            for part in [
                "flowglass 0.1.0",
                "2026-03-01T12:00:00Z",
                "expires: 2026-03-08T12:00:00Z",
                "entries: ",
                &"ab".repeat(32),
            ] {
                assert!(head.contains(part), "{name} lacks {part}:\n{head}");
            }
        }
    }
}
