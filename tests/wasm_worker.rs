//! Wasm tests in a dedicated worker, where the analysis runs. Run by `cargo xtask test` in headless Chromium.
#![cfg(target_arch = "wasm32")]

mod wasm_common;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
fn the_catalogue_is_whole() {
    wasm_common::the_catalogue_is_whole();
}

#[wasm_bindgen_test]
fn settings_are_checked() {
    wasm_common::settings_are_checked();
}

#[wasm_bindgen_test]
fn slices_do_not_show_in_the_report() {
    wasm_common::slices_do_not_show_in_the_report();
}

#[wasm_bindgen_test]
fn damage_does_not_trap() {
    wasm_common::damage_does_not_trap();
}
