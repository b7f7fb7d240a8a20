//! What all JSON block lists share.

use std::io::{self, BufWriter, Write};

use serde_json::Value;

use super::Shelf;

/// Writes one JSON document.
pub fn write(shelf: &mut dyn Shelf, name: &str, document: &Value) -> io::Result<()> {
    let mut file = BufWriter::new(shelf.file(name, "application/json")?);
    serde_json::to_writer_pretty(&mut file, document)?;
    file.write_all(b"\n")?;
    file.flush()
}

/// Says that a target cannot hold the list and that nothing was written for it, as half a list would deceive.
pub fn too_many(shelf: &mut dyn Shelf, stem: &str, entries: usize, most: usize, advice: &str) -> io::Result<()> {
    let file = shelf.file(&format!("{stem}-too-many.txt"), "text/plain")?;
    writeln!(file, "{entries} entries, and {stem} holds at most {most}: nothing was written. {advice}")
}
