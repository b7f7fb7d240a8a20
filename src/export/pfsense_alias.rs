//! `pfsense-alias.txt`: a URL table alias for pfSense and OPNsense.

use super::blocklist::bare;
use super::limits::{self, Limits};
use super::sheet::{Sheet, lines};
use super::{Export, Exporter, Shelf};
use crate::about::About;

const LIMITS: Limits = limits::ANY;

pub const PFSENSE_ALIAS: Exporter = Exporter {
    about: About {
        key: "pfsense_alias",
        title: "pfSense and OPNsense alias",
        help: "A list for a URL Table (IPs) alias: put it on a web server of yours, name its address in the alias, and use the alias in a block rule.",
        limits: "The box fetches the list again on its own schedule; put up an empty list to undo. Both boxes limit the entries of all tables together (Firewall Maximum Table Entries).",
    },
    files: &["pfsense-alias.txt"],
    standard: false,
    limits: LIMITS,
    write,
};

const SHEET: Sheet<'_> = Sheet {
    what: "Flowglass block list for a URL table alias",
    usage: &[],
    stem: "pfsense-alias",
    ending: "txt",
    mark: Some("# "),
    limits: LIMITS,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> std::io::Result<()> {
    lines(export, shelf, &SHEET, bare)
}
