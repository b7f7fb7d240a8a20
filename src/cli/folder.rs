//! A folder that takes an exporter's files.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flowglass::export::Shelf;

/// Writes each file into one folder, made where it is missing.
pub struct Folder {
    path: PathBuf,
    open: Option<BufWriter<File>>,
    pub written: Vec<String>,
}

impl Folder {
    pub fn new(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        Ok(Folder { path: path.to_owned(), open: None, written: Vec::new() })
    }

    /// Makes sure that the last file is whole.
    pub fn finish(&mut self) -> io::Result<()> {
        self.open.take().map_or(Ok(()), |mut file| file.flush())
    }
}

impl Shelf for Folder {
    fn file(&mut self, name: &str, _mime: &str) -> io::Result<&mut dyn Write> {
        self.finish()?;
        let file = File::create(self.path.join(name))?;
        self.written.push(name.to_owned());
        Ok(self.open.insert(BufWriter::with_capacity(1 << 20, file)))
    }
}
