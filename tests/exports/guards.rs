//! Who never stands on a block list, and what joining addresses to networks may and may not do.

use std::collections::BTreeSet;
use std::net::IpAddr;

use flowglass::catalog::knobs;
use flowglass::export::Export;
use flowglass::export::aggregate::{Widest, exact, nearby, size};
use flowglass::export::blocklist::Blocklist;
use flowglass::model::finding::Role;
use flowglass::model::outcome::Outcome;
use flowglass::model::record::Record;
use flowglass::model::report::Decision;
use flowglass::model::settings::Settings;
use ipnet::IpNet;
use proptest::prelude::*;

use crate::outcome::{NOW, address, blocking, host, text, with_hosts};

fn networks(outcome: &Outcome) -> Vec<String> {
    let list = Blocklist::of(&Export { outcome, now: NOW, pictures: &[] });
    list.networks.iter().map(ToString::to_string).collect()
}

fn set(outcome: &mut Outcome, json: &str) {
    let settings: Settings = serde_json::from_str(json).unwrap();
    outcome.report.settings = settings.check(&knobs()).unwrap();
}

#[test]
fn what_must_not_be_blocked_is_withheld_with_the_reason() {
    let mut hosts: Vec<_> = [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.0.1",
        "224.0.0.1",
        "192.0.2.1",
        "0.0.0.0",
        "fe80::1",
        "fd00::1",
        "02:00:00:00:00:02",
        "5.5.5.5",
        "6.6.6.6",
        "7.7.7.7",
    ]
    .map(|text| host(text, 90.0, Decision::Block))
    .into();
    hosts[9].role = Role::Victim;
    let mut outcome = with_hosts(hosts);
    set(&mut outcome, r#"{"policy.home": ["6.6.6.0/24"]}"#);
    assert_eq!(networks(&outcome), ["7.7.7.7/32"]);
    let withheld = text("withheld", &outcome);
    for line in [
        "10.0.0.1,private",
        "127.0.0.1,loopback",
        "169.254.0.1,link-local",
        "224.0.0.1,multicast",
        "192.0.2.1,documentation",
        "0.0.0.0,unspecified",
        "fe80::1,link-local",
        "fd00::1,unique local",
        "02:00:00:00:00:02,a MAC address",
        "5.5.5.5,it is a victim",
        "6.6.6.6,it is in your own networks",
    ] {
        assert!(withheld.contains(&format!("\n{line}")), "{line} is not in\n{withheld}");
    }
    assert_eq!(withheld.lines().count(), 13, "a header, eleven here and one the policy withheld");
}

#[test]
fn a_name_server_of_several_hosts_is_withheld_and_one_of_two_is_not() {
    let ask = |clients: u8, answered: u64| {
        let mut outcome = with_hosts(vec![host("9.9.9.9", 90.0, Decision::Block)]);
        for client in 1..=clients {
            let source = address(&format!("10.0.0.{client}"));
            let destination = Some(address("9.9.9.9"));
            let record = Record { destination, destination_port: Some(53), ..Record::from_source(source) };
            outcome.traffic.push(&Record { packets_received: Some(answered), ..record });
        }
        networks(&outcome)
    };
    assert_eq!(ask(3, 1), Vec::<String>::new());
    assert_eq!(ask(2, 1), ["9.9.9.9/32"]);
    assert_eq!(ask(3, 0), ["9.9.9.9/32"], "one that never answers serves nobody");
}

#[test]
fn networks_grow_no_wider_than_allowed_unless_asked() {
    let ips: Vec<IpAddr> = (0..512u32).map(|n| IpAddr::V4((0x0505_0400 + n).into())).collect();
    let mut outcome = blocking(&ips);
    assert_eq!(networks(&outcome), ["5.5.4.0/24", "5.5.5.0/24"]);
    set(&mut outcome, r#"{"export.widest_v4": 20}"#);
    assert_eq!(networks(&outcome), ["5.5.4.0/23"]);
}

#[test]
fn whole_networks_are_taken_only_where_asked_and_nobody_else_lives() {
    let ips: Vec<IpAddr> =
        (0..10u8).flat_map(|n| [[5, 5, 5, n * 3], [5, 5, 6, n * 3], [5, 5, 7, n * 3]]).map(IpAddr::from).collect();
    let mut outcome = blocking(&ips);
    // with_hosts sends everything to 192.0.3.200, which is seen and not blocked.
    outcome.traffic.push(&Record::from_source(address("5.5.6.200")));
    assert!(networks(&outcome).iter().all(|network| !network.ends_with("/24")));
    set(&mut outcome, r#"{"export.whole_networks": true, "policy.home": ["5.5.7.128/25"]}"#);
    let whole: Vec<String> = networks(&outcome).into_iter().filter(|network| network.ends_with("/24")).collect();
    assert_eq!(whole, ["5.5.5.0/24"]);
    assert!(text("cidr_list", &outcome).contains("addresses never seen: 246"));
}

fn ip() -> impl Strategy<Value = IpAddr> {
    // Few distinct prefixes, so that neighbours are common.
    prop_oneof![
        (0u32..2048).prop_map(|n| IpAddr::V4((0x0505_0000 + n).into())),
        (0u128..600).prop_map(|n| IpAddr::V6(((0x2a00 << 112) + n).into())),
        any::<u32>().prop_map(|n| IpAddr::V4(n.into())),
        any::<u128>().prop_map(|n| IpAddr::V6(n.into())),
    ]
}

proptest! {
    #[test]
    fn exact_networks_hold_exactly_the_addresses(ips in prop::collection::vec(ip(), 0..800), v4 in 8u8..=32, v6 in 16u8..=128) {
        let networks = exact(&ips, Widest { v4, v6 });
        let shortest = |network: &IpNet| if network.addr().is_ipv4() { v4 } else { v6 };
        let distinct: BTreeSet<IpAddr> = ips.iter().copied().collect();
        // As many addresses as asked for, each asked-for one inside, none twice: nothing else can be in.
        let total: u128 = networks.iter().map(size).sum();
        prop_assert_eq!(total, distinct.len() as u128);
        prop_assert!(networks.is_sorted_by(|a, b| a < b));
        for ip in &distinct {
            prop_assert_eq!(networks.iter().filter(|network| network.contains(ip)).count(), 1);
        }
        for network in &networks {
            prop_assert!(network.prefix_len() >= shortest(network));
        }
        // And no two of them could be one.
        for pair in networks.windows(2) {
            let joined = pair[0].supernet().filter(|net| pair[1].supernet() == Some(*net) && pair[0].prefix_len() == pair[1].prefix_len());
            prop_assert!(joined.is_none_or(|net| net.prefix_len() < shortest(&net)));
        }
    }

    #[test]
    fn whole_networks_say_how_much_they_add(ips in prop::collection::vec(ip(), 0..400), dense in 2usize..20) {
        let (networks, added) = nearby(&ips, Widest { v4: 24, v6: 100 }, dense, |_: &IpNet| true);
        let distinct: BTreeSet<IpAddr> = ips.iter().copied().collect();
        prop_assert_eq!(networks.iter().map(size).sum::<u128>(), distinct.len() as u128 + added);
        prop_assert!(distinct.iter().all(|ip| networks.iter().any(|network| network.contains(ip))));
    }
}
