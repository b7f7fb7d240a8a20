//! A shelf in memory: the page makes its download links from it, and tests read it back.

use std::io::{self, Write};

use super::Shelf;

/// Files in the order they were written: `(name, MIME type, bytes)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryShelf(pub Vec<(String, String, Vec<u8>)>);

impl Shelf for MemoryShelf {
    fn file(&mut self, name: &str, mime: &str) -> io::Result<&mut dyn Write> {
        self.0.push((name.to_owned(), mime.to_owned(), Vec::new()));
        Ok(&mut self.0.last_mut().expect("a file was just pushed").2)
    }
}
