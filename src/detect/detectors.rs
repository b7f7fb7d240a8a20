//! The list of detectors, in the order they run and are shown.

use super::Detector;
use super::address_claims::ADDRESS_CLAIMED_BY_SEVERAL_MACS;
use super::geo_unknown::GEO_UNKNOWN;
use super::horizontal_scan::HORIZONTAL_SCAN;
use super::model_votes::MODEL_VOTES;
use super::source_port_spread::SOURCE_PORT_SPREAD;
use super::vertical_scan::VERTICAL_SCAN;

/// Every detector Flowglass runs.
pub const DETECTORS: &[&Detector] = &[
    &MODEL_VOTES,
    &VERTICAL_SCAN,
    &HORIZONTAL_SCAN,
    &ADDRESS_CLAIMED_BY_SEVERAL_MACS,
    &SOURCE_PORT_SPREAD,
    &GEO_UNKNOWN,
];
