//! `plain-list.txt`: the block list as single addresses, one per line.

use std::io::{self, BufWriter, Write};

use super::blocklist::Blocklist;
use super::stamp::comment;
use super::{Export, Exporter, Shelf, limits};
use crate::about::About;

pub const PLAIN_LIST: Exporter = Exporter {
    about: About {
        key: "plain_list",
        title: "Plain list",
        help: "Every address to block, one per line, the riskiest first, with a comment that says where the list \
               comes from and when it expires. Most programs that take a block list read this.",
        limits: "Single addresses only, never networks: for those take the CIDR list.",
    },
    files: &["plain-list.txt"],
    standard: false,
    limits: limits::ANY,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut file = BufWriter::new(shelf.file("plain-list.txt", "text/plain")?);
    comment(&mut file, "# ", &list.stamp.lines("Flowglass block list, single addresses", list.hosts.len(), 0, 1))?;
    list.hosts.iter().try_for_each(|(ip, _)| writeln!(file, "{ip}"))?;
    file.flush()
}
