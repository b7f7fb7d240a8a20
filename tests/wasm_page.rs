//! Wasm tests in a page's own thread, where the plots are drawn. Run by `cargo xtask test` in headless Chromium.
#![cfg(target_arch = "wasm32")]

#[macro_use]
mod wasm_common;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
checks!(wasm_bindgen_test::wasm_bindgen_test);
