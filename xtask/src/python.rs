//! Virtual environments of pinned Python packages, kept per user like the other tools.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::shell;
use crate::toolchain;

/// The Python of an environment that has just what the file at `requirements` (from the workspace's root) names.
/// Made anew where the file has changed since.
pub fn environment(name: &str, requirements: &str) -> Result<PathBuf> {
    let system = shell::find(&["python3"]).ok_or("there is no python3")?;
    let wanted = shell::root().join(requirements);
    let home = toolchain::cache()?.join(name);
    let (python, installed) = (home.join("bin/python3"), home.join("requirements.txt"));
    // Copied last, so that it stands only beside a whole installation of these very versions.
    if fs::read(&installed).ok() != Some(fs::read(&wanted)?) {
        println!("installing {requirements} into {} (once)", home.display());
        shell::run(Command::new(system).args(["-m", "venv", "--clear"]).arg(&home))?;
        shell::run(Command::new(&python).args(["-m", "pip", "install", "-q", "-r"]).arg(&wanted))?;
        copy(&wanted, &installed)?;
    }
    Ok(python)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map_err(|fault| format!("cannot write {}: {fault}", to.display()))?;
    Ok(())
}
