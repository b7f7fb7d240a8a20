//! The native side of the checks that also run in the browser.
#![cfg(not(target_arch = "wasm32"))]

mod wasm_common;

#[test]
fn the_catalogue_is_whole() {
    wasm_common::the_catalogue_is_whole();
}

#[test]
fn settings_are_checked() {
    wasm_common::settings_are_checked();
}

#[test]
fn slices_do_not_show_in_the_report() {
    wasm_common::slices_do_not_show_in_the_report();
}

#[test]
fn damage_does_not_trap() {
    wasm_common::damage_does_not_trap();
}
