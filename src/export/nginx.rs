//! `nginx-deny.conf`: deny lines for nginx.

use super::blocklist::bare;
use super::limits::{self, Limits};
use super::sheet::{Sheet, lines};
use super::{Export, Exporter, Shelf};
use crate::about::About;

const LIMITS: Limits = limits::ANY;

pub const NGINX: Exporter = Exporter {
    about: About {
        key: "nginx",
        title: "nginx",
        help: "One deny line per network, to include in an http, server or location block. Take the include away and reload to undo.",
        limits: "Behind another proxy nginx sees that proxy: set real_ip_header and set_real_ip_from first. Past some ten thousand lines a reload takes noticeably long. The entries do not expire by themselves.",
    },
    files: &["nginx-deny.conf"],
    standard: false,
    limits: LIMITS,
    write,
};

const SHEET: Sheet<'_> = Sheet {
    what: "Flowglass block list for nginx",
    usage: &["in an http, server or location block: include nginx-deny.conf;"],
    stem: "nginx-deny",
    ending: "conf",
    mark: Some("# "),
    limits: LIMITS,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> std::io::Result<()> {
    lines(export, shelf, &SHEET, |network| format!("deny {};", bare(network)))
}
