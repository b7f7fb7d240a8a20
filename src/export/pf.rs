//! `flowglass-pf.table`: a pf table file, the rules that use it, and the commands that take it away.

use std::io;

use super::blocklist::{Blocklist, bare};
use super::limits::{self, Limits};
use super::sheet::{Sheet, note};
use super::{Export, Exporter, Shelf};
use crate::about::About;

const LIMITS: Limits = limits::ANY;

pub const PF: Exporter = Exporter {
    about: About {
        key: "pf",
        title: "pf",
        help: "A table file for pf (OpenBSD, FreeBSD, macOS) and the two lines of pf.conf that block it. A newer list \
               is loaded with pfctl -t flowglass -T replace -f flowglass-pf.table.",
        limits: "pf refuses tables past its limit on table entries (200,000 by default on OpenBSD): raise it with set \
                 limit table-entries. Entries do not expire by themselves; pfctl -t flowglass -T expire does it.",
    },
    files: &["flowglass-pf.table", "flowglass-pf.conf", "flowglass-pf-undo.sh"],
    standard: false,
    limits: LIMITS,
    write,
};

const SHEET: Sheet<'_> = Sheet {
    what: "Flowglass block list for pf",
    usage: &[],
    stem: "flowglass-pf",
    ending: "table",
    mark: Some("# "),
    limits: LIMITS,
};

const RULES: &str =
    "table <flowglass> persist file \"/etc/flowglass-pf.table\"\nblock drop in quick from <flowglass>\n";

const UNDO: &str = "pfctl -t flowglass -T flush\npfctl -t flowglass -T kill\n";

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    SHEET.write(&list, &list.networks, shelf, |file, _, part| {
        part.iter().try_for_each(|network| writeln!(file, "{}", bare(network)))
    })?;
    note(&list, shelf, "flowglass-pf.conf", "# ", "Lines for pf.conf; the table file stands in /etc", RULES)?;
    let undo = "Takes away the Flowglass block list for pf; take its lines out of pf.conf as well";
    note(&list, shelf, "flowglass-pf-undo.sh", "# ", undo, UNDO)
}
