//! Cuts JSON into the objects that are rows: the elements of an array, however long it is, or objects one after another.

use memchr::memchr2;

/// The longest element read. A record of Azure's flow log holds a minute of one rule: some MiB at most.
const MAX_ELEMENT: usize = 16 << 20;

/// A piece of JSON at byte `at` of the file.
pub enum Piece<'a> {
    Element { at: u64, text: &'a [u8] },
    TooLong { at: u64 },
}

/// How a file of JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One object per line, or no JSON.
    Lines,
    /// What comes behind so many bytes are the elements, of an array or one after another.
    Elements(usize),
}

/// Tells the shape by the start of a file. An array may stand in an object, under `key` as its first name. `None`
/// where there is not enough to tell.
pub fn shape(head: &[u8], key: &str) -> Option<Shape> {
    let behind = |at: usize| at + head[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let start = behind(if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 });
    match head.get(start)? {
        b'[' => return Some(Shape::Elements(start + 1)),
        b'{' => {}
        _ => return Some(Shape::Lines),
    }
    let name = behind(start + 1);
    let spread = head[start..name].contains(&b'\n');
    let otherwise = Some(if spread { Shape::Elements(start) } else { Shape::Lines });
    let wrapper = [b"\"", key.as_bytes(), b"\""].concat();
    let rest = head.get(name..name + wrapper.len())?;
    if key.is_empty() || rest != wrapper {
        return otherwise;
    }
    let colon = behind(name + wrapper.len());
    if *head.get(colon)? != b':' {
        return otherwise;
    }
    let array = behind(colon + 1);
    if *head.get(array)? == b'[' { Some(Shape::Elements(array + 1)) } else { otherwise }
}

/// Cuts elements out of a stream of slices; what is held is never more than one element.
#[derive(Debug, Default)]
pub struct Elements {
    held: Vec<u8>,
    /// Brackets that are open inside the element.
    depth: u64,
    in_text: bool,
    escaped: bool,
    /// Inside an element, which may also be a bare number or word.
    inside: bool,
    dropping: bool,
    /// Where the element at hand starts, and where the stream stands.
    start: u64,
    at: u64,
    /// The array has been closed: what comes behind is nothing.
    closed: bool,
}

impl Elements {
    /// Starts at this byte of the file.
    pub fn new(at: usize) -> Self {
        Elements { at: at as u64, ..Elements::default() }
    }

    pub fn feed(&mut self, slice: &[u8], mut take: impl FnMut(Piece<'_>)) {
        let mut rest = slice;
        while !rest.is_empty() && !self.closed {
            if !self.inside {
                let gap = rest.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != b',');
                let gap = gap.unwrap_or(rest.len());
                self.at += gap as u64;
                rest = &rest[gap..];
                let Some(first) = rest.first() else { return };
                self.closed = *first == b']';
                (self.inside, self.start) = (!self.closed, self.at);
                continue;
            }
            let (length, ended) = self.scan(rest);
            let (part, behind) = rest.split_at(length);
            self.at += length as u64;
            rest = behind;
            if ended && self.held.is_empty() && !self.dropping && part.len() <= MAX_ELEMENT {
                self.inside = false;
                take(Piece::Element { at: self.start, text: part });
                continue;
            }
            self.hold(part, &mut take);
            if ended {
                self.inside = false;
                let held = std::mem::take(&mut self.held);
                if !std::mem::take(&mut self.dropping) {
                    take(Piece::Element { at: self.start, text: &held });
                }
            }
        }
    }

    /// How far the element goes, and whether it ends there.
    fn scan(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while at < bytes.len() {
            if self.in_text {
                if std::mem::take(&mut self.escaped) {
                    at += 1;
                    continue;
                }
                let Some(found) = memchr2(b'"', b'\\', &bytes[at..]) else { return (bytes.len(), false) };
                at += found + 1;
                (self.escaped, self.in_text) = if bytes[at - 1] == b'"' { (false, false) } else { (true, true) };
                continue;
            }
            match bytes[at] {
                b'"' => self.in_text = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 1 => self.depth -= 1,
                b'}' | b']' if self.depth == 1 => {
                    self.depth = 0;
                    return (at + 1, true);
                }
                // A bare number or word ends where something else begins.
                b',' | b']' | b'}' | b'\n' if self.depth == 0 => {
                    let first = at == 0 && self.at == self.start;
                    return (at + usize::from(first), true);
                }
                _ => {}
            }
            at += 1;
        }
        (at, false)
    }

    fn hold(&mut self, part: &[u8], take: &mut impl FnMut(Piece<'_>)) {
        if !self.dropping && self.held.len() + part.len() > MAX_ELEMENT {
            take(Piece::TooLong { at: self.start });
            self.held = Vec::new();
            self.dropping = true;
        }
        if !self.dropping {
            self.held.extend_from_slice(part);
        }
    }

    /// The file has ended: the element that is cut off, if one is.
    pub fn rest(&mut self) -> Option<(u64, Vec<u8>)> {
        (self.inside && !self.dropping).then(|| (self.start, std::mem::take(&mut self.held)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found = Vec<(u64, String)>;

    fn cut(text: &[u8], slice: usize) -> (Found, Option<(u64, Vec<u8>)>) {
        let mut found = Vec::new();
        let mut elements = Elements::new(0);
        for slice in text.chunks(slice) {
            elements.feed(slice, |piece| match piece {
                Piece::Element { at, text } => found.push((at, String::from_utf8_lossy(text).into_owned())),
                Piece::TooLong { at } => found.push((at, "too long".to_owned())),
            });
        }
        (found, elements.rest())
    }

    #[test]
    fn elements_are_cut_wherever_slices_end() {
        let text = br#" {"a":"}\"{"}, [1,[2]] ,
            7 {"b":{}}{"c":1}] {"not":"read"}"#;
        for slice in [1, 2, 5, text.len()] {
            let (found, rest) = cut(text, slice);
            let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(texts[..2], [r#"{"a":"}\"{"}"#, "[1,[2]]"], "{slice}");
            assert_eq!(found[1].0, 15);
            assert_eq!(texts.last(), Some(&r#"{"c":1}"#), "{slice}");
            assert_eq!(rest, None);
        }
        assert_eq!(cut(b"{\"a\":1},{\"b\":[", 3).1, Some((8, b"{\"b\":[".to_vec())));
    }

    #[test]
    fn an_endless_element_is_dropped() {
        let mut text = b"{\"a\":\"".to_vec();
        text.resize(MAX_ELEMENT + 100, b'x');
        text.extend(b"\"},{\"b\":2}]");
        let (found, rest) = cut(&text, 1 << 20);
        let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!((texts, rest), (vec!["too long", "{\"b\":2}"], None));
    }

    #[test]
    fn shapes_are_told_by_the_start() {
        for (text, expected) in [
            ("[{", Some(Shape::Elements(1))),
            (" \n[", Some(Shape::Elements(3))),
            ("{\"records\": [", Some(Shape::Elements(13))),
            ("{\n  \"records\" : [", Some(Shape::Elements(17))),
            ("{\"records\"", None),
            ("{\"record\":1}", Some(Shape::Lines)),
            ("{\"other\":[1]}", Some(Shape::Lines)),
            ("{\n  \"insertId\": 1", Some(Shape::Elements(0))),
            ("plain", Some(Shape::Lines)),
            ("", None),
        ] {
            assert_eq!(shape(text.as_bytes(), "records"), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_lose_its_place(
            text in "[\\[\\]{}\",: a1\\\\\n]{0,60}",
            slice in 1usize..9,
        ) {
            let (whole, sliced) = (cut(text.as_bytes(), 1000), cut(text.as_bytes(), slice));
            proptest::prop_assert_eq!(whole, sliced);
        }
    }
}
