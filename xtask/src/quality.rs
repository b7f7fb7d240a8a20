//! `cargo xtask quality`: how well attackers are found on labelled traffic, beside what others find on it.

use std::env;
use std::path::PathBuf;

use crate::Result;
use crate::python;
use crate::shell;

/// Where the labelled traffic is; without it `../shared/data` is tried.
const DATA: &str = "FLOWGLASS_DATA";
/// The Python that has PyOD.
const PYTHON: &str = "FLOWGLASS_PYTHON";

/// Runs `benches/quality` and writes `docs/quality.md`; with `only`, the sets whose name holds it, to the terminal.
pub fn quality(only: Option<&str>, explain: bool) -> Result<()> {
    let named = env::var_os(DATA).map(PathBuf::from);
    let data = named.unwrap_or_else(|| shell::root().join("../shared/data"));
    if !data.join("truth.tsv").is_file() {
        return Err(format!("no truth.tsv in {}: {DATA} names the folder of labelled traffic", data.display()).into());
    }
    let mut command = shell::cargo(&["bench", "--bench", "quality", "--", "--data"]);
    command.arg(&data);
    match only {
        Some(only) => command.args(["--only", only]),
        None => command.arg("--out").arg(shell::root().join("docs/quality.md")),
    };
    if explain {
        command.arg("--explain");
    }
    if env::var_os(PYTHON).is_none() {
        match python::environment("pyod", "benches/quality/requirements.txt") {
            Ok(python) => drop(command.env(PYTHON, python)),
            Err(fault) => println!("PyOD is left out: {fault}"),
        }
    }
    shell::run(&mut command)
}
