//! The programs that the outputs are for, and real mail servers: installed from Debian where that may be,
//! and handed what Flowglass makes.

use crate::Result;
use crate::shell;
use crate::steps::{Steps, TestCount};

const OUTPUTS: &str = "outputs in real programs";
const MAIL: &str = "relay with mail servers";

/// Programs that take an output, and Debian's package of each. A program that is not to be had is passed over
/// by its test, and named in the summary.
const PROGRAMS: [(&str, &str); 9] = [
    ("nft", "nftables"),
    ("ipset", "ipset"),
    ("iptables-restore", "iptables"),
    ("nginx", "nginx-light"),
    ("apache2", "apache2"),
    ("caddy", "caddy"),
    ("haproxy", "haproxy"),
    ("suricata", "suricata"),
    ("named-checkzone", "bind9-utils"),
];

/// Runs both steps.
pub fn run(steps: &mut Steps) {
    steps.run(OUTPUTS, || {
        let missing = || PROGRAMS.iter().filter(|(program, _)| shell::find(&[program]).is_none());
        // One by one, for a package that this release of Debian has not must not keep the others away.
        for (program, package) in missing() {
            if let Err(fault) = shell::install_packages(&[package]) {
                println!("{program} cannot be installed: {fault}");
            }
        }
        let absent: Vec<&str> = missing().map(|(program, _)| *program).collect();
        let told = ignored_tests(&["--workspace", "--test", "tools"])?;
        Ok(if absent.is_empty() { told } else { format!("{told}; not there: {}", absent.join(", ")) })
    });
    if let Some(reason) = without_mail_servers() {
        return steps.skip(MAIL, &reason);
    }
    steps.run(MAIL, || ignored_tests(&["--workspace", "--test", "all"]));
}

/// Why the tests with mail servers cannot run here, if they cannot.
fn without_mail_servers() -> Option<String> {
    let there =
        || shell::find(&["postfix"]).is_some() && shell::ask("/usr/bin/python3", &["-c", "import aiosmtpd"]).is_some();
    if !shell::is_root() {
        return Some("Postfix needs root".to_owned());
    }
    let installed = there() || shell::install_packages(&["postfix", "python3-aiosmtpd"]).is_ok_and(|_| there());
    (!installed).then(|| "needs postfix and python3-aiosmtpd (Debian's names)".to_owned())
}

/// Runs the tests that an ordinary run leaves out. One after the other: the servers have fixed ports.
fn ignored_tests(which: &[&str]) -> Result<String> {
    let mut count = TestCount::default();
    let mut command = shell::cargo(&["test"]);
    command.args(which).args(["--", "--ignored", "--test-threads=1"]);
    shell::watch(&mut command, |line| count.look(line))?;
    count.told()
}
