//! The inputs, made from a seed, as files.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use flowglass::sample::{self, Packets, Pairs, Shape};

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
        let bytes = write(&path, |sink| sample::stream(Shape { seed: SEED, rows, pairs }, sink));
        Input { path, rows, pairs, bytes }
    }

    pub fn megabytes(&self) -> f64 {
        self.bytes as f64 / 1e6
    }
}

/// A file on which reading alone is timed.
pub struct Readable {
    pub name: &'static str,
    pub path: PathBuf,
    pub bytes: u64,
}

/// What is read, and how much of it: enough for each to take a second or so.
const TABLE_ROWS: u64 = 4_000_000;
const LOG_ROWS: u64 = 2_000_000;
const CAPTURE: u64 = 300 << 20;

pub const TABLE: &str = "table";
pub const MIXED: &str = "capture";
pub const HEADERS: &str = "capture of headers only";
pub const LOG: &str = "Zeek conn.log";
pub const CAPTURES: [&str; 2] = [MIXED, HEADERS];

impl Readable {
    pub const NAMES: [&str; 4] = [TABLE, MIXED, HEADERS, LOG];

    pub fn new(folder: &Path, name: &'static str) -> Readable {
        let path = folder.join(name.replace(' ', "-"));
        let bytes = write(&path, |sink| match name {
            TABLE => sample::stream(Shape { seed: SEED, rows: TABLE_ROWS, pairs: Pairs::Repeated }, sink),
            LOG => sample::conn_log(SEED, LOG_ROWS, sink),
            MIXED => drop(sample::capture(SEED, CAPTURE, Packets::Mixed, sink)),
            _ => drop(sample::capture(SEED, CAPTURE, Packets::Headers, sink)),
        });
        Readable { name, path, bytes }
    }

    pub fn megabytes(&self) -> f64 {
        self.bytes as f64 / 1e6
    }

    pub fn is_capture(&self) -> bool {
        CAPTURES.contains(&self.name)
    }
}

/// Writes what is made, and gives its length.
fn write(path: &Path, make: impl FnOnce(&mut dyn FnMut(&[u8]))) -> u64 {
    let mut file = BufWriter::new(File::create(path).expect("the folder can be written"));
    let mut bytes = 0;
    make(&mut |slice| {
        bytes += slice.len() as u64;
        file.write_all(slice).expect("there is room for the input");
    });
    file.flush().expect("there is room for the input");
    bytes
}
