//! Cuts the stream into rows at line ends. A quoted cell may hold line ends; no row may hold more than 1 MiB.

use memchr::memchr;

use super::cells::ends_quoted;

/// The longest row that is read. A megabyte is a hundred times the longest honest one seen.
pub const MAX_ROW: usize = 1 << 20;

/// One row of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut<'a> {
    Row(&'a [u8]),
    /// The last row, where the file does not end with a line end: it may be cut short.
    Unended(&'a [u8]),
    /// A line longer than `MAX_ROW`.
    TooLong,
    /// A row whose quote is not closed within `MAX_ROW`; reading goes on behind its first line.
    OpenQuote,
}

/// The state between two slices.
#[derive(Debug)]
pub struct Lines {
    delimiter: u8,
    end: u8,
    /// The unfinished row, and the byte of the stream at which it starts.
    held: Vec<u8>,
    start: u64,
    scan: Scan,
    /// Inside a line that was too long: all up to the next line end is dropped.
    dropping: bool,
    /// Rows that start before this byte may not go past a line end. Behind a quote that is never closed the lines
    /// are read again one by one, and none of them may start that search anew: each byte is read at most twice.
    single_until: u64,
}

/// How far the unfinished row has been looked at, counted from its start.
#[derive(Debug, Clone, Copy, Default)]
struct Scan {
    /// The end of the first line, where the row goes on behind it.
    first_line: Option<usize>,
    /// Where the current line starts, and whether inside quotes.
    line: usize,
    quoted: bool,
    /// No line end stands between `line` and here.
    seen: usize,
}

impl Lines {
    /// `start` is the byte of the stream at which the first row starts.
    pub fn new(delimiter: u8, end: u8, start: u64) -> Self {
        Lines { delimiter, end, held: Vec::new(), start, scan: Scan::default(), dropping: false, single_until: 0 }
    }

    /// Takes the next slice and gives every row that is complete, with the byte at which it starts.
    pub fn feed(&mut self, slice: &[u8], mut take: impl FnMut(u64, Cut<'_>)) {
        let mut rest = slice;
        // A row begun in the slice before is completed line by line; the others are read in place.
        while !self.held.is_empty() && !rest.is_empty() {
            let line = memchr(self.end, rest).map_or(rest.len(), |end| end + 1).min(MAX_ROW);
            let mut held = std::mem::take(&mut self.held);
            held.extend_from_slice(&rest[..line]);
            rest = &rest[line..];
            let used = self.cut(&held, false, &mut take);
            held.drain(..used);
            self.held = held;
        }
        let used = self.cut(rest, false, &mut take);
        self.held.extend_from_slice(&rest[used..]);
    }

    /// The stream has ended.
    pub fn finish(&mut self, mut take: impl FnMut(u64, Cut<'_>)) {
        let mut held = std::mem::take(&mut self.held);
        while !held.is_empty() {
            let used = self.cut(&held, true, &mut take);
            held.drain(..used);
        }
    }

    /// Gives the rows that are complete in `bytes`, which continue the stream at `self.start`; returns how many
    /// bytes it is done with.
    fn cut(&mut self, bytes: &[u8], last: bool, take: &mut impl FnMut(u64, Cut<'_>)) -> usize {
        let mut done = 0;
        while done < bytes.len() {
            let rest = &bytes[done..];
            let used = if self.dropping { self.drop_line(rest) } else { self.next(rest, last, take) };
            if used == 0 {
                break;
            }
            self.scan = Scan::default();
            self.start += used as u64;
            done += used;
        }
        done
    }

    /// Gives the row at the start of `rest`; returns its length with its line end, or 0 where more is needed.
    #[inline]
    fn next(&mut self, rest: &[u8], last: bool, take: &mut impl FnMut(u64, Cut<'_>)) -> usize {
        loop {
            let found = memchr(self.end, &rest[self.scan.seen..]).map(|end| self.scan.seen + end);
            let reach = found.unwrap_or(rest.len());
            if reach > MAX_ROW {
                return self.overrun(take, found);
            }
            let Some(end) = found else {
                self.scan.seen = rest.len();
                return if last { self.ending(rest, take) } else { 0 };
            };
            let line = &rest[self.scan.line..end];
            let plain = !self.scan.quoted && memchr(b'"', line).is_none();
            if plain || !ends_quoted(line, self.delimiter, self.scan.quoted) {
                take(self.start, Cut::Row(&rest[..end]));
                return end + 1;
            }
            if self.start < self.single_until {
                take(self.start, Cut::OpenQuote);
                return end + 1;
            }
            let first_line = self.scan.first_line.or(Some(end));
            self.scan = Scan { first_line, line: end + 1, quoted: true, seen: end + 1 };
        }
    }

    /// The row does not end within `MAX_ROW`.
    fn overrun(&mut self, take: &mut impl FnMut(u64, Cut<'_>), found: Option<usize>) -> usize {
        if let Some(end) = self.scan.first_line {
            take(self.start, Cut::OpenQuote);
            self.single_until = self.start + MAX_ROW as u64;
            return end + 1;
        }
        take(self.start, Cut::TooLong);
        self.dropping = found.is_none();
        found.map_or(MAX_ROW, |end| end + 1)
    }

    /// The row that the end of the stream cuts off.
    fn ending(&mut self, rest: &[u8], take: &mut impl FnMut(u64, Cut<'_>)) -> usize {
        let open = ends_quoted(&rest[self.scan.line..], self.delimiter, self.scan.quoted);
        if let (true, Some(end)) = (open, self.scan.first_line) {
            self.single_until = u64::MAX;
            take(self.start, Cut::OpenQuote);
            return end + 1;
        }
        take(self.start, if open { Cut::OpenQuote } else { Cut::Unended(rest) });
        rest.len()
    }

    fn drop_line(&mut self, rest: &[u8]) -> usize {
        match memchr(self.end, rest) {
            Some(end) => {
                self.dropping = false;
                end + 1
            }
            None => rest.len(),
        }
    }
}
