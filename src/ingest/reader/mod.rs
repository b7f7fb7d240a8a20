//! One input file on its way in: its bytes are hashed, unpacked, recognised by their start and fed to its parser.

mod bundle;
mod layer;
mod leaf;
#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use super::intake::Intake;
use super::unpack::budget::Budget;
use super::{FORMATS, Format};
use crate::error::{Error, Result};
use crate::model::report::Input;
use crate::model::settings::Checked;

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
    hash: Sha256,
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
        File { layer: Layer::new(&name, depth), name, hash: Sha256::new(), bytes: 0, place }
    }

    fn feed(&mut self, slice: &[u8], work: &mut Work<'_>) -> Result<()> {
        self.hash.update(slice);
        self.bytes += slice.len() as u64;
        self.layer.feed(slice, work)
    }

    /// Ends the file and adds its account to the inputs. `whole` is false where an error ended it.
    fn finish(self, whole: bool, work: &mut Work<'_>) -> Result<()> {
        let Account { format, notes } = self.layer.finish(whole, work)?;
        let reasons = work.intake.reasons();
        let sha256 = hex(&self.hash.finalize());
        work.intake.seal(&sha256);
        let input = Input {
            name: self.name,
            format: format.to_owned(),
            bytes: self.bytes,
            sha256,
            read: work.intake.accepted(),
            rejected: reasons.iter().map(|reason| reason.rows).sum(),
            reasons,
            notes: [notes, work.intake.cut_note()].concat(),
        };
        work.inputs.insert(self.place, input);
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
