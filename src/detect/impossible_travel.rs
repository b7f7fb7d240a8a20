//! One person in two distant places within too short a time.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::geo::{Located, Place};
use crate::model::traffic::AddressId;

use super::distance::{distance, radius};
use super::evidence::lasting;
use super::observed::{Piece, Weight};
use super::tally::Seen;
use super::{Detector, Scene};

pub const IMPOSSIBLE_TRAVEL: Detector = Detector {
    about: About {
        key: "impossible_travel",
        title: "Impossible travel",
        help: "What: follows each identity (a column that names a user or an account) from address to address, and \
               lists where the places that the GeoIP database gives for two uses in a row lie further apart than \
               anybody travels in the time between. Both records' accuracy radii are taken off the distance, 1,000 km \
               where a record has none. Named is the address from which the identity is used less. Why: nobody is in \
               two distant cities within an hour, so one of the two is somebody else with the same password.",
        limits: "A private network (VPN), a telephone that is on its operator's network, a service that logs in for a \
                 person, a shared account and a wrong record all look the same, so this is weak evidence, and next to \
                 none where an identity goes to and fro. Needs a column of identities, times and places; an address \
                 alone is no person. At most 2,000,000 rows and 65,536 identities are looked at, and 1,000 addresses \
                 listed.",
    },
    knobs: &[&SPEED],
    family: Family::Spoofing,
    needs,
    run,
};

/// An airliner flies at about 900 km/h.
pub const SPEED: Knob = Knob {
    key: "impossible_travel.speed",
    label: "Speed of a traveller",
    help: "Whoever would have to be faster than this did not travel. 1,000 km/h is the default of the check for impossible journeys in Airlock IAM.",
    unit: "km/h",
    range: Range::Real { min: 50.0, max: 40_000.0, default: 1_000.0 },
};

/// 16 bytes each.
const MOST_USES: usize = 2_000_000;
const MOST_LISTED: usize = 1_000;

/// Own choices: databases move addresses between neighbouring cities; and an identity that jumps more often than there
/// and back is used in two places by habit.
const NEARBY: f64 = 100.0;
const THERE_AND_BACK: usize = 2;

/// Names that stand for nobody.
const NOBODY: &[&str] = &["anonymous", "guest", "nobody", "unknown", "public"];

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = [
        (scene.traffic.identity().is_absent(), "a column that tells who logs in (user or account; see csv.mapping)"),
        (scene.traffic.start.is_absent(), "a time column"),
        (
            !scene.geography.sources.iter().any(|source| source.locates()),
            "a GeoIP database with positions (.mmdb, City)",
        ),
    ];
    absent.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned()).collect()
}

/// One use of an identity.
struct Use {
    identity: u16,
    row: u32,
    at: f64,
}

/// Two uses in a row that no traveller makes.
struct Jump {
    /// The address from which the identity is used less, and the other one.
    odd: AddressId,
    usual: AddressId,
    identity: u16,
    /// Of both uses.
    rows: [u32; 2],
    kilometres: f64,
    /// How unsure that is.
    give_or_take: f64,
    seconds: f64,
    to_and_fro: bool,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let uses = uses(scene);
    let mut jumps: Vec<Jump> =
        uses.chunk_by(|a, b| a.identity == b.identity).flat_map(|own| jumps_of(scene, own)).collect();
    jumps.sort_by(|a, b| {
        (a.odd, a.to_and_fro)
            .cmp(&(b.odd, b.to_and_fro))
            .then(b.kilometres.total_cmp(&a.kilometres))
            .then(a.rows.cmp(&b.rows))
    });
    let by_address: Vec<&[Jump]> = jumps.chunk_by(|a, b| a.odd == b.odd).collect();
    scene.leave_out(by_address.len().saturating_sub(MOST_LISTED));
    by_address.into_iter().take(MOST_LISTED).map(|jumps| finding(scene, jumps)).collect()
}

fn place<'a>(scene: &Scene<'a>, address: AddressId) -> Option<&'a Place> {
    match scene.geography.located.get(address.index()) {
        Some(Located::Place(place)) if place.position.is_some() => Some(place),
        _ => None,
    }
}

/// By identity, then time.
fn uses(scene: &Scene<'_>) -> Vec<Use> {
    let traffic = scene.traffic;
    let nobody = |identity: u16| NOBODY.iter().any(|name| traffic.identity_name(identity).eq_ignore_ascii_case(name));
    let of_row = |row: u32| {
        let identity = traffic.identity().get(row as usize).filter(|&identity| !nobody(identity))?;
        let at = traffic.start.get(row as usize).filter(|at| at.is_finite())?;
        place(scene, traffic.source()[row as usize]).map(|_| Use { identity, row, at })
    };
    let rows = u32::try_from(traffic.rows()).unwrap_or(u32::MAX);
    let mut all = (0..rows).filter_map(of_row);
    let mut uses: Vec<Use> = all.by_ref().take(MOST_USES).collect();
    scene.leave_out(all.count() + traffic.identities_dropped() as usize);
    uses.sort_unstable_by(|a, b| a.identity.cmp(&b.identity).then(a.at.total_cmp(&b.at)).then(a.row.cmp(&b.row)));
    uses
}

/// The jumps of one identity, whose uses stand by time.
fn jumps_of(scene: &Scene<'_>, uses: &[Use]) -> Vec<Jump> {
    let source = |of: &Use| scene.traffic.source()[of.row as usize];
    let count = |address: AddressId| uses.iter().filter(|of| source(of) == address).count();
    let speed = scene.settings.real(&SPEED);
    let jump = |pair: &[Use]| {
        let (from, to) = (source(&pair[0]), source(&pair[1]));
        let (here, there) = (place(scene, from)?, place(scene, to)?);
        let apart = distance(here.position?, there.position?);
        let give_or_take = radius(here) + radius(there);
        let (kilometres, seconds) = (apart - give_or_take, pair[1].at - pair[0].at);
        // A record that is no number gives none.
        let too_fast = kilometres.is_finite() && kilometres > NEARBY && kilometres > speed * seconds / 3_600.0;
        let rows = [pair[0].row, pair[1].row];
        let identity = pair[0].identity;
        let jump =
            Jump { odd: to, usual: from, identity, rows, kilometres: apart, give_or_take, seconds, to_and_fro: false };
        (from != to && too_fast).then_some(jump)
    };
    let mut jumps: Vec<Jump> = uses.windows(2).filter_map(jump).collect();
    let to_and_fro = jumps.len() > THERE_AND_BACK;
    // One is enough to tell of who goes to and fro; counting the uses of each would be quadratic.
    jumps.truncate(THERE_AND_BACK);
    for jump in &mut jumps {
        jump.to_and_fro = to_and_fro;
        if count(jump.odd) > count(jump.usual) {
            std::mem::swap(&mut jump.odd, &mut jump.usual);
        }
    }
    jumps
}

/// The jumps of one address, the most telling first.
fn finding(scene: &Scene<'_>, jumps: &[Jump]) -> Finding {
    let (traffic, worst) = (scene.traffic, &jumps[0]);
    let subject = traffic.address(worst.odd);
    let weight: Weight = if worst.to_and_fro { (6.0, 0.2) } else { (20.0, 0.4) };
    let mut identities: Vec<u16> = jumps.iter().map(|jump| jump.identity).collect();
    identities.sort_unstable();
    identities.dedup();
    let more = match identities.len() {
        1 => String::new(),
        more => format!("; {more} identities in all"),
    };
    let summary = format!(
        "{:?} was used from {} and from {subject} within {}, which are {:.0} km apart (give or take {:.0} km){}{more}",
        traffic.identity_name(worst.identity),
        traffic.address(worst.usual),
        lasting(worst.seconds),
        worst.kilometres,
        worst.give_or_take,
        if worst.to_and_fro { ", to and fro" } else { "" },
    );
    let seen = Seen::of(traffic, jumps.iter().flat_map(|jump| jump.rows));
    let about = &IMPOSSIBLE_TRAVEL.about;
    Piece { about, technique: Some("T1078"), subject, seen, weight, victims: Vec::new(), summary }.finding()
}
