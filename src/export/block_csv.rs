//! `blocked.csv`: the blocked addresses as a table for a spreadsheet.

use std::io::{self, BufWriter, Write};

use super::blocklist::Blocklist;
use super::cell::cell;
use super::entry::{entries, role};
use super::{Export, Exporter, Shelf, limits};
use crate::about::About;

pub const BLOCK_CSV: Exporter = Exporter {
    about: About {
        key: "block_csv",
        title: "Blocked addresses as CSV",
        help: "One line per blocked address with its risk, role, number of rows, the detectors that noticed it, the \
               MITRE ATT&CK techniques and when it was seen first and last, by falling risk.",
        limits: "No comment lines, as spreadsheets have none, and nothing quoted from the input: countries and \
                 network names stand in the report.",
    },
    files: &["blocked.csv"],
    standard: false,
    limits: limits::ANY,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut file = BufWriter::new(shelf.file("blocked.csv", "text/csv")?);
    writeln!(file, "address,risk,role,rows,detectors,techniques,first_seen,last_seen")?;
    for entry in entries(export, &list) {
        let (first, last) = (entry.first_seen.unwrap_or_default(), entry.last_seen.unwrap_or_default());
        writeln!(
            file,
            "{},{},{},{},{},{},{},{}",
            entry.address,
            entry.risk,
            role(entry.role),
            entry.rows,
            cell(&entry.detectors.join(" ")),
            cell(&entry.techniques.join(" ")),
            cell(&first),
            cell(&last),
        )?;
    }
    file.flush()
}
