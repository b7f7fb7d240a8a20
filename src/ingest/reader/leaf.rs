//! A file without packing: recognised by its start, then fed to its parser.

use super::{Account, Work};
use crate::error::{Error, Result};
use crate::ingest::{FORMATS, Format, HEAD, Parser, recognise_among};

#[derive(Default)]
pub struct Leaf {
    /// What has been fed before the format was recognised.
    head: Vec<u8>,
    recognised: Option<(&'static Format, Box<dyn Parser>)>,
}

impl Leaf {
    pub fn feed(&mut self, slice: &[u8], work: &mut Work<'_>) -> Result<()> {
        match &mut self.recognised {
            Some((_, parser)) => parser.feed(slice, work.intake),
            None => {
                self.head.extend_from_slice(slice);
                if self.head.len() < HEAD { Ok(()) } else { self.start(work) }
            }
        }
    }

    pub fn finish(mut self, work: &mut Work<'_>) -> Result<Account> {
        if self.recognised.is_none() {
            self.start(work)?;
        }
        let (format, parser) = self.recognised.expect("start recognises or fails");
        account(format, parser, work)
    }

    /// Recognises the format and hands its parser all that was held back.
    fn start(&mut self, work: &mut Work<'_>) -> Result<()> {
        let head = std::mem::take(&mut self.head);
        if head.is_empty() {
            return Err(Error::unreadable("the file is empty"));
        }
        let format = recognise_among(work.formats, &head[..head.len().min(HEAD)]).ok_or_else(unknown)?;
        let (_, parser) = self.recognised.insert((format, (format.open)(work.settings)));
        parser.feed(&head, work.intake)
    }
}

/// Ends a file and gives its account.
pub fn account(format: &Format, mut parser: Box<dyn Parser>, work: &mut Work<'_>) -> Result<Account> {
    parser.finish(work.intake)?;
    Ok(Account { format: format.about.key, notes: parser.notes() })
}

fn unknown() -> Error {
    let known: Vec<&str> = FORMATS.iter().map(|format| format.about.title).collect();
    Error::unreadable(format!("this is none of the kinds of file that can be read: {}", known.join(", ")))
}
