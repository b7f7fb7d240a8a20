//! Hosts whose behaviour as a whole is unlike that of the others on their side.

use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};

use crate::about::{About, Knob, Range};
use crate::ml::dbscan::{DbscanParams, NOISE};
use crate::ml::forest::{ForestParams, SEED};
use crate::ml::percentile::quantile;
use crate::ml::points::Points;
use crate::ml::scaler::StandardScaler;
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, Role};
use crate::model::traffic::AddressId;

use super::evidence::{severity, steps};
use super::profile::{FEATURES, Profile, profile};
use super::sides::Side;
use super::tally::Seen;
use super::{Detector, Scene};

pub const HOST_PROFILE: Detector = Detector {
    about: About {
        key: "host_profile",
        title: "Unlike the other hosts",
        help: "What: describes each host by how many others it contacts, on how many ports, how often it fails, how \
               much it sends and how often, and names those that an isolation forest sets apart and that belong to \
               no cluster, with the numbers in which they differ and what is normal for the others. Why: a machine \
               that is attacked with, or taken over, behaves unlike its neighbours before anybody knows how.",
        limits: "A server among desktops is unlike its neighbours, too: this adds at most 12 points. Your own hosts are \
                 compared with each other, those outside with each other, and only where there are enough of either. \
                 Hosts with fewer than five rows are left out, and of more than 2,000 hosts on a side only the \
                 busiest 2,000 are compared. At most one host in twenty is named.",
    },
    knobs: &[&HOSTS],
    family: Family::Behaviour,
    needs,
    run,
};

/// No source.
pub const HOSTS: Knob = Knob {
    key: "host_profile.hosts",
    label: "Hosts to compare, at least",
    help: "With fewer hosts on a side nothing is said of any: there is no normal. 10 is this program's own choice.",
    unit: "hosts",
    range: Range::Integer { min: 5, max: 2_000, default: 10 },
};

/// Own choices: rows that make a profile; hosts compared, because clustering in many features is quadratic; and the
/// share of hosts that may be named.
const LEAST_ROWS: usize = 5;
const MOST_HOSTS: usize = 2_000;
const NAMED: usize = 20;

/// Who is compared with each other; hosts of an unknown side (MACs, test networks) are one group.
const GROUPS: [Side; 3] = [Side::Own, Side::Outside, Side::Neither];

/// scikit-learn calls a score below -0.5 anomalous, where half of few hosts lie; own choice.
const ODD: f64 = -0.6;

/// DBSCAN: half a standard deviation per feature, three hosts make a cluster. Own choice.
const RADIUS: f64 = 0.5;
const TOGETHER: u32 = 3;

/// From a score of -0.6 to one of -0.8. Own choice: never enough for watching by itself.
const POINTS: &[(f64, f64)] = &[(0.6, 4.0), (0.8, 12.0)];

fn needs(scene: &Scene<'_>) -> Vec<String> {
    if scene.traffic.destination.is_absent() {
        return vec!["a destination address column".to_owned()];
    }
    let least = scene.settings.count(&HOSTS);
    let enough = GROUPS.iter().any(|&side| candidates(scene, side).count() >= least);
    if enough { Vec::new() } else { vec![format!("{least} hosts of one side with five rows or more each")] }
}

fn candidates<'a>(scene: &'a Scene<'a>, side: Side) -> impl Iterator<Item = AddressId> {
    // An autonomous system is many hosts.
    let is_host = |source: AddressId| !matches!(scene.traffic.address(source), Address::As(_));
    scene.order.sources(LEAST_ROWS).filter(move |&source| scene.sides.get(source) == side && is_host(source))
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let least = scene.settings.count(&HOSTS);
    let mut findings = Vec::new();
    for side in GROUPS {
        let mut hosts: Vec<AddressId> = candidates(scene, side).collect();
        if hosts.len() >= least && !scene.traffic.destination.is_absent() {
            hosts.sort_by_key(|&host| (std::cmp::Reverse(scene.order.rows(host).len()), host));
            scene.leave_out(hosts.len().saturating_sub(MOST_HOSTS));
            hosts.truncate(MOST_HOSTS);
            findings.extend(compare(scene, &hosts));
        }
    }
    findings
}

fn compare(scene: &Scene<'_>, hosts: &[AddressId]) -> Vec<Finding> {
    let profiles: Vec<Profile> = hosts.iter().map(|&host| profile(scene, host)).collect();
    let Some(scores) = scores(scene, &profiles) else { return Vec::new() };
    let mut odd: Vec<usize> = (0..hosts.len()).filter(|&host| scores[host].is_some_and(|score| score < ODD)).collect();
    odd.sort_by(|&a, &b| scores[a].unwrap_or(0.0).total_cmp(&scores[b].unwrap_or(0.0)).then(a.cmp(&b)));
    let named = (hosts.len() / NAMED).max(1);
    scene.leave_out(odd.len().saturating_sub(named));
    odd.truncate(named);
    let found = odd.into_iter().filter_map(|host| {
        let differs = differs(&profiles, host);
        (!differs.is_empty()).then(|| finding(scene, hosts[host], scores[host].unwrap_or(ODD), &differs, hosts.len()))
    });
    found.collect()
}

/// The forest's score of each host that is in no cluster.
fn scores(scene: &Scene<'_>, profiles: &[Profile]) -> Option<Vec<Option<f64>>> {
    let matrix = matrix(profiles);
    let features = matrix.len() / profiles.len();
    let mut points = Points::collapse(&matrix, features).ok()?;
    points.values = StandardScaler::fit(&points).transform(&points.values);
    let data = DatasetBase::new(points, ());
    let forest = ForestParams::new(100, 256, None, scene.settings.count(&SEED) as u32).check().ok()?.fit(&data).ok()?;
    let radius = RADIUS * (features as f64).sqrt();
    let clusters = DbscanParams::new(radius, TOGETHER).check().ok()?.fit(&data).ok()?;
    let score = |&point: &u32| {
        let point = point as usize;
        (clusters.labels[point] == NOISE).then_some(forest.scores[point])
    };
    Some(data.records.of_row.iter().map(score).collect())
}

/// The features that the input has, as they are compared; a host without a value takes the middle one.
fn matrix(profiles: &[Profile]) -> Vec<f64> {
    let known: Vec<(usize, f64)> =
        (0..FEATURES.len()).filter_map(|feature| Some((feature, share(profiles.iter(), feature, 0.5)?))).collect();
    let compared = |profile: &Profile, (feature, middle): (usize, f64)| {
        let value = if profile[feature].is_nan() { middle } else { profile[feature] };
        if FEATURES[feature].by_factors { libm::log1p(value.max(0.0)) } else { value }
    };
    profiles
        .iter()
        .flat_map(|profile| known.iter().map(|&known| compared(profile, known)).collect::<Vec<_>>())
        .collect()
}

/// The quantile of a feature over profiles that have it.
fn share<'a>(profiles: impl Iterator<Item = &'a Profile>, feature: usize, share: f64) -> Option<f64> {
    let values: Vec<f64> = profiles.map(|profile| profile[feature]).filter(|value| !value.is_nan()).collect();
    quantile(&values, &vec![1; values.len()], share)
}

/// The features in which a host lies outside the middle nine in ten of the others, in words, farthest first.
fn differs(profiles: &[Profile], host: usize) -> Vec<String> {
    let others = || profiles.iter().enumerate().filter(move |(other, _)| *other != host).map(|(_, profile)| profile);
    let mut found: Vec<(f64, String)> = Vec::new();
    for (feature, about) in FEATURES.iter().enumerate() {
        let value = profiles[host][feature];
        let range = share(others(), feature, 0.05).zip(share(others(), feature, 0.95));
        let Some((low, high)) = range.filter(|(low, high)| value < *low || value > *high) else { continue };
        let (low_said, high_said) = ((about.value)(low), (about.value)(high));
        // What rounds to the same words is no difference to a reader.
        if [&low_said, &high_said].contains(&&(about.value)(value)) {
            continue;
        }
        let off = if value > high { value - high } else { low - value };
        let normal = if low_said == high_said { low_said } else { format!("{low_said} to {high_said}") };
        found.push((
            off / (high - low).max(high.abs() * 0.05).max(1e-9),
            format!("{}, normal here {normal}", (about.said)(value)),
        ));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    found.into_iter().map(|(_, text)| text).take(3).collect()
}

fn finding(scene: &Scene<'_>, host: AddressId, score: f64, differs: &[String], all: usize) -> Finding {
    let subject = scene.traffic.address(host);
    let seen = Seen::of(scene.traffic, scene.order.rows(host).iter().copied());
    let points = steps(-score, POINTS);
    let hosts = if all == MOST_HOSTS { format!("the busiest {all} hosts") } else { format!("{all} hosts") };
    Finding {
        id: 0,
        detector: HOST_PROFILE.about.key,
        subject,
        role: Role::Bystander,
        victims: Vec::new(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence: 0.25,
        points,
        technique: None,
        summary: format!("among {hosts} {subject} stands apart: it {}", differs.join("; it ")),
    }
}
