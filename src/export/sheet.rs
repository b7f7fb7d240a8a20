//! What all line-based block lists share: an opening comment, one line per entry, split at the target's limit.

use std::io::{self, BufWriter, Write};

use ipnet::IpNet;

use super::blocklist::Blocklist;
use super::limits::{Limits, part_name};
use super::stamp::comment;
use super::{Export, Shelf};

/// A line-based file.
pub struct Sheet<'a> {
    /// What the opening comment calls it, and what to do with it: one line each.
    pub what: &'a str,
    pub usage: &'a [&'a str],
    pub stem: &'a str,
    pub ending: &'a str,
    /// What stands before a comment; none where the format has no comments.
    pub mark: Option<&'a str>,
    pub limits: Limits,
}

impl Sheet<'_> {
    /// Writes the entries the target can hold, and names those it cannot in a file of their own.
    /// `body` writes one part, whose number it is given.
    pub fn write(
        &self,
        list: &Blocklist<'_>,
        networks: &[IpNet],
        shelf: &mut dyn Shelf,
        body: impl Fn(&mut dyn Write, usize, &[IpNet]) -> io::Result<()>,
    ) -> io::Result<()> {
        let (held, left): (Vec<IpNet>, Vec<IpNet>) = networks.iter().partition(|network| self.limits.holds(network));
        let parts = self.limits.parts(&held);
        for (number, part) in parts.iter().enumerate() {
            let file = shelf.file(&part_name(self.stem, number, self.ending), "text/plain")?;
            let mut file = BufWriter::new(file);
            if let Some(mark) = self.mark {
                comment(&mut file, mark, &list.stamp.lines(self.what, part.len(), number, parts.len()))?;
                self.usage.iter().try_for_each(|line| writeln!(file, "{mark}{line}"))?;
            }
            body(&mut file, number, part)?;
            file.flush()?;
        }
        left_out(self.stem, &left, shelf)
    }
}

/// Writes a list that is one line per network.
pub fn lines(
    export: &Export<'_>,
    shelf: &mut dyn Shelf,
    sheet: &Sheet<'_>,
    line: fn(&IpNet) -> String,
) -> io::Result<()> {
    let list = Blocklist::of(export);
    sheet.write(&list, &list.networks, shelf, |file, _, part| {
        part.iter().try_for_each(|network| writeln!(file, "{}", line(network)))
    })
}

/// Says which entries the target cannot hold. Nothing is written where it holds them all.
pub fn left_out(stem: &str, networks: &[IpNet], shelf: &mut dyn Shelf) -> io::Result<()> {
    if networks.is_empty() {
        return Ok(());
    }
    let mut file = BufWriter::new(shelf.file(&format!("{stem}-left-out.txt"), "text/plain")?);
    writeln!(
        file,
        "# {} entries that {stem} cannot hold: it takes neither this family nor this prefix.",
        networks.len()
    )?;
    networks.iter().try_for_each(|network| writeln!(file, "{network}"))?;
    file.flush()
}

/// Writes a file that has no entries, such as an undo.
pub fn note(
    list: &Blocklist<'_>,
    shelf: &mut dyn Shelf,
    name: &str,
    mark: &str,
    what: &str,
    body: &str,
) -> io::Result<()> {
    let file = shelf.file(name, "text/plain")?;
    comment(file, mark, &list.stamp.lines(what, 0, 0, 1))?;
    file.write_all(body.as_bytes())
}
