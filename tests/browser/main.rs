//! The built page in a real Chromium, used as a person would: `cargo xtask test` builds it and runs this.
//! Alone: `cargo xtask build`, then `cargo test --test browser -- --ignored --test-threads=1`.
#![cfg(not(target_arch = "wasm32"))]

mod cdp;
mod chrome;
mod inputs;
mod mailbox;
#[path = "../mmdb/mod.rs"]
mod mmdb;
mod site;
mod tab;

mod alert;
mod answers;
mod cancel;
mod columns;
mod faults;
mod journey;
mod lists;
mod looks;
mod seal;
mod table;
