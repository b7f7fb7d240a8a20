//! What must hold in the browser as it does natively. `wasm_page.rs` and `wasm_worker.rs` run it there,
//! `same_bytes.rs` here.

use flowglass::catalog::{catalog, knobs};
use flowglass::model::settings::Settings;

/// The page's forms and menus are made of this; a registry that is empty in wasm alone would leave it bare.
pub fn the_catalogue_is_whole() {
    let catalog = catalog();
    assert!(!catalog.exporters.is_empty());
    let text = serde_json::to_string(&catalog).expect("plain data");
    assert!(text.contains("report.json"), "{text}");
}

pub fn settings_are_checked_as_natively() {
    assert!(Settings::default().check(&knobs()).is_ok());
    let nonsense: Settings = serde_json::from_str(r#"{"no.such": 1}"#).expect("well-formed settings");
    assert_eq!(nonsense.check(&knobs()).expect_err("no such knob").len(), 1);
}
