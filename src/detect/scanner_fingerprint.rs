//! Connection attempts that carry the signature of a known scanning program.

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, MAX_VICTIMS, Role};
use crate::model::observation::Syn;

use super::evidence::{points, role, severity};
use super::{Detector, Scene};

pub const SCANNER_FINGERPRINT: Detector = Detector {
    about: About {
        key: "scanner_fingerprint",
        title: "Signature of a scanning program",
        help: "What: looks at the first packet of TCP connections (SYN) for the marks of ZMap (a fixed number in the \
               IP header), masscan (the same number computed from target and sequence number), Mirai (the target's \
               address as the sequence number) and for packets that no operating system makes (no options, and \
               hardly a hop behind them although they come far). Why: these programs write packets themselves, and a mark that \
               chance gives one packet in 65,536 does not stand in several of one sender by chance.",
        limits: "Only captures show these packets, and at most the first 200,000 SYNs are kept. A changed program \
                 leaves no mark. Packets without options and with a high time-to-live alone weigh little. The \
                 marks say which program sent, not why: researchers scan, too.",
    },
    knobs: &[&MARKS],
    family: Family::Scanning,
    needs,
    run,
};

pub const MARKS: Knob = Knob {
    key: "scanner_fingerprint.marks",
    label: "SYNs with a mark",
    help: "From this many different SYNs of one address with the same mark on it is reported. By chance three of ten carry a mark in less than one of a million million; 3 is this program's own choice.",
    unit: "packets",
    range: Range::Integer { min: 1, max: 200_000, default: 3 },
};

/// What a SYN's header gives away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Zmap,
    Masscan,
    Mirai,
    /// No options, and a time-to-live above 200: hand-made ("Spoki", USENIX Security 2022).
    Irregular,
}

const MARKS_BY_WEIGHT: [(Mark, &str); 4] = [
    (Mark::Mirai, "Mirai (sequence number equal to the target's address)"),
    (Mark::Masscan, "masscan (IP identification made of target and sequence number)"),
    (Mark::Zmap, "ZMap (IP identification 54321)"),
    (Mark::Irregular, "no operating system (no options, time-to-live above 200)"),
];

/// ZMap's fixed IP identification.
const ZMAP: u16 = 54_321;

/// So many hand-made SYNs need no other mark; our own choice, because one mark is as weak as two packets.
const IRREGULAR: usize = 10;

impl Mark {
    fn is_on(self, syn: &Syn) -> bool {
        let mark = syn.mark;
        let Address::V4(target) = syn.destination else { return false };
        let target = target.to_bits();
        match self {
            Mark::Zmap => mark.ip_id == ZMAP,
            Mark::Masscan => mark.ip_id == (target ^ u32::from(syn.destination_port) ^ mark.sequence) as u16,
            Mark::Mirai => mark.sequence == target,
            Mark::Irregular => mark.options == 0 && mark.ttl > 200,
        }
    }
}

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.observations.syn.items().is_empty();
    if absent { vec!["a capture with TCP connection attempts".to_owned()] } else { Vec::new() }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let mut syns: Vec<&Syn> = scene.kept(&scene.traffic.observations.syn).iter().collect();
    // A SYN sent again is no second one.
    let place = |syn: &Syn| (syn.source, syn.destination, syn.destination_port, syn.mark.sequence);
    syns.sort_by_key(|syn| place(syn));
    syns.dedup_by_key(|syn| place(syn));
    let sources = syns.chunk_by(|a, b| a.source == b.source);
    sources.filter_map(|own| finding(own, scene.settings.count(&MARKS))).collect()
}

/// The heaviest mark that stands often enough.
fn finding(syns: &[&Syn], least: usize) -> Option<Finding> {
    let subject = syns[0].source;
    let marked = |mark: Mark| -> Vec<&Syn> { syns.iter().filter(|syn| mark.is_on(syn)).copied().collect() };
    let needed = |mark: Mark| if mark == Mark::Irregular { least.max(IRREGULAR) } else { least };
    let (mark, name, marked) = MARKS_BY_WEIGHT.iter().find_map(|&(mark, name)| {
        let marked = marked(mark);
        (marked.len() >= needed(mark)).then_some((mark, name, marked))
    })?;
    let share = marked.len() as f64 / syns.len() as f64;
    let (confidence, weight) = match mark {
        Mark::Irregular => (0.4 * share, (10.0, 5.0, 20.0)),
        // Whoever also talks as others do may only have tried the program.
        _ => (0.6 + 0.35 * share, (50.0, 10.0, 80.0)),
    };
    let points = points(marked.len(), least, weight.0, weight.1, weight.2);
    let mut victims: Vec<Address> = marked.iter().map(|syn| syn.destination).collect();
    victims.dedup();
    let times = || marked.iter().map(|syn| syn.at.time).filter(|&time| time != 0.0);
    Some(Finding {
        id: 0,
        detector: SCANNER_FINGERPRINT.about.key,
        subject,
        // Mirai runs on devices that it took over.
        role: if mark == Mark::Mirai { Role::Compromised } else { role(confidence) },
        first: times().reduce(f64::min),
        last: times().reduce(f64::max),
        rows: marked.len() as u64,
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1595.001"),
        summary: format!(
            "{} of {} SYNs of {subject}, to {} hosts, carry the mark of {name}",
            marked.len(),
            syns.len(),
            victims.len(),
        ),
        victims: victims.into_iter().take(MAX_VICTIMS).collect(),
    })
}
