//! Web requests faster than anybody clicks.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::record::ConnState;

use super::evidence::alike;
use super::flood::{Share, Verdict, Wave, accuse, by_source, confidence, pity, targets, waves};
use super::{Detector, Scene};

pub const HTTP_FLOOD: Detector = Detector {
    about: About {
        key: "http_flood",
        title: "Flood of web requests",
        help: "What: looks for web servers on which one address (or a crowd) opens connections with a request at a \
               high rate. Why: each request costs the server more than the attacker, and fifty connections per \
               second are no person's. Requests of equal size, and requests that get no answer any more, make it \
               more certain.",
        limits: "Only connections are seen: a flood of requests within few connections is not, nor one that holds \
                 connections open (Slowloris). Rates are averaged over ten seconds and need start times. A proxy or \
                 an address that many people share makes many connections, too: where the server answers, one \
                 sender is at most watched for it, and a crowd may be nothing but success.",
    },
    knobs: &[&RATE],
    family: Family::Flood,
    needs,
    run,
};

/// Our own choice, a tenth of the least that blocks in mod_evasive.
pub const RATE: Knob = Knob {
    key: "http_flood.rate",
    label: "Web connections to one server",
    help: "From this many per second on it is reported. The default is this program's own choice; Apache's mod_evasive blocks a client at 50 requests per second, where the confidence is highest.",
    unit: "per second",
    range: Range::Real { min: 0.1, max: 1_000_000.0, default: 5.0 },
};

/// mod_evasive's `DOSSiteCount` of 50 in a `DOSSiteInterval` of one second.
const ATTACK: f64 = 50.0;

/// HTTP and HTTPS and the ports that IANA registers for more of them.
const WEB: [u16; 6] = [80, 443, 8000, 8008, 8080, 8443];

const TCP: u8 = 6;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let traffic = scene.traffic;
    let columns = [
        (traffic.destination.is_absent(), "a destination address column"),
        (traffic.destination_port.is_absent(), "a destination port column"),
        (traffic.start.is_absent(), "a start time column"),
        (traffic.bytes_sent.is_absent(), "a column of bytes sent"),
    ];
    columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned()).collect()
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let rate = scene.settings.real(&RATE);
    let share = |row: usize| {
        let port = traffic.destination_port.get(row).filter(|port| WEB.contains(port))?;
        let asks = traffic.bytes_sent.get(row)? > 0 && !traffic.state.get(row).is_some_and(ConnState::failed);
        let target = traffic.destination.get(row).filter(|&target| scene.sides.is_one_host(target))?;
        let is_tcp = traffic.protocol.get(row).is_none_or(|protocol| protocol == TCP);
        (asks && is_tcp).then_some(Share { target, port, source: traffic.source()[row], amount: 1.0 })
    };
    let waves = waves(traffic, rate, share);
    let crowds: Vec<Finding> =
        waves.iter().filter(|wave| wave.source.is_none()).map(|wave| crowd(scene, wave, rate)).collect();
    let singles = by_source(waves).into_iter().map(|(source, waves)| {
        let worst = &waves[0];
        let how = if is_unanswered(scene, worst) { "unanswered " } else { "" };
        let (from, to) = (traffic.address(source), targets(traffic, &waves));
        let summary = format!("{from} made up to {:.1} {how}web connections per second to {to}", worst.rate);
        accuse(traffic, source, &waves, verdict(scene, worst, rate, summary))
    });
    singles.chain(crowds).collect()
}

/// Whether at least half of the requests got nothing back, and that is known. Where no answers stand in
/// the input at all, silence says nothing.
fn is_unanswered(scene: &Scene<'_>, wave: &Wave) -> bool {
    let traffic = scene.traffic;
    let silent = |row: usize| match (traffic.packets_received.get(row), traffic.bytes_received.get(row)) {
        (Some(packets), _) => packets == 0,
        (None, bytes) => bytes == Some(0),
    };
    scene.heard.tcp() && wave.rows.iter().filter(|&&row| silent(row as usize)).count() * 2 >= wave.rows.len()
}

fn crowd(scene: &Scene<'_>, wave: &Wave, rate: f64) -> Finding {
    let traffic = scene.traffic;
    let (on, port, sources) = (traffic.address(wave.target), wave.port, wave.sources);
    let what = format!("{on} port {port} received up to {:.1} web connections per second", wave.rate);
    pity(
        traffic,
        wave,
        verdict(scene, wave, rate, format!("{what} from {sources} addresses, none of which alone made many")),
    )
}

/// Answered requests of different sizes are what any busy client sends; equal ones at mod_evasive's rate are enough to
/// look at.
fn verdict(scene: &Scene<'_>, wave: &Wave, rate: f64, summary: String) -> Verdict {
    let traffic = scene.traffic;
    let sizes = wave.rows.iter().filter_map(|&row| traffic.bytes_sent.get(row as usize));
    let by_rate = confidence(wave.rate, rate, ATTACK);
    let (confidence, times) = if is_unanswered(scene, wave) {
        ((by_rate + 0.15).min(0.95), wave.rate / rate)
    } else if alike(sizes) && wave.rate >= ATTACK {
        (0.55, 1.0)
    } else {
        (by_rate.min(0.4), wave.rate / rate)
    };
    Verdict { detector: HTTP_FLOOD.about.key, technique: "T1499.002", confidence, times, summary }
}
