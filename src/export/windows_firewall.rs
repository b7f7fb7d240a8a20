//! `windows-block.ps1`: rules for the Windows Firewall, and the script that takes them away.

use std::io::{self, BufWriter, Write};

use super::blocklist::{Blocklist, bare};
use super::limits::{self, Limits};
use super::sheet::note;
use super::stamp::comment;
use super::{Export, Exporter, Shelf};
use crate::about::About;

/// Addresses in one rule. Windows states no limit; rules of a thousand are loaded without delay.
const LIMITS: Limits = limits::up_to(1000);

pub const WINDOWS_FIREWALL: Exporter = Exporter {
    about: About {
        key: "windows_firewall",
        title: "Windows Firewall",
        help: "A PowerShell script, to be run as administrator, that blocks the listed networks inbound, in rules of \
               1,000. Run again it replaces the older list; the undo script removes the rules and nothing else.",
        limits: "For a moment between the old and the new rules nothing is blocked. The rules do not expire by \
                 themselves. Where a group policy ignores local rules, so it does these.",
    },
    files: &["windows-block.ps1", "windows-unblock.ps1"],
    standard: false,
    limits: LIMITS,
    write,
};

/// `-ErrorAction` stays silent where there is no such group yet.
const REMOVE: &str = "Remove-NetFirewallRule -Group 'Flowglass' -ErrorAction SilentlyContinue\r\n";

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut file = BufWriter::new(shelf.file("windows-block.ps1", "text/plain")?);
    comment(&mut file, "# ", &list.stamp.lines("Flowglass block list for Windows", list.networks.len(), 0, 1))?;
    write!(file, "$ErrorActionPreference = 'Stop'\r\n{REMOVE}")?;
    for (number, part) in LIMITS.parts(&list.networks).into_iter().enumerate().filter(|(_, part)| !part.is_empty()) {
        let addresses: Vec<String> = part.iter().map(|network| format!("'{}'", bare(network))).collect();
        write!(
            file,
            "New-NetFirewallRule -Group 'Flowglass' -DisplayName 'Flowglass {}' -Direction Inbound -Action Block \
             -RemoteAddress @({}) | Out-Null\r\n",
            number + 1,
            addresses.join(",")
        )?;
    }
    file.flush()?;
    drop(file);
    note(&list, shelf, "windows-unblock.ps1", "# ", "Removes the Flowglass rules from the Windows Firewall", REMOVE)
}
