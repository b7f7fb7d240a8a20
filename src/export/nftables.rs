//! `flowglass.nft`: an nftables table of its own with two interval sets, and the file that takes it away.

use std::io::{self, BufWriter, Write};

use ipnet::IpNet;

use super::blocklist::{Blocklist, bare};
use super::sheet::note;
use super::stamp::comment;
use super::{Export, Exporter, Shelf, limits};
use crate::about::About;

pub const NFTABLES: Exporter = Exporter {
    about: About {
        key: "nftables",
        title: "nftables",
        help: "A table of its own that drops packets from the listed networks on their way in and through. Load it \
               with nft -f: it replaces an older list in one step. Entries expire by themselves. The undo file \
               deletes the table and touches nothing else.",
        limits: "It drops what comes from an address, not what your hosts send to it. Connections that stand are cut.",
    },
    files: &["flowglass.nft", "flowglass-undo.nft"],
    standard: false,
    limits: limits::ANY,
    write,
};

/// Deleting a table that is not there is an error, so it is added first.
const CLEAR: &str = "table inet flowglass\ndelete table inet flowglass\n";

/// Before other filters: hooks run by rising priority, and theirs is 0 by default.
const PRIORITY: i32 = -10;

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut file = BufWriter::new(shelf.file("flowglass.nft", "text/plain")?);
    comment(&mut file, "# ", &list.stamp.lines("Flowglass block list for nftables", list.networks.len(), 0, 1))?;
    writeln!(file, "# check: nft -c -f flowglass.nft   load: nft -f flowglass.nft   undo: nft -f flowglass-undo.nft")?;
    writeln!(file, "{CLEAR}table inet flowglass {{")?;
    set(&mut file, "block4", "ipv4_addr", list.v4(), list.stamp.seconds)?;
    set(&mut file, "block6", "ipv6_addr", list.v6(), list.stamp.seconds)?;
    for hook in ["input", "forward"] {
        writeln!(file, "\tchain {hook} {{\n\t\ttype filter hook {hook} priority {PRIORITY}; policy accept;")?;
        writeln!(file, "\t\tip saddr @block4 counter drop\n\t\tip6 saddr @block6 counter drop\n\t}}")?;
    }
    writeln!(file, "}}")?;
    file.flush()?;
    drop(file);
    note(&list, shelf, "flowglass-undo.nft", "# ", "Takes away the Flowglass block list for nftables", CLEAR)
}

fn set(out: &mut dyn Write, name: &str, kind: &str, networks: &[IpNet], seconds: i64) -> io::Result<()> {
    writeln!(out, "\tset {name} {{\n\t\ttype {kind}\n\t\tflags interval,timeout\n\t\ttimeout {seconds}s")?;
    if !networks.is_empty() {
        writeln!(out, "\t\telements = {{")?;
        networks.iter().try_for_each(|network| writeln!(out, "\t\t\t{},", bare(network)))?;
        writeln!(out, "\t\t}}")?;
    }
    writeln!(out, "\t}}")
}
