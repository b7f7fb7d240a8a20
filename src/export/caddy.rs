//! `flowglass.caddy`: a snippet for a Caddyfile.

use std::io;

use super::blocklist::{Blocklist, bare};
use super::limits::{self, Limits};
use super::sheet::Sheet;
use super::{Export, Exporter, Shelf};
use crate::about::About;

const LIMITS: Limits = limits::ANY;

pub const CADDY: Exporter = Exporter {
    about: About {
        key: "caddy",
        title: "Caddy",
        help: "A snippet that closes the connection on the listed networks: import the file at the top of the \
               Caddyfile and the snippet flowglass in each site. Take both imports away and reload to undo.",
        limits: "Behind another proxy Caddy sees that proxy: use client_ip with trusted_proxies instead of remote_ip. \
                 The entries do not expire by themselves.",
    },
    files: &["flowglass.caddy"],
    standard: false,
    limits: LIMITS,
    write,
};

const SHEET: Sheet<'_> = Sheet {
    what: "Flowglass block list for Caddy",
    usage: &["at the top of the Caddyfile: import flowglass.caddy", "in each site: import flowglass"],
    stem: "flowglass",
    ending: "caddy",
    mark: Some("# "),
    limits: LIMITS,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    SHEET.write(&list, &list.networks, shelf, |file, _, part| {
        // A matcher without addresses is an error, so an empty list is an empty snippet.
        if part.is_empty() {
            return writeln!(file, "(flowglass) {{\n}}");
        }
        writeln!(file, "(flowglass) {{\n\t@flowglass {{")?;
        part.iter().try_for_each(|network| writeln!(file, "\t\tremote_ip {}", bare(network)))?;
        writeln!(file, "\t}}\n\tabort @flowglass\n}}")
    })
}
