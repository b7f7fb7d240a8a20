//! One own host that sends far more to one host outside than it takes, and than it usually sends.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, Role};
use crate::model::traffic::AddressId;

use super::evidence::{data, lasting, points, severity};
use super::rhythm::median;
use super::sides::{Outward, outward_of, own, total};
use super::spread::Spread;
use super::tally::Seen;
use super::{Detector, Scene};

pub const EXFILTRATION: Detector = Detector {
    about: About {
        key: "exfiltration",
        title: "Unusual upload",
        help: "What: names a host of yours that within an hour sent much data to one address outside, much more than \
               came back, and compares it with what the host sent in its other hours. Why: stolen data leaves as an \
               upload, and most machines mostly download.",
        limits: "A backup, a video call or a large mail is an upload, too, so this never blocks by itself. DNS is left \
                 to its own detector. Slow leaks below the threshold, and leaks as answers to someone outside who \
                 connects to your server, are missed. With fewer than three other hours there is no history to \
                 compare with, and the finding says so. To a place that is known from three other hours, or that half of \
                 your hosts use, an upload counts less than half. Needs the bytes of both directions; without times the whole \
                 input is one hour. Data sent over more than an hour counts by its hourly rate.",
    },
    knobs: &[&MEGABYTES, &RATIO, &HISTORY],
    family: Family::CommandAndControl,
    needs,
    run,
};

/// Slips.
pub const MEGABYTES: Knob = Knob {
    key: "exfiltration.megabytes",
    label: "Sent in an hour, at least",
    help: "Uploads to one address of fewer megabytes (1,000,000 bytes) in an hour are not reported. 100 is what Slips uses.",
    unit: "MB",
    range: Range::Real { min: 0.001, max: 1e9, default: 100.0 },
};

/// No source.
pub const RATIO: Knob = Knob {
    key: "exfiltration.ratio",
    label: "Times what came back",
    help: "Uploads of fewer times the bytes received are not reported: an exchange is no upload. 10 is this program's own choice: a video call or a game sends a good part of what it takes.",
    unit: "times",
    range: Range::Real { min: 1.0, max: 1e6, default: 10.0 },
};

/// No source.
pub const HISTORY: Knob = Knob {
    key: "exfiltration.history",
    label: "Times the host's usual hour",
    help: "An upload of fewer times what the host sends outside in its middle hour is its habit and not reported. 10 is this program's own choice.",
    unit: "times",
    range: Range::Real { min: 1.0, max: 1e6, default: 10.0 },
};

const HOUR: f64 = 3600.0;
/// Other hours that make a history.
const OTHER_HOURS: usize = 3;
/// What an upload counts to whom the host, in as many other hours, or every second host also talks. Our own choice.
const KNOWN: f64 = 0.4;
const DNS: u16 = 53;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let columns = [
        (scene.traffic.destination.is_absent(), "a destination address column"),
        (scene.traffic.bytes_sent.is_absent(), "the bytes sent"),
        (scene.traffic.bytes_received.is_absent(), "the bytes received"),
    ];
    let missing = columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned());
    missing.chain(scene.sides.need()).collect()
}

/// What went to one target within one hour.
#[derive(Clone, Copy)]
struct Load {
    hour: i64,
    target: AddressId,
    up: f64,
    down: f64,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let floor = scene.settings.real(&MEGABYTES) * 1e6;
    let sent = |row: usize| scene.traffic.bytes_sent.get(row).unwrap_or(0) as f64;
    let hosts = own(scene, 1).filter(|&source| total(scene, source, sent) >= floor);
    let found = hosts.filter_map(|source| {
        let mut loads = Vec::new();
        outward_of(scene, source).for_each(|pair| hours(scene, pair, &mut loads));
        upload(scene, source, loads, floor)
    });
    let mut uploads: Vec<Upload> = found.collect();
    let spread = Spread::of(scene, uploads.iter().map(|upload| upload.load.target));
    uploads.iter_mut().for_each(|upload| upload.known |= spread.modifier(upload.load.target) < 0.0);
    uploads.into_iter().map(|upload| report(scene, upload)).collect()
}

/// A host's largest upload.
struct Upload {
    source: AddressId,
    load: Load,
    /// What it sends in its middle hour.
    usual: Option<f64>,
    /// It exchanges data with this target in other hours, too, or most hosts do.
    known: bool,
}

/// Adds what the pair moved, by the hour; rows of one hour that follow each other are one entry.
fn hours(scene: &Scene<'_>, pair: Outward<'_>, loads: &mut Vec<Load>) {
    let traffic = scene.traffic;
    let first = loads.len();
    for &row in pair.rows {
        let at = row as usize;
        if traffic.destination_port.get(at) == Some(DNS) {
            continue;
        }
        let (Some(up), Some(down)) = (traffic.bytes_sent.get(at), traffic.bytes_received.get(at)) else { continue };
        let hour = traffic.start.get(at).map_or(0, |start| (start / HOUR).floor() as i64);
        let share = (HOUR / traffic.duration.get(at).unwrap_or(0.0).max(HOUR)).min(1.0);
        let (up, down) = (up as f64 * share, down as f64 * share);
        match loads[first..].last_mut() {
            Some(load) if load.hour == hour => {
                load.up += up;
                load.down += down;
            }
            _ => loads.push(Load { hour, target: pair.target, up, down }),
        }
    }
}

/// The host's largest upload, if it is one.
fn upload(scene: &Scene<'_>, source: AddressId, mut loads: Vec<Load>, floor: f64) -> Option<Upload> {
    loads.sort_by_key(|load| (load.target, load.hour));
    let merged: Vec<Load> = loads.chunk_by(|a, b| (a.target, a.hour) == (b.target, b.hour)).map(sum).collect();
    let ratio = scene.settings.real(&RATIO);
    let one_sided = merged.iter().filter(|load| load.up >= floor && load.up >= ratio * load.down);
    let worst = *one_sided.max_by(|a, b| a.up.total_cmp(&b.up).then((b.hour, b.target).cmp(&(a.hour, a.target))))?;
    let known = merged.iter().filter(|load| load.target == worst.target).count() > OTHER_HOURS;
    let usual = usual(merged, worst.hour);
    if usual.is_some_and(|usual| worst.up < usual * scene.settings.real(&HISTORY)) {
        return None;
    }
    Some(Upload { source, load: worst, usual, known })
}

fn sum(loads: &[Load]) -> Load {
    loads[1..].iter().fold(loads[0], |sum, load| Load { up: sum.up + load.up, down: sum.down + load.down, ..sum })
}

/// What the host sends to all addresses outside in its middle hour, that one left out.
fn usual(mut loads: Vec<Load>, but: i64) -> Option<f64> {
    loads.retain(|load| load.hour != but);
    loads.sort_by_key(|load| load.hour);
    let mut hours: Vec<f64> = loads.chunk_by(|a, b| a.hour == b.hour).map(|hour| sum(hour).up).collect();
    hours.sort_unstable_by(f64::total_cmp);
    (hours.len() >= OTHER_HOURS).then(|| median(&hours))
}

fn report(scene: &Scene<'_>, Upload { source, load, usual, known }: Upload) -> Finding {
    let traffic = scene.traffic;
    let (subject, target) = (traffic.address(source), traffic.address(load.target));
    let seen = Seen::of(traffic, scene.order.pair(traffic, source, load.target).iter().copied());
    let floor = scene.settings.real(&MEGABYTES) * 1e6;
    // Own choice: from watching at its most down to a hint, and never enough to block.
    let (base, confidence) = if usual.is_some() { (20.0, 0.4) } else { (12.0, 0.25) };
    let points = points(load.up as usize, floor as usize, base, 10.0, base + 15.0) * if known { KNOWN } else { 1.0 };
    let within = if traffic.start.is_absent() { "in all".to_owned() } else { format!("within {}", lasting(HOUR)) };
    let history = match usual {
        Some(usual) => format!("its usual hour: {} to all addresses outside", data(usual)),
        None => "too few other hours to compare with".to_owned(),
    };
    Finding {
        id: 0,
        detector: EXFILTRATION.about.key,
        subject,
        role: Role::Bystander,
        victims: Vec::new(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1048"),
        summary: format!(
            "{subject} sent {} to {target} {within} and took {} ({history})",
            data(load.up),
            data(load.down),
        ) + if known { ", to a place that is known to it or to most" } else { "" },
    }
}
