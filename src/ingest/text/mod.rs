//! What the formats of text share: lines, numbers, addresses, times, protocols and states as exporters spell them.

pub mod cell;
pub mod fields;
pub mod held;
pub mod json;
pub mod json_log;
pub mod log;
mod numerals;
pub mod protocols;
mod quad;
pub mod scalar;
pub mod signs;
pub mod spaced;
pub mod spelling;
pub mod states;
pub mod syslog;
pub mod times;
