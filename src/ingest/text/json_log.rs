//! A log of JSON objects: one per line, as the elements of an array, or one after another over several lines.

use crate::error::Result;
use crate::ingest::Parser;
use crate::ingest::intake::Intake;

use super::json::{Elements, Piece, Shape, shape};
use super::log::{Dialect, Log};

/// So much of the start is enough to tell the shape, unless there is nothing but blanks.
const ENOUGH: usize = 4 << 10;

/// Reads one file. What is no JSON is cut into lines, too: the dialect may know what to make of it.
pub struct JsonLog<D> {
    log: Log<D>,
    /// The name under which an array may stand in an object.
    key: &'static str,
    stage: Stage,
}

enum Stage {
    Start(Vec<u8>),
    Lines,
    Elements(Elements),
}

impl<D: Dialect> JsonLog<D> {
    pub fn new(dialect: D, key: &'static str) -> Self {
        JsonLog { log: Log::new(dialect), key, stage: Stage::Start(Vec::new()) }
    }

    fn begin(&mut self, shape: Shape, intake: &mut Intake) -> Result<()> {
        let Stage::Start(start) = &mut self.stage else { return Ok(()) };
        let start = std::mem::take(start);
        let from = match shape {
            Shape::Lines => {
                self.stage = Stage::Lines;
                0
            }
            Shape::Elements(from) => {
                self.stage = Stage::Elements(Elements::new(from));
                from
            }
        };
        self.feed(&start[from..], intake)
    }
}

impl<D: Dialect> Parser for JsonLog<D> {
    fn feed(&mut self, slice: &[u8], intake: &mut Intake) -> Result<()> {
        match &mut self.stage {
            Stage::Start(start) => {
                start.extend_from_slice(slice);
                let told = shape(start, self.key).or((start.len() >= ENOUGH).then_some(Shape::Lines));
                told.map_or(Ok(()), |shape| self.begin(shape, intake))
            }
            Stage::Lines => self.log.feed(slice, intake),
            Stage::Elements(elements) => {
                let (log, mut done) = (&mut self.log, Ok(()));
                elements.feed(slice, |piece| {
                    if done.is_ok() {
                        done = match piece {
                            Piece::Element { at, text } => log.element(at, text, false, intake),
                            Piece::TooLong { at } => log.too_long(at, intake),
                        };
                    }
                });
                done
            }
        }
    }

    fn finish(&mut self, intake: &mut Intake) -> Result<()> {
        if let Stage::Start(_) = self.stage {
            self.begin(Shape::Lines, intake)?;
        }
        if let Stage::Elements(elements) = &mut self.stage
            && let Some((at, rest)) = elements.rest()
        {
            self.log.element(at, &rest, true, intake)?;
        }
        self.log.finish(intake)
    }

    fn notes(&self) -> Vec<String> {
        self.log.notes()
    }
}
