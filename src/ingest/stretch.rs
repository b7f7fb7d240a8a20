//! A file read by several at once: each reads the rows that start in a stretch of it, and the stretches are put together.
//!
//! Nobody knows without reading it whether a line end in the middle of a file ends a row or stands inside a quoted cell.
//! A stretch is taken to begin behind the first line end at its start. Where the one before it turns out to end somewhere
//! else, it is read again from there: what comes of it is always what one reader gives.

use postcard::ser_flavors::Size;
use serde::{Deserialize, Serialize};

use super::intake::{Intake, IntakePart};
use super::{Format, HEAD, Parser, recognise, unpack};
use crate::error::{Error, Result};
use crate::model::settings::Checked;

/// Where the reading of a file stands between two rows: from here on it goes the same way, wherever it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Border {
    /// The byte at which the next row starts.
    pub at: u64,
    /// Rows that start before this byte may not go past a line end. Behind a quote that is never closed the lines
    /// are read again one by one, and none of them may start that search anew: each byte is read at most twice.
    pub single_until: u64,
}

/// Which rows of a file to read: those that start from a place on and before the byte `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    pub from: Begin,
    pub until: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begin {
    /// Behind the file's header.
    Header,
    /// A known border.
    Border(Border),
    /// The first row that starts at this byte, above 0, or behind.
    Byte(u64),
}

/// What a parser can do where the rows of its file stand by themselves.
pub trait Stretch {
    /// Lays the file out from its head and sets out to read the rows within the bounds. Gives the byte from which the
    /// file is to be fed.
    fn begin(&mut self, head: &[u8], bounds: Bounds) -> Result<u64>;
    /// Whether all of them were read: what is fed from now on is passed over.
    fn is_done(&self) -> bool;
    /// They are read, or the file has ended: what is still held is a last row or a truncation.
    fn end(&mut self, intake: &mut Intake);
    /// Where the first row started, as far as it was found, and where the next one will.
    fn ends(&self) -> (Option<Border>, Border);
    /// What was counted for the notes.
    fn counts(&self) -> Vec<u64>;
    /// Adds the counts of another stretch.
    fn add(&mut self, counts: &[u64]);
}

/// What one stretch gave. It goes from worker to worker as bytes, in which each column stands as it stands in memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part<'a> {
    began: Border,
    ended: Border,
    #[serde(borrow)]
    rows: IntakePart<'a>,
    counts: Vec<u64>,
}

/// A parser for a file that starts like this, at the least `HEAD` bytes of it, if it can be read in stretches.
pub fn divisible(head: &[u8], settings: &Checked) -> Option<(&'static Format, Box<dyn Parser>)> {
    // Whoever puts the stretches together reads none.
    let (format, parser, _) = begun(head, Bounds { from: Begin::Header, until: 0 }, settings)?;
    Some((format, parser))
}

/// A parser that has set out to read the rows within the bounds, and the byte from which the file is to be fed.
fn begun(head: &[u8], bounds: Bounds, settings: &Checked) -> Option<(&'static Format, Box<dyn Parser>, u64)> {
    if head.len() < HEAD || !matches!(unpack::packing(head), Ok(None)) {
        return None;
    }
    let head = &head[..HEAD];
    let format = recognise(head)?;
    let mut parser = (format.open)(settings);
    let from = parser.stretch()?.begin(head, bounds).ok()?;
    Some((format, parser, from))
}

/// Of how many rows a longer stretch has, its first slice tells too little.
const LONGEST: u64 = 64 << 20;

/// Reads one stretch.
pub struct StretchReader {
    parser: Box<dyn Parser>,
    intake: Intake,
    from: u64,
    /// How many bytes there will be, until the first of them have come.
    bytes: Option<u64>,
}

impl StretchReader {
    /// `head`: at least the first `HEAD` bytes of the file.
    ///
    /// # Errors
    /// Where the file cannot be read in stretches.
    pub fn new(head: &[u8], bounds: Bounds, settings: &Checked) -> Result<Self> {
        let (_, parser, from) = begun(head, bounds, settings).ok_or_else(indivisible)?;
        let mut intake = Intake::default();
        intake.begin("");
        let bytes = Some(bounds.until.saturating_sub(from)).filter(|bytes| *bytes < LONGEST);
        Ok(StretchReader { parser, intake, from, bytes })
    }

    /// The byte from which the file is to be fed.
    pub fn from(&self) -> u64 {
        self.from
    }

    /// Takes the next slice; gives whether that was enough.
    pub fn feed(&mut self, slice: &[u8]) -> Result<bool> {
        self.parser.feed(slice, &mut self.intake)?;
        if let Some(bytes) = self.bytes.take().filter(|bytes| *bytes > slice.len() as u64) {
            self.intake.expect(slice.len() as f64 / bytes as f64);
        }
        Ok(self.parser.stretch().is_some_and(|stretch| stretch.is_done()))
    }

    /// Ends the stretch: it is done, or the file has ended. Gives a part for `Joiner::append`.
    ///
    /// # Errors
    /// Where it is too large for the memory there is.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        let stretch = self.parser.stretch().ok_or_else(indivisible)?;
        stretch.end(&mut self.intake);
        let (began, ended) = stretch.ends();
        let counts = stretch.counts();
        let part = Part { began: began.unwrap_or(ended), ended, rows: self.intake.part(), counts };
        bytes_of(&part).map_err(|error| Error::unreadable(format!("a stretch cannot be handed on: {error}")))
    }
}

/// A part as bytes, in one piece of memory from the start: it is as large as the columns of its rows.
fn bytes_of(part: &Part<'_>) -> postcard::Result<Vec<u8>> {
    let size = postcard::serialize_with_flavor(part, Size::default())?;
    postcard::to_extend(part, Vec::with_capacity(size))
}

fn indivisible() -> Error {
    Error::unreadable("the rows of this file do not stand by themselves")
}

/// Puts the stretches of a file together, in their order.
pub struct Joiner {
    pub parser: Box<dyn Parser>,
    /// Where the last part ended.
    border: Option<Border>,
}

impl Joiner {
    pub fn new(parser: Box<dyn Parser>) -> Self {
        Joiner { parser, border: None }
    }

    /// Appends the next part. Where it began elsewhere than the one before it ended it is not taken, and the border
    /// is given from which its stretch is to be read again.
    ///
    /// # Errors
    /// Where it is no part.
    pub fn append(&mut self, part: &[u8], intake: &mut Intake) -> Result<Option<Border>> {
        let part: Part<'_> = postcard::from_bytes(part)
            .map_err(|error| Error::unreadable(format!("no stretch was handed on: {error}")))?;
        if let Some(border) = self.border.filter(|border| !border.leads_to(part.began)) {
            return Ok(Some(border));
        }
        self.border = Some(part.ended);
        intake.append(&part.rows);
        if let Some(stretch) = self.parser.stretch() {
            stretch.add(&part.counts);
        }
        Ok(None)
    }
}

impl Border {
    /// Whether what was read from the other border on is what would have been read from this one.
    fn leads_to(self, other: Border) -> bool {
        self == other || self.at == other.at && self.single_until <= self.at && other.single_until <= other.at
    }
}
