//! Pings by the hundred per second to one host.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::traffic::Traffic;

use super::flood::{Share, Verdict, Wave, accuse, by_source, confidence, packets, pity, targets, waves};
use super::icmp::{is_icmp, is_request};
use super::{Detector, Scene};

pub const ICMP_FLOOD: Detector = Detector {
    about: About {
        key: "icmp_flood",
        title: "Flood of pings",
        help: "What: looks for hosts to which ICMP echo requests (pings) come at a high rate. Why: an ordinary ping \
               is sent once per second; hundreds per second are meant to fill a line. One address that does it is \
               named; where only a crowd makes the rate, the target is named as a victim.",
        limits: "Rates are averaged over ten seconds and need start times. An administrator who tests a line with a \
                 flood of pings looks the same. Where the input has no ICMP types, every ICMP row counts. Requests \
                 to a broadcast address in the victim's name are not seen here, nor the answers to them.",
    },
    knobs: &[&RATE],
    family: Family::Flood,
    needs,
    run,
};

/// Our own choice, a tenth of Juniper's.
pub const RATE: Knob = Knob {
    key: "icmp_flood.rate",
    label: "Pings to one host",
    help: "From this many per second on it is reported. The default is this program's own choice; Juniper firewalls take 1,000 for a flood, where the confidence is highest.",
    unit: "per second",
    range: Range::Real { min: 1.0, max: 10_000_000.0, default: 100.0 },
};

/// Juniper's default of the ICMP flood screen.
const ATTACK: f64 = 1000.0;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let traffic = scene.traffic;
    let columns = [
        (traffic.destination.is_absent(), "a destination address column"),
        (traffic.protocol.is_absent(), "a protocol column"),
        (traffic.start.is_absent(), "a start time column"),
    ];
    columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned()).collect()
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let rate = scene.settings.real(&RATE);
    let share = |row: usize| {
        if !is_icmp(traffic, row) || is_request(traffic, row) == Some(false) {
            return None;
        }
        let target = traffic.destination.get(row).filter(|&target| scene.sides.is_one_host(target))?;
        Some(Share { target, port: 0, source: traffic.source()[row], amount: packets(traffic, row) })
    };
    let waves = waves(traffic, rate, share);
    let crowds: Vec<Finding> =
        waves.iter().filter(|wave| wave.source.is_none()).map(|wave| crowd(traffic, wave, rate)).collect();
    let singles = by_source(waves).into_iter().map(|(source, waves)| {
        let (from, to) = (traffic.address(source), targets(traffic, &waves));
        let summary = format!("{from} sent up to {:.0} pings per second to {to}", waves[0].rate);
        accuse(traffic, source, &waves, verdict(&waves[0], rate, summary))
    });
    singles.chain(crowds).collect()
}

fn crowd(traffic: &Traffic, wave: &Wave, rate: f64) -> Finding {
    let (on, sources) = (traffic.address(wave.target), wave.sources);
    let summary = format!("{on} received up to {:.0} pings per second from {sources} addresses", wave.rate);
    pity(traffic, wave, verdict(wave, rate, summary))
}

fn verdict(wave: &Wave, rate: f64, summary: String) -> Verdict {
    Verdict {
        detector: ICMP_FLOOD.about.key,
        technique: "T1498.001",
        confidence: confidence(wave.rate, rate, ATTACK),
        times: wave.rate / rate,
        summary,
    }
}
