//! `mikrotik.rsc`: address lists for RouterOS, and the script that empties them.

use std::io::{self, BufWriter, Write};

use super::blocklist::{Blocklist, bare};
use super::limits;
use super::sheet::note;
use super::stamp::comment;
use super::{Export, Exporter, Shelf};
use crate::about::About;

pub const MIKROTIK: Exporter = Exporter {
    about: About {
        key: "mikrotik",
        title: "MikroTik address lists",
        help: "A script for RouterOS (import file-name=mikrotik.rsc) that fills the address list flowglass for IPv4 \
               and IPv6, in place of an older one. Entries expire by themselves. Use the list in a drop rule of the \
               raw or filter table: src-address-list=flowglass.",
        limits: "While the script runs the list is incomplete. Small boards take minutes for some ten thousand \
                 entries. Entries with a timeout are forgotten at a restart.",
    },
    files: &["mikrotik.rsc", "mikrotik-undo.rsc"],
    standard: false,
    limits: limits::ANY,
    write,
};

const REMOVE: &str = "/ip firewall address-list remove [find where list=flowglass]\n\
                      /ipv6 firewall address-list remove [find where list=flowglass]\n";

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut file = BufWriter::new(shelf.file("mikrotik.rsc", "text/plain")?);
    comment(&mut file, "# ", &list.stamp.lines("Flowglass block list for RouterOS", list.networks.len(), 0, 1))?;
    write!(file, "{REMOVE}")?;
    for (menu, networks) in [("/ip", list.v4()), ("/ipv6", list.v6())] {
        writeln!(file, "{menu} firewall address-list")?;
        for network in networks {
            // RouterOS spells a single IPv6 address with its prefix.
            let address = if network.addr().is_ipv4() { bare(network) } else { network.to_string() };
            writeln!(file, "add list=flowglass address={address} timeout={}s", list.stamp.seconds)?;
        }
    }
    file.flush()?;
    drop(file);
    note(&list, shelf, "mikrotik-undo.rsc", "# ", "Empties the Flowglass address lists", REMOVE)
}
