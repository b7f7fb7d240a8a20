//! Wasm tests in a dedicated worker, where the analysis runs. Run by `cargo xtask test` in headless Chromium.
#![cfg(target_arch = "wasm32")]

#[macro_use]
mod wasm_common;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
checks!(wasm_bindgen_test::wasm_bindgen_test);
