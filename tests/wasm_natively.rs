//! The native side of the checks that also run in the browser.
#![cfg(not(target_arch = "wasm32"))]

#[macro_use]
mod wasm_common;

checks!(test);
