//! Cuts the stream into rows at line ends. A quoted cell may hold line ends; no row may hold more than 1 MiB.

use memchr::{memchr, memchr2};

use crate::ingest::stretch::Border;

use super::block::{Block, Cut, Row};
use super::cells::ends_quoted;
use super::grid::{Grid, WINDOW};

/// The longest row that is read. A megabyte is a hundred times the longest honest one seen.
pub const MAX_ROW: usize = 1 << 20;

/// Rows handed on together: enough to read them column by column, few enough to stay in the first-level cache.
const TOGETHER: usize = 256;

/// The state between two slices.
#[derive(Debug)]
pub struct Lines {
    grid: Grid,
    /// The unfinished row, and where it starts.
    held: Vec<u8>,
    border: Border,
    /// Where the first row started; unknown inside the line that the stream starts in the middle of.
    began: Option<Border>,
    /// The first row that starts here or behind is not read any more.
    until: u64,
    scan: Scan,
    /// Inside a line of which nothing is read: all up to the next line end is dropped.
    dropping: bool,
    rows: Vec<Row>,
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

/// What stands at the start of some bytes.
enum Next<'a> {
    /// A row that goes on behind them.
    More,
    /// A row of this length, and whether it holds a quote.
    Row(usize, bool),
    /// Something else, and how many bytes it takes.
    Odd(usize, Cut<'a>),
    /// The last row, to the end of the bytes.
    Unended,
    /// So many bytes of which nothing is read.
    Dropped(usize),
}

impl Lines {
    /// Reads from a border on the rows that start before the byte `until`.
    pub fn new(grid: Grid, border: Border, until: u64) -> Self {
        Lines {
            grid,
            held: Vec::new(),
            border,
            began: Some(border),
            until,
            scan: Scan::default(),
            dropping: false,
            rows: Vec::new(),
        }
    }

    /// The same from the middle of a line on, of which nothing is read.
    pub fn behind_the_line(self) -> Self {
        Lines { dropping: true, began: None, ..self }
    }

    /// Where the first row started, as far as it was found, and where the next one will, if none is under way.
    pub fn ends(&self) -> (Option<Border>, Border) {
        (self.began, self.border)
    }

    /// Whether every row that starts before `until` was read to its end.
    pub fn is_done(&self) -> bool {
        self.border.at >= self.until && !self.dropping
    }

    /// Takes the next slice and gives every row that is complete.
    pub fn feed(&mut self, slice: &[u8], mut take: impl FnMut(Cut<'_>)) {
        let mut rest = slice;
        // A row begun in the slice before is completed line by line; the others are read in place.
        while !self.held.is_empty() && !rest.is_empty() {
            let line = memchr(self.grid.line_end(), rest).map_or(rest.len(), |end| end + 1).min(MAX_ROW);
            let mut held = std::mem::take(&mut self.held);
            held.extend_from_slice(&rest[..line]);
            rest = &rest[line..];
            let used = self.cut(&held, false, &mut take);
            held.drain(..used);
            self.held = held;
        }
        let used = self.cut(rest, false, &mut take);
        self.held.extend_from_slice(&rest[used..]);
        if self.is_done() {
            self.held.clear();
        }
    }

    /// The stream has ended.
    pub fn finish(&mut self, mut take: impl FnMut(Cut<'_>)) {
        let mut held = std::mem::take(&mut self.held);
        while !held.is_empty() && !self.is_done() {
            let used = self.cut(&held, true, &mut take);
            held.drain(..used);
        }
    }

    /// Gives the rows that are complete in `bytes`, which continue the stream at the border; returns how many
    /// bytes it is done with.
    fn cut(&mut self, bytes: &[u8], last: bool, take: &mut impl FnMut(Cut<'_>)) -> usize {
        let mut rows = std::mem::take(&mut self.rows);
        // Where the rows not yet handed on begin, and where the next one does; and from where plain rows are looked for.
        let (mut begin, mut done, mut plain_from) = (0, 0, 0);
        while done < bytes.len() && !self.is_done() {
            if done >= plain_from && !self.dropping && self.scan.seen == 0 {
                self.hand_on(&bytes[begin..done], &mut rows, take);
                done += self.hand_on_plain(&bytes[done..], take);
                (begin, plain_from) = (done, done + WINDOW);
                continue;
            }
            let rest = &bytes[done..];
            let next = if self.dropping { self.drop_line(rest) } else { self.next(rest, last) };
            if let Next::Row(length, quoted) = next {
                let start = (done - begin) as u32;
                rows.push(Row { start, end: start + length as u32, quoted });
                done += self.go_on(length + 1);
                if rows.len() < TOGETHER {
                    continue;
                }
            }
            self.hand_on(&bytes[begin..done], &mut rows, take);
            begin = done;
            match next {
                Next::Row(..) => {}
                Next::More => break,
                Next::Dropped(used) => {
                    done += self.go_on(used);
                    begin = done;
                    if !self.dropping {
                        self.began = self.began.or(Some(self.border));
                    }
                }
                Next::Odd(used, cut) => {
                    take(cut);
                    done += self.go_on(used);
                    begin = done;
                }
                Next::Unended => {
                    done += self.hand_on_last(&bytes[done..], take);
                    begin = done;
                }
            }
        }
        self.hand_on(&bytes[begin..done], &mut rows, take);
        self.rows = rows;
        done
    }

    /// Moves the border on; gives the bytes it moved by.
    fn go_on(&mut self, used: usize) -> usize {
        self.scan = Scan::default();
        self.border.at += used as u64;
        used
    }

    fn hand_on(&mut self, bytes: &[u8], rows: &mut Vec<Row>, take: &mut impl FnMut(Cut<'_>)) {
        if !rows.is_empty() {
            self.grid.cut(bytes, rows);
            take(Cut::Rows(Block { bytes, at: self.border.at - bytes.len() as u64, grid: &self.grid }));
            rows.clear();
        }
    }

    /// Gives the row that takes all of some bytes.
    fn hand_on_last(&mut self, bytes: &[u8], take: &mut impl FnMut(Cut<'_>)) -> usize {
        self.grid.cut(bytes, &[Row { start: 0, end: bytes.len() as u32, quoted: true }]);
        take(Cut::Unended(Block { bytes, at: self.border.at, grid: &self.grid }));
        self.go_on(bytes.len())
    }

    /// Gives the plain rows at the start of some bytes, window by window, up to the first window in which some are not.
    fn hand_on_plain(&mut self, bytes: &[u8], take: &mut impl FnMut(Cut<'_>)) -> usize {
        let mut done = 0;
        while let Some(length) = self.grid.cut_plain(&bytes[done..], self.until.saturating_sub(self.border.at)) {
            take(Cut::Rows(Block { bytes: &bytes[done..done + length], at: self.border.at, grid: &self.grid }));
            done += self.go_on(length);
        }
        done
    }

    /// Looks for the end of the row at the start of `rest`.
    #[inline]
    fn next<'a>(&mut self, rest: &'a [u8], last: bool) -> Next<'a> {
        if self.scan.seen == 0
            && let Some(found) = memchr2(self.grid.line_end(), b'"', rest)
            && rest[found] == self.grid.line_end()
            && found <= MAX_ROW
        {
            return Next::Row(found, false);
        }
        self.next_of_many(rest, last)
    }

    /// The same for a row with quotes, over several lines or slices, or too long.
    fn next_of_many<'a>(&mut self, rest: &'a [u8], last: bool) -> Next<'a> {
        loop {
            let found = memchr(self.grid.line_end(), &rest[self.scan.seen..]).map(|end| self.scan.seen + end);
            let reach = found.unwrap_or(rest.len());
            if reach > MAX_ROW {
                return self.overrun(found);
            }
            let Some(end) = found else {
                self.scan.seen = rest.len();
                return if last { self.ending(rest) } else { Next::More };
            };
            let line = &rest[self.scan.line..end];
            let plain = !self.scan.quoted && memchr(b'"', line).is_none();
            if plain || !ends_quoted(line, self.grid.separator(), self.scan.quoted) {
                return Next::Row(end, !plain);
            }
            if self.border.at < self.border.single_until {
                return Next::Odd(end + 1, Cut::OpenQuote(self.border.at));
            }
            let first_line = self.scan.first_line.or(Some(end));
            self.scan = Scan { first_line, line: end + 1, quoted: true, seen: end + 1 };
        }
    }

    /// The row does not end within `MAX_ROW`.
    fn overrun<'a>(&mut self, found: Option<usize>) -> Next<'a> {
        if let Some(end) = self.scan.first_line {
            self.border.single_until = self.border.at + MAX_ROW as u64;
            return Next::Odd(end + 1, Cut::OpenQuote(self.border.at));
        }
        self.dropping = found.is_none();
        Next::Odd(found.map_or(MAX_ROW, |end| end + 1), Cut::TooLong(self.border.at))
    }

    /// The row that the end of the stream cuts off.
    fn ending<'a>(&mut self, rest: &'a [u8]) -> Next<'a> {
        let open = ends_quoted(&rest[self.scan.line..], self.grid.separator(), self.scan.quoted);
        if let (true, Some(end)) = (open, self.scan.first_line) {
            self.border.single_until = self.border.at + rest.len() as u64;
            return Next::Odd(end + 1, Cut::OpenQuote(self.border.at));
        }
        if open { Next::Odd(rest.len(), Cut::OpenQuote(self.border.at)) } else { Next::Unended }
    }

    fn drop_line<'a>(&mut self, rest: &'a [u8]) -> Next<'a> {
        match memchr(self.grid.line_end(), rest) {
            Some(end) => {
                self.dropping = false;
                Next::Dropped(end + 1)
            }
            None => Next::Dropped(rest.len()),
        }
    }
}
