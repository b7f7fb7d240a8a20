//! `juniper-prefix-list.conf`: prefix lists for Junos, and the commands that take them away.

use std::io::{self, BufWriter, Write};

use super::blocklist::Blocklist;
use super::limits;
use super::{Export, Exporter, Shelf};
use crate::about::About;

pub const JUNIPER: Exporter = Exporter {
    about: About {
        key: "juniper",
        title: "Juniper prefix lists",
        help: "Two prefix lists, to be loaded with load replace in configuration mode: they replace an older list at \
               the next commit. Name them in a firewall filter as source-prefix-list with then discard. The undo \
               file is loaded with load set.",
        limits: "The filter is yours to write: take the lists out of it before the undo, or the commit fails. The \
                 lists do not expire by themselves. Junos takes no comment in set commands: the undo file has none.",
    },
    files: &["juniper-prefix-list.conf", "juniper-undo.set"],
    standard: false,
    limits: limits::ANY,
    write,
};

const UNDO: &str = "delete policy-options prefix-list flowglass4\ndelete policy-options prefix-list flowglass6\n";

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut file = BufWriter::new(shelf.file("juniper-prefix-list.conf", "text/plain")?);
    let header = list.stamp.lines("Flowglass block list for Junos", list.networks.len(), 0, 1);
    write!(file, "/*\n * {}\n */\npolicy-options {{\n", header.join("\n * "))?;
    for (name, networks) in [("flowglass4", list.v4()), ("flowglass6", list.v6())] {
        writeln!(file, "    replace: prefix-list {name} {{")?;
        networks.iter().try_for_each(|network| writeln!(file, "        {network};"))?;
        writeln!(file, "    }}")?;
    }
    writeln!(file, "}}")?;
    file.flush()?;
    drop(file);
    shelf.file("juniper-undo.set", "text/plain")?.write_all(UNDO.as_bytes())
}
