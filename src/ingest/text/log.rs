//! A log of one record per line: cut into lines, each handed to its dialect, and the account kept.

use memchr::memchr;

use crate::error::{Error, Result};
use crate::ingest::Parser;
use crate::ingest::intake::Intake;
use crate::model::record::Record;

/// The longest line read. A megabyte is a hundred times the longest honest one seen.
const MAX_LINE: usize = 1 << 20;

/// Why a line is not read. Fixed sentences: nothing of the line itself.
pub mod reason {
    pub const TOO_LONG: &str = "the line is longer than 1 MiB";
    pub const ELEMENT_TOO_LONG: &str = "the JSON object is longer than 16 MiB";
    pub use crate::ingest::intake::TRUNCATED;
    pub const NOT_JSON: &str = "the line is not a JSON object, or a field of it has the wrong type";
    pub const NO_SOURCE: &str = "the source address is missing";
    pub const BAD_SOURCE: &str = "the source address is not an address";
    pub const BAD_PORT: &str = "a port is not a number from 0 to 65535";
}

/// What a line is.
pub enum Line<'a> {
    /// A flow of its own.
    Flow(Record<'a>),
    /// A row that was understood; its flow is told elsewhere, or at the end.
    Counted,
    /// A row that makes no flow but tells something: `aside` reads it.
    Aside,
    /// A row that was understood and ends what is known of this flow.
    CountedFlow(Record<'a>),
    Bad(&'static str),
    /// A header, a comment, a blank.
    NoRow,
    /// Nothing can be read from this file.
    Fatal(Error),
}

/// A row that was read, or why it cannot be used.
pub type Seen = std::result::Result<(), &'static str>;

/// How the lines of one kind of log are read.
pub trait Dialect {
    /// `last` where the file does not end with a line end, so that the line may be cut short.
    fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a>;

    /// Reads whole lines off the start of `text`, as many as it likes, each of them a flow: how many bytes and how many
    /// lines. `line` reads on where it stops.
    fn flows(&mut self, _text: &[u8], _intake: &mut Intake) -> (usize, u64) {
        (0, 0)
    }

    /// Reads a row that `line` called `Aside`, the `row`th of the file.
    fn aside(&mut self, _line: &[u8], _row: u64, _last: bool, _intake: &mut Intake) -> Seen {
        Ok(())
    }

    /// The flows that were held to the end of the file.
    fn rest(&mut self, _intake: &mut Intake) {}

    /// Called once all is read; an error where there was nothing to read.
    fn check(&self, rows: u64) -> Result<()> {
        if rows == 0 { Err(Error::unreadable("there is a header but no row below it")) } else { Ok(()) }
    }

    fn notes(&self) -> Vec<String>;
}

/// Reads one log.
pub struct Log<D> {
    dialect: D,
    /// The unfinished line.
    held: Vec<u8>,
    /// Inside a line that was too long: all up to the next line end is dropped.
    dropping: bool,
    /// The byte of the file at which the next line starts.
    start: u64,
    rows: u64,
}

impl<D: Dialect> Log<D> {
    pub fn new(dialect: D) -> Self {
        Log { dialect, held: Vec::new(), dropping: false, start: 0, rows: 0 }
    }

    /// Takes a line without its end, `length` bytes with it.
    #[inline]
    fn line(&mut self, line: &[u8], length: usize, last: bool, intake: &mut Intake) -> Result<()> {
        let start = self.start;
        self.start += length as u64;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match self.dialect.line(line, last) {
            Line::NoRow => return Ok(()),
            Line::Fatal(error) => return Err(error),
            Line::Flow(record) => intake.accept(&record),
            Line::Counted => intake.count_packet(),
            Line::Aside => match self.dialect.aside(line, self.rows + 1, last, intake) {
                Ok(()) => intake.count_packet(),
                Err(why) => intake.reject(self.rows + 1, start, why),
            },
            Line::CountedFlow(record) => {
                intake.count_packet();
                intake.flow(&record);
            }
            Line::Bad(why) => intake.reject(self.rows + 1, start, why),
        }
        self.rows += 1;
        Ok(())
    }

    /// Takes a piece that was cut elsewhere and starts at byte `at`.
    pub fn element(&mut self, at: u64, text: &[u8], last: bool, intake: &mut Intake) -> Result<()> {
        self.start = at;
        self.line(text, text.len(), last, intake)
    }

    /// A piece that was cut elsewhere and was too long to hold.
    pub fn too_long(&mut self, at: u64, intake: &mut Intake) -> Result<()> {
        self.rows += 1;
        intake.reject(self.rows, at, reason::ELEMENT_TOO_LONG);
        Ok(())
    }

    /// Holds the start of a line, or drops it where it is too long.
    fn hold(&mut self, part: &[u8], intake: &mut Intake) {
        if !self.dropping && self.held.len() + part.len() > MAX_LINE {
            self.rows += 1;
            intake.reject(self.rows, self.start, reason::TOO_LONG);
            self.start += self.held.len() as u64;
            self.held = Vec::new();
            self.dropping = true;
        }
        if self.dropping {
            self.start += part.len() as u64;
        } else {
            self.held.extend_from_slice(part);
        }
    }
}

impl<D: Dialect> Parser for Log<D> {
    fn feed(&mut self, slice: &[u8], intake: &mut Intake) -> Result<()> {
        let mut rest = slice;
        loop {
            if self.held.is_empty() && !self.dropping {
                let (bytes, rows) = self.dialect.flows(rest, intake);
                self.start += bytes as u64;
                self.rows += rows;
                rest = &rest[bytes..];
            }
            let Some(end) = memchr(b'\n', rest) else { break };
            let line = &rest[..end];
            rest = &rest[end + 1..];
            if self.held.is_empty() && !self.dropping && line.len() <= MAX_LINE {
                self.line(line, end + 1, false, intake)?;
                continue;
            }
            self.hold(line, intake);
            if self.dropping {
                self.dropping = false;
                self.start += 1;
            } else {
                let held = std::mem::take(&mut self.held);
                self.line(&held, held.len() + 1, false, intake)?;
            }
        }
        if !rest.is_empty() {
            self.hold(rest, intake);
        }
        Ok(())
    }

    fn finish(&mut self, intake: &mut Intake) -> Result<()> {
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            let (start, before) = (self.start, intake.accepted());
            self.line(&held, held.len(), true, intake)?;
            // A JSON object says itself where it ends.
            if intake.accepted() > before && !held.trim_ascii_end().ends_with(b"}") {
                intake.unended(start);
            }
        }
        self.dialect.rest(intake);
        self.dialect.check(self.rows)
    }

    fn notes(&self) -> Vec<String> {
        self.dialect.notes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::Address;

    /// A line is its source address, or bad.
    struct Plain;

    impl Dialect for Plain {
        fn line<'a>(&mut self, line: &'a [u8], _last: bool) -> Line<'a> {
            let address = std::str::from_utf8(line).ok().and_then(Address::parse);
            address.map_or(Line::Bad(reason::BAD_SOURCE), |source| Line::Flow(Record::from_source(source)))
        }

        fn notes(&self) -> Vec<String> {
            Vec::new()
        }
    }

    fn read(text: &[u8], slice: usize) -> (u64, Vec<(u64, u64)>) {
        let mut intake = Intake::default();
        intake.begin("log");
        let mut log = Log::new(Plain);
        for slice in text.chunks(slice) {
            log.feed(slice, &mut intake).unwrap();
        }
        log.finish(&mut intake).unwrap();
        (intake.accepted(), intake.rejected().iter().map(|bad| (bad.row, bad.byte)).collect())
    }

    #[test]
    fn where_slices_end_changes_nothing() {
        let mut text = b"10.0.0.1\r\nbad\n10.0.0.2\n".to_vec();
        text.extend(vec![b'x'; MAX_LINE + 1]);
        text.extend(b"\n10.0.0.3\nbad again");
        let long = 23 + MAX_LINE as u64 + 2 + 9;
        let expected = (3, vec![(2, 10), (4, 23), (6, long)]);
        for slice in [7, 4096, MAX_LINE, text.len()] {
            assert_eq!(read(&text, slice), expected, "{slice}");
        }
    }
}
