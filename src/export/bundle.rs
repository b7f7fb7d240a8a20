//! All files of an analysis as one zip, written as it is made so that no file is held whole.

use std::io::{self, Write};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::{EXPORTERS, Export, Exporter, Shelf, clock};

/// Past this many rows `rows.csv` could reach the 4 GiB at which a zip entry needs 64-bit sizes:
/// 2^32 bytes at 64 bytes a row. The larger form is not used below that, as some readers lack it.
const LARGE_ROWS: usize = 1 << 26;

/// A shelf that is a zip. All entries carry the time the export was made.
pub struct ZipShelf<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    options: SimpleFileOptions,
}

impl<W: Write> ZipShelf<W> {
    /// `now` is in seconds since 1970; a zip holds the years 1980 to 2107 and outside of them gets the nearest.
    pub fn new(writer: W, now: i64, large: bool) -> Self {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(clock::zip_time(now))
            .large_file(large);
        ZipShelf { zip: ZipWriter::new_stream(writer), options }
    }

    /// Writes the directory and gives the writer back.
    pub fn finish(self) -> io::Result<W> {
        Ok(self.zip.finish().map_err(io::Error::other)?.into_inner())
    }
}

impl<W: Write> Shelf for ZipShelf<W> {
    fn file(&mut self, name: &str, _mime: &str) -> io::Result<&mut dyn Write> {
        self.zip.start_file(name, self.options).map_err(io::Error::other)?;
        Ok(&mut self.zip)
    }
}

/// Writes the outputs every analysis has as one zip. The same export gives the same bytes.
pub fn zip<W: Write>(export: &Export<'_>, writer: W) -> io::Result<W> {
    let exporters: Vec<&Exporter> = EXPORTERS.iter().copied().filter(|e| e.standard).collect();
    zip_of(export, &exporters, writer)
}

/// Writes the outputs of `exporters` as one zip, those that are not part of every analysis under `exports/`.
pub fn zip_of<W: Write>(export: &Export<'_>, exporters: &[&Exporter], writer: W) -> io::Result<W> {
    let large = export.outcome.traffic.rows() >= LARGE_ROWS;
    let mut shelf = ZipShelf::new(writer, export.now, large);
    for exporter in exporters {
        if exporter.standard {
            (exporter.write)(export, &mut shelf)?;
        } else {
            (exporter.write)(export, &mut Subfolder(&mut shelf))?;
        }
    }
    shelf.finish()
}

/// A shelf whose files stand under `exports/` of another.
struct Subfolder<'a>(&'a mut dyn Shelf);

impl Shelf for Subfolder<'_> {
    fn file(&mut self, name: &str, mime: &str) -> io::Result<&mut dyn Write> {
        self.0.file(&format!("exports/{name}"), mime)
    }
}
