//! Who answers for others: DHCP servers, redirecting hosts and forgers of DNS answers.

use super::*;
use crate::model::finding::Role;
use crate::model::observation::{At, Dhcp, Dns, Icmp, IcmpKind, NameService, Quoted};

fn at(time: f64) -> At {
    At { time: time + 1.0, file: 0, packet: 1 }
}

fn card(number: u8) -> [u8; 6] {
    [2, 0, 0, 0, 0, number]
}

fn dhcp(time: f64, kind: u8, client: u8, server: Option<&str>) -> Dhcp {
    let server = server.map(address);
    Dhcp {
        at: at(time),
        kind,
        transaction: 7,
        client_mac: card(client),
        server,
        leased: None,
        requested: None,
        router: Some(address("10.0.0.1")),
        resolver: None,
        source: server.filter(|_| kind != 3).unwrap_or(address("0.0.0.0")),
        destination: address("255.255.255.255"),
        source_mac: Some(card(client)),
    }
}

fn servers(messages: impl IntoIterator<Item = Dhcp>, key: &str) -> Vec<Finding> {
    let mut traffic = traffic([flow("10.0.0.9", "10.0.0.1", (1, 2))]);
    messages.into_iter().for_each(|message| traffic.observations.dhcp.push(message));
    found_in(detector(key), &traffic)
}

#[test]
fn the_server_that_no_client_chose_and_that_names_itself_is_rogue() {
    let right = |kind| dhcp(1.0, kind, 9, Some("10.0.0.2"));
    let gateway = Some(address("10.0.0.66"));
    let rogue = Dhcp { router: gateway, ..dhcp(2.0, 2, 9, Some("10.0.0.66")) };
    let findings = servers([dhcp(0.0, 1, 9, None), right(2), rogue, right(3), right(5)], "rogue_dhcp");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((findings[0].subject, findings[0].role), (address("10.0.0.66"), Role::Attacker));
    assert!(findings[0].points >= 70.0 && findings[0].victims == [address("02:00:00:00:00:09")]);

    let late = Dhcp { at: at(100.0), ..rogue };
    assert_eq!(servers([right(2), late, right(5)], "rogue_dhcp"), [], "another look for an address");
    let partner = dhcp(2.0, 2, 9, Some("10.0.0.3"));
    let pair = servers([right(2), partner, right(5)], "rogue_dhcp");
    assert!(pair.len() == 1 && pair[0].confidence < 0.5, "{pair:?}");
    assert_eq!(servers([right(2), right(2), right(5)], "rogue_dhcp"), []);
}

#[test]
fn invented_clients_starve_a_server_and_a_class_room_does_not() {
    let clients = |count: u8, seconds: f64| {
        (0..count).map(move |client| Dhcp {
            source_mac: Some(card(200)),
            ..dhcp(f64::from(client) / f64::from(count) * seconds, 1, client, None)
        })
    };
    let twice = clients(60, 30.0).chain(clients(60, 30.0));
    let findings = servers(twice, "dhcp_starvation");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((findings[0].subject, findings[0].role), (address("02:00:00:00:00:c8"), Role::Attacker));
    assert!(findings[0].summary.contains("120 messages of 60 clients"), "{}", findings[0].summary);

    assert_eq!(servers(clients(19, 1.0), "dhcp_starvation"), []);
    assert_eq!(servers((0..200).map(|time| dhcp(f64::from(time) / 9.0, 1, 1, None)), "dhcp_starvation"), []);
    let invented = clients(60, 9.0).chain(clients(60, 9.0)).map(|one| Dhcp { source_mac: Some(one.client_mac), ..one });
    let offer = dhcp(9.0, 2, 3, Some("10.0.0.2"));
    let findings = servers(invented.chain([offer]), "dhcp_starvation");
    assert_eq!((findings[0].subject, findings[0].role), (address("10.0.0.2"), Role::Victim));
}

fn redirect(source: &str, told: &str, wanted: &str, gateway: &str, sender: u8) -> Icmp {
    let about = Quoted {
        source: address(told),
        destination: address(wanted),
        protocol: 1,
        source_port: None,
        destination_port: None,
    };
    Icmp {
        at: at(0.0),
        kind: IcmpKind::Redirect { gateway: address(gateway) },
        source: address(source),
        destination: address(told),
        source_mac: Some(card(sender)),
        about: Some(about),
    }
}

fn redirects(packets: impl IntoIterator<Item = Icmp>) -> Vec<Finding> {
    let own = |source, number| Record { source_mac: Some(card(number)), ..flow(source, "10.0.0.9", (1, 2)) };
    let mut traffic = traffic([own("10.0.0.1", 1), own("10.0.0.66", 66)]);
    traffic.observations.begin("x");
    packets.into_iter().for_each(|packet| traffic.observations.icmp.push(packet));
    found_in(detector("icmp_redirect"), &traffic)
}

#[test]
fn redirects_are_weighed_by_what_they_give_away() {
    let ordinary = redirects([redirect("10.0.0.1", "10.0.0.5", "8.8.8.8", "10.0.0.2", 1)]);
    assert!(ordinary.len() == 1 && ordinary[0].confidence < 0.5, "{ordinary:?}");

    let forged = redirects([redirect("10.0.0.1", "10.0.0.5", "8.8.8.8", "10.0.0.66", 66)]);
    assert_eq!((forged[0].subject, forged[0].role), (address("10.0.0.66"), Role::Attacker));

    let between = redirects([
        redirect("10.0.0.66", "10.0.0.5", "10.0.0.1", "10.0.0.1", 66),
        redirect("10.0.0.66", "10.0.0.1", "10.0.0.5", "10.0.0.5", 66),
    ]);
    assert_eq!((between.len(), between[0].subject, between[0].role), (1, address("10.0.0.66"), Role::Attacker));
    assert_eq!((between[0].points, between[0].rows), (65.0, 2));
    assert_eq!(redirects([]), []);
}

fn dns(time: f64, server: &str, sender: u8, answer: Option<&str>) -> Dns {
    let client = (address("10.0.0.5"), 5000);
    let ends = [client, (address(server), 53)];
    let [from, to] = if answer.is_some() { [ends[1], ends[0]] } else { ends };
    Dns {
        at: at(time),
        service: NameService::Dns,
        response: answer.is_some(),
        id: 9,
        name_hash: 1,
        domain: None,
        name_length: 1,
        labels: 1,
        disorder: 0,
        kind: 1,
        code: 0,
        answers: 1,
        addresses: [answer.map(address), None, None, None],
        size: 50,
        source_mac: Some(card(sender)),
        source: from.0,
        destination: to.0,
        source_port: from.1,
        destination_port: to.1,
    }
}

fn conflicts(messages: impl IntoIterator<Item = Dns>) -> Vec<Finding> {
    let mut traffic = Traffic::default();
    messages.into_iter().for_each(|message| traffic.observations.dns.push(message));
    found_in(detector("dns_conflict"), &traffic)
}

#[test]
fn the_forger_of_an_answer_is_named_by_card_lure_or_not_at_all() {
    let asked = dns(0.0, "9.9.9.9", 5, None);
    let right = dns(1.0, "9.9.9.9", 1, Some("1.2.3.4"));
    let earlier = Dns { id: 8, ..right };
    let by_card = conflicts([earlier, asked, right, dns(0.5, "9.9.9.9", 66, Some("6.6.6.6"))]);
    assert_eq!((by_card.len(), by_card[0].subject), (1, address("02:00:00:00:00:42")));
    assert_eq!((by_card[0].role, by_card[0].technique), (Role::Attacker, Some("T1557")));

    let by_lure = conflicts([asked, right, dns(0.5, "9.9.9.9", 1, Some("10.0.0.66"))]);
    assert_eq!((by_lure[0].subject, by_lure[0].role), (address("10.0.0.66"), Role::Attacker));

    let unknown = conflicts([asked, right, dns(0.5, "9.9.9.9", 1, Some("6.6.6.6"))]);
    assert_eq!((unknown[0].subject, unknown[0].role), (address("10.0.0.5"), Role::Victim));

    let stranger = conflicts([asked, right, dns(0.5, "6.6.6.6", 1, Some("6.6.6.7"))]);
    assert_eq!((stranger[0].subject, stranger[0].role), (address("6.6.6.6"), Role::Attacker));
}

#[test]
fn repeated_questions_repeated_packets_and_other_look_ups_do_not_conflict() {
    let asked = |time| dns(time, "9.9.9.9", 5, None);
    let answer = |time, text| dns(time, "9.9.9.9", 1, Some(text));
    let rotating = conflicts([asked(0.0), asked(1.0), answer(2.0, "1.2.3.4"), answer(3.0, "1.2.3.5")]);
    assert!(rotating.len() == 1 && rotating[0].confidence < 0.5, "{rotating:?}");
    assert_eq!(conflicts([asked(0.0), answer(1.0, "1.2.3.4"), answer(1.0, "1.2.3.4")]), []);
    assert_eq!(conflicts([asked(0.0), answer(1.0, "1.2.3.4"), Dns { id: 10, ..answer(2.0, "1.2.3.5") }]), []);
    assert_eq!(conflicts([answer(0.0, "1.2.3.4"), answer(1000.0, "1.2.3.5")]), [], "the port was used again");
}
