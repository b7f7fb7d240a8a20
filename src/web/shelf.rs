//! Where exports go in the browser: each file a list of JavaScript buffers, so that none is held whole in wasm memory.

use std::io::{self, Write};
use std::mem;

use js_sys::{Array, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::{JsError, JsValue};

use super::plain::{self, thrown};
use crate::export::Shelf;

/// A buffer leaves wasm memory once it is this large.
const CHUNK: usize = 1 << 20;

/// Files in the order they were written.
#[derive(Default)]
pub struct BlobShelf {
    files: Vec<(String, String, Parts)>,
}

/// A writer whose bytes go to JavaScript in chunks.
#[derive(Default)]
pub struct Parts {
    parts: Array,
    pending: Vec<u8>,
}

impl Parts {
    fn send(&mut self) {
        if !self.pending.is_empty() {
            self.parts.push(&Uint8Array::from(mem::take(&mut self.pending).as_slice()));
        }
    }

    /// All that was written, as an array of `Uint8Array`.
    pub fn finish(mut self) -> Array {
        self.send();
        self.parts
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= CHUNK {
            self.send();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shelf for BlobShelf {
    fn file(&mut self, name: &str, mime: &str) -> io::Result<&mut dyn Write> {
        if let Some((_, _, parts)) = self.files.last_mut() {
            parts.send();
        }
        self.files.push((name.to_owned(), mime.to_owned(), Parts::default()));
        Ok(&mut self.files.last_mut().expect("a file was just pushed").2)
    }
}

impl BlobShelf {
    /// An array of `{ name, mime, parts }`.
    pub fn finish(self) -> Result<JsValue, JsError> {
        let files = Array::new();
        for (name, mime, parts) in self.files {
            files.push(&blob(&name, &mime, parts.finish())?);
        }
        Ok(files.into())
    }
}

#[derive(Serialize)]
struct Label<'a> {
    name: &'a str,
    mime: &'a str,
}

/// `{ name, mime, parts }`, as the page makes a blob of it.
pub fn blob(name: &str, mime: &str, parts: Array) -> Result<JsValue, JsError> {
    let file = plain::give(&Label { name, mime })?;
    Reflect::set(&file, &"parts".into(), &parts).map_err(|_| thrown("a file could not be handed over"))?;
    Ok(file)
}
