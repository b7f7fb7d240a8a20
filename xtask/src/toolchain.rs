//! What a build of the page needs beside cargo: the wasm target, Trunk, and the wasm-bindgen command line.
//! The two programs are kept per user and version, so that a second clone finds them.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process;

use crate::Result;
use crate::shell;

const TARGET: &str = "wasm32-unknown-unknown";
const TRUNK: &str = "0.21.14";

/// The programs, ready to run.
pub struct Tools {
    /// The PATH on which Trunk finds the right wasm-bindgen, and so downloads nothing.
    pub path: OsString,
    pub trunk: PathBuf,
    pub wasm_test_runner: PathBuf,
}

/// Finds or installs everything.
pub fn tools() -> Result<Tools> {
    wasm_target()?;
    let cache = cache()?;
    // Without its default features Trunk leaves out the TLS and updater parts that take longest to compile.
    let trunk = tool(&cache, "trunk", "trunk", TRUNK, &["--no-default-features", "--features", "rustls"])?;
    let version = locked_version(&fs::read_to_string(shell::root().join("Cargo.lock"))?, "wasm-bindgen")?;
    let bindgen = tool(&cache, "wasm-bindgen", "wasm-bindgen-cli", &version, &[])?;
    Ok(Tools {
        path: shell::path_with(&[trunk.clone(), bindgen.clone()])?,
        trunk: trunk.join(program("trunk")),
        wasm_test_runner: bindgen.join(program("wasm-bindgen-test-runner")),
    })
}

/// Adds the wasm target to the toolchain where it is missing.
fn wasm_target() -> Result<()> {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let folder = shell::ask(&rustc, &["--print", "target-libdir", "--target", TARGET]);
    if folder.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    println!("adding the {TARGET} target");
    let added = shell::run(process::Command::new("rustup").args(["target", "add", TARGET]).current_dir(shell::root()));
    added.map_err(|fault| format!("the {TARGET} target is missing and could not be added: {fault}").into())
}

/// `$XDG_CACHE_HOME/flowglass/tools`, or the same under the home folder's `.cache`.
pub fn cache() -> Result<PathBuf> {
    let named = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home =
        || env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).map(|home| Path::new(&home).join(".cache"));
    let base = named.or_else(home).ok_or("neither XDG_CACHE_HOME nor HOME says where to keep the tools")?;
    let cache = base.join("flowglass").join("tools");
    fs::create_dir_all(&cache).map_err(|fault| format!("cannot make {}: {fault}", cache.display()))?;
    Ok(cache)
}

/// The folder with a program's binaries, installed first where it is missing.
fn tool(cache: &Path, name: &str, package: &str, version: &str, features: &[&str]) -> Result<PathBuf> {
    let home = cache.join(format!("{name}-{version}"));
    let bin = home.join("bin");
    if bin.join(program(name)).is_file() {
        return Ok(bin);
    }
    // One process installs, the others wait and then find it; the lock goes with the process that held it.
    let lock = File::create(cache.join(format!("{name}-{version}.lock")))?;
    lock.lock()?;
    if bin.join(program(name)).is_file() {
        return Ok(bin);
    }
    println!("installing {package} {version} into {} (once, some minutes)", home.display());
    let staging = cache.join(format!("{name}-{version}.part"));
    let _ = fs::remove_dir_all(&staging);
    let install = ["install", "--quiet", "--locked", package, "--version", version];
    let mut command = shell::cargo(&install);
    command.args(features).arg("--root").arg(&staging);
    // Compiled to be ready soon rather than to run fast: three minutes instead of nine on two cores.
    command.envs(
        [("OPT_LEVEL", "0"), ("LTO", "off"), ("DEBUG", "0"), ("CODEGEN_UNITS", "16"), ("STRIP", "true")]
            .map(|(key, value)| (format!("CARGO_PROFILE_RELEASE_{key}"), value)),
    );
    // The workspace's own choices are not meant for a tool.
    command.env_remove("CARGO_TARGET_DIR").env_remove("CARGO_BUILD_TARGET");
    shell::run(&mut command)?;
    // Renamed last, so that a folder under its final name is always a whole installation.
    let _ = fs::remove_dir_all(&home);
    fs::rename(&staging, &home)?;
    Ok(bin)
}

fn program(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

/// The version of a package in the text of a `Cargo.lock`.
fn locked_version(lock: &str, package: &str) -> Result<String> {
    let wanted = format!("name = \"{package}\"");
    let after = lock.lines().skip_while(|line| *line != wanted).nth(1);
    let version = after.and_then(|line| line.strip_prefix("version = \"")).and_then(|rest| rest.strip_suffix('"'));
    Ok(version.ok_or_else(|| format!("Cargo.lock does not name {package}"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-x\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.1\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").expect("it is there"), "0.2.1");
        assert!(locked_version(lock, "wasm").is_err());
    }
}
