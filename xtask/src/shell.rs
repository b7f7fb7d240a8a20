//! Running programs, finding them, and where the workspace lies.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

/// The workspace root.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// The cargo that runs this command, started at the workspace root.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Runs a program to its end; anything but success is a fault that names it.
pub fn run(command: &mut Command) -> Result<()> {
    let name = name(command);
    let status = command.status().map_err(|fault| format!("cannot start {name}: {fault}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed ({status})").into()) }
}

/// Runs a program, passes its standard output on line by line, and shows each line to `look`.
pub fn watch(command: &mut Command, mut look: impl FnMut(&str)) -> Result<()> {
    let name = name(command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|fault| format!("cannot start {name}: {fault}"))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            println!("{line}");
            look(&line);
        }
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed ({status})").into()) }
}

/// What a program prints, trimmed; nothing where it cannot be run or fails.
pub fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The first of these programs that stands on the PATH.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.map(|file| file.with_extension(env::consts::EXE_EXTENSION)).find(|file| file.is_file())
}

/// The PATH with these folders in front.
pub fn path_with(front: &[PathBuf]) -> Result<OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(front.iter().cloned().chain(env::split_paths(&rest)))?)
}

/// Whether this user may install packages and must do without Chromium's sandbox.
pub fn is_root() -> bool {
    ask("id", &["-u"]).as_deref() == Some("0")
}

/// Installs Debian packages where apt-get is there and the user may; says whether it did.
pub fn install_packages(packages: &[&str]) -> Result<bool> {
    if find(&["apt-get"]).is_none() || !is_root() {
        return Ok(false);
    }
    println!("installing {}", packages.join(" "));
    // Run level 1 keeps Debian's scripts from starting the servers among them.
    run(Command::new("apt-get").args(["update", "-q"]))?;
    let install = ["install", "-q", "-y", "--no-install-recommends"];
    run(Command::new("apt-get")
        .args(install)
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("RUNLEVEL", "1"))?;
    Ok(true)
}

fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| Path::new(word).file_name().unwrap_or(word).to_string_lossy()).collect();
    words.join(" ")
}
