//! One own host that stays connected to one host outside for hours.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, Role};
use crate::model::traffic::AddressId;

use super::evidence::{lasting, severity, steps};
use super::sides::{Outward, outward_of, own, total};
use super::tally::Seen;
use super::{Detector, Scene};

pub const LONG_CONNECTION: Detector = Detector {
    about: About {
        key: "long_connection",
        title: "Connected for hours",
        help: "What: adds up how long one of your hosts was connected to one address and port outside. Why: a remote \
               shell or a tunnel is often kept open for as long as the attacker can, while most connections last \
               seconds.",
        limits: "Push messages, chat, remote desktops and VPNs stay connected all day, too: this is weak evidence and \
                 blocks nobody. Connections at the same time count once. Needs durations, and is seen only as far as \
                 the input reaches: exporters that cut long flows into pieces lose nothing, those that report only \
                 ended ones lose what is still open. Only from your own networks to addresses outside.",
    },
    knobs: &[&SECONDS],
    family: Family::CommandAndControl,
    needs,
    run,
};

/// RITA's base threshold for long connections.
pub const SECONDS: Knob = Knob {
    key: "long_connection.seconds",
    label: "Connected for at least",
    help: "A pair that was connected for less in all is not reported. 3,600 seconds is RITA's lowest step; the others are 4, 8 and 12 hours.",
    unit: "s",
    range: Range::Integer { min: 60, max: 86_400_000, default: 3_600 },
};

/// RITA's seconds and the threat it makes of them.
const THREAT: &[(f64, f64)] = &[(3_600.0, 0.2), (14_400.0, 0.4), (28_800.0, 0.6), (43_200.0, 0.8)];

/// What a threat of 1 weighs. Own choice: every office has such connections.
const MOST: f64 = 10.0;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let columns = [
        (scene.traffic.destination.is_absent(), "a destination address column"),
        (scene.traffic.duration.is_absent(), "durations"),
    ];
    let missing = columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned());
    missing.chain(scene.sides.need()).collect()
}

/// One pair and port, and how long it was connected.
struct Lasting {
    source: AddressId,
    target: AddressId,
    port: Option<u16>,
    seconds: f64,
    seen: Seen,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let least = scene.settings.real(&SECONDS);
    let mut lasting: Vec<Lasting> = Vec::new();
    let connected = |row: usize| scene.traffic.duration.get(row).unwrap_or(0.0).max(0.0);
    let hosts = own(scene, 1).filter(|&source| total(scene, source, connected) >= least);
    for pair in hosts.flat_map(|source| outward_of(scene, source)) {
        let durations = pair.rows.iter().filter_map(|&row| scene.traffic.duration.get(row as usize));
        // A pair that cannot reach the threshold needs no sorting.
        if durations.filter(|seconds| *seconds > 0.0).sum::<f64>() >= least {
            lasting.extend(by_port(scene, pair).filter(|pair| pair.seconds >= least));
        }
    }
    lasting.chunk_by_mut(|a, b| a.source == b.source).map(|group| finding(scene, group)).collect()
}

/// The time connected per destination port.
fn by_port<'a>(scene: &'a Scene<'a>, pair: Outward<'a>) -> impl Iterator<Item = Lasting> {
    let traffic = scene.traffic;
    let spans = pair.rows.iter().filter_map(|&row| {
        let at = row as usize;
        let seconds = traffic.duration.get(at).filter(|seconds| *seconds > 0.0 && seconds.is_finite())?;
        Some((traffic.destination_port.get(at), traffic.start.get(at), seconds, row))
    });
    let mut spans: Vec<(Option<u16>, Option<f64>, f64, u32)> = spans.collect();
    let time = |start: Option<f64>| start.unwrap_or(f64::NEG_INFINITY);
    spans.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(time(a.1).total_cmp(&time(b.1))).then(a.3.cmp(&b.3)));
    let ports = spans.chunk_by(|a, b| a.0 == b.0).map(|group| Lasting {
        source: pair.source,
        target: pair.target,
        port: group[0].0,
        seconds: connected(group.iter().map(|&(_, start, seconds, _)| (start, seconds))),
        seen: Seen::of(traffic, group.iter().map(|&(_, _, _, row)| row)),
    });
    ports.collect::<Vec<_>>().into_iter()
}

/// The seconds covered by spans in order of their starts; where there are no starts, the longest one.
fn connected(spans: impl Iterator<Item = (Option<f64>, f64)>) -> f64 {
    let (mut covered, mut until, mut longest) = (0.0f64, f64::NEG_INFINITY, 0.0f64);
    for (start, seconds) in spans {
        match start {
            Some(start) => {
                let end = start + seconds;
                covered += (end - until.max(start)).max(0.0);
                until = until.max(end);
            }
            None => longest = longest.max(seconds),
        }
    }
    covered.max(longest)
}

fn finding(scene: &Scene<'_>, pairs: &mut [Lasting]) -> Finding {
    let traffic = scene.traffic;
    pairs.sort_by(|a, b| b.seconds.total_cmp(&a.seconds).then((a.target, a.port).cmp(&(b.target, b.port))));
    let longest = &pairs[0];
    let subject = traffic.address(longest.source);
    let points = MOST * steps(longest.seconds, THREAT);
    let port = longest.port.map_or_else(String::new, |port| format!(" port {port}"));
    let more = if pairs.len() > 1 { format!("; {} such destinations in all", pairs.len()) } else { String::new() };
    Finding {
        id: 0,
        detector: LONG_CONNECTION.about.key,
        subject,
        role: Role::Bystander,
        victims: Vec::new(),
        first: pairs.iter().filter_map(|pair| pair.seen.first).reduce(f64::min),
        last: pairs.iter().filter_map(|pair| pair.seen.last).reduce(f64::max),
        rows: pairs.iter().map(|pair| pair.seen.rows).sum(),
        severity: severity(points),
        confidence: 0.2,
        points,
        technique: Some("T1571"),
        summary: format!(
            "{subject} was connected to {}{port} for {}{more}",
            traffic.address(longest.target),
            lasting(longest.seconds),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_at_once_counts_once() {
        let spans = [(Some(0.0), 100.0), (Some(50.0), 100.0), (Some(60.0), 10.0), (Some(500.0), 5.0)];
        assert_eq!(connected(spans.into_iter()), 155.0);
        assert_eq!(connected([(None, 7.0), (None, 9.0)].into_iter()), 9.0);
    }
}
