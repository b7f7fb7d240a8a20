//! The list of formats, from the most particular to the most general.

use super::{Format, delimited};

/// Every format Flowglass reads.
pub const FORMATS: &[&Format] = &[&delimited::FORMAT];
