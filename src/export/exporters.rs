//! The list of exporters, in the order of the menu.

use super::Exporter;

/// Every output Flowglass writes.
pub const EXPORTERS: &[&Exporter] = &[];
