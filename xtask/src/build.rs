//! `cargo xtask build`: leaves the page in `dist/`, ready for any static host.

use std::path::PathBuf;
use std::process::Command;

use crate::Result;
use crate::bundle;
use crate::relay::{self, Origin};
use crate::shell;
use crate::toolchain::{Tools, tools};

/// Where the page is left.
pub fn dist() -> PathBuf {
    shell::root().join("dist")
}

/// Builds the page; `dev` compiles faster and leaves a slower, larger page. `relay` is the alert relay's origin,
/// the one server the page may reach after its seal.
pub fn build(dev: bool, relay: Option<&Origin>) -> Result<()> {
    build_with(&tools()?, dev)?;
    relay.map_or(Ok(()), |origin| relay::name_in(&dist(), origin))
}

/// Builds the page with tools already found.
pub fn build_with(tools: &Tools, dev: bool) -> Result<()> {
    let mut trunk = Command::new(&tools.trunk);
    // Offline, for Trunk would otherwise look for newer versions of itself and of its helpers.
    trunk.args(["build", "--offline", "--locked", "--skip-version-check", "--log", "warn"]);
    trunk.arg(if dev { "--release=false" } else { "--release=true" });
    // NO_COLOR=1 is the usual value, but Trunk takes the variable for a switch and wants true or false.
    trunk.env_remove("NO_COLOR").env("PATH", &tools.path).current_dir(shell::root());
    shell::run(&mut trunk)?;
    bundle::finish(&dist())
}
