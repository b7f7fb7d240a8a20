//! `apache-deny.conf`: access rules for Apache httpd 2.4.

use std::io;

use super::blocklist::{Blocklist, bare};
use super::limits::{self, Limits};
use super::sheet::Sheet;
use super::{Export, Exporter, Shelf};
use crate::about::About;

const LIMITS: Limits = limits::ANY;

pub const APACHE: Exporter = Exporter {
    about: About {
        key: "apache",
        title: "Apache httpd",
        help: "Rules for Apache 2.4 that refuse the listed networks everywhere on the server, in addition to the \
               rules it has. Include the file in the server or a virtual host; take it away and reload to undo.",
        limits: "Behind another proxy Apache sees that proxy: set up mod_remoteip first. Every request is compared \
                 with every line: past some thousand, block in the firewall. The entries do not expire by themselves.",
    },
    files: &["apache-deny.conf"],
    standard: false,
    limits: LIMITS,
    write,
};

const SHEET: Sheet<'_> = Sheet {
    what: "Flowglass block list for Apache httpd 2.4",
    usage: &["in the server or a virtual host: Include apache-deny.conf"],
    stem: "apache-deny",
    ending: "conf",
    mark: Some("# "),
    limits: LIMITS,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    SHEET.write(&list, &list.networks, shelf, |file, _, part| {
        writeln!(file, "<Location \"/\">\n  AuthMerging And\n  <RequireAll>\n    Require all granted")?;
        part.iter().try_for_each(|network| writeln!(file, "    Require not ip {}", bare(network)))?;
        writeln!(file, "  </RequireAll>\n</Location>")
    })
}
