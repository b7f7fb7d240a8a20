//! `fail2ban-ban.sh`: ban commands for a fail2ban jail, and the commands that lift them.

use std::io::{self, BufWriter, Write};

use super::blocklist::{Blocklist, bare};
use super::limits::{self, Limits};
use super::stamp::comment;
use super::{Export, Exporter, Shelf};
use crate::about::About;

/// Addresses in one command: a command line has room for far more, and each is one request to the server.
const LIMITS: Limits = limits::up_to(100);

pub const FAIL2BAN: Exporter = Exporter {
    about: About {
        key: "fail2ban",
        title: "fail2ban",
        help: "A shell script that bans the listed networks in a fail2ban jail, 100 with one command, and one that \
               lifts the bans. Give the jail as argument; without one it is the jail flowglass.",
        limits: "The jail must exist. Its own bantime decides how long a ban lasts, not the time in the header. \
                 Networks need an action that takes them, as those for nftables, ipset and pf do.",
    },
    files: &["fail2ban-ban.sh", "fail2ban-unban.sh"],
    standard: false,
    limits: LIMITS,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    for (name, verb, what) in [
        ("fail2ban-ban.sh", "banip", "Flowglass block list for fail2ban"),
        ("fail2ban-unban.sh", "unbanip", "Lifts the bans of the Flowglass block list"),
    ] {
        let mut file = BufWriter::new(shelf.file(name, "text/x-shellscript")?);
        writeln!(file, "#!/bin/sh")?;
        comment(&mut file, "# ", &list.stamp.lines(what, list.networks.len(), 0, 1))?;
        writeln!(file, "set -eu\njail=\"${{1:-flowglass}}\"")?;
        for part in LIMITS.parts(&list.networks).into_iter().filter(|part| !part.is_empty()) {
            let addresses: Vec<String> = part.iter().map(bare).collect();
            writeln!(file, "fail2ban-client set \"$jail\" {verb} {}", addresses.join(" "))?;
        }
        file.flush()?;
    }
    Ok(())
}
