//! More datagrams to one host than anybody answers: its line or its processor is to be filled.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::traffic::Traffic;

use super::flood::{Share, Verdict, Wave, accuse, back, by_source, confidence, packets, pity, targets, waves};
use super::reflectors::is_reflector;
use super::{Detector, Scene};

pub const UDP_FLOOD: Detector = Detector {
    about: About {
        key: "udp_flood",
        title: "Flood of UDP packets",
        help: "What: looks for hosts to which UDP packets come at a high rate and are not answered. Why: UDP needs no \
               connection, so an attacker can send as fast as his line allows until the target's line is full. One \
               address that does it is named; where only a crowd makes the rate, the target is named as a victim, \
               because such senders are often forged.",
        limits: "Rates are averaged over ten seconds and need start times. Calls, video, games and QUIC send as much, \
                 but are answered; a single one-way stream (a camera, a log collector, half of a capture) weighs \
                 little, so a flood over a single pair of ports does, too. Floods that the target answers, such as \
                 one of DNS questions, are not seen. Answers of services that reflect are left to the detector of \
                 amplification.",
    },
    knobs: &[&RATE],
    family: Family::Flood,
    needs,
    run,
};

/// Our own choice, a tenth of Juniper's.
pub const RATE: Knob = Knob {
    key: "udp_flood.rate",
    label: "Unanswered UDP packets",
    help: "From this many per second to one host on it is reported. The default is this program's own choice; Juniper firewalls take 1,000 for a flood, where the confidence is highest.",
    unit: "per second",
    range: Range::Real { min: 1.0, max: 10_000_000.0, default: 100.0 },
};

/// Juniper's default of the UDP flood screen.
const ATTACK: f64 = 1000.0;

/// Flows that make a flood and no stream: our own choice.
const FLOWS: usize = 20;

const UDP: u8 = 17;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let traffic = scene.traffic;
    let columns = [
        (traffic.destination.is_absent(), "a destination address column"),
        (traffic.protocol.is_absent(), "a protocol column"),
        (traffic.start.is_absent(), "a start time column"),
        (traffic.packets_sent.is_absent(), "a column of packets sent"),
    ];
    columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned()).collect()
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let rate = scene.settings.real(&RATE);
    let share = |row: usize| {
        let answered = traffic.packets_received.get(row).is_some_and(|packets| packets > 0);
        let reflected = traffic.source_port.get(row).is_some_and(is_reflector);
        if traffic.protocol.get(row) != Some(UDP) || answered || reflected || traffic.packets_sent.get(row) == Some(0) {
            return None;
        }
        let target = traffic.destination.get(row).filter(|&target| scene.sides.is_one_host(target))?;
        Some(Share { target, port: 0, source: traffic.source()[row], amount: packets(traffic, row) })
    };
    let mut waves = waves(traffic, rate, share);
    waves.retain(|wave| !is_answered(scene, wave));
    let crowds: Vec<Finding> =
        waves.iter().filter(|wave| wave.source.is_none()).map(|wave| crowd(traffic, wave, rate)).collect();
    let singles = by_source(waves).into_iter().map(|(source, waves)| {
        let worst = &waves[0];
        let most = if worst.rows.len() < FLOWS { 0.4 } else { 1.0 };
        let what = format!("up to {:.0} UDP packets per second that nobody answered", worst.rate);
        let (from, to) = (traffic.address(source), targets(traffic, &waves));
        let summary = format!("{from} sent {what} to {to}, in {} flows", worst.rows.len());
        accuse(traffic, source, &waves, verdict(worst, rate, most, summary))
    });
    singles.chain(crowds).collect()
}

/// Whether the other direction, where it stands in rows of its own, has a tenth as many packets.
fn is_answered(scene: &Scene<'_>, wave: &Wave) -> bool {
    let traffic = scene.traffic;
    let sent: f64 = wave.rows.iter().map(|&row| packets(traffic, row as usize)).sum();
    let udp = back(traffic, &scene.order, wave).filter(|&row| traffic.protocol.get(row) == Some(UDP));
    udp.map(|row| packets(traffic, row)).sum::<f64>() * 10.0 >= sent
}

fn crowd(traffic: &Traffic, wave: &Wave, rate: f64) -> Finding {
    let summary = format!(
        "{} received up to {:.0} UDP packets per second that it did not answer, from {} addresses",
        traffic.address(wave.target),
        wave.rate,
        wave.sources,
    );
    pity(traffic, wave, verdict(wave, rate, 1.0, summary))
}

fn verdict(wave: &Wave, rate: f64, most: f64, summary: String) -> Verdict {
    Verdict {
        detector: UDP_FLOOD.about.key,
        technique: "T1498.001",
        confidence: confidence(wave.rate, rate, ATTACK).min(most),
        times: wave.rate / rate,
        summary,
    }
}
