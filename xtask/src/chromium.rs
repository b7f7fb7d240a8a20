//! Finds Chromium or Chrome and its driver, and the switches both need to run unattended.

use std::env;
use std::path::PathBuf;

use crate::Result;
use crate::shell;

/// Debian's names for what a browser test needs.
const PACKAGES: [&str; 2] = ["chromium", "chromium-driver"];

const BROWSERS: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// A browser and its driver.
pub struct Chromium {
    pub browser: PathBuf,
    pub driver: PathBuf,
}

/// Finds both, or installs Debian's packages, or says what to install.
/// `CHROMIUM` and `CHROMEDRIVER` in the environment name others.
pub fn chromium() -> Result<Chromium> {
    if let Some(found) = found() {
        return Ok(found);
    }
    if shell::install_packages(&PACKAGES)?
        && let Some(found) = found()
    {
        return Ok(found);
    }
    Err(format!(
        "needs Chromium or Chrome and its chromedriver: install {} (Debian's names), \
         or name them in CHROMIUM and CHROMEDRIVER",
        PACKAGES.join(" and ")
    )
    .into())
}

fn found() -> Option<Chromium> {
    let mac = || Some(PathBuf::from(MAC)).filter(|file| file.is_file());
    let browser = named("CHROMIUM").or_else(|| shell::find(&BROWSERS)).or_else(mac)?;
    let driver = named("CHROMEDRIVER").or_else(|| shell::find(&["chromedriver", "chromium.chromedriver"]))?;
    Some(Chromium { browser, driver })
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from)
}

/// Switches for a run without a person: no window, and nothing asked of the network by the browser itself.
pub fn switches() -> Vec<&'static str> {
    let mut switches = vec![
        "--headless=new",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // A container's /dev/shm is often 64 MiB, too small for a tab with a few hundred MiB of traffic.
        "--disable-dev-shm-usage",
    ];
    // Chromium's sandbox refuses to start as root; the page under test is our own.
    if shell::is_root() {
        switches.push("--no-sandbox");
    }
    switches
}
