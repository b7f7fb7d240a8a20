//! One input file on its way in: its bytes are unpacked, recognised by their start and fed to its parser.

mod bundle;
pub mod digest;
mod layer;
mod leaf;
#[cfg(test)]
mod tests;

use super::intake::Intake;
use super::stretch::{Border, Joiner, divisible};
use super::unpack::budget::Budget;
use super::{FORMATS, Format};
use crate::error::{Error, Result};
use crate::model::report::Input;
use crate::model::settings::Checked;

use digest::Digest;
use layer::Layer;

/// Reads one file as a person gave it, in slices of any size. A bundle gives many inputs.
pub struct Reader {
    formats: &'static [&'static Format],
    file: File,
    budget: Option<Budget>,
    inputs: Vec<Input>,
}

/// A file: the one given, or a member of a bundle.
struct File {
    name: String,
    layer: Layer,
    /// Of a member of a bundle: nobody else sees its bytes. The file as given is hashed by whoever feeds it.
    digest: Option<Digest>,
    bytes: u64,
    /// Where its account belongs among the inputs: in front of those of its members.
    place: usize,
}

/// What every layer of a file works with.
struct Work<'a> {
    formats: &'static [&'static Format],
    settings: &'a Checked,
    intake: &'a mut Intake,
    budget: &'a mut Budget,
    inputs: &'a mut Vec<Input>,
}

impl AsMut<Budget> for Work<'_> {
    fn as_mut(&mut self) -> &mut Budget {
        self.budget
    }
}

/// What a file turned out to be.
struct Account {
    format: &'static str,
    notes: Vec<String>,
}

impl Reader {
    /// Starts a file; its rows go to the same `intake` in every later call.
    pub fn new(name: &str, intake: &mut Intake) -> Self {
        Self::among(FORMATS, name, intake)
    }

    /// The same, with other formats to choose from.
    pub fn among(formats: &'static [&'static Format], name: &str, intake: &mut Intake) -> Self {
        intake.begin(name);
        Reader { formats, file: File::new(name.to_owned(), 0, 0), budget: None, inputs: Vec::new() }
    }

    /// Sets out to put the file together from stretches that others read, where it can be read so: then `append` takes
    /// the place of `feed`. `head` is the start of the file, of `bytes` bytes in all.
    pub fn divide(&mut self, head: &[u8], bytes: u64, settings: &Checked) -> bool {
        let Some((format, parser)) = divisible(head, settings) else { return false };
        self.file.bytes = bytes;
        self.file.layer = Layer::divided(&self.file.name, format, Joiner::new(parser));
        true
    }

    /// Appends the next stretch, or gives the border from which it is to be read again.
    pub fn append(&mut self, part: &[u8], intake: &mut Intake) -> Result<Option<Border>> {
        self.file.layer.append(part, intake)
    }

    /// Takes the next slice. An error is final for this file: `give_up` then tells what was read before it.
    pub fn feed(&mut self, slice: &[u8], settings: &Checked, intake: &mut Intake) -> Result<()> {
        let budget = self.budget.get_or_insert_with(|| Budget::new(settings));
        budget.earn(slice.len());
        let mut work = Work { formats: self.formats, settings, intake, budget, inputs: &mut self.inputs };
        self.file.feed(slice, &mut work).map_err(|error| error.in_file(&self.file.name))
    }

    /// Ends the file and gives its account: one input, or a bundle's and those of its members. An error means that
    /// nothing could be read.
    pub fn finish(mut self, settings: &Checked, intake: &mut Intake) -> Result<Vec<Input>> {
        let mut budget = self.budget.take().unwrap_or_else(|| Budget::new(settings));
        let mut work = Work { formats: self.formats, settings, intake, budget: &mut budget, inputs: &mut self.inputs };
        let name = self.file.name.clone();
        self.file.finish(true, &mut work).map_err(|error| error.in_file(&name))?;
        Ok(self.inputs)
    }

    /// The accounts of what was read before an error, so that every row analysed belongs to an input.
    pub fn give_up(mut self, why: &Error, settings: &Checked, intake: &mut Intake) -> Vec<Input> {
        let mut budget = self.budget.take().unwrap_or_else(|| Budget::new(settings));
        let mut work = Work { formats: self.formats, settings, intake, budget: &mut budget, inputs: &mut self.inputs };
        // What cannot even be ended had no rows.
        let _ = self.file.finish(false, &mut work);
        self.inputs.retain(|input| input.read + input.rejected > 0);
        if let Some(last) = self.inputs.last_mut() {
            last.notes.push(format!("Reading stopped before the end of the file: {why}"));
        }
        self.inputs
    }
}

impl File {
    fn new(name: String, place: usize, depth: usize) -> Self {
        let digest = (depth > 0).then(Digest::default);
        File { layer: Layer::new(&name, depth), name, digest, bytes: 0, place }
    }

    fn feed(&mut self, slice: &[u8], work: &mut Work<'_>) -> Result<()> {
        if let Some(digest) = &mut self.digest {
            digest.feed(slice);
        }
        self.bytes += slice.len() as u64;
        self.layer.feed(slice, work)
    }

    /// Ends the file and adds its account to the inputs. `whole` is false where an error ended it.
    fn finish(self, whole: bool, work: &mut Work<'_>) -> Result<()> {
        let Account { format, notes } = self.layer.finish(whole, work)?;
        let reasons = work.intake.reasons();
        let input = Input {
            name: self.name,
            format: format.to_owned(),
            bytes: self.bytes,
            given: self.digest.is_none().then_some(0),
            sha256: self.digest.map(Digest::finish).unwrap_or_default(),
            read: work.intake.accepted(),
            rejected: reasons.iter().map(|reason| reason.rows).sum(),
            reasons,
            notes: [notes, work.intake.cut_note()].concat(),
        };
        work.inputs.insert(self.place, input);
        Ok(())
    }
}
