//! One layer of a file: packed or plain, told by its first bytes. A packed one has another layer inside.

use super::bundle::Members;
use super::leaf::{Leaf, account};
use super::{Account, Work};
use crate::error::{Error, Result};
use crate::ingest::Format;
use crate::ingest::intake::Intake;
use crate::ingest::stretch::{Border, Joiner};
use crate::ingest::unpack::squeeze::Squeeze;
use crate::ingest::unpack::{Packing, SIGNATURE, packing};

/// No honest file is packed so often: a zip of a tar.gz of gzipped logs has four layers.
const DEEPEST: usize = 6;

pub struct Layer {
    /// The file's name, for the members of a bundle to stand under.
    name: String,
    depth: usize,
    stage: Stage,
}

enum Stage {
    /// The first bytes, until there are enough to tell the packing.
    Start(Vec<u8>),
    Plain(Box<Leaf>),
    /// A plain file that others read.
    Divided(&'static Format, Joiner),
    Squeezed(Box<(Squeeze, Layer)>),
    Bundle(Box<Members>),
}

impl Layer {
    pub fn new(name: &str, depth: usize) -> Self {
        Layer { name: name.to_owned(), depth, stage: Stage::Start(Vec::new()) }
    }

    pub fn divided(name: &str, format: &'static Format, joiner: Joiner) -> Self {
        Layer { name: name.to_owned(), depth: 0, stage: Stage::Divided(format, joiner) }
    }

    /// Appends what somebody read of a divided file; see `Joiner::append`.
    pub fn append(&mut self, part: &[u8], intake: &mut Intake) -> Result<Option<Border>> {
        match &mut self.stage {
            Stage::Divided(_, joiner) => joiner.append(part, intake),
            _ => Ok(None),
        }
    }

    pub fn feed(&mut self, slice: &[u8], work: &mut Work<'_>) -> Result<()> {
        match &mut self.stage {
            Stage::Start(start) => {
                start.extend_from_slice(slice);
                if start.len() < SIGNATURE { Ok(()) } else { self.begin(work) }
            }
            Stage::Plain(leaf) => leaf.feed(slice, work),
            Stage::Divided(..) => Err(Error::unreadable("the file is read in stretches")),
            Stage::Squeezed(both) => {
                let (squeeze, inner) = &mut **both;
                squeeze.feed(slice, work, &mut |plain, work| inner.feed(plain, work))
            }
            Stage::Bundle(members) => members.feed(slice, work),
        }
    }

    fn begin(&mut self, work: &mut Work<'_>) -> Result<()> {
        let Stage::Start(start) = &mut self.stage else { return Ok(()) };
        let start = std::mem::take(start);
        let inside = self.depth + 1;
        self.stage = match packing(&start)? {
            None => Stage::Plain(Box::default()),
            Some(_) if inside > DEEPEST => return Err(too_deep()),
            Some(Packing::Squeeze(squeeze)) => Stage::Squeezed(Box::new((*squeeze, Layer::new(&self.name, inside)))),
            Some(Packing::Bundle(bundle)) => Stage::Bundle(Box::new(Members::new(*bundle, &self.name, inside))),
        };
        self.feed(&start, work)
    }

    /// `whole` is false where an error ended the file: then nothing more is unpacked.
    pub fn finish(mut self, whole: bool, work: &mut Work<'_>) -> Result<Account> {
        if matches!(self.stage, Stage::Start(_)) {
            self.begin(work)?;
        }
        match self.stage {
            Stage::Start(_) => Err(Error::unreadable("the file is empty")),
            Stage::Plain(leaf) => leaf.finish(work),
            Stage::Divided(format, joiner) => account(format, joiner.parser, work),
            Stage::Squeezed(both) => {
                let (mut squeeze, mut inner) = *both;
                if whole {
                    squeeze.finish(work, &mut |plain, work| inner.feed(plain, work))?;
                }
                if squeeze.is_broken() || !whole {
                    work.intake.ends_short();
                }
                let mut account = inner.finish(whole, work)?;
                account.notes.splice(0..0, squeeze.notes());
                Ok(account)
            }
            Stage::Bundle(members) => members.finish(whole, work),
        }
    }
}

fn too_deep() -> Error {
    Error::unreadable(format!("the file is packed more than {DEEPEST} times over; unpack it first"))
}
