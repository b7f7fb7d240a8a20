//! Reads the files that the command names into an analysis.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flowglass::analysis::Analysis;
use flowglass::error::{Error, Raise};
use flowglass::geo;
use flowglass::ingest::SLICE;
use flowglass::ingest::reader::digest::Digest;
use flowglass::model::settings::Checked;

use super::Failure;
use super::progress::ProgressLine;

/// All files, read.
pub struct Intake {
    pub analysis: Analysis,
    /// Of each traffic file.
    pub digests: Vec<Digest>,
    /// The first limit that stopped a file.
    pub raise: Option<Box<Raise>>,
}

/// Why a file could not be read to its end.
struct Stop {
    reason: String,
    raise: Option<Box<Raise>>,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        let flag = error.raise.as_ref().map(|raise| format!(": --set {}={}", raise.setting, raise.to));
        Stop { reason: format!("{error}{}", flag.unwrap_or_default()), raise: error.raise }
    }
}

/// Feeds every file. One that cannot be read is said so and passed over.
pub fn read(
    files: &[PathBuf],
    databases: &[PathBuf],
    settings: Checked,
    line: &mut ProgressLine,
) -> Result<Intake, Failure> {
    let mut intake = Intake { analysis: Analysis::new(settings), digests: Vec::new(), raise: None };
    let mut read = 0;
    for path in databases {
        match fs::read(path) {
            Ok(bytes) => intake.analysis.database(&name(path), bytes),
            Err(error) => return Err(Failure::usage(vec![format!("{}: {error}", path.display())])),
        }
    }
    for path in files {
        match feed(&mut intake, path, line) {
            Ok(()) => read += 1,
            Err(stop) => {
                line.clear();
                eprintln!("flowglass: {}", stop.reason);
                intake.raise = intake.raise.or(stop.raise);
            }
        }
    }
    // What was read of a file before it stopped is kept.
    if read == 0 && intake.analysis.rows() == 0 {
        return Err(Failure::nothing("none of the files could be read"));
    }
    Ok(intake)
}

/// Feeds one file.
fn feed(intake: &mut Intake, path: &Path, line: &mut ProgressLine) -> Result<(), Stop> {
    let at = |error: &dyn std::fmt::Display| Stop { reason: format!("{}: {error}", path.display()), raise: None };
    if path.is_dir() {
        return Err(at(&"this is a folder; name the files in it"));
    }
    let mut file = File::open(path).map_err(|error| at(&error))?;
    if is_database(&mut file).map_err(|error| at(&error))? {
        let bytes = fs::read(path).map_err(|error| at(&error))?;
        intake.analysis.database(&name(path), bytes);
        return Ok(());
    }
    let size = file.metadata().map_or(0, |data| data.len());
    let analysis = &mut intake.analysis;
    analysis.begin(&name(path));
    intake.digests.push(Digest::default());
    let digest = intake.digests.last_mut().expect("one was just added");
    let mut slice = vec![0; SLICE];
    let mut done = 0;
    loop {
        let length = file.read(&mut slice).map_err(|error| at(&error))?;
        if length == 0 {
            return Ok(analysis.finish_file()?);
        }
        digest.feed(&slice[..length]);
        if let Err(error) = analysis.feed(&slice[..length]) {
            // The hash is of the whole file, however much of it was read.
            while let Ok(length @ 1..) = file.read(&mut slice) {
                digest.feed(&slice[..length]);
            }
            return Err(error.into());
        }
        done += length as u64;
        line.show(&format!("Reading {}: {} of {} MB, {} rows", name(path), done >> 20, size >> 20, analysis.rows()));
    }
}

/// A database among the traffic files is told by its content, as on the page.
fn is_database(file: &mut File) -> std::io::Result<bool> {
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(geo::TAIL)))?;
    let mut tail = Vec::new();
    Read::by_ref(file).take(geo::TAIL).read_to_end(&mut tail)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(geo::is_database(&tail))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
