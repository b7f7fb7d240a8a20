//! One input file on its way in: its bytes are hashed, unpacked, recognised by their start and fed to its parser.

use sha2::{Digest, Sha256};

use super::intake::Intake;
use super::unpack::Unpack;
use super::{FORMATS, Format, HEAD, Parser, recognise_among};
use crate::error::{Error, Result};
use crate::model::report::Input;
use crate::model::settings::Checked;

/// Reads one file, given in slices of any size.
pub struct Reader {
    name: String,
    unpack: Unpack,
    plain: Plain,
    hash: Sha256,
    bytes: u64,
}

/// The file without its packing.
#[derive(Default)]
struct Plain {
    formats: &'static [&'static Format],
    /// What has been fed before the format was recognised.
    head: Vec<u8>,
    recognised: Option<(&'static Format, Box<dyn Parser>)>,
}

impl Reader {
    /// Starts a file; its rows go to the same `intake` in every later call.
    pub fn new(name: &str, intake: &mut Intake) -> Self {
        Self::among(FORMATS, name, intake)
    }

    /// The same, with other formats to choose from.
    pub fn among(formats: &'static [&'static Format], name: &str, intake: &mut Intake) -> Self {
        intake.begin(name);
        Reader {
            name: name.to_owned(),
            unpack: Unpack::default(),
            plain: Plain { formats, ..Plain::default() },
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    /// Takes the next slice. An error is final for this file.
    pub fn feed(&mut self, slice: &[u8], settings: &Checked, intake: &mut Intake) -> Result<()> {
        self.hash.update(slice);
        self.bytes += slice.len() as u64;
        let fed = self.unpack.feed(slice, settings, &mut |plain| self.plain.feed(plain, settings, intake));
        fed.map_err(|error| error.in_file(&self.name))
    }

    /// Ends the file and gives its account. An error means that nothing could be read.
    pub fn finish(mut self, settings: &Checked, intake: &mut Intake) -> Result<Input> {
        let name = self.name;
        let unpacked = self.unpack.finish(settings, &mut |plain| self.plain.feed(plain, settings, intake));
        let finished = unpacked.and_then(|()| self.plain.finish(settings, intake));
        let (format, parser) = finished.map_err(|error| error.in_file(&name))?;
        let reasons = intake.reasons();
        let sha256 = hex(&self.hash.finalize());
        intake.seal(&sha256);
        Ok(Input {
            name,
            format: format.about.key.to_owned(),
            bytes: self.bytes,
            sha256,
            read: intake.accepted(),
            rejected: reasons.iter().map(|reason| reason.rows).sum(),
            reasons,
            notes: [self.unpack.notes(), parser.notes(), intake.cut_note()].concat(),
        })
    }
}

impl Plain {
    fn feed(&mut self, slice: &[u8], settings: &Checked, intake: &mut Intake) -> Result<()> {
        match &mut self.recognised {
            Some((_, parser)) => parser.feed(slice, intake),
            None => {
                self.head.extend_from_slice(slice);
                if self.head.len() < HEAD { Ok(()) } else { self.start(settings, intake) }
            }
        }
    }

    fn finish(mut self, settings: &Checked, intake: &mut Intake) -> Result<(&'static Format, Box<dyn Parser>)> {
        if self.recognised.is_none() {
            self.start(settings, intake)?;
        }
        let (format, mut parser) = self.recognised.expect("start recognises or fails");
        parser.finish(intake)?;
        Ok((format, parser))
    }

    /// Recognises the format and hands its parser all that was held back.
    fn start(&mut self, settings: &Checked, intake: &mut Intake) -> Result<()> {
        let head = std::mem::take(&mut self.head);
        if head.is_empty() {
            return Err(Error::unreadable("the file is empty"));
        }
        let format = recognise_among(self.formats, &head[..head.len().min(HEAD)]).ok_or_else(unknown)?;
        let (_, parser) = self.recognised.insert((format, (format.open)(settings)));
        parser.feed(&head, intake)
    }
}

fn unknown() -> Error {
    let known: Vec<&str> = FORMATS.iter().map(|format| format.about.title).collect();
    Error::unreadable(format!("this is none of the kinds of file that can be read: {}", known.join(", ")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
