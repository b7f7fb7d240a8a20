//! `fortinet-feed.txt`: an external IP address feed for FortiGate.

use super::blocklist::bare;
use super::limits::{self, Limits};
use super::sheet::{Sheet, lines};
use super::{Export, Exporter, Shelf};
use crate::about::About;

const LIMITS: Limits = limits::up_to(131_072);

pub const FORTINET_FEED: Exporter = Exporter {
    about: About {
        key: "fortinet_feed",
        title: "Fortinet feed",
        help: "A list for an external connector of type IP address: put it on a web server of yours and use the feed in a deny policy.",
        limits: "131,072 entries in one feed, which is what FortiOS before 7.4.4 takes; more are split over several feeds. Put up an empty list to undo.",
    },
    files: &["fortinet-feed.txt"],
    standard: false,
    limits: LIMITS,
    write,
};

const SHEET: Sheet<'_> = Sheet {
    what: "Flowglass block list for a FortiGate IP address feed",
    usage: &[],
    stem: "fortinet-feed",
    ending: "txt",
    mark: Some("# "),
    limits: LIMITS,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> std::io::Result<()> {
    lines(export, shelf, &SHEET, bare)
}
