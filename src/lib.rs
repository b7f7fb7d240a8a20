//! Flowglass finds attackers in traffic, in one pass through this list of modules:
//! bytes are read into a traffic table, the table into features, the features into verdicts
//! and findings, those into a risk and a decision per address, and all of it into a report,
//! which is exported and shown.
//!
//! Invariants, each held by a test:
//! - a module imports only from modules above it in this list (`tests/tidy.rs`);
//! - the core takes bytes and settings and gives plain data: no clock, randomness or I/O;
//! - a bad row is counted, never fatal: accepted + rejected = rows in the file;
//! - the same input and settings give the same bytes, natively and in the browser;
//! - a registry entry is one file and two lines in one list (`tests/contract.rs`).
#![forbid(unsafe_code)]

pub mod error;
pub mod about;
pub mod pieces;
pub mod model;
pub mod ingest;
pub mod geo;
pub mod features;
pub mod ml;
pub mod judge;
pub mod detect;
pub mod risk;
pub mod policy;
pub mod alert;
pub mod export;
pub mod view;
pub mod analysis;
pub mod catalog;
pub mod sample;
#[cfg(target_arch = "wasm32")]
pub mod web;
