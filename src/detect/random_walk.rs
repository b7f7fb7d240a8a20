//! First contacts that fail too often for an honest program: the threshold random walk.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, MAX_VICTIMS};
use crate::model::traffic::AddressId;

use super::attempts::{Attempt, Outcome, aimed, attempts};
use super::doors::when;
use super::evidence::{points, role, severity};
use super::needs::outcome;
use super::tally::Seen;
use super::{Detector, Scene};

pub const RANDOM_WALK: Detector = Detector {
    about: About {
        key: "random_walk",
        title: "First contacts that fail",
        help: "What: follows how the first contact of one address with each new target went. Every failure makes a \
               scanner four times as likely, every success four times less, and it is named when the odds pass 99 to 1. \
               Why: an honest program is told whom to talk to and mostly succeeds; who guesses mostly fails. That \
               shows after a handful of targets, long before a count does.",
        limits: "This is the threshold random walk of Jung, Paxson, Berger and Balakrishnan (2004) with their numbers. \
                 It needs outcomes: contacts whose outcome the input does not tell are passed over, but count as \
                 successes where it tells of no success at all, as a firewall's log does; left out are \
                 answers to a target that made contact itself, everyday look-ups (DNS, NTP), discovery and multicast. \
                 A walk that ends honest starts anew, and asks for higher \
                 odds each time; below those it gives a hint of 15 points. A program whose servers are gone, and file sharing with peers that are \
                 gone, look the same: by itself this puts an address on the watch list, never on the block list.",
    },
    knobs: &[&ODDS],
    family: Family::Scanning,
    needs: outcome,
    run,
};

/// From the paper: a detection probability of 0.99 over a false alarm probability of 0.01.
pub const ODDS: Knob = Knob {
    key: "random_walk.odds",
    label: "Odds to be passed",
    help: "The odds of scanner to honest program from which on an address is named. 99 is the paper's number: 0.99 of scanners found over 0.01 false alarms.",
    unit: "to 1",
    range: Range::Real { min: 4.0, max: 1e12, default: 99.0 },
};

/// From the paper: an honest first contact succeeds with 0.8, a scanner's with 0.2. A failure so multiplies the odds
/// by 0.8 / 0.2, a success by 0.2 / 0.8.
const STEP: f64 = 4.0;
/// From the paper: below (1 - 0.99) / (1 - 0.01) the address is taken for honest, and its walk starts anew.
const HONEST: f64 = 0.01 / 0.99;
/// Asked of many servers at once, and often in vain.
const LOOK_UPS: &[u16] = &[53, 123];
/// A summary shows at most this many steps.
const SHOWN: usize = 40;

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let odds = scene.settings.real(&ODDS);
    // The walk needs this many failures in a row at the least.
    let least = libm::ceil(libm::log(odds) / libm::log(STEP)) as usize;
    let sources = scene.order.sources(least).filter(|&source| scene.outcomes.failed(source) >= least);
    sources.filter_map(|source| of_source(scene, source, odds)).collect()
}

fn of_source(scene: &Scene<'_>, source: AddressId, odds: f64) -> Option<Finding> {
    let contacts = first_contacts(scene, source);
    let (mut ratio, mut walks, mut passed) = (1.0, 1.0, None);
    for contact in &contacts {
        if ratio < HONEST {
            (ratio, walks) = (1.0, walks + 1.0);
        }
        ratio *= if contact.outcome == Outcome::Failed { STEP } else { 1.0 / STEP };
        // Every new walk is a new chance of a false alarm: to be sure, the odds asked for grow with them.
        if ratio > odds * walks {
            passed = Some(true);
            break;
        }
        passed = passed.or((ratio > odds).then_some(false));
    }
    passed.map(|sure| finding(scene, source, &contacts, sure))
}

/// The first attempt to reach each target whose outcome is known, in time.
fn first_contacts(scene: &Scene<'_>, source: AddressId) -> Vec<Attempt> {
    let traffic = scene.traffic;
    let mut known = attempts(scene, source, 1);
    // Else a walk could go one way only.
    let passed_over = if scene.outcomes.know_answers { Some(Outcome::Unknown) } else { None };
    known.retain(|attempt| {
        Some(attempt.outcome) != passed_over && aimed(scene, attempt) && !LOOK_UPS.contains(&attempt.port)
    });
    let earlier = |a: u32, b: u32| when(traffic, a).total_cmp(&when(traffic, b)).then(a.cmp(&b));
    let first = |run: &[Attempt]| run.iter().copied().min_by(|a, b| earlier(a.row, b.row));
    let mut contacts: Vec<Attempt> = known.chunk_by(|a, b| a.target == b.target).filter_map(first).collect();
    // Who was called first is no stranger.
    contacts.retain(|contact| {
        let back = contact.target.map(|target| scene.order.pair(traffic, target, source)).unwrap_or_default();
        !back.iter().any(|&row| earlier(row, contact.row).is_lt() && scene.outcomes.get(row).is_some())
    });
    contacts.sort_by(|a, b| earlier(a.row, b.row));
    contacts
}

/// At the threshold it is worth watching; ever more failures bring it near the block threshold and never past it.
/// Where only one walk of many passed, it is a hint.
fn finding(scene: &Scene<'_>, source: AddressId, contacts: &[Attempt], sure: bool) -> Finding {
    let traffic = scene.traffic;
    let subject = traffic.address(source);
    let failed: Vec<&Attempt> = contacts.iter().filter(|contact| contact.outcome == Outcome::Failed).collect();
    let share = failed.len() as f64 / contacts.len() as f64;
    let (points, confidence) =
        if sure { (points(failed.len(), 4, 30.0, 10.0, 45.0), 0.5 + 0.3 * share) } else { (15.0, 0.3) };
    let seen = Seen::of(traffic, failed.iter().map(|contact| contact.row));
    let steps: String =
        contacts.iter().take(SHOWN).map(|contact| if contact.outcome == Outcome::Failed { '-' } else { '+' }).collect();
    let more = if contacts.len() > SHOWN { "…" } else { "" };
    Finding {
        id: 0,
        detector: RANDOM_WALK.about.key,
        subject,
        role: role(confidence),
        victims: failed
            .iter()
            .filter_map(|contact| contact.target)
            .take(MAX_VICTIMS)
            .map(|id| traffic.address(id))
            .collect(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1046"),
        summary: format!("{} of {} first contacts of {subject} failed: {steps}{more}", failed.len(), contacts.len()),
    }
}
