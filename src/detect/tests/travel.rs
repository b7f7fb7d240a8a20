//! Identities that are used in distant places.

use super::*;
use crate::model::geo::{GeoSource, Located, Place};

/// Stockholm, Sydney and Gothenburg.
const HOME: &str = "8.1.1.1";
const AWAY: &str = "9.1.1.1";
const NEAR: &str = "8.1.1.2";

/// Latitude, longitude and accuracy radius.
const PLACES: [(&str, f64, f64, u16); 3] =
    [(HOME, 59.33, 18.07, 50), (AWAY, -33.87, 151.21, 20), (NEAR, 57.71, 11.97, 200)];

/// Who logs in, from where, at which hour.
type Use = (&'static str, &'static str, f64);

fn located(traffic: &Traffic) -> Geography {
    let of = |address: &Address| {
        let known = PLACES.iter().find(|place| place.0 == address.to_string());
        known.map_or(Located::NoRecord, |&(_, latitude, longitude, radius)| {
            let position = Some((latitude, longitude));
            Located::Place(Place { position, accuracy_radius: Some(radius), ..Place::default() }.into())
        })
    };
    let source = GeoSource { file: "x".into(), kind: "GeoLite2-City".into(), built: 0, ip_version: 6, error: None };
    Geography { sources: vec![source], located: traffic.addresses().iter().map(of).collect() }
}

fn travels(uses: &[Use]) -> Vec<Finding> {
    let used = |&(identity, source, hour): &Use| Record {
        identity: Some(identity),
        start: Some(hour * 3_600.0),
        ..flow(source, "203.0.113.5", (40_000, 443))
    };
    let traffic = traffic(uses.iter().map(used));
    found(detector("impossible_travel"), &traffic, &located(&traffic), &Judgement::default())
}

#[test]
fn who_is_in_two_distant_cities_within_hours_is_two() {
    let findings = travels(&[("alice", HOME, 8.0), ("alice", HOME, 9.0), ("bob", HOME, 9.0), ("alice", AWAY, 10.0)]);
    let [found] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((found.subject, found.rows), (address(AWAY), 2), "{found:?}");
    assert!(found.points == 20.0 && found.confidence < 0.5, "never enough to block");
    let said = "\"alice\" was used from 8.1.1.1 and from 9.1.1.1 within 60 min, which are 15";
    assert!(found.summary.starts_with(said) && found.summary.ends_with("(give or take 70 km)"), "{}", found.summary);
}

#[test]
fn time_to_travel_radii_and_nobodys_names_count() {
    // 15,600 km take sixteen hours.
    assert_eq!(travels(&[("alice", HOME, 0.0), ("alice", AWAY, 15.7)]), []);
    assert_eq!(travels(&[("alice", HOME, 0.0), ("alice", AWAY, 15.4)]).len(), 1);
    assert_eq!(travels(&[("alice", HOME, 0.0), ("alice", NEAR, 0.0)]).len(), 1, "some 400 km, give or take 250");
    assert_eq!(travels(&[("alice", HOME, 0.0), ("alice", NEAR, 0.3)]), []);
    assert_eq!(travels(&[("alice", HOME, 0.0), ("bob", AWAY, 0.0)]), []);
    assert_eq!(travels(&[("Anonymous", HOME, 0.0), ("Anonymous", AWAY, 0.0)]), []);
}

#[test]
fn several_identities_at_one_address_are_one_finding_and_to_and_fro_is_a_habit() {
    let both = [("alice", HOME, 0.0), ("alice", HOME, 0.1), ("bob", HOME, 0.2), ("bob", HOME, 0.3)];
    let findings = travels(&[&both[..], &[("alice", AWAY, 0.5), ("bob", AWAY, 0.6)]].concat());
    assert!(findings.len() == 1 && findings[0].summary.ends_with("; 2 identities in all"), "{findings:?}");
    let habit: Vec<Use> =
        (0..9).map(|hour| ("alice", if hour % 2 == 0 { HOME } else { AWAY }, f64::from(hour))).collect();
    let findings = travels(&habit);
    assert!(findings.len() == 1 && findings[0].points < 10.0 && findings[0].summary.ends_with("to and fro"));
}

#[test]
fn what_is_missing_is_named() {
    let traffic = traffic([flow(HOME, AWAY, (1, 2))]);
    let (judgement, settings) = Default::default();
    let (with, without) = (located(&traffic), Geography::default());
    let needs =
        |geography| (detector("impossible_travel").needs)(&Scene::new(&traffic, geography, &judgement, &settings));
    assert!(needs(&with).len() == 2 && needs(&with)[0].contains("user or account"), "{:?}", needs(&with));
    assert!(needs(&without).len() == 3 && needs(&without)[2].contains("GeoIP"));
}
