//! `cidr-list.txt`: the block list as networks, one per line.

use super::limits::{self, Limits};
use super::sheet::{Sheet, lines};
use super::{Export, Exporter, Shelf};
use crate::about::About;

const LIMITS: Limits = limits::ANY;

pub const CIDR_LIST: Exporter = Exporter {
    about: About {
        key: "cidr_list",
        title: "CIDR list",
        help: "Neighbouring addresses joined to networks in CIDR notation, one per line: the same addresses in fewer entries.",
        limits: "A program that reads single addresses only needs the plain list.",
    },
    files: &["cidr-list.txt"],
    standard: false,
    limits: LIMITS,
    write,
};

const SHEET: Sheet<'_> = Sheet {
    what: "Flowglass block list, CIDR networks",
    usage: &[],
    stem: "cidr-list",
    ending: "txt",
    mark: Some("# "),
    limits: LIMITS,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> std::io::Result<()> {
    lines(export, shelf, &SHEET, ToString::to_string)
}
