//! A Chromium of one test's own: its process, its profile, its downloads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use xtask::chromium;

use crate::cdp::Cdp;

/// A running browser, ended with its profile when dropped.
pub struct Chrome {
    process: Child,
    profile: PathBuf,
    pub cdp: Cdp,
}

impl Chrome {
    /// Starts a browser for which every host but this machine's address is `elsewhere`, a port of a server of
    /// ours: whatever would leave the machine is seen there, and nothing leaves it.
    pub fn start(name: &str, elsewhere: u16) -> Chrome {
        let browser = chromium::chromium().expect("a browser").browser;
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&profile);
        fs::create_dir_all(&profile).expect("a folder for the profile");
        let mut command = Command::new(browser);
        command.args(chromium::switches());
        command.arg(format!("--host-resolver-rules=MAP * 127.0.0.1:{elsewhere}, EXCLUDE 127.0.0.1"));
        command.args(["--remote-debugging-port=0", "--window-size=1440,900"]);
        command.arg(format!("--user-data-dir={}", profile.display())).arg("about:blank");
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the browser starts");
        let (port, path) = door(&profile.join("DevToolsActivePort"));
        Chrome { process, profile, cdp: Cdp::connect(port, &path) }
    }

    /// A new folder below the profile.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.profile.join(name);
        fs::create_dir_all(&folder).expect("a folder below the profile");
        folder
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        let _ = self.cdp.try_call("", "Browser.close", serde_json::json!({}));
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// Waits for the file in which the browser writes the port and the path of its protocol.
fn door(file: &Path) -> (u16, String) {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        let text = fs::read_to_string(file).unwrap_or_default();
        if let Some((port, path)) = text.split_once('\n') {
            return (port.parse().expect("a port"), path.trim().to_owned());
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the browser did not open its debugging port");
}
