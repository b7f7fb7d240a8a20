//! One address on several network cards: an interceptor, or one of the ordinary reasons.

use super::*;
use crate::model::finding::Role;

const GATEWAY: u8 = 1;
const VICTIM: u8 = 2;
const EVE: u8 = 3;

fn sent(source: &str, card: u8, at: u32) -> Record<'static> {
    let mac = [0x02, 0, 0, 0, 0, card];
    Record { source_mac: Some(mac), start: Some(f64::from(at)), ..flow(source, "8.8.8.8", (1, 2)) }
}

fn claims(records: impl IntoIterator<Item = Record<'static>>) -> Vec<Finding> {
    found_in(detector("address_claimed_by_several_macs"), &traffic(records))
}

#[test]
fn who_uses_the_gateways_and_the_victims_address_is_named() {
    let findings = claims((0..10).flat_map(|at| {
        [
            sent("10.0.0.1", GATEWAY, at),
            sent("10.0.0.2", VICTIM, at),
            sent("10.0.0.3", EVE, at),
            sent("10.0.0.1", EVE, at),
            sent("10.0.0.2", EVE, at),
        ]
    }));
    assert_eq!(findings.len(), 1, "{findings:?}");
    let eve = &findings[0];
    assert_eq!((eve.subject, eve.role), (address("10.0.0.3"), Role::Attacker));
    assert_eq!(eve.victims, [address("10.0.0.1"), address("10.0.0.2")]);
    assert!(eve.points >= 60.0 && eve.rows == 20);
    assert_eq!((eve.first, eve.last), (Some(0.0), Some(9.0)));
}

#[test]
fn an_interceptor_without_an_address_is_named_by_its_card() {
    let both = (0..10).flat_map(|at| {
        let truth = [sent("10.0.0.1", GATEWAY, at), sent("10.0.0.2", VICTIM, at)];
        truth.into_iter().chain([sent("10.0.0.1", EVE, at), sent("10.0.0.2", EVE, at)])
    });
    assert_eq!(claims(both)[0].subject, address("02:00:00:00:00:03"));
}

#[test]
fn a_frame_sent_to_the_wrong_card_is_a_claim_too() {
    let to = |mac: u8| Record { destination_mac: Some([2, 0, 0, 0, 0, mac]), ..flow("10.0.0.9", "10.0.0.1", (1, 2)) };
    let mut records: Vec<_> = (0..4).map(|row| to(if row % 2 == 0 { GATEWAY } else { EVE })).collect();
    records.push(Record { source_mac: Some([2, 0, 0, 0, 0, EVE]), ..flow("10.0.0.3", "10.0.0.9", (1, 2)) });
    assert_eq!(claims(records)[0].subject, address("10.0.0.3"));
}

#[test]
fn a_card_that_intrudes_now_and_then_is_named_with_little_weight() {
    let findings = claims((0..100).map(|at| sent("10.0.0.1", if at == 40 || at == 60 { EVE } else { VICTIM }, at)));
    assert_eq!((findings.len(), findings[0].subject), (1, address("02:00:00:00:00:03")));
    assert!(findings[0].confidence < 0.5 && findings[0].rows == 2, "it may be a duplicate address");
    let again = claims((0..100).map(|at| sent("10.0.0.1", if at % 12 == 11 { EVE } else { VICTIM }, at)));
    assert_eq!((again[0].role, again[0].rows), (Role::Attacker, 8), "a second machine would stay");
    assert!(again[0].summary.contains("8 returns"), "{}", again[0].summary);
}

#[test]
fn ordinary_reasons_weigh_nothing_or_little() {
    let moved = claims((0..20).map(|at| sent("10.0.0.1", if at < 10 { 1 } else { 2 }, at)));
    assert!(moved.len() == 1 && moved[0].points <= 2.0 && moved[0].role == Role::Bystander, "{moved:?}");

    let twins = claims((0..20).map(|at| sent("10.0.0.1", (at % 2) as u8, at)));
    assert!(twins.len() == 1 && twins[0].points <= 10.0 && twins[0].confidence < 0.5, "nobody can say which is wrong");

    let repeated = (0..20).map(|at| Record { protocol: Some(2), ..sent("10.0.0.1", (at % 2) as u8, at) });
    assert_eq!(claims(repeated), [], "switches repeat IGMP");

    let virtual_router = (0..20).map(|at| {
        let mac = if at % 2 == 0 { [0, 0, 0x5e, 0, 1, 7] } else { [2, 0, 0, 0, 0, GATEWAY] };
        Record { source_mac: Some(mac), ..sent("10.0.0.1", GATEWAY, at) }
    });
    assert_eq!(claims(virtual_router), []);

    let routed = (0..100).flat_map(|host| {
        let source = format!("10.1.0.{host}");
        [sent(&source, GATEWAY, host), sent(&source, 100 + host as u8, host)]
    });
    assert_eq!(claims(routed), [], "a router carries many addresses");

    let internet = (0..20).map(|at| sent("9.9.9.9", (at % 2) as u8, at));
    assert_eq!(claims(internet), [], "beyond the router every card is the router's");
}
