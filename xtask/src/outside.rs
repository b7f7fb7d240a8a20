//! `cargo xtask test --with-tools`: the firewalls, proxies and mail servers that outputs are for, where Debian has them.
//! None of them is needed: what cannot be had is named, and its tests are left out.

use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::python;
use crate::shell;
use crate::steps::{Steps, TestCount};

pub const FILES: &str = "outputs in real programs";
pub const MAIL: &str = "relay and real mail servers";

/// A program that a test looks for, and Debian's package with it.
const PROGRAMS: [(&str, &str); 10] = [
    ("nft", "nftables"),
    ("ipset", "ipset"),
    ("iptables-restore", "iptables"),
    ("nginx", "nginx"),
    ("apache2", "apache2"),
    ("caddy", "caddy"),
    ("haproxy", "haproxy"),
    ("suricata", "suricata"),
    ("named-checkzone", "bind9-utils"),
    ("postfix", "postfix"),
];

/// Where the tests look for the Python that has the packages of `tests/tools/requirements.txt`.
const PYTHON: &str = "FLOWGLASS_TOOLS_PYTHON";

/// What `tests/tools.rs` prints for a program that is not there.
const SKIPPED: &str = " is not installed: skipped";

/// Installs what is missing and runs both steps.
pub fn run(steps: &mut Steps) {
    let missing: Vec<&str> =
        PROGRAMS.iter().filter(|(program, _)| !there(program)).map(|(_, package)| *package).collect();
    install(&missing);
    // Debian has few of these packages, and a python3 of the user's own would not see them.
    let python = python::environment("outputs", "tests/tools/requirements.txt");
    let python = python.inspect_err(|fault| println!("passed over: {fault}")).ok();
    steps.run(FILES, || files(python.as_deref()));
    let postfix = there("postfix") && shell::is_root();
    if postfix || python.is_some() {
        steps.run(MAIL, || mail(postfix, python.as_deref()));
    } else {
        steps.skip(MAIL, "no postfix (and root) and no python3 with aiosmtpd");
    }
}

/// One package at a time, so that one that is missing or broken does not keep the others away.
fn install(packages: &[&str]) {
    if packages.is_empty() {
        return;
    }
    if shell::find(&["apt-get"]).is_none() || !shell::is_root() {
        println!("not installed, for that needs apt-get and root: {}", packages.join(", "));
        return;
    }
    tolerate(&["update", "-q"]);
    for package in packages {
        // apt-get also fails for another package that is half configured; the look for the program decides.
        tolerate(&["install", "-q", "-y", "--no-install-recommends", package]);
    }
}

fn tolerate(arguments: &[&str]) {
    let outcome = shell::run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"));
    if let Err(fault) = outcome {
        println!("passed over: {fault}");
    }
}

fn there(program: &str) -> bool {
    shell::find(&[program]).is_some()
}

/// Hands every output to the program it is for.
fn files(python: Option<&Path>) -> Result<String> {
    let mut command = shell::cargo(&["test", "--workspace", "--test", "tools"]);
    command.args(["--", "--ignored", "--nocapture", "--test-threads=1"]);
    command.envs(python.map(|python| (PYTHON, python)));
    let mut count = TestCount::default();
    let mut absent = Vec::new();
    shell::watch(&mut command, |line| {
        count.look(line);
        absent.extend(absent_program(line));
    })?;
    told(&count, &absent)
}

/// Sends through the mail servers that are there.
fn mail(postfix: bool, python: Option<&Path>) -> Result<String> {
    let mut command = shell::cargo(&["test", "--workspace", "--test", "all"]);
    command.args(["--", "--ignored", "--test-threads=1"]);
    command.envs(python.map(|python| (PYTHON, python)));
    let mut absent = Vec::new();
    for (there, name, filter) in
        [(postfix, "postfix (and root)", "servers::postfix"), (python.is_some(), "aiosmtpd", "servers::aiosmtpd")]
    {
        if there {
            command.arg(filter);
        } else {
            absent.push(name.to_owned());
        }
    }
    let mut count = TestCount::default();
    shell::watch(&mut command, |line| count.look(line))?;
    told(&count, &absent)
}

/// The program that a line of output says is not there. The test's name may stand before it on the line.
fn absent_program(line: &str) -> Option<String> {
    let (before, _) = line.split_once(SKIPPED)?;
    before.split_whitespace().last().map(str::to_owned)
}

fn told(count: &TestCount, absent: &[String]) -> Result<String> {
    let ran = count.told()?;
    Ok(if absent.is_empty() { ran } else { format!("{ran}; skipped, not there: {}", absent.join(", ")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let line = "test caddy_takes_the_list ... caddy is not installed: skipped";
        assert_eq!(absent_program(line).as_deref(), Some("caddy"));
        assert_eq!(absent_program("test nginx_takes_the_list ... ok"), None);
        let mut count = TestCount::default();
        assert!(told(&count, &[]).is_err(), "nothing ran");
        count.look("test result: ok. 9 passed; 0 failed; 0 ignored");
        assert_eq!(told(&count, &["caddy".to_owned()]).expect("it ran"), "9 tests; skipped, not there: caddy");
    }
}
