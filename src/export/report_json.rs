//! `report.json`: the whole report for other programs; `docs/report.schema.json` describes it.

use std::io::{self, Write};

use super::{Export, Exporter, Shelf, limits};
use crate::about::About;

pub const REPORT_JSON: Exporter = Exporter {
    about: About {
        key: "report_json",
        title: "Report",
        help: "Everything the analysis found, as JSON: inputs and their hashes, settings, models, detectors, findings, \
               hosts with risk and decision, withheld and rejected. The same input and settings give the same bytes.",
        limits: "It names the input files and quotes what was found in them: read it before passing it on. It lists \
                 the first 1,000 rejected rows; the counts are complete. Single rows stand in rows.csv.",
    },
    files: &["report.json"],
    standard: true,
    limits: limits::ANY,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let mut file = io::BufWriter::new(shelf.file("report.json", "application/json")?);
    serde_json::to_writer_pretty(&mut file, &export.outcome.report)?;
    file.write_all(b"\n")?;
    file.flush()
}
