//! `cargo xtask bench`: builds the page and times it, the library and scikit-learn on inputs of growing size.

use std::env;
use std::path::PathBuf;

use crate::Result;
use crate::build;
use crate::chromium;
use crate::python;
use crate::shell;
use crate::toolchain::tools;

/// The sizes where none are named: the page's promises are about these.
const ROWS: &str = "10000,100000,1000000,10000000";
/// A Python that already has scikit-learn; without it one is set up per user.
const PYTHON: &str = "FLOWGLASS_PYTHON";

/// Runs `benches/scale`. `quick` makes each run once.
pub fn bench(rows: Option<&str>, quick: bool) -> Result<()> {
    let rows = rows.unwrap_or(ROWS);
    if !rows.split(',').all(|size| size.parse::<u64>().is_ok_and(|size| size > 1)) {
        return Err(format!("--rows takes numbers above 1 with commas between them, not {rows:?}").into());
    }
    build::build_with(&tools()?, false)?;
    let mut command = shell::cargo(&["bench", "--bench", "scale", "--", "--rows", rows]);
    if quick {
        command.arg("--quick");
    }
    command.env("CHROMIUM", chromium::chromium()?.browser).env("FLOWGLASS_DIST", build::dist());
    match python() {
        Ok(python) => command.env(PYTHON, python),
        Err(fault) => {
            println!("scikit-learn is left out: {fault}");
            command.env_remove(PYTHON)
        }
    };
    shell::run(&mut command)
}

/// The Python named in the environment, or that of a virtual environment with the pinned packages.
fn python() -> Result<PathBuf> {
    if let Some(named) = env::var_os(PYTHON) {
        return Ok(named.into());
    }
    python::environment("scikit-learn", "tests/parity/requirements.txt")
}
