//! `palo-alto-edl.txt`: an external dynamic list for PAN-OS.

use super::blocklist::bare;
use super::limits::{self, Limits};
use super::sheet::{Sheet, lines};
use super::{Export, Exporter, Shelf};
use crate::about::About;

const LIMITS: Limits = limits::up_to(50_000);

pub const PALO_ALTO_EDL: Exporter = Exporter {
    about: About {
        key: "palo_alto_edl",
        title: "Palo Alto external dynamic list",
        help: "A list of type IP address: put it on a web server of yours and use the list as the source of a deny rule.",
        limits: "PAN-OS takes comments only behind an entry, so the file has no opening comment. 50,000 entries in one list, the capacity of smaller models; more are split over several lists, and a smaller model then holds not all. Put up an empty list to undo.",
    },
    files: &["palo-alto-edl.txt"],
    standard: false,
    limits: LIMITS,
    write,
};

const SHEET: Sheet<'_> =
    Sheet { what: "", usage: &[], stem: "palo-alto-edl", ending: "txt", mark: None, limits: LIMITS };

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> std::io::Result<()> {
    lines(export, shelf, &SHEET, bare)
}
