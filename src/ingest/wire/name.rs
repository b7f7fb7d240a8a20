//! A name in a DNS message: labels, with pointers to earlier ones (RFC 1035, section 4.1.4).

use super::be16;

/// The longest name the protocol allows.
const LONGEST: usize = 255;
/// Pointers followed before a name is held to be a loop.
const MAX_POINTERS: usize = 16;

/// A name in lower case with dots between its labels; bytes that are no plain ASCII stand as `?`.
#[derive(Debug, Clone, Copy)]
pub struct Name {
    text: [u8; LONGEST],
    length: u8,
    labels: u8,
}

impl Name {
    /// Reads the name at `at`; gives it with the place behind it. `None` where it is cut off, too long or a loop.
    pub fn read(message: &[u8], at: usize) -> Option<(Name, usize)> {
        let mut name = Name { text: [0; LONGEST], length: 0, labels: 0 };
        let mut place = at;
        let mut end = None;
        let mut pointers = 0;
        loop {
            let length = *message.get(place)?;
            match length {
                0 => return Some((name, end.unwrap_or(place + 1))),
                1..=63 => {
                    name.push(message.get(place + 1..place + 1 + usize::from(length))?)?;
                    place += 1 + usize::from(length);
                }
                0xc0.. => {
                    let target = be16(message.get(place..place + 2)?) & 0x3fff;
                    end = end.or(Some(place + 2));
                    place = usize::from(target);
                    pointers += 1;
                    if pointers > MAX_POINTERS {
                        return None;
                    }
                }
                _ => return None,
            }
        }
    }

    /// Reads a name with dots between its labels; `None` where it is too long.
    pub fn of_text(text: &[u8]) -> Option<Name> {
        let mut name = Name { text: [0; LONGEST], length: 0, labels: 0 };
        let text = text.strip_suffix(b".").unwrap_or(text);
        text.split(|&byte| byte == b'.').filter(|label| !label.is_empty()).try_for_each(|label| name.push(label))?;
        Some(name)
    }

    fn push(&mut self, label: &[u8]) -> Option<()> {
        let dot = usize::from(self.labels > 0);
        let start = usize::from(self.length) + dot;
        let room = self.text.get_mut(start..start + label.len())?;
        for (to, from) in room.iter_mut().zip(label) {
            *to = if from.is_ascii_graphic() && *from != b'.' { from.to_ascii_lowercase() } else { b'?' };
        }
        if dot == 1 {
            self.text[start - 1] = b'.';
        }
        self.length = (start + label.len()) as u8;
        // A name of 255 bytes has fewer; from text, one of 128 single letters is the longest.
        self.labels = self.labels.saturating_add(1);
        Some(())
    }

    /// A NetBIOS name instead of its encoding: 32 letters A to P are 15 characters and a suffix (RFC 1001).
    pub fn netbios(self) -> Name {
        let first = self.bytes().split(|&byte| byte == b'.').next().unwrap_or_default();
        if first.len() != 32 || !first.iter().all(|byte| (b'a'..=b'p').contains(byte)) {
            return self;
        }
        let mut plain = [0; 15];
        for (to, pair) in plain.iter_mut().zip(first.chunks_exact(2)) {
            *to = (pair[0] - b'a') << 4 | (pair[1] - b'a');
        }
        let mut name = Name { text: [0; LONGEST], length: 0, labels: 0 };
        name.push(plain.trim_ascii_end()).map_or(self, |()| name)
    }

    fn bytes(&self) -> &[u8] {
        &self.text[..usize::from(self.length)]
    }

    /// The whole name; empty for the root.
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    pub fn labels(&self) -> u8 {
        self.labels
    }

    /// FNV-1a over the text, 64 bits: the same on every platform.
    pub fn hash(&self) -> u64 {
        // Offset basis and prime as published by Fowler, Noll and Vo.
        self.bytes()
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// Shannon's entropy of the characters before the domain, or of all where nothing stands before it, in tenths
    /// of a bit. Dots do not count.
    pub fn disorder(&self) -> u8 {
        let before = usize::from(self.length) - self.domain().len();
        let part = if before > 0 { &self.bytes()[..before] } else { self.bytes() };
        let mut counts = [0u8; 128];
        part.iter().filter(|&&byte| byte != b'.').for_each(|byte| counts[usize::from(byte & 127)] += 1);
        let all: f64 = counts.iter().map(|&count| f64::from(count)).sum();
        let bits = counts.iter().filter(|&&count| count > 0).map(|&count| {
            let share = f64::from(count) / all;
            -share * libm::log2(share)
        });
        (bits.sum::<f64>() * 10.0).round() as u8
    }

    /// The last two labels, or three where the second-last has at most three letters and the last two (`co.uk`).
    /// A short stand-in for the list of public suffixes.
    pub fn domain(&self) -> &str {
        let text = self.text();
        let mut dots = text.rmatch_indices('.').map(|(at, _)| at);
        let Some(last) = dots.next() else { return text };
        let Some(second) = dots.next() else { return text };
        let is_country = text.len() - last - 1 == 2 && last - second - 1 <= 3;
        match (is_country, dots.next()) {
            (false, _) => &text[second + 1..],
            (true, None) => text,
            (true, Some(third)) => &text[third + 1..],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_followed_and_loops_are_not() {
        let message = b"\x03www\x02AB\x00\xc0\x04\xc0\x0a";
        let (name, end) = Name::read(message, 0).unwrap();
        assert_eq!((name.text(), name.labels(), end), ("www.ab", 2, 8));
        let (name, end) = Name::read(message, 8).unwrap();
        assert_eq!((name.text(), end), ("ab", 10));
        assert!(Name::read(message, 10).is_none());
    }

    #[test]
    fn a_domain_is_two_labels_or_three() {
        for (whole, domain) in [
            ("a.b.example.org", "example.org"),
            ("www.example.co.uk", "example.co.uk"),
            ("co.uk", "co.uk"),
            ("host", "host"),
        ] {
            let mut name = Name { text: [0; LONGEST], length: 0, labels: 0 };
            whole.split('.').for_each(|label| name.push(label.as_bytes()).unwrap());
            assert_eq!(name.domain(), domain);
        }
    }

    #[test]
    fn disorder_is_that_of_the_part_before_the_domain() {
        for (whole, tenths) in
            [("aaaa.example.org", 0), ("abab.example.org", 10), ("ab.cd.example.org", 20), ("0123456789abcdef.b.c", 40)]
        {
            let mut name = Name { text: [0; LONGEST], length: 0, labels: 0 };
            whole.split('.').for_each(|label| name.push(label.as_bytes()).unwrap());
            assert_eq!(name.disorder(), tenths, "{whole}");
        }
        let root = Name { text: [0; LONGEST], length: 0, labels: 0 };
        assert_eq!(root.disorder(), 0);
    }

    #[test]
    fn netbios_names_are_decoded() {
        let message = b"\x20FHFAEBEECACACACACACACACACACACAAA\x00";
        let (name, _) = Name::read(message, 0).unwrap();
        assert_eq!(name.netbios().text(), "wpad");
    }
}
