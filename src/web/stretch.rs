//! What a helping worker does: reads a stretch of a file, or takes a file's hash.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use super::plain::{self, Answer, thrown};
use super::session::check;
use crate::ingest::reader::digest::Digest;
use crate::ingest::stretch::StretchReader;

/// The rows of a file that start within some bounds.
#[wasm_bindgen]
pub struct Stretch(StretchReader);

#[wasm_bindgen]
impl Stretch {
    /// `head`: the start of the file. `bounds`: `{ from: "header" | { border } | { byte }, until }`.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: JsValue, head: &[u8], bounds: JsValue) -> Result<Stretch, JsError> {
        StretchReader::new(head, plain::take(bounds)?, &check(settings)?).map(Stretch).map_err(thrown)
    }

    /// The byte from which the file is to be fed.
    pub fn from(&self) -> f64 {
        self.0.from() as f64
    }

    /// Takes the next slice; gives whether that was enough.
    pub fn feed(&mut self, slice: &[u8]) -> Result<bool, JsError> {
        self.0.feed(slice).map_err(thrown)
    }

    /// The rows, for `Session.append`: plain objects with a buffer for each column.
    pub fn finish(self) -> Answer {
        plain::give_buffers(&self.0.finish().map_err(thrown)?)
    }
}

/// The SHA-256 of a file.
#[wasm_bindgen]
#[derive(Default)]
pub struct Hash(Digest);

#[wasm_bindgen]
impl Hash {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Hash {
        Hash::default()
    }

    pub fn feed(&mut self, slice: &[u8]) {
        self.0.feed(slice);
    }

    /// Hexadecimal.
    pub fn finish(self) -> String {
        self.0.finish()
    }
}
