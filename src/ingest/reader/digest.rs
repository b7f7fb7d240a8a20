//! The SHA-256 of a file given in slices: what an analyst compares with the file at hand.

use sha2::{Digest as _, Sha256};

#[derive(Debug, Clone, Default)]
pub struct Digest(Sha256);

impl Digest {
    pub fn feed(&mut self, slice: &[u8]) {
        self.0.update(slice);
    }

    /// Hexadecimal.
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
