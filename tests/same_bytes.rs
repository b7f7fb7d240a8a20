//! The native side of the checks that also run in the browser.
#![cfg(not(target_arch = "wasm32"))]

mod wasm_common;

#[test]
fn the_catalogue_is_whole() {
    wasm_common::the_catalogue_is_whole();
}

#[test]
fn settings_are_checked_as_natively() {
    wasm_common::settings_are_checked_as_natively();
}
