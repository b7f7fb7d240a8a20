//! The list of exporters, in the order of the menu.

use super::*;

/// Every output Flowglass writes.
pub const EXPORTERS: &[&Exporter] = &[
    &risky_ips::RISKY_IPS,
    &blocked_ips::BLOCKED_IPS,
    &rows::ROWS,
    &report_json::REPORT_JSON,
    &histogram_png::HISTOGRAM_PNG,
];
