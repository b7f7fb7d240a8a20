//! The inputs: tables made from a seed, as files.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use flowglass::sample::{self, Pairs, Shape};

/// Any number would do; this one makes runs comparable.
const SEED: u64 = 4;

/// One table on disk.
#[derive(Debug, Clone)]
pub struct Input {
    pub path: PathBuf,
    pub rows: u64,
    pub pairs: Pairs,
    pub bytes: u64,
}

impl Input {
    /// The eight-column table of this many rows.
    pub fn table(folder: &Path, rows: u64, pairs: Pairs) -> Input {
        let path = folder.join(format!("{rows}-{pairs:?}.csv"));
        let mut file = File::create(&path).expect("the folder can be written");
        let mut bytes = 0;
        sample::stream(Shape { seed: SEED, rows, pairs }, &mut |slice| {
            bytes += slice.len() as u64;
            file.write_all(slice).expect("there is room for the input");
        });
        Input { path, rows, pairs, bytes }
    }

    pub fn megabytes(&self) -> f64 {
        self.bytes as f64 / 1e6
    }
}
