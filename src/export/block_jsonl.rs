//! `blocked.jsonl`: the blocked addresses as JSON Lines.

use std::io::{self, BufWriter, Write};

use super::blocklist::Blocklist;
use super::entry::entries;
use super::{Export, Exporter, Shelf, limits};
use crate::about::About;

pub const BLOCK_JSONL: Exporter = Exporter {
    about: About {
        key: "block_jsonl",
        title: "Blocked addresses as JSON Lines",
        help: "One JSON object per line and blocked address, with the fields of the CSV, for log pipelines and SIEMs.",
        limits: "JSON has no comments: where the list comes from stands in the other files and in the report.",
    },
    files: &["blocked.jsonl"],
    standard: false,
    limits: limits::ANY,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut file = BufWriter::new(shelf.file("blocked.jsonl", "application/x-ndjson")?);
    for entry in entries(export, &list) {
        serde_json::to_writer(&mut file, &entry)?;
        file.write_all(b"\n")?;
    }
    file.flush()
}
