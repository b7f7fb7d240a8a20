//! Cuts one row into cells at its delimiters, quotes respected.

use memchr::memchr;

use crate::ingest::text::cell::Cell;

/// Where a cell stands, without its quotes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    #[inline]
    pub fn of(self, line: &[u8]) -> &[u8] {
        self.cell(line).trimmed()
    }

    #[inline]
    pub fn cell(self, text: &[u8]) -> Cell<'_> {
        Cell::new(text, self.start, self.end)
    }

    /// The same cell, counted from `by` bytes before the row.
    pub fn moved(self, by: u32) -> Span {
        Span { start: self.start + by, end: self.end + by }
    }
}

/// The cells of a row in turn. A quote counts only where a cell starts, as RFC 4180 has it; what follows a
/// closing quote up to the delimiter is dropped.
pub struct Cells<'a> {
    line: &'a [u8],
    delimiter: u8,
    at: usize,
    done: bool,
}

impl<'a> Cells<'a> {
    pub fn new(line: &'a [u8], delimiter: u8) -> Self {
        Cells { line, delimiter, at: 0, done: false }
    }

    fn next_delimiter(&self, from: usize) -> Option<usize> {
        memchr(self.delimiter, &self.line[from..]).map(|found| from + found)
    }

    fn close(&mut self, delimiter: Option<usize>) {
        match delimiter {
            Some(found) => self.at = found + 1,
            None => self.done = true,
        }
    }
}

impl Iterator for Cells<'_> {
    type Item = Span;

    #[inline]
    fn next(&mut self) -> Option<Span> {
        if self.done {
            return None;
        }
        let (start, end) = if self.line.get(self.at) == Some(&b'"') {
            let close = closing_quote(self.line, self.at + 1);
            let after = close.map_or(self.line.len(), |close| close + 1);
            let delimiter = self.next_delimiter(after);
            let span = (self.at + 1, close.unwrap_or(self.line.len()));
            self.close(delimiter);
            span
        } else {
            let start = self.at;
            let delimiter = self.next_delimiter(start);
            self.close(delimiter);
            (start, delimiter.unwrap_or(self.line.len()))
        };
        Some(Span { start: start as u32, end: end as u32 })
    }
}

/// Where the quoted cell that starts at `from` is closed; a doubled quote stands for itself.
fn closing_quote(line: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let quote = from + memchr(b'"', line.get(from..)?)?;
        if line.get(quote + 1) != Some(&b'"') {
            return Some(quote);
        }
        from = quote + 2;
    }
}

/// Whether a line ends inside a quoted cell, given whether it starts inside one.
pub fn ends_quoted(line: &[u8], delimiter: u8, mut quoted: bool) -> bool {
    let mut at = 0;
    loop {
        if quoted {
            let Some(close) = closing_quote(line, at) else { return true };
            at = close + 1;
        } else if line.get(at) == Some(&b'"') {
            quoted = true;
            at += 1;
            continue;
        }
        quoted = false;
        let Some(next) = memchr(delimiter, &line[at..]) else { return false };
        at += next + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Vec<&str> {
        let spans = Cells::new(line.as_bytes(), b',');
        spans.map(|span| std::str::from_utf8(span.of(line.as_bytes())).unwrap()).collect()
    }

    #[test]
    fn cells_lose_quotes_and_blanks() {
        assert_eq!(cells("a, b ,,\"c,d\",\"\""), ["a", "b", "", "c,d", ""]);
        assert_eq!(cells(""), [""]);
        assert_eq!(cells("x,"), ["x", ""]);
        assert_eq!(cells("a\"b,\"he said \"\"no\"\"\"x,z"), ["a\"b", "he said \"\"no\"\"", "z"]);
        assert_eq!(cells("\"open,x"), ["open,x"]);
    }

    #[test]
    fn a_line_knows_whether_it_ends_in_quotes() {
        for (line, from, expected) in [
            ("a,\"b", false, true),
            ("a,\"b\"", false, false),
            ("a,\"b\"\"", false, true),
            ("x\"y", false, false),
            ("b\",c", true, false),
            ("a\",b,\"c", true, true),
            ("", true, true),
        ] {
            assert_eq!(ends_quoted(line.as_bytes(), b',', from), expected, "{line}");
        }
    }
}
