//! Long answers to questions nobody asked: reflection attacks, seen at the victim and at the reflector.

use rustc_hash::FxHashSet;

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, MAX_VICTIMS, Role, Severity};
use crate::model::traffic::{AddressId, Traffic};

use super::evidence::alike;
use super::flood::{Share, Wave, packets, waves};
use super::reflectors::{is_reflector, reflector};
use super::tally::Seen;
use super::{Detector, Scene};

pub const AMPLIFICATION: Detector = Detector {
    about: About {
        key: "amplification",
        title: "Reflected and amplified answers",
        help: "What: looks for hosts that receive answers of DNS, NTP, memcached and similar services which they never \
               asked for, and for servers that answer a quick run of equal questions with answers many times as \
               long. Why: an attacker asks in the victim's name, so that the long answers hit the victim. Neither \
               the victim nor the server is an attacker: the victim gets no points, the server is listed to be \
               closed, and the true sender is in no packet.",
        limits: "Needs start times. A capture that holds one direction only, in front of a busy resolver, looks like \
                 answers without questions. Only the services in the US-CERT alert TA14-017A on their own ports. A \
                 server is reported only where question and answer stand in one row. A program that asks the same \
                 long record again and again looks like abuse.",
    },
    knobs: &[&RATE, &FACTOR],
    family: Family::Flood,
    needs,
    run,
};

pub const RATE: Knob = Knob {
    key: "amplification.rate",
    label: "Unasked answers, or abused questions",
    help: "From this many packets per second on, averaged over ten seconds, it is reported. The default is this program's own choice.",
    unit: "per second",
    range: Range::Real { min: 0.1, max: 1_000_000.0, default: 10.0 },
};

/// The least factor of an abused service in TA14-017A's table is 3.8; but everyday DNS answers are ten times as long
/// as their questions, too. Our own choice.
pub const FACTOR: Knob = Knob {
    key: "amplification.factor",
    label: "Length of answers",
    help: "A server is reported where its answers are at least this many times as long as the questions. 10 is this program's own choice; US-CERT lists factors from 4 (NetBIOS) over 28 to 54 (DNS) to 51,000 (memcached).",
    unit: "times",
    range: Range::Real { min: 1.0, max: 100_000.0, default: 10.0 },
};

const UDP: u8 = 17;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let traffic = scene.traffic;
    let columns = [
        (traffic.destination.is_absent(), "a destination address column"),
        (traffic.source_port.is_absent() && traffic.destination_port.is_absent(), "port columns"),
        (traffic.protocol.is_absent(), "a protocol column"),
        (traffic.start.is_absent(), "a start time column"),
    ];
    columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned()).collect()
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = unasked(scene);
    findings.extend(abused(scene));
    findings
}

/// A row in which a reflector speaks and the other side does not: the other side is the target.
fn answer(traffic: &Traffic, row: usize) -> Option<Share> {
    if traffic.protocol.get(row) != Some(UDP) {
        return None;
    }
    let [source, destination] = [traffic.source_port.get(row), traffic.destination_port.get(row)];
    let [sent, received] = [traffic.packets_sent.get(row), traffic.packets_received.get(row)];
    let (asker, server) = (traffic.source()[row], traffic.destination.get(row)?);
    let reflector = |port: Option<u16>| port.filter(|&port| is_reflector(port));
    let (target, port, source, amount) = match (reflector(source), reflector(destination)) {
        // The flow stands the right way round, and yet only the server speaks.
        (None, Some(port)) if sent == Some(0) => (asker, port, server, received? as f64),
        (Some(port), None) if received.unwrap_or(0) == 0 => (server, port, asker, packets(traffic, row)),
        _ => return None,
    };
    Some(Share { target, port, source, amount })
}

/// Hosts that receive what they did not ask for.
fn unasked(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let mut waves = waves(traffic, scene.settings.real(&RATE), |row| answer(traffic, row));
    waves.retain(|wave| !has_asked(scene, wave));
    waves.chunk_by(|a, b| a.target == b.target).map(|waves| victim(traffic, waves)).collect()
}

/// Whether a tenth of the answers come from servers that the target asked, alone or as a group.
fn has_asked(scene: &Scene<'_>, wave: &Wave) -> bool {
    let traffic = scene.traffic;
    let asks = |row: &&u32| {
        let row = **row as usize;
        traffic.destination_port.get(row) == Some(wave.port) && traffic.packets_sent.get(row) != Some(0)
    };
    let questions = scene.order.rows(wave.target).iter().filter(asks);
    let asked: FxHashSet<AddressId> = questions.filter_map(|&row| traffic.destination.get(row as usize)).collect();
    if asked.iter().any(|&target| !scene.sides.is_one_host(target)) {
        return true;
    }
    let from_asked = |row: usize| answer(traffic, row).is_some_and(|share| asked.contains(&share.source));
    wave.rows.iter().filter(|&&row| from_asked(row as usize)).count() * 10 >= wave.rows.len()
}

fn victim(traffic: &Traffic, waves: &[Wave]) -> Finding {
    let subject = traffic.address(waves[0].target);
    let rows = || waves.iter().flat_map(|wave| wave.rows.iter().copied());
    let worst = waves.iter().map(|wave| wave.rate).fold(0.0, f64::max);
    let servers: FxHashSet<AddressId> =
        rows().filter_map(|row| answer(traffic, row as usize)).map(|share| share.source).collect();
    let name = reflector(waves[0].port).unwrap_or_default();
    let summary = format!(
        "{subject} received up to {worst:.0} {name} answers per second from {} servers that it never asked: \
         someone asks in its name",
        servers.len(),
    );
    // One server alone may be one whose questions were not captured.
    let confidence = if servers.len() >= super::flood::CROWD { 0.9 } else { 0.4 };
    finding(traffic, waves[0].target, rows(), Vec::new(), (0.0, confidence), summary)
}

/// Servers that are made to answer at length.
fn abused(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let factor = scene.settings.real(&FACTOR);
    let share = |row: usize| {
        let port = traffic.destination_port.get(row).filter(|&port| is_reflector(port))?;
        let long = traffic.bytes_received.get(row)? as f64 >= factor * traffic.bytes_sent.get(row)?.max(1) as f64;
        let (source, target) = (traffic.source()[row], traffic.destination.get(row)?);
        let matches = long && traffic.protocol.get(row) == Some(UDP) && traffic.packets_sent.get(row) != Some(0);
        matches.then(|| Share { target, port, source, amount: packets(traffic, row) })
    };
    let mut waves = waves(traffic, scene.settings.real(&RATE), share);
    // Different questions are a resolver at work; so is a crowd, in which each asks little.
    let same = |wave: &Wave| {
        let size = |&row: &u32| Some(traffic.bytes_sent.get(row as usize)? / packets(traffic, row as usize) as u64);
        alike(wave.rows.iter().filter_map(size))
    };
    waves.retain(|wave| wave.source.is_some() && same(wave));
    waves.chunk_by(|a, b| a.target == b.target).map(|waves| server(traffic, waves)).collect()
}

fn server(traffic: &Traffic, waves: &[Wave]) -> Finding {
    let subject = traffic.address(waves[0].target);
    let rows = || waves.iter().flat_map(|wave| wave.rows.iter().copied());
    let total = |column: &dyn Fn(usize) -> Option<u64>| -> u64 { rows().filter_map(|row| column(row as usize)).sum() };
    let sent = total(&|row| traffic.bytes_sent.get(row));
    let received = total(&|row| traffic.bytes_received.get(row));
    let victims: Vec<AddressId> = waves.iter().filter_map(|wave| wave.source).take(MAX_VICTIMS).collect();
    let summary = format!(
        "{subject} answered equal {} questions of {} with {:.0} times as many bytes: it may be used to flood {}",
        reflector(waves[0].port).unwrap_or_default(),
        traffic.address(victims[0]),
        received as f64 / sent.max(1) as f64,
        if waves.len() > 1 { "them" } else { "it" },
    );
    // Our own choice: enough for Watch by itself, because the server should be closed; never for Block.
    finding(traffic, waves[0].target, rows(), victims, (30.0, 0.6), summary)
}

fn finding(
    traffic: &Traffic,
    subject: AddressId,
    rows: impl Iterator<Item = u32>,
    victims: Vec<AddressId>,
    (points, confidence): (f64, f64),
    summary: String,
) -> Finding {
    let seen = Seen::of(traffic, rows);
    Finding {
        id: 0,
        detector: AMPLIFICATION.about.key,
        subject: traffic.address(subject),
        role: Role::Victim,
        victims: victims.into_iter().map(|id| traffic.address(id)).collect(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: if confidence >= 0.5 { Severity::High } else { Severity::Low },
        confidence,
        points,
        technique: Some("T1498.002"),
        summary,
    }
}
