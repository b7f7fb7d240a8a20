//! The detectors: what each looks at, how it says that it cannot work, and what it finds.

mod attempts;
mod claims;
mod origin;
pub mod evidence;
mod tally;
#[cfg(test)]
mod tests;

use crate::about::{About, Knob};
use crate::model::finding::{Family, Finding};
use crate::model::geo::Geography;
use crate::model::judgement::Judgement;
use crate::model::report::{DetectorRun, Status};
use crate::model::settings::Checked;
use crate::model::traffic::Traffic;
pub use origin::origins;
use tally::Order;

// An entry is its file and two lines here: `mod` and its place in the list.
mod address_claims;
mod geo_unknown;
mod horizontal_scan;
mod model_votes;
mod source_port_spread;
mod vertical_scan;

/// Every detector Flowglass runs.
pub const DETECTORS: &[&Detector] = &[
    &model_votes::MODEL_VOTES,
    &vertical_scan::VERTICAL_SCAN,
    &horizontal_scan::HORIZONTAL_SCAN,
    &address_claims::ADDRESS_CLAIMED_BY_SEVERAL_MACS,
    &source_port_spread::SOURCE_PORT_SPREAD,
    &geo_unknown::GEO_UNKNOWN,
];

/// Everything a detector may look at.
pub struct Scene<'a> {
    pub traffic: &'a Traffic,
    pub geography: &'a Geography,
    pub judgement: &'a Judgement,
    pub settings: &'a Checked,
    /// The rows by source and target, sorted once for all detectors that count.
    order: Order,
}

impl<'a> Scene<'a> {
    pub fn new(
        traffic: &'a Traffic,
        geography: &'a Geography,
        judgement: &'a Judgement,
        settings: &'a Checked,
    ) -> Self {
        Scene { traffic, geography, judgement, settings, order: Order::of(traffic) }
    }
}

/// One way to notice an attacker.
pub struct Detector {
    pub about: About,
    pub knobs: &'static [&'static Knob],
    pub family: Family,
    /// What the input lacks for this detector, as column or packet-layer names; empty where it can run.
    pub needs: fn(&Scene<'_>) -> Vec<String>,
    /// Finds, in an order that depends on the input alone. Called only where `needs` is empty.
    pub run: fn(&Scene<'_>) -> Vec<Finding>,
}

/// Runs every detector and says how each fared. Findings are numbered from 1.
pub fn detect(scene: &Scene<'_>, mut progress: impl FnMut(&'static About)) -> (Vec<Finding>, Vec<DetectorRun>) {
    let mut findings = Vec::new();
    let mut runs = Vec::new();
    for detector in DETECTORS {
        progress(&detector.about);
        let needs = (detector.needs)(scene);
        let found = if needs.is_empty() { (detector.run)(scene) } else { Vec::new() };
        let status = match (needs.is_empty(), found.is_empty()) {
            (false, _) => Status::NotComputable,
            (true, true) => Status::NothingFound,
            (true, false) => Status::Found,
        };
        runs.push(DetectorRun { key: detector.about.key, status, needs, findings: found.len() as u64 });
        findings.extend(found);
    }
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.id = index as u32 + 1;
    }
    (findings, runs)
}

/// The family of a finding, by its detector's key.
pub fn family(finding: &Finding) -> Option<Family> {
    DETECTORS.iter().find(|detector| detector.about.key == finding.detector).map(|detector| detector.family)
}
