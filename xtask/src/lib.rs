//! The project's own commands, and the pieces the browser tests share with them.
//!
//! One file per command (`serve`, `build`, `test`, `bench`, `quality`), and beneath them: `shell` runs programs, `toolchain`
//! finds or installs what a build needs, `bundle` finishes the page that Trunk leaves, `relay` names the alert
//! relay in it, `server` serves a folder on this machine, `chromium` finds a browser, `outside` hands outputs to
//! the programs they are for, `python` keeps pinned Python packages, `steps` keeps the account of a test run.
#![forbid(unsafe_code)]

pub mod shell;
pub mod steps;
pub mod server;
pub mod chromium;
pub mod toolchain;
pub mod bundle;
mod python;
pub mod relay;
pub mod build;
pub mod serve;
pub mod outside;
pub mod test;
pub mod bench;
pub mod quality;

/// What a command gives: the faults are read by a person at a terminal, so a sentence is enough.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
