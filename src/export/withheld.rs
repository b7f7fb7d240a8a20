//! `withheld.csv`: which addresses are not on the block lists although their risk says so, and why.

use std::io::{self, BufWriter, Write};

use super::blocklist::Blocklist;
use super::cell::cell;
use super::{Export, Exporter, Shelf, limits};
use crate::about::About;

pub const WITHHELD: Exporter = Exporter {
    about: About {
        key: "withheld",
        title: "Withheld addresses",
        help: "Every address whose risk says block but which stands on no block list, with the reason: allow-listed, \
               private, your own, a victim, a gateway, a name server that hosts here rely on.",
        limits: "A gateway is recognised only by DHCP or router advertisements in a capture, or by its private address; \
                 name your own networks otherwise. One who falsely announces itself as gateway or name server is \
                 withheld, too, and stands here.",
    },
    files: &["withheld.csv"],
    standard: false,
    limits: limits::ANY,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut file = BufWriter::new(shelf.file("withheld.csv", "text/csv")?);
    writeln!(file, "address,reason")?;
    for (address, reason) in &list.withheld {
        writeln!(file, "{},{}", cell(address), cell(reason))?;
    }
    file.flush()
}
