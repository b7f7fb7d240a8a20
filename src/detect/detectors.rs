//! The list of detectors, in the order they run and are shown.

use super::Detector;

/// Every detector Flowglass runs.
pub const DETECTORS: &[&Detector] = &[];
