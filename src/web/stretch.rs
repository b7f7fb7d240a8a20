//! What a helping worker does: reads a stretch of a file, or takes a file's hash.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use super::plain::{self, thrown};
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

    /// The rows, for `Session.append`. They stand at the start of `spare`, where there is one that is large enough: the
    /// system gives new memory page by page, which takes longer than writing to memory that was used before.
    pub fn finish(self, spare: Option<Uint8Array>) -> Result<Uint8Array, JsError> {
        let part = self.0.finish().map_err(thrown)?;
        let length = part.len() as u32;
        let buffer = spare.filter(|spare| spare.length() >= length);
        // Some more, so that it does for others, too.
        let buffer = buffer.unwrap_or_else(|| Uint8Array::new_with_length(length + length / 8));
        let rows = buffer.subarray(0, length);
        rows.copy_from(&part);
        Ok(rows)
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
