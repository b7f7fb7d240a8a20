//! One own host that calls one host outside at even intervals: what remote-controlled machines do.

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, MAX_VICTIMS, Role};
use crate::model::traffic::AddressId;

use super::evidence::{WEAK, lasting, severity, steps};
use super::rhythm::Rhythm;
use super::sides::{Outward, outward};
use super::spread::Spread;
use super::tally::Seen;
use super::{Detector, Scene};

pub const BEACON: Detector = Detector {
    about: About {
        key: "beacon",
        title: "Calls home at even intervals",
        help: "What: scores how evenly one of your hosts contacts one address and port outside, as RITA does: by the \
               intervals, the bytes sent, the hours of the day and how long it goes on. The other end of the most even \
               ones is named, too. A pair with a connection per second for hours on end is named a strobe. Why: a \
               machine under remote control asks for orders again and again, and programs are more punctual than \
               people.",
        limits: "Evenness is no proof: updates, chat, mail, telemetry and clocks call home, too, so this never blocks \
                 by itself. Pings, time, name and discovery services count next to nothing, web ports little. On \
                 inputs under six hours the two parts that need hours of data are left out, the rest counts less, and \
                 the finding says so. Times count in whole seconds: calls about once a second always look even, and \
                 count half unless their fractions are even, too. Needs start times, and only looks from your own networks (see the setting) to addresses \
                 outside. A controller that is called at random times, in bursts, or at each call under another \
                 address is missed.",
    },
    knobs: &[&CONNECTIONS, &SCORE],
    family: Family::CommandAndControl,
    needs,
    run,
};

/// RITA 5 takes 4 (its forerunner 20): chance alone makes three intervals even.
pub const CONNECTIONS: Knob = Knob {
    key: "beacon.connections",
    label: "Connections at least",
    help: "A pair with fewer connections than this has no rhythm to speak of. 10 is this program's own choice; RITA takes 4, from which chance alone often gives even gaps.",
    unit: "connections",
    range: Range::Integer { min: 4, max: 1_000_000, default: 10 },
};

/// RITA's severities begin at 0.5. Own choice: intervals drawn evenly from a range, over all hours of a day, reach 0.78.
pub const SCORE: Knob = Knob {
    key: "beacon.score",
    label: "Score at least",
    help: "Pairs that score less are not reported. RITA calls 0.7 medium and 0.9 high; 0.8 is this program's own choice, because intervals drawn at random from a wide range reach 0.78.",
    unit: "",
    range: Range::Real { min: 0.5, max: 1.0, default: 0.8 },
};

/// RITA's beacon score and the threat it makes of it, in between by straight lines.
const THREAT: &[(f64, f64)] = &[(0.5, 0.2), (0.7, 0.4), (0.9, 0.6), (1.0, 0.8)];

/// What a threat of 1 weighs. Own choice: the best beacon (0.8) stays below the default watch threshold by itself.
const MOST: f64 = 35.0;

/// Own choice: the middle interval, taken as often as there are intervals, must fill this share of the time from the
/// first call to the last. Pages load in bursts of even, short gaps, which RITA's score takes for a rhythm.
const PACE: f64 = 0.25;

/// Own choice: the least for the timing part alone. Calls by chance, as many an hour all day long, score 0.52 there
/// (their intervals are exponential), and yet 0.8 in all, because the hours are alike.
const TIMING: f64 = 0.7;

/// RITA: this many connections within 24 hours make a strobe.
const STROBE_PER_DAY: f64 = 86_400.0;
const DAY: f64 = 86_400.0;

/// Clocks, names, address assignment, discovery and push messages: what is punctual by design.
const PUNCTUAL: &[u16] = &[53, 67, 68, 123, 137, 138, 546, 547, 853, 1900, 3702, 5222, 5223, 5228, 5353, 5355];

/// Where updates, telemetry and pages that refresh themselves go as well, and what an input under six hours can
/// show: such beacons weigh less. Own choice.
const WEB: &[u16] = &[80, 443, 8080];
const ON_THE_WEB: f64 = 0.6;
const SHORT: f64 = 0.7;

/// Times count in whole seconds: with a call or more a second any intervals look even, unless the fractions are. Own
/// choice.
const BLURRED: f64 = 0.5;

/// Pings are sent by the clock.
const ICMP: u8 = 1;
const ICMP_V6: u8 = 58;

/// From this threat on the destination is named, too, with a part of the points: own choices. Below the watch
/// threshold: whoever is called evenly may still be anybody's server.
const CONTROLLER: f64 = 0.6;
const CONTROLLER_SHARE: f64 = 0.6;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let columns = [
        (scene.traffic.destination.is_absent(), "a destination address column"),
        (scene.traffic.start.is_absent(), "start times"),
    ];
    let missing = columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned());
    missing.chain(scene.sides.need()).collect()
}

/// One pair and port with a rhythm.
struct Beacon {
    source: AddressId,
    target: AddressId,
    port: Option<u16>,
    rows: Vec<u32>,
    rhythm: Rhythm,
    strobe: bool,
    threat: f64,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let (connections, least) = (scene.settings.count(&CONNECTIONS), scene.settings.real(&SCORE));
    let mut span = None;
    let mut beacons = Vec::new();
    for pair in outward(scene, connections) {
        let span = *span.get_or_insert_with(|| starts(scene));
        beacons.extend(by_port(scene, pair, connections, span).filter(|beacon| beacon.threat >= threat(least)));
    }
    let spread = Spread::of(scene, beacons.iter().map(|beacon| beacon.target));
    beacons.iter_mut().for_each(|beacon| beacon.threat = weighed(scene, beacon, &spread));
    let mut findings: Vec<Finding> =
        beacons.chunk_by_mut(|a, b| a.source == b.source).map(|group| caller(scene, group)).collect();
    beacons.retain(|beacon| beacon.threat >= CONTROLLER);
    beacons.sort_by(|a, b| a.target.cmp(&b.target).then(b.threat.total_cmp(&a.threat)).then(a.source.cmp(&b.source)));
    findings.extend(beacons.chunk_by(|a, b| a.target == b.target).map(|group| called(scene, group)));
    findings
}

/// RITA's threat, less where the same is ordinary.
fn weighed(scene: &Scene<'_>, beacon: &Beacon, spread: &Spread) -> f64 {
    let protocol = scene.traffic.protocol.get(beacon.rows[0] as usize);
    let on = |ports: &[u16]| beacon.port.is_some_and(|port| ports.contains(&port));
    if on(PUNCTUAL) || matches!(protocol, Some(ICMP | ICMP_V6)) {
        return 0.05;
    }
    let threat = (beacon.threat + spread.modifier(beacon.target)).clamp(0.0, 1.0);
    let web = if on(WEB) { ON_THE_WEB } else { 1.0 };
    let is_blurred = beacon.rhythm.interval <= 1.0 && !beacon.rhythm.is_fine && !beacon.strobe;
    let blurred = if is_blurred { BLURRED } else { 1.0 };
    threat * web * blurred * if beacon.rhythm.hours.is_some() { 1.0 } else { SHORT }
}

fn threat(score: f64) -> f64 {
    steps(score, THREAT)
}

/// The first and last start of all rows.
fn starts(scene: &Scene<'_>) -> (f64, f64) {
    let times = scene.traffic.start.iter().flatten().filter(|time| time.is_finite());
    times.map(|time| (time, time)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or_default()
}

/// The rows of a pair taken apart by destination port, those with a rhythm.
fn by_port<'a>(
    scene: &'a Scene<'a>,
    pair: Outward<'a>,
    connections: usize,
    span: (f64, f64),
) -> impl Iterator<Item = Beacon> {
    let traffic = scene.traffic;
    let timed = pair.rows.iter().filter_map(|&row| {
        let time = traffic.start.get(row as usize).filter(|time| time.is_finite())?;
        Some((traffic.destination_port.get(row as usize), time, row))
    });
    let mut timed: Vec<(Option<u16>, f64, u32)> = timed.collect();
    timed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let groups = timed.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() >= connections);
    let beacons = groups.filter_map(|group| {
        let rows: Vec<u32> = group.iter().map(|&(_, _, row)| row).collect();
        let times: Vec<f64> = group.iter().map(|&(_, time, _)| time).collect();
        let sizes = rows.iter().filter_map(|&row| sent(scene, row as usize)).collect();
        let rhythm = Rhythm::of(&times, sizes, span)?;
        let lasted = times[times.len() - 1] - times[0];
        if rhythm.timing < TIMING || rhythm.interval * (times.len() - 1) as f64 <= PACE * lasted {
            return None;
        }
        let days = ((span.1 - span.0) / DAY).min(1.0);
        let strobe = rhythm.hours.is_some() && rows.len() as f64 >= STROBE_PER_DAY * days;
        // RITA: a strobe is of high severity, whatever its score.
        let threat = if strobe { threat(0.9) } else { threat(rhythm.score) };
        Some(Beacon { source: pair.source, target: pair.target, port: group[0].0, rows, rhythm, strobe, threat })
    });
    beacons.collect::<Vec<_>>().into_iter()
}

/// Bytes sent, with the IP headers where the input tells, as RITA counts them.
fn sent(scene: &Scene<'_>, row: usize) -> Option<f64> {
    let with_headers = scene.traffic.ip_bytes.get(row).map(|bytes| bytes[0]);
    with_headers.or_else(|| scene.traffic.bytes_sent.get(row)).map(|bytes| bytes as f64)
}

/// One finding per host: its worst beacon, and how many more it has.
fn caller(scene: &Scene<'_>, beacons: &mut [Beacon]) -> Finding {
    beacons.sort_by(|a, b| b.threat.total_cmp(&a.threat).then((a.target, a.port).cmp(&(b.target, b.port))));
    let worst = &beacons[0];
    let (subject, target) = (scene.traffic.address(worst.source), scene.traffic.address(worst.target));
    let port = worst.port.map_or_else(String::new, |port| format!(" port {port}"));
    let more = match beacons.len() {
        1 => String::new(),
        2 => "; one more destination like it".to_owned(),
        count => format!("; {} more destinations like it", count - 1),
    };
    let summary = format!("{subject} called {target}{port} {} times, {}{more}", worst.rows.len(), described(worst));
    // RITA's threat as confidence, but never strong: what is even is not therefore hostile.
    let confidence = (worst.threat * 0.5).min(WEAK - 0.05);
    finding(scene, beacons, subject, (MOST * worst.threat, confidence), summary)
}

/// One finding per destination that is called so evenly and is so unusual that it may give the orders.
fn called(scene: &Scene<'_>, beacons: &[Beacon]) -> Finding {
    let worst = &beacons[0];
    let (subject, source) = (scene.traffic.address(worst.target), scene.traffic.address(worst.source));
    let mut victims: Vec<AddressId> = beacons.iter().map(|beacon| beacon.source).collect();
    victims.sort_unstable();
    victims.dedup();
    let hosts =
        if victims.len() == 1 { "one of your hosts".to_owned() } else { format!("{} of your hosts", victims.len()) };
    let every = lasting(worst.rhythm.interval);
    let summary = format!(
        "{subject} is called at even intervals by {hosts}, such as {source} about every {every}: it may control them"
    );
    let weight = (MOST * worst.threat * CONTROLLER_SHARE, worst.threat * 0.4);
    let victims = victims.iter().take(MAX_VICTIMS).map(|&id| scene.traffic.address(id)).collect();
    Finding { victims, ..finding(scene, beacons, subject, weight, summary) }
}

fn finding(
    scene: &Scene<'_>,
    beacons: &[Beacon],
    subject: Address,
    (points, confidence): (f64, f64),
    summary: String,
) -> Finding {
    let seen = Seen::of(scene.traffic, beacons.iter().flat_map(|beacon| beacon.rows.iter().copied()));
    Finding {
        id: 0,
        detector: BEACON.about.key,
        subject,
        role: Role::Bystander,
        victims: Vec::new(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1071"),
        summary,
    }
}

/// The score and what it is made of, in words.
fn described(beacon: &Beacon) -> String {
    let rhythm = &beacon.rhythm;
    let every = lasting(rhythm.interval);
    if beacon.strobe {
        return format!("more than once a second for hours (a strobe, every {every})");
    }
    let size = rhythm.size.map_or_else(|| "bytes unknown".to_owned(), |size| format!("bytes {size:.2}"));
    let hours = match rhythm.hours {
        Some([histogram, duration]) => format!("hours {histogram:.2}, duration {duration:.2}"),
        None => "hours and duration not scored: under six hours of data".to_owned(),
    };
    format!("about every {every} (beacon score {:.2}: timing {:.2}, {size}, {hours})", rhythm.score, rhythm.timing)
}
