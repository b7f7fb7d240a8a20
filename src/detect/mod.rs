//! The detectors: what each looks at, how it says that it cannot work, and what it finds.

mod attempts;
mod claims;
mod distance;
mod doors;
pub mod evidence;
mod flood;
mod heard;
mod icmp;
mod logins;
mod lookups;
mod needs;
mod neighbours;
mod observed;
mod origin;
mod pace;
mod profile;
mod questions;
mod rate;
mod reflectors;
mod rhythm;
mod sides;
mod spread;
mod tally;
#[cfg(test)]
mod tests;
mod volley;

use std::cell::Cell;

use crate::about::{About, Knob};
use crate::model::finding::{Family, Finding};
use crate::model::geo::Geography;
use crate::model::judgement::Judgement;
use crate::model::observations::Kept;
use crate::model::report::{DetectorRun, Status};
use crate::model::settings::Checked;
use crate::model::traffic::Traffic;
use attempts::Outcomes;
use doors::Doors;
use heard::Heard;
pub use origin::origins;
use sides::Sides;
use tally::Order;

// An entry is its file and two lines here: `mod` and its place in the list.
mod address_claims;
mod amplification;
mod arp_many_claims;
mod arp_rebinding;
mod arp_sender_mismatch;
mod arp_sweep;
mod backscatter;
mod beacon;
mod block_scan;
mod bogon_source;
mod brute_force;
mod dhcp_starvation;
mod distributed_scan;
mod dns_conflict;
mod dns_tunnel;
mod empty_bursts;
mod exfiltration;
mod failed_contacts;
mod forged_sender;
mod gateway_change;
mod geo_unknown;
mod horizontal_scan;
mod host_profile;
mod http_flood;
mod icmp_flood;
mod icmp_redirect;
mod icmp_sweep;
mod impossible_rtt;
mod impossible_travel;
mod long_connection;
mod model_votes;
mod name_poisoning;
mod new_and_rare;
mod protocol_scan;
mod random_walk;
mod relayed_packets;
mod rogue_dhcp;
mod rogue_router;
mod scan_burst;
mod scanner_fingerprint;
mod server_identity;
mod slow_scan;
mod source_port_spread;
mod stealth_scan;
mod syn_flood;
mod ttl_inconsistency;
mod udp_flood;
mod vertical_scan;

/// Every detector Flowglass runs.
pub const DETECTORS: &[&Detector] = &[
    &model_votes::MODEL_VOTES,
    &vertical_scan::VERTICAL_SCAN,
    &horizontal_scan::HORIZONTAL_SCAN,
    &stealth_scan::STEALTH_SCAN,
    &icmp_sweep::ICMP_SWEEP,
    &scanner_fingerprint::SCANNER_FINGERPRINT,
    &brute_force::BRUTE_FORCE,
    &syn_flood::SYN_FLOOD,
    &udp_flood::UDP_FLOOD,
    &icmp_flood::ICMP_FLOOD,
    &http_flood::HTTP_FLOOD,
    &amplification::AMPLIFICATION,
    &backscatter::BACKSCATTER,
    &block_scan::BLOCK_SCAN,
    &slow_scan::SLOW_SCAN,
    &distributed_scan::DISTRIBUTED_SCAN,
    &scan_burst::SCAN_BURST,
    &random_walk::RANDOM_WALK,
    &failed_contacts::FAILED_CONTACTS,
    &protocol_scan::PROTOCOL_SCAN,
    &empty_bursts::EMPTY_BURSTS,
    &arp_sweep::ARP_SWEEP,
    &address_claims::ADDRESS_CLAIMED_BY_SEVERAL_MACS,
    &arp_many_claims::ARP_MANY_CLAIMS,
    &arp_rebinding::ARP_REBINDING,
    &arp_sender_mismatch::ARP_SENDER_MISMATCH,
    &rogue_dhcp::ROGUE_DHCP,
    &dhcp_starvation::DHCP_STARVATION,
    &icmp_redirect::ICMP_REDIRECT,
    &dns_conflict::DNS_CONFLICT,
    &rogue_router::ROGUE_ROUTER,
    &name_poisoning::NAME_POISONING,
    &server_identity::SERVER_IDENTITY_CHANGE,
    &relayed_packets::RELAYED_PACKETS,
    &gateway_change::GATEWAY_CHANGE,
    &ttl_inconsistency::TTL_INCONSISTENCY,
    &bogon_source::BOGON_SOURCE,
    &forged_sender::FORGED_SENDER,
    &impossible_rtt::IMPOSSIBLE_RTT,
    &impossible_travel::IMPOSSIBLE_TRAVEL,
    &source_port_spread::SOURCE_PORT_SPREAD,
    &beacon::BEACON,
    &long_connection::LONG_CONNECTION,
    &exfiltration::EXFILTRATION,
    &dns_tunnel::DNS_TUNNEL,
    &new_and_rare::NEW_AND_RARE,
    &host_profile::HOST_PROFILE,
    &geo_unknown::GEO_UNKNOWN,
];

/// What a detector says of the input as a whole, whether it finds anything or not.
type Note = fn(&Scene<'_>) -> Option<String>;
const NOTES: &[(&str, Note)] = &[(slow_scan::SLOW_SCAN.about.key, slow_scan::slowest)];

/// Everything a detector may look at.
pub struct Scene<'a> {
    pub traffic: &'a Traffic,
    pub geography: &'a Geography,
    pub judgement: &'a Judgement,
    pub settings: &'a Checked,
    /// The rows by source and target, sorted once for all detectors that count.
    order: Order,
    /// Where each address lives.
    sides: Sides,
    /// Whether answers stand in the input at all.
    heard: Heard,
    /// How each row's attempt ended.
    outcomes: Outcomes,
    /// What each source knocked at.
    doors: Doors,
    /// What the detector at work has left out because it was too much.
    left_out: Cell<u64>,
}

impl<'a> Scene<'a> {
    pub fn new(
        traffic: &'a Traffic,
        geography: &'a Geography,
        judgement: &'a Judgement,
        settings: &'a Checked,
    ) -> Self {
        let (order, sides) = (Order::of(traffic), Sides::of(traffic, settings));
        let heard = Heard::of(traffic);
        let outcomes = Outcomes::of(traffic, &order, heard);
        let doors = Doors::of(traffic, &order, &sides, &outcomes);
        Scene { traffic, geography, judgement, settings, order, sides, heard, outcomes, doors, left_out: Cell::new(0) }
    }

    /// What packets told of one kind. Who looks at it says how much came too late to be kept.
    fn kept<'t, T>(&self, kept: &'t Kept<T>) -> &'t [T] {
        self.leave_out(kept.dropped() as usize);
        kept.items()
    }

    /// A detector that reaches one of its bounds says how much it passes over.
    fn leave_out(&self, count: usize) {
        self.left_out.set(self.left_out.get() + count as u64);
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
        let key = detector.about.key;
        let note = NOTES.iter().find(|note| note.0 == key && needs.is_empty()).and_then(|note| (note.1)(scene));
        let cut = match scene.left_out.take() {
            0 => None,
            more => {
                Some(format!("{more} more were too many to be looked at or listed; the limits say where the bound is"))
            }
        };
        let note = note.into_iter().chain(cut).reduce(|note, cut| format!("{note}; {cut}"));
        runs.push(DetectorRun { key, status, needs, findings: found.len() as u64, note });
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
