//! The list of formats, from the most particular to the most general.

use super::{Format, delimited, pcap, pcapng};

/// Every format Flowglass reads.
pub const FORMATS: &[&Format] = &[&pcap::FORMAT, &pcapng::FORMAT, &delimited::FORMAT];
