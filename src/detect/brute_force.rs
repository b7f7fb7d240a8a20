//! One source that logs in again and again with little to say: someone guesses passwords.

use rustc_hash::FxHashMap;

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, MAX_VICTIMS};
use crate::model::traffic::{AddressId, Traffic};

use super::doors::doors;
use super::evidence::{WEAK, alike, points, role, severity};
use super::logins::{Chosen, Class, Kind, Ports, SERVICES, Service, Try, tries};
use super::pace::Pace;
use super::rate::busiest;
use super::tally::Seen;
use super::volley::{TASKS, are_refused, volley};
use super::{Detector, Scene};

pub const BRUTE_FORCE: Detector = Detector {
    about: About {
        key: "brute_force",
        title: "Password guessing",
        help: "What: counts connections of one address to a login service (SSH, Telnet, FTP, remote desktop, VNC, \
               file shares, mail, databases, web) that were answered and yet ended with hardly more said than a \
               refused login needs. Why: who knows the password logs in once and stays; who guesses comes back every \
               few seconds, and every visit has the same small size. A program that tries several passwords at a time is \
               known by fewer: four such logins that run side by side. If a longer conversation follows the guesses, \
               a guess may have been right, and the finding says so.",
        limits: "Nothing here reads a password or its answer: it is told by size and number. Where the input has no bytes \
                 of the answer, connections are only counted, with little weight. Web servers, mail and databases \
                 are talked to in short, equal conversations all day, so they need many more, faster and nearly \
                 equal ones, and web alone never weighs enough to block. Strictly regular visits are taken for a \
                 monitoring system. Guesses over one long connection, over UDP (SIP, SNMP), on other ports than the \
                 services' own, spread over many sources, or slower than the window are not seen. Scripts that run \
                 many short commands over SSH look alike. Many hosts visited a few times each, and left within a \
                 second, are taken for a survey of host keys.",
    },
    knobs: &[&WINDOW, &TRIES],
    family: Family::BruteForce,
    needs,
    run,
};

/// Zeek's SSH script forgets guesses after 30 minutes.
pub const WINDOW: Knob = Knob {
    key: "brute_force.window",
    label: "Guesses within",
    help: "Connections are counted within a window this long. 30 minutes is what Zeek's SSH script uses.",
    unit: "s",
    range: Range::Integer { min: 1, max: 604_800, default: 1800 },
};

/// Slips reports from 9 SSH attempts on; Zeek from 30 failures on. Ten keeps to the sensitive one, and what counts as
/// evidence enough to name an attacker is decided below.
pub const TRIES: Knob = Knob {
    key: "brute_force.tries",
    label: "Guesses on a login service",
    help: "From this many short connections to an interactive login service on it is reported; other services need a multiple. Slips uses 9, Zeek 30; 10 is this program's own choice between them.",
    unit: "connections",
    range: Range::Integer { min: 3, max: 100_000, default: 10 },
};

/// What Zeek's SSH script takes for guessing whatever its pace.
const MANY: usize = 30;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let columns =
        [(scene.traffic.destination.is_absent(), "address"), (scene.traffic.destination_port.is_absent(), "port")];
    columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| format!("a destination {what} column")).collect()
}

/// What one source did to one kind of service.
struct Siege {
    service: &'static Service,
    count: usize,
    confidence: f64,
    points: f64,
    /// The most visited first.
    victims: Vec<AddressId>,
    seen: Seen,
    /// Where a longer conversation came after guesses.
    opened: Option<AddressId>,
    /// They ran side by side.
    at_once: bool,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let least = scene.settings.count(&TRIES);
    let ports = Ports::of_services();
    let lasts = !scene.traffic.start.is_absent() && !scene.traffic.duration.is_absent();
    let fewest = if lasts { least.min(TASKS) } else { least };
    let found = scene.order.sources(fewest).filter_map(|source| {
        if scene.order.rows(source).len() < least && !visits(scene.traffic, &ports, scene.order.rows(source), fewest) {
            return None;
        }
        let chosen = chosen(scene, source, &ports, (least, fewest));
        if chosen == 0 {
            return None;
        }
        let tries = tries(scene.traffic, &ports, chosen, scene.order.rows(source));
        // Who guesses for people's logins goes from host to host; programs and browsers meet many hosts anyway.
        let together = |a: &Try, b: &Try| a.service.class == Class::Person || a.target == b.target;
        let by_service = tries.chunk_by(|a, b| a.service.port == b.service.port && together(a, b));
        let mut sieges: Vec<Siege> = by_service
            .filter_map(|tries| siege(scene, source, tries, least).or_else(|| parallel(scene, source, tries)))
            .collect();
        sieges.sort_by(|a, b| b.points.total_cmp(&a.points).then(a.service.port.cmp(&b.service.port)));
        (!sieges.is_empty()).then(|| finding(scene, source, &sieges))
    });
    found.collect()
}

/// Whether at least so many rows go to services where people log in.
fn visits(traffic: &Traffic, ports: &Ports, rows: &[u32], fewest: usize) -> bool {
    let service = |row: &u32| ports.get(traffic.destination_port.get(*row as usize)?);
    let is_person = |number: &usize| SERVICES[*number].class == Class::Person;
    rows.iter().filter_map(service).filter(is_person).count() >= fewest
}

/// The services that a source knocked at often enough: `fewest` times where people log in, else a multiple of `least`.
fn chosen(scene: &Scene<'_>, source: AddressId, ports: &Ports, (least, fewest): (usize, usize)) -> Chosen {
    let mut knocks = [0; SERVICES.len()];
    for door in doors(scene, source, &mut Vec::new()) {
        if let Some(number) = ports.get(door.port) {
            knocks[number] += door.knocks as usize;
        }
    }
    let often = |(service, knocks): (&Service, usize)| {
        // Without the sizes of the answers nothing sets a guess at a web page apart.
        let told = service.class != Class::Web || !scene.traffic.bytes_received.is_absent();
        let enough = match service.class {
            Class::Person => fewest,
            other => least.saturating_mul(other.factor()),
        };
        told && knocks >= enough
    };
    SERVICES.iter().zip(knocks).map(often).rev().fold(0, |chosen, often| chosen << 1 | Chosen::from(often))
}

fn siege(scene: &Scene<'_>, source: AddressId, tries: &[Try], least: usize) -> Option<Siege> {
    let traffic = scene.traffic;
    let service = tries[0].service;
    let least = least.saturating_mul(service.class.factor());
    // What is known to be a refusal is evidence; what is not known counts only where that is all there is.
    let known = tries.iter().filter(|attempt| attempt.kind == Kind::Refused).count() >= least;
    let counts = |attempt: &&Try| if known { attempt.kind == Kind::Refused } else { attempt.kind != Kind::Longer };
    let mut guesses = distinct(scene, tries.iter().filter(counts));
    // Whoever often stays longer is at home there.
    if guesses.len() < least || guesses.len() < tries.len().div_ceil(2) {
        return None;
    }
    let time = |guess: &Try| traffic.start.get(guess.row as usize);
    let timed = guesses.iter().all(|guess| time(guess).is_some());
    guesses.sort_by(|a, b| time(a).unwrap_or(0.0).total_cmp(&time(b).unwrap_or(0.0)).then(a.row.cmp(&b.row)));
    let times: Vec<f64> = guesses.iter().filter_map(time).collect();
    let (first, count) = if timed { busiest(&times, scene.settings.real(&WINDOW)) } else { (0, guesses.len()) };
    if count < least {
        return None;
    }
    let alike = alike(guesses.iter().filter_map(|guess| traffic.bytes_received.get(guess.row as usize)));
    if service.class == Class::Web && !alike {
        return None;
    }
    let pace = timed.then(|| Pace::of(&times[first..first + count]));
    let is_host = traffic.address(source).ip().is_some();
    let victims = victims(&guesses);
    // A few on each of several hosts is how an administrator works, and who only asks for host keys; our own choice.
    let dense = victims[0].0 >= least || count >= 3 * least && are_refused(traffic, &guesses);
    let confidence = match is_host {
        false => 0.3,
        true if !dense => 0.4,
        true => confidence(service.class, count, least, known, alike, pace),
    };
    // Thirty known refusals, Zeek's number, come to the default block threshold of 60.
    let factor = if confidence >= 0.5 { (50.0, 21.0, 85.0) } else { (15.0, 10.0, 25.0) };
    Some(Siege {
        service,
        count,
        confidence,
        points: points(count, least, factor.0, factor.1, factor.2),
        victims: victims.into_iter().map(|(_, target)| target).collect(),
        seen: Seen::of(traffic, guesses.iter().map(|guess| guess.row)),
        opened: opened(scene, tries, &guesses),
        at_once: false,
    })
}

/// Fewer guesses than are counted, but side by side. Worth watching: a script that runs several commands at a time may
/// look so once. Our own choice.
fn parallel(scene: &Scene<'_>, source: AddressId, tries: &[Try]) -> Option<Siege> {
    let (traffic, service) = (scene.traffic, tries[0].service);
    if service.class != Class::Person || traffic.address(source).ip().is_none() {
        return None;
    }
    let refused = distinct(scene, tries.iter().filter(|attempt| attempt.kind == Kind::Refused));
    // Whoever often stays longer is at home there.
    if refused.len() < tries.len().div_ceil(2) {
        return None;
    }
    let guesses = volley(traffic, &refused)?;
    Some(Siege {
        service,
        count: guesses.len(),
        confidence: WEAK,
        points: 32.0,
        victims: vec![guesses[0].target],
        seen: Seen::of(traffic, guesses.iter().map(|guess| guess.row)),
        opened: opened(scene, tries, &guesses),
        at_once: true,
    })
}

/// Exporters may tell one connection in several rows: those of one source port to one target are one.
fn distinct<'a>(scene: &Scene<'_>, tries: impl Iterator<Item = &'a Try>) -> Vec<Try> {
    let port = |guess: &Try| scene.traffic.source_port.get(guess.row as usize);
    let mut tries: Vec<Try> = tries.copied().collect();
    tries.sort_by_key(|guess| (guess.target, port(guess), guess.row));
    tries.dedup_by(|a, b| a.target == b.target && port(a).is_some() && port(a) == port(b));
    tries
}

/// Only refusals that come as a guesser's do pass 0.5, which lets them name an attacker.
fn confidence(class: Class, count: usize, least: usize, known: bool, alike: bool, pace: Option<Pace>) -> f64 {
    let more = 0.1 * libm::log10(count as f64 / least as f64);
    match (class, pace) {
        _ if !known => 0.3,
        (Class::Web, _) => 0.3,
        (_, Some(pace)) if pace.regular => 0.3,
        (Class::Person, Some(pace)) if pace.fast => (0.7 + more).min(0.9),
        (Class::Person, _) if count >= MANY => 0.5,
        (Class::Program, Some(pace)) if pace.fast && alike => (0.55 + more).min(0.8),
        _ => 0.4,
    }
}

/// The targets with how many guesses each took, the most visited first.
fn victims(guesses: &[Try]) -> Vec<(usize, AddressId)> {
    let mut targets: Vec<AddressId> = guesses.iter().map(|guess| guess.target).collect();
    targets.sort_unstable();
    let mut counted: Vec<(usize, AddressId)> =
        targets.chunk_by(|a, b| a == b).map(|same| (same.len(), same[0])).collect();
    counted.sort_by_key(|&(count, target)| (std::cmp::Reverse(count), target));
    counted
}

/// The target on which a longer conversation began after the third of the guesses on it, which are sorted by time.
/// Two mistyped passwords and a login are everyday.
fn opened(scene: &Scene<'_>, tries: &[Try], guesses: &[Try]) -> Option<AddressId> {
    let start = |attempt: &Try| scene.traffic.start.get(attempt.row as usize);
    let mut third: FxHashMap<AddressId, (u8, Option<f64>)> = FxHashMap::default();
    for guess in guesses {
        let (count, at) = third.entry(guess.target).or_default();
        if *count < 3 {
            (*count, *at) = (*count + 1, start(guess));
        }
    }
    let after = |login: &&Try| third.get(&login.target).is_some_and(|&(count, at)| count == 3 && at < start(login));
    tries.iter().filter(|attempt| attempt.kind == Kind::Longer).find(after).map(|login| login.target)
}

fn finding(scene: &Scene<'_>, source: AddressId, sieges: &[Siege]) -> Finding {
    let traffic = scene.traffic;
    let worst = &sieges[0];
    let subject = traffic.address(source);
    let on = match worst.victims.len() {
        1 => traffic.address(worst.victims[0]).to_string(),
        more => format!("{} and {} more", traffic.address(worst.victims[0]), more - 1),
    };
    let size = if worst.confidence > 0.3 { "each as small as a refused login" } else { "which may be guesses" };
    let mut summary = format!("{subject} made {} connections to {} on {on}, {size}", worst.count, worst.service.name);
    if worst.at_once {
        summary += " and all at the same time";
    }
    let strong = sieges.iter().filter(|siege| siege.confidence >= WEAK);
    if let Some(target) = strong.filter_map(|siege| siege.opened).next() {
        summary +=
            &format!("; a longer conversation with {} followed: a login may have succeeded", traffic.address(target));
    }
    if sieges.len() > 1 {
        summary += &format!("; {} services in all", sieges.len());
    }
    Finding {
        id: 0,
        detector: BRUTE_FORCE.about.key,
        subject,
        role: role(worst.confidence),
        victims: worst.victims.iter().take(MAX_VICTIMS).map(|&id| traffic.address(id)).collect(),
        first: sieges.iter().filter_map(|siege| siege.seen.first).reduce(f64::min),
        last: sieges.iter().filter_map(|siege| siege.seen.last).reduce(f64::max),
        rows: sieges.iter().map(|siege| siege.seen.rows).sum(),
        severity: severity(worst.points),
        confidence: worst.confidence,
        points: worst.points,
        technique: Some("T1110"),
        summary,
    }
}
