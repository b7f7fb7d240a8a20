//! The spool: accepted alerts on disk until they are sent, and what became of them.
//!
//! ```text
//! tmp/    files being written; emptied at the start
//! queue/  accepted, not yet settled
//! sent/   receipts, without the alert's text, kept as long as its key
//! dead/   given up on, with the text and the reasons; kept until somebody removes or revives them
//! ```
//!
//! A file appears by: write to tmp/, fsync, rename, fsync of the folder. So each is there whole or not at all, and a
//! name that was there before a power cut is there after it, as far as the disk keeps its promises.

use crate::alert::Alert;
use crate::idempotency::KEPT_SECONDS;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind::{InvalidData, Other, UnexpectedEof};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const FOLDERS: [&str; 4] = ["tmp", "queue", "sent", "dead"];
/// Larger than any entry: the alert is at most 256 KiB as JSON, and reasons are cut.
const FILE_MAX: u64 = 1 << 20;

/// One alert's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// A version 7 UUID: unique, and in the order of acceptance. The mail's Message-ID is made of it.
    pub id: String,
    /// Seconds since 1970.
    pub accepted: f64,
    /// Hash of the idempotency key, if it came with one.
    pub key: Option<String>,
    /// `Alert::digest`.
    pub digest: String,
    /// Attempts so far.
    pub tries: u32,
    /// Recipients whose server said yes.
    pub delivered: Vec<String>,
    /// Recipients whose server said never.
    pub refused: Vec<String>,
    /// What went wrong last.
    pub reason: Option<String>,
    /// The alert; absent in a receipt.
    pub alert: Option<Alert>,
}

/// What a spool held when it was opened.
pub struct Found {
    /// Not yet settled, oldest first.
    pub queued: Vec<Entry>,
    /// Receipts and dead letters, whose keys are still to be honoured; without texts.
    pub settled: Vec<Entry>,
    /// Names of files that are not entries; they were moved to `dead/`.
    pub unreadable: Vec<String>,
}

/// An open spool; the lock file keeps a second process out and is released by the kernel, even after kill -9.
pub struct Spool {
    folder: PathBuf,
    _lock: File,
}

impl Spool {
    /// Opens or creates the spool and settles what a crash left half done.
    pub fn open(folder: &Path) -> io::Result<(Self, Found)> {
        for name in FOLDERS {
            make_folder(&folder.join(name))?;
        }
        sync_folder(folder)?;
        let lock = File::create(folder.join("lock"))?;
        lock.try_lock().map_err(|e| io::Error::other(format!("{} is in use: {e}", folder.display())))?;
        let spool = Self { folder: folder.to_owned(), _lock: lock };
        for entry in fs::read_dir(spool.folder.join("tmp"))? {
            fs::remove_file(entry?.path())?;
        }
        let found = spool.look()?;
        Ok((spool, found))
    }

    fn look(&self) -> io::Result<Found> {
        let mut found = Found { queued: Vec::new(), settled: Vec::new(), unreadable: Vec::new() };
        for name in self.names("queue")? {
            // A receipt or dead letter is written before the queue's file goes.
            if ["sent", "dead"].iter().any(|done| self.folder.join(done).join(&name).exists()) {
                self.remove("queue", &name)?;
                continue;
            }
            match self.read("queue", &name) {
                Ok(entry) => found.queued.push(entry),
                // The disk failing is another matter: then do not start.
                Err(e) if !matches!(e.kind(), InvalidData | UnexpectedEof | Other) => return Err(e),
                Err(_) => {
                    fs::rename(
                        self.folder.join("queue").join(&name),
                        self.folder.join("dead").join(format!("{name}.unreadable")),
                    )?;
                    found.unreadable.push(name);
                }
            }
        }
        for folder in ["sent", "dead"] {
            for name in self.names(folder)? {
                if let Ok(entry) = self.read(folder, &name) {
                    found.settled.push(Entry { alert: None, ..entry });
                }
            }
        }
        Ok(found)
    }

    /// Makes an accepted alert durable. After `Err` it was not accepted, and its file is gone as far as that is possible.
    pub fn accept(&self, entry: &Entry) -> io::Result<()> {
        self.write("queue", entry).inspect_err(|_| {
            let _ = fs::remove_file(self.path("queue", &entry.id));
        })
    }

    /// The alert waiting under `id`.
    pub fn load(&self, id: &str) -> io::Result<Entry> {
        self.read("queue", &format!("{id}.json"))
    }

    /// Replaces the waiting file by `entry`: an attempt was made.
    pub fn update(&self, entry: &Entry) -> io::Result<()> {
        self.write("queue", entry)
    }

    /// All recipients have it: the receipt, then the waiting file goes.
    pub fn finish(&self, entry: &Entry) -> io::Result<()> {
        self.write("sent", &Entry { alert: None, ..entry.clone() })?;
        self.remove("queue", &format!("{}.json", entry.id))
    }

    /// Given up on: the dead letter, then the waiting file goes.
    pub fn bury(&self, entry: &Entry) -> io::Result<()> {
        self.write("dead", entry)?;
        self.remove("queue", &format!("{}.json", entry.id))
    }

    /// Puts every dead letter back into the queue, with its tries and refusals forgotten. Returns how many.
    pub fn revive(&self) -> io::Result<usize> {
        let mut revived = 0;
        for name in self.names("dead")? {
            let Ok(entry) = self.read("dead", &name) else { continue };
            // The dead letter goes last: a crash in between leaves both, and then it stays dead until the next call.
            self.write("queue", &Entry { tries: 0, refused: Vec::new(), ..entry })?;
            self.remove("dead", &name)?;
            revived += 1;
        }
        Ok(revived)
    }

    /// Removes receipts whose key is no longer kept; `now` in seconds since 1970.
    pub fn forget_old(&self, now: f64) -> io::Result<()> {
        for name in self.names("sent")? {
            if self.read("sent", &name).is_ok_and(|entry| now - entry.accepted > KEPT_SECONDS) {
                fs::remove_file(self.folder.join("sent").join(&name))?;
            }
        }
        Ok(())
    }

    /// Number of dead letters.
    pub fn dead(&self) -> io::Result<usize> {
        Ok(self.names("dead")?.len())
    }

    /// The `.json` files of a folder, sorted: by time of acceptance.
    fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder.join(folder))? {
            if let Ok(name) = entry?.file_name().into_string()
                && name.ends_with(".json")
            {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn path(&self, folder: &str, id: &str) -> PathBuf {
        self.folder.join(folder).join(format!("{id}.json"))
    }

    fn read(&self, folder: &str, name: &str) -> io::Result<Entry> {
        let path = self.folder.join(folder).join(name);
        if fs::metadata(&path)?.len() > FILE_MAX {
            return Err(io::Error::other("too large for an entry"));
        }
        let entry: Entry = serde_json::from_slice(&fs::read(path)?)?;
        // The name is what a path is made of, so it must be the id and nothing else.
        if format!("{}.json", entry.id) != name || (folder == "queue" && entry.alert.is_none()) {
            return Err(io::Error::other("not an entry of this folder"));
        }
        Ok(entry)
    }

    fn write(&self, folder: &str, entry: &Entry) -> io::Result<()> {
        let temporary = self.path("tmp", &entry.id);
        let mut file = private().write(true).create(true).truncate(true).open(&temporary)?;
        file.write_all(&serde_json::to_vec(entry)?)?;
        file.sync_all()?;
        fs::rename(&temporary, self.path(folder, &entry.id))?;
        sync_folder(&self.folder.join(folder))
    }

    fn remove(&self, folder: &str, name: &str) -> io::Result<()> {
        fs::remove_file(self.folder.join(folder).join(name))?;
        sync_folder(&self.folder.join(folder))
    }
}

/// Files for the owner only: alerts name addresses.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes the names in a folder durable. Windows has no such call and journals names itself.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
#[path = "spool_tests.rs"]
mod tests;
