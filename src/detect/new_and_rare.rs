//! What a host of one's own does in the second half of the data that it never did in the first, and hardly anyone does.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding, Role};
use crate::model::traffic::{AddressId, Traffic};

use super::evidence::{points, severity};
use super::sides::{Side, own};
use super::tally::Seen;
use super::{Detector, Scene};

pub const NEW_AND_RARE: Detector = Detector {
    about: About {
        key: "new_and_rare",
        title: "New and rare",
        help: "What: halves the time that the data covers, and names each host of yours that in the second half used \
               several destination ports it had not used before and that hardly any of your hosts uses, or reached \
               many more of your own hosts than before. Why: who has taken over a machine does other things with it \
               than its owner: other services, and a look around.",
        limits: "New is not hostile: people start new programs. So this adds at most 6 points. One half is a short \
                 memory, and a host that was taken over before the data begins, or that is seen in one half alone, \
                 shows nothing. With fewer than five of your hosts in the data no port is called rare. Ports from 32,768 on are left out: systems hand them out at random. Needs start \
                 times and at least an hour of data.",
    },
    knobs: &[&PORTS, &PEERS],
    family: Family::Behaviour,
    needs,
    run,
};

/// No source.
pub const PORTS: Knob = Knob {
    key: "new_and_rare.ports",
    label: "New and rare ports, at least",
    help: "A host with fewer new and rare destination ports is not named for them. 3 is this program's own choice.",
    unit: "ports",
    range: Range::Integer { min: 1, max: 65_535, default: 3 },
};

/// No source.
pub const PEERS: Knob = Knob {
    key: "new_and_rare.peers",
    label: "New peers of your own, at least",
    help: "A host that reaches fewer new hosts of your own, or fewer new ones than three times those it knew, is not named for them. 10 is this program's own choice.",
    unit: "addresses",
    range: Range::Integer { min: 1, max: 1_000_000, default: 10 },
};

/// Own choice: less than this is no past to compare with.
const SHORTEST: f64 = 3600.0;
/// Rows in the first half that make a past. Own choice.
const PAST: usize = 20;
/// Linux hands out client ports from here on by default.
const EPHEMERAL: u16 = 32_768;
/// RITA calls a destination rare that at most 2 % of the hosts contact; here the same of a port, and at least one host.
const RARE: f64 = 0.02;
/// Own choice: among fewer own hosts nothing can be called rare.
const CROWD: u32 = 5;
const TIMES_KNOWN: usize = 3;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let traffic = scene.traffic;
    let columns = [
        (traffic.destination.is_absent(), "a destination address column"),
        (traffic.destination_port.is_absent(), "a destination port column"),
        (traffic.start.is_absent(), "start times"),
    ];
    let mut needs: Vec<String> =
        columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned()).collect();
    needs.extend(scene.sides.need());
    if needs.is_empty() && starts(traffic).is_none() {
        needs.push("data of an hour or longer".to_owned());
    }
    needs
}

/// The first and last start, where there is an hour between them.
fn starts(traffic: &Traffic) -> Option<(f64, f64)> {
    let times = traffic.start.iter().flatten().filter(|time| time.is_finite());
    let ends = times.map(|time| (time, time)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    ends.filter(|(first, last)| last - first >= SHORTEST)
}

/// A transport protocol and a destination port, in one number.
type Service = u32;

const TCP: u8 = 6;
const UDP: u8 = 17;

fn service(traffic: &Traffic, row: usize) -> Option<Service> {
    let port = traffic.destination_port.get(row).filter(|&port| port > 0 && port < EPHEMERAL)?;
    match traffic.protocol.get(row) {
        None | Some(TCP) => Some(u32::from(port)),
        Some(UDP) => Some(1 << 16 | u32::from(port)),
        _ => None,
    }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let Some((first, last)) = starts(scene.traffic) else { return Vec::new() };
    let middle = first + (last - first) / 2.0;
    // How many own hosts use each service: 512 kB, whatever the traffic.
    let mut users = vec![0u32; 2 << 16];
    let mut hosts = 0u32;
    for source in own(scene, PAST) {
        hosts += 1;
        services(scene, source, |_| true).into_iter().for_each(|service| users[service as usize] += 1);
    }
    let most = ((f64::from(hosts) * RARE) as u32).max(1);
    let rare = |service: Service| hosts >= CROWD && users[service as usize] <= most;
    own(scene, PAST).filter_map(|source| host(scene, source, middle, rare)).collect()
}

/// The different services of a host's rows, sorted.
fn services(scene: &Scene<'_>, source: AddressId, counts: impl Fn(usize) -> bool) -> Vec<Service> {
    let rows = scene.order.rows(source).iter().map(|&row| row as usize).filter(|&row| counts(row));
    let mut services: Vec<Service> = Vec::new();
    for service in rows.filter_map(|row| service(scene.traffic, row)) {
        if services.last() != Some(&service) {
            services.push(service);
        }
    }
    services.sort_unstable();
    services.dedup();
    services
}

fn host(scene: &Scene<'_>, source: AddressId, middle: f64, rare: impl Fn(Service) -> bool) -> Option<Finding> {
    let traffic = scene.traffic;
    let early = |row: usize| traffic.start.get(row).is_some_and(|start| start < middle);
    if scene.order.rows(source).iter().filter(|&&row| early(row as usize)).take(PAST).count() < PAST {
        return None;
    }
    let known = services(scene, source, early);
    let mut fresh = services(scene, source, |row| !early(row));
    fresh.retain(|service| known.binary_search(service).is_err() && rare(*service));
    let peers = peers(scene, source, early);
    let (many_ports, many_peers) = (scene.settings.count(&PORTS), scene.settings.count(&PEERS));
    let odd_ports = fresh.len() >= many_ports;
    let odd_peers = peers.fresh.len() >= many_peers.max(TIMES_KNOWN * peers.known);
    if !odd_ports && !odd_peers {
        return None;
    }
    let by_ports = if odd_ports { points(fresh.len(), many_ports, 2.0, 1.0, 3.0) } else { 0.0 };
    let by_peers = if odd_peers { points(peers.fresh.len(), many_peers, 2.0, 1.0, 3.0) } else { 0.0 };
    let is_new = |row: usize| {
        let new_service = || service(traffic, row).is_some_and(|service| fresh.binary_search(&service).is_ok());
        let new_peer = || traffic.destination.get(row).is_some_and(|peer| peers.fresh.binary_search(&peer).is_ok());
        !early(row) && (odd_ports && new_service() || odd_peers && new_peer())
    };
    let rows = scene.order.rows(source).iter().copied().filter(|&row| is_new(row as usize));
    let mut said = Vec::new();
    if odd_ports {
        said.push(format!("used {} destination ports new to it and rare here, such as {}", fresh.len(), named(&fresh)));
    }
    if odd_peers {
        said.push(format!(
            "reached {} of your hosts that it had not contacted before ({} that it had)",
            peers.fresh.len(),
            peers.known
        ));
    }
    Some(finding(scene, source, (by_ports + by_peers, Seen::of(traffic, rows)), &said.join(" and ")))
}

/// The own hosts that one contacts: how many already in the first half, and which only then, sorted.
struct Peers {
    known: usize,
    fresh: Vec<AddressId>,
}

fn peers(scene: &Scene<'_>, source: AddressId, early: impl Fn(usize) -> bool) -> Peers {
    let mut peers = Peers { known: 0, fresh: Vec::new() };
    for (target, rows) in scene.order.targets(scene.traffic, source) {
        let Some(target) = target.filter(|&target| scene.sides.get(target) == Side::Own) else { continue };
        if rows.iter().any(|&row| early(row as usize)) {
            peers.known += 1;
        } else {
            peers.fresh.push(target);
        }
    }
    peers
}

fn named(services: &[Service]) -> String {
    let name = |&service: &Service| format!("{}{}", service as u16, if service >> 16 == 1 { " (UDP)" } else { "" });
    services.iter().take(3).map(name).collect::<Vec<_>>().join(", ")
}

fn finding(scene: &Scene<'_>, source: AddressId, (points, seen): (f64, Seen), what: &str) -> Finding {
    let subject = scene.traffic.address(source);
    Finding {
        id: 0,
        detector: NEW_AND_RARE.about.key,
        subject,
        role: Role::Bystander,
        victims: Vec::new(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence: 0.15,
        points,
        technique: None,
        summary: format!("in the second half of the data {subject} {what}"),
    }
}
