//! What the two plain address lists share: one canonical address per line, by falling risk.

use std::io::{self, Write};

use super::{Export, Shelf};
use crate::model::report::Decision;

/// Writes the IP addresses of all hosts whose decision is at least `least`, in the report's order.
pub fn write(export: &Export<'_>, shelf: &mut dyn Shelf, name: &str, least: Decision) -> io::Result<()> {
    let mut file = io::BufWriter::new(shelf.file(name, "text/plain")?);
    for host in export.outcome.report.hosts.iter().filter(|host| host.decision >= least) {
        if let Some(ip) = host.address.ip() {
            writeln!(file, "{ip}")?;
        }
    }
    file.flush()
}
