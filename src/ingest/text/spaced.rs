//! Logs whose columns are separated by blanks and named by a header line, or known without one.

use crate::ingest::text::fields::{self, AddressKind, Port};
use crate::ingest::text::log::{Dialect, Line, reason};
use crate::ingest::text::protocols::{Protocol, protocol};
use crate::ingest::text::states::state;
use crate::ingest::text::times::{Clock, Unit};
use crate::model::record::Record;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Source,
    SourcePort,
    Destination,
    DestinationPort,
    Protocol,
    /// A date, and the time of day in another column.
    Date,
    TimeOfDay,
    /// Seconds since 1970.
    Start,
    End,
    Bytes,
    Packets,
    /// What the firewall did.
    Action,
}

/// The number of fields.
const FIELDS: usize = 12;

/// How one product names its columns.
pub struct Names {
    pub names: &'static [(&'static str, Field)],
    /// The part of a header line that holds the names, where the line is one.
    pub header: fn(line: &[u8]) -> Option<&[u8]>,
    /// The columns where there is no header.
    pub default: &'static str,
}

pub const SHORT: &str = "the row has fewer columns than the log";

/// Reads one file.
pub struct Spaced {
    names: &'static Names,
    columns: Vec<Option<Field>>,
    clock: Clock,
    timeless: u64,
}

impl Spaced {
    pub fn new(names: &'static Names) -> Self {
        let mut spaced = Spaced { names, columns: Vec::new(), clock: Clock::default(), timeless: 0 };
        spaced.name(names.default.as_bytes());
        spaced
    }

    fn name(&mut self, header: &[u8]) {
        let known = |name: &[u8]| self.names.names.iter().find(|(known, _)| known.as_bytes() == name);
        self.columns = words(header).map(|name| known(name).map(|(_, field)| *field)).collect();
    }

    fn row<'a>(&mut self, line: &'a [u8]) -> Result<Record<'a>, &'static str> {
        let mut row: [&[u8]; FIELDS] = [b""; FIELDS];
        let mut cells = words(line);
        for column in &self.columns {
            let cell = cells.next().ok_or(SHORT)?;
            if let Some(field) = column {
                row[*field as usize] = if cell == b"-" { b"" } else { cell };
            }
        }
        let cell = |field: Field| row[field as usize];
        let address = |field: Field| fields::address(cell(field), AddressKind::Text);
        let port = |field: Field| match fields::port(cell(field)) {
            Port::Number(port) => Ok(Some(port)),
            Port::Missing => Ok(None),
            Port::Bad => Err(reason::BAD_PORT),
        };
        let missing = if cell(Field::Source).is_empty() { reason::NO_SOURCE } else { reason::BAD_SOURCE };
        let mut record = Record::from_source(address(Field::Source).ok_or(missing)?);
        record.destination = address(Field::Destination);
        record.source_port = port(Field::SourcePort)?;
        record.destination_port = port(Field::DestinationPort)?;
        record.protocol = match protocol(cell(Field::Protocol)) {
            Protocol::Number(number) => Some(number),
            Protocol::NoIp | Protocol::Unknown => None,
        };
        (record.start, record.duration) = self.times(&row);
        // A size of 0 is what the Windows firewall writes where it does not know it; no packet is that small.
        record.bytes_sent = fields::digits(cell(Field::Bytes)).filter(|bytes| *bytes > 0);
        record.packets_sent = fields::digits(cell(Field::Packets));
        record.state = state(cell(Field::Action)).flatten();
        Ok(record)
    }

    fn times(&mut self, row: &[&[u8]; FIELDS]) -> (Option<f64>, Option<f64>) {
        let cell = |field: Field| row[field as usize];
        let start = if cell(Field::Date).is_empty() {
            fields::real(cell(Field::Start))
        } else {
            self.clock.time(&[cell(Field::Date), b" ", cell(Field::TimeOfDay)].concat(), Unit::Auto)
        };
        self.timeless += u64::from(start.is_none());
        let end = fields::real(cell(Field::End));
        (start, end.zip(start).map(|(end, start)| end - start).filter(|length| *length >= 0.0))
    }
}

impl Dialect for Spaced {
    fn line<'a>(&mut self, line: &'a [u8], last: bool) -> Line<'a> {
        if let Some(names) = (self.names.header)(line) {
            self.name(names);
            return Line::NoRow;
        }
        if line.trim_ascii().is_empty() || line.starts_with(b"#") {
            return Line::NoRow;
        }
        if !self.columns.contains(&Some(Field::Source)) {
            return Line::Fatal(crate::error::Error::unreadable("the log has no column of source addresses"));
        }
        match self.row(line) {
            Ok(record) => Line::Flow(record),
            Err(SHORT) if last => Line::Bad(reason::TRUNCATED),
            Err(why) => Line::Bad(why),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.clock.zoneless {
            notes.push("The times name no time zone; they were read as UTC.".to_owned());
        }
        if self.timeless > 0 {
            notes.push(format!("Rows without a readable time: {}.", self.timeless));
        }
        notes
    }
}

/// What stands between blanks.
pub fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}
