//! Many sources that together try many ports of one target: a scan shared out.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::special::{Class, special};
use crate::model::traffic::AddressId;

use super::attempts::{Outcome, looks_like_answers};
use super::doors::distinct;
use super::evidence::{points, role, severity};
use super::needs::outcome;
use super::tally::Seen;
use super::{Detector, Scene};

pub const DISTRIBUTED_SCAN: Detector = Detector {
    about: About {
        key: "distributed_scan",
        title: "Scan shared among sources",
        help: "What: looks for a target on which many addresses together tried many ports in vain, each of them too few \
               to be noticed alone. Why: a scan can be shared out among many machines, or hidden among forged senders, \
               so that no single one of them passes a threshold. Every address that took part is named.",
        limits: "Some of the senders may be forged: then they are bystanders, and the evidence is kept below \
                 the block threshold for that reason; where one in ten is an address that no host can have nobody is \
                 named. Answers of a service are passed over. Attempts on a single port are left out, because a service that \
                 is down fails everybody. At most the first 1,000,000 failed attempts and 200 addresses per target \
                 are looked at. It needs outcomes.",
    },
    knobs: &[&SOURCES, &PORTS],
    family: Family::Scanning,
    needs: outcome,
    run,
};

/// Snort 3's port_scan at its low level counts 15 ports of a distributed scan.
pub const PORTS: Knob = Knob {
    key: "distributed_scan.ports",
    label: "Ports tried together",
    help: "From this many different ports on one target, all tried in vain, on it is reported. 15 is what Snort's port scan detection uses at its low level.",
    unit: "ports",
    range: Range::Integer { min: 2, max: 65_535, default: 15 },
};

pub const SOURCES: Knob = Knob {
    key: "distributed_scan.sources",
    label: "Sources that take part",
    help: "From this many addresses on, each with fewer ports than a scan of its own, it is reported. 5 is this program's own choice.",
    unit: "addresses",
    range: Range::Integer { min: 2, max: 1_000_000, default: 5 },
};

const MOST_ATTEMPTS: usize = 1_000_000;
const MOST_NAMED: usize = 200;

/// One failed attempt, in the order they are grouped by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Knock {
    target: AddressId,
    source: AddressId,
    port: u16,
    row: u32,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let mut knocks = knocks(scene);
    knocks.sort_unstable();
    let targets = knocks.chunk_by(|a, b| a.target == b.target);
    targets.flat_map(|knocks| on_target(scene, knocks)).collect()
}

/// The failed attempts on targets that saw enough of them.
fn knocks(scene: &Scene<'_>) -> Vec<Knock> {
    let traffic = scene.traffic;
    let rows = || {
        (0..u32::try_from(traffic.rows()).unwrap_or(u32::MAX))
            .filter(|&row| scene.outcomes.get(row) == Some(Outcome::Failed))
    };
    let knock = |row: u32| {
        let at = row as usize;
        Some(Knock {
            target: traffic.destination.get(at)?,
            source: traffic.source()[at],
            port: traffic.destination_port.get(at)?,
            row,
        })
    };
    let mut failed = vec![0u32; traffic.addresses().len()];
    rows().filter_map(knock).for_each(|knock| failed[knock.target.index()] += 1);
    let least = scene.settings.count(&PORTS) as u32;
    let mut knocks = rows().filter_map(knock).filter(|knock| failed[knock.target.index()] >= least);
    let kept = knocks.by_ref().take(MOST_ATTEMPTS).collect();
    scene.leave_out(knocks.count());
    kept
}

fn on_target(scene: &Scene<'_>, knocks: &[Knock]) -> Vec<Finding> {
    let (ports, sources) = (scene.settings.count(&PORTS), scene.settings.count(&SOURCES));
    // Who passes the threshold alone has a scan of his own.
    let answers =
        |knocks: &[Knock]| looks_like_answers(scene.traffic, knocks.iter().map(|knock| (knock.row, knock.port)));
    let part = |knocks: &&[Knock]| distinct(knocks.iter().map(|knock| knock.port)) < ports && !answers(knocks);
    let parts: Vec<&[Knock]> = knocks.chunk_by(|a, b| a.source == b.source).filter(part).collect();
    // Where one in ten cannot exist, all may be invented.
    let invented = parts.iter().filter(|part| cannot_send(scene, part[0].source)).count();
    let tried = distinct(parts.iter().flat_map(|part| part.iter().map(|knock| knock.port)));
    // Even shares would be equal; a crowd that fails at one port each, most at the same, tries fewer ports than it has heads.
    if invented * 10 >= parts.len().max(1) || parts.len() < sources || tried < ports || tried * 2 < parts.len() {
        return Vec::new();
    }
    scene.leave_out(parts.len().saturating_sub(MOST_NAMED));
    parts.iter().take(MOST_NAMED).map(|part| finding(scene, part, parts.len(), tried)).collect()
}

fn cannot_send(scene: &Scene<'_>, source: AddressId) -> bool {
    let class = scene.traffic.address(source).ip().and_then(special).map(|special| special.class);
    // Addresses for examples stand for real ones in made-up and anonymised data.
    matches!(class, Some(Class::Multicast | Class::Broadcast | Class::Reserved))
}

/// Watched, never blocked: the sender may be forged.
fn finding(scene: &Scene<'_>, part: &[Knock], sources: usize, tried: usize) -> Finding {
    let (subject, target) = (scene.traffic.address(part[0].source), scene.traffic.address(part[0].target));
    let points = points(tried, scene.settings.count(&PORTS), 30.0, 10.0, 45.0);
    let confidence = 0.5;
    let seen = Seen::of(scene.traffic, part.iter().map(|knock| knock.row));
    let own = distinct(part.iter().map(|knock| knock.port));
    Finding {
        id: 0,
        detector: DISTRIBUTED_SCAN.about.key,
        subject,
        role: role(confidence),
        victims: vec![target],
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1046"),
        summary: format!(
            "{subject} tried {own} of {tried} ports that {sources} addresses together tried in vain on {target}"
        ),
    }
}
