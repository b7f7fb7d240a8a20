//! `haproxy-block.lst`: an address file for an HAProxy acl.

use super::blocklist::bare;
use super::limits::{self, Limits};
use super::sheet::{Sheet, lines};
use super::{Export, Exporter, Shelf};
use crate::about::About;

const LIMITS: Limits = limits::ANY;

pub const HAPROXY: Exporter = Exporter {
    about: About {
        key: "haproxy",
        title: "HAProxy",
        help: "One network per line, for an acl that reads its addresses from a file. Take the acl away and reload to undo.",
        limits: "Behind another proxy HAProxy sees that proxy: match the header it sets instead of src. The entries do not expire by themselves.",
    },
    files: &["haproxy-block.lst"],
    standard: false,
    limits: LIMITS,
    write,
};

const SHEET: Sheet<'_> = Sheet {
    what: "Flowglass block list for HAProxy",
    usage: &[
        "in a frontend: acl flowglass src -f haproxy-block.lst",
        "then: tcp-request connection reject if flowglass",
    ],
    stem: "haproxy-block",
    ending: "lst",
    mark: Some("# "),
    limits: LIMITS,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> std::io::Result<()> {
    lines(export, shelf, &SHEET, bare)
}
