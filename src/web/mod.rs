//! The browser's door to the library: the only module that knows JavaScript. Computes nothing itself.

mod session;
mod stretch;
mod page;
mod shelf;
mod plain;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs once per instance: a panic is then named in the console before the instance is given up.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}
