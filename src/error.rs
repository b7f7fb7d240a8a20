//! What can go wrong, where in the input, and what the person can do about it.

use std::fmt;

use serde::Serialize;

/// A place in an input file. Every part is optional: give what is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    /// The file's name as the person gave it.
    pub file: Option<String>,
    /// The data row or packet, counted from 1.
    pub record: Option<u64>,
    /// The byte offset from the start of the (decompressed) file.
    pub byte: Option<u64>,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some(file) = &self.file {
            parts.push(file.clone());
        }
        if let Some(record) = self.record {
            parts.push(format!("row {record}"));
        }
        if let Some(byte) = self.byte {
            parts.push(format!("byte {byte}"));
        }
        f.write_str(&parts.join(", "))
    }
}

/// The kinds of failure. Each carries a sentence that says what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing at all could be read from an input.
    Unreadable(String),
    /// A setting is out of its range or not known.
    Setting(String),
    /// A GeoIP database is damaged or of a kind that cannot serve.
    Database(String),
    /// An output could not be written.
    Output(String),
}

/// A limit that stopped the reading, and what it may be raised to: a question to the person, who alone knows whether to
/// trust the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Raise {
    /// The setting's key, label and unit.
    pub setting: &'static str,
    pub label: &'static str,
    pub unit: &'static str,
    pub to: i64,
}

/// One failure, with its place in the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    pub at: Position,
    /// `None` where no limit is to blame.
    pub raise: Option<Box<Raise>>,
}

impl Error {
    pub fn unreadable(what: impl Into<String>) -> Self {
        ErrorKind::Unreadable(what.into()).into()
    }

    pub fn setting(what: impl Into<String>) -> Self {
        ErrorKind::Setting(what.into()).into()
    }

    pub fn database(what: impl Into<String>) -> Self {
        ErrorKind::Database(what.into()).into()
    }

    pub fn output(what: impl Into<String>) -> Self {
        ErrorKind::Output(what.into()).into()
    }

    /// The same failure, in the named file.
    pub fn in_file(mut self, file: &str) -> Self {
        self.at.file = Some(file.to_owned());
        self
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Error { kind, at: Position::default(), raise: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.to_string();
        if !at.is_empty() {
            write!(f, "{at}: ")?;
        }
        match &self.kind {
            ErrorKind::Unreadable(what)
            | ErrorKind::Setting(what)
            | ErrorKind::Database(what)
            | ErrorKind::Output(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {}

pub type Result<T> = std::result::Result<T, Error>;
