//! `cargo xtask serve`: builds the page and serves it on this machine.

use std::io::ErrorKind;
use std::process::{Command, Stdio};
use std::thread;

use crate::Result;
use crate::build;
use crate::relay::Origin;
use crate::server::Server;

const PORT: u16 = 8080;

/// Builds, serves `dist/` and prints the address. Runs until it is stopped.
/// Where no port is asked for and the usual one is taken, any free one does.
pub fn serve(port: Option<u16>, open: bool, relay: Option<&Origin>) -> Result<()> {
    build::build(false, relay)?;
    let dist = build::dist();
    let server = match Server::start(&dist, "/", port.unwrap_or(PORT)) {
        Err(fault) if fault.kind() == ErrorKind::AddrInUse && port.is_none() => Server::start(&dist, "/", 0),
        other => other,
    };
    let server = server.map_err(|fault| format!("cannot serve on port {}: {fault}", port.unwrap_or(PORT)))?;
    println!("\nFlowglass is at {}   (Ctrl-C stops it)", server.url());
    if open {
        show(&server.url());
    }
    loop {
        thread::park();
    }
}

/// Opens the address in the person's browser. On a machine without one the printed address has to do.
fn show(url: &str) {
    let (program, arguments): (_, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start"]),
        _ => ("xdg-open", &[]),
    };
    let _ = Command::new(program).args(arguments).arg(url).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
