//! Answers to packets that were never sent: their sender is being flooded under forged addresses.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, Role, Severity};
use crate::model::observation::IcmpKind;
use crate::model::record::ConnState;
use crate::model::traffic::{AddressId, Traffic};

use super::evidence::severity;
use super::tally::Seen;
use super::{Detector, Scene};

pub const BACKSCATTER: Detector = Detector {
    about: About {
        key: "backscatter",
        title: "Backscatter of a forged flood",
        help: "What: looks for hosts that send connection answers (SYN-ACK), resets or ICMP unreachable messages to \
               many addresses that never began anything with them. Why: whoever is flooded under forged addresses \
               answers to those addresses. Such a host looks like a scanner and is a victim: it gets no points and \
               is kept off the block list, unless it does something else.",
        limits: "Needs the packets, or Zeek's state or history. Where the capture begins in the middle, or holds one \
                 direction only, late answers look unasked; a number of different receivers is asked for, to keep \
                 such cases out. An attacker who sends bare SYN-ACKs or resets to many hosts looks the same, but \
                 other detectors still count against him.",
    },
    knobs: &[&RECEIVERS],
    family: Family::Flood,
    needs,
    run,
};

pub const RECEIVERS: Knob = Knob {
    key: "backscatter.receivers",
    label: "Receivers of unasked answers",
    help: "From this many different receivers on a sender of unasked answers is taken for a victim. 10 is this program's own choice.",
    unit: "addresses",
    range: Range::Integer { min: 2, max: 1_000_000, default: 10 },
};

/// Moore, Voelker and Savage take fewer packets than this for noise ("Inferring Internet Denial-of-Service Activity").
const LEAST: u64 = 25;

const TCP: u8 = 6;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let traffic = scene.traffic;
    let blind = traffic.state.is_absent() && traffic.observations.icmp.items().is_empty();
    let columns =
        [(traffic.destination.is_absent(), "a destination address column"), (blind, "a state column, or packets")];
    columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned()).collect()
}

/// An answer that nobody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Unasked {
    speaker: AddressId,
    receiver: AddressId,
    /// The row, where it has one; ICMP messages stand among the observations.
    row: Option<u32>,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let by_tcp = (0..traffic.rows()).filter_map(|row| answer(traffic, row));
    let mut unasked: Vec<Unasked> = by_tcp.chain(by_icmp(scene)).collect();
    unasked.sort_unstable();
    let speakers = unasked.chunk_by(|a, b| a.speaker == b.speaker);
    speakers.filter_map(|own| finding(scene, own)).collect()
}

/// A TCP row in which one side answers or resets, and the other says nothing.
fn answer(traffic: &Traffic, row: usize) -> Option<Unasked> {
    if traffic.protocol.get(row).is_some_and(|protocol| protocol != TCP) {
        return None;
    }
    let (source, destination) = (traffic.source()[row], traffic.destination.get(row)?);
    let unasked = |speaker, receiver| Some(Unasked { speaker, receiver, row: Some(row as u32) });
    let Some(history) = traffic.history(row) else {
        let silent = traffic.packets_sent.get(row) == Some(0);
        let answers = matches!(traffic.state.get(row), Some(ConnState::SHR | ConnState::RSTRH | ConnState::OTH));
        return if silent && answers { unasked(destination, source) } else { None };
    };
    let mut letters = history.bytes().filter(|&letter| letter != b'^').peekable();
    let responder = letters.peek()?.is_ascii_lowercase();
    let bare = letters.all(|letter| {
        letter.is_ascii_lowercase() == responder && matches!(letter.to_ascii_lowercase(), b'h' | b'r' | b't')
    });
    match (bare, responder) {
        (false, _) => None,
        (true, true) => unasked(destination, source),
        (true, false) => unasked(source, destination),
    }
}

/// ICMP says that something could not be reached that nobody tried to reach: the host that it quotes was flooded.
fn by_icmp<'a>(scene: &'a Scene<'a>) -> impl Iterator<Item = Unasked> + 'a {
    let traffic = scene.traffic;
    let messages = scene.kept(&traffic.observations.icmp).iter();
    messages.filter(|message| matches!(message.kind, IcmpKind::Unreachable { .. })).filter_map(move |message| {
        let about = message.about?;
        let (speaker, receiver) = (traffic.find(about.destination)?, traffic.find(about.source)?);
        (about.source == message.destination).then_some(Unasked { speaker, receiver, row: None })
    })
}

fn finding(scene: &Scene<'_>, unasked: &[Unasked]) -> Option<Finding> {
    let traffic = scene.traffic;
    let speaker = unasked[0].speaker;
    let mut receivers = 0;
    let mut messages = 0;
    let mut rows = Vec::new();
    for same in unasked.chunk_by(|a, b| a.receiver == b.receiver) {
        if has_spoken(scene, same[0].receiver, speaker) {
            continue;
        }
        receivers += 1;
        messages += same.len() as u64;
        rows.extend(same.iter().filter_map(|unasked| unasked.row));
    }
    if receivers < scene.settings.count(&RECEIVERS) || messages < LEAST {
        return None;
    }
    let seen = Seen::of(traffic, rows);
    let subject = traffic.address(speaker);
    Some(Finding {
        id: 0,
        detector: BACKSCATTER.about.key,
        subject,
        role: Role::Victim,
        victims: Vec::new(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows.max(1),
        severity: severity(0.0).max(Severity::Info),
        confidence: 0.6,
        points: 0.0,
        technique: None,
        summary: format!(
            "{subject} answered {receivers} addresses that had not asked ({messages} messages): it is being flooded \
             under forged addresses"
        ),
    })
}

/// Whether `receiver` sent `speaker` anything at all.
fn has_spoken(scene: &Scene<'_>, receiver: AddressId, speaker: AddressId) -> bool {
    let traffic = scene.traffic;
    let spoke = |row: &u32| match answer(traffic, *row as usize) {
        Some(unasked) => unasked.speaker == receiver,
        None => traffic.packets_sent.get(*row as usize) != Some(0),
    };
    let heard = |row: &u32| match answer(traffic, *row as usize) {
        Some(unasked) => unasked.speaker == receiver,
        None => traffic.packets_received.get(*row as usize).is_some_and(|packets| packets > 0),
    };
    scene.order.pair(traffic, receiver, speaker).iter().any(spoke)
        || scene.order.pair(traffic, speaker, receiver).iter().any(heard)
}
