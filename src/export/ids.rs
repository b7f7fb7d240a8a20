//! Identifiers that come out the same each time: version 5 UUIDs (RFC 9562), which are hashes.

use uuid::Uuid;

use super::stamp::Stamp;

/// Flowglass's own name space: a random UUID, fixed for good.
const SPACE: Uuid = Uuid::from_u128(0x6f1c_2d9e_5a0b_4c7e_9d43_1b7f_0a8e_2c55);

/// The identifier of something that is the same in every export.
pub fn fixed(name: &str) -> Uuid {
    Uuid::new_v5(&SPACE, name.as_bytes())
}

/// The identifier of a subject in one export: its inputs and its time make it this one.
pub fn id(subject: &str, stamp: &Stamp) -> Uuid {
    fixed(&format!("{subject} {} {}", stamp.made, stamp.inputs.join(" ")))
}
