//! Which column holds which field: as the person says, and as it was guessed, with cells to judge it by.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::about::{Knob, Range};
use crate::error::Result;
use crate::ingest::text::times::Unit;
use crate::model::settings::Checked;

use super::aliases::Field::{self, *};
use super::columns::{Columns, shown};
use super::head;

/// The key of the format that has columns to guess.
pub const FORMAT: &str = super::FORMAT.about.key;

pub const MAPPING: Knob = Knob {
    key: "csv.mapping",
    label: "Columns of your own tables",
    help: "What the columns of a table hold, where it cannot be told by their names or was told wrongly: each column's \
           name as the header spells it, and what it is. Columns not named are found as ever. It applies to every \
           table that has a column of that name. In a table without a header the names are column 1, column 2 and so on.",
    unit: "",
    range: Range::Mapping { options: &OPTIONS },
};

/// A column that is not read.
const NOT_READ: &str = "not_read";

/// What a column can be set to: the key, the field, its unit, and the name a person reads.
const CHOICES: [(&str, Field, Unit, &str); 22] = [
    ("source", Source, Unit::Auto, "source address"),
    ("source_port", SourcePort, Unit::Auto, "source port"),
    ("destination", Destination, Unit::Auto, "destination address"),
    ("destination_port", DestinationPort, Unit::Auto, "destination port"),
    ("protocol", Protocol, Unit::Auto, "protocol"),
    ("start", Start, Unit::Auto, "start time"),
    ("end", End, Unit::Auto, "end time"),
    ("duration", Duration, Unit::Auto, "duration in seconds"),
    ("duration_ms", Duration, Unit::Milliseconds, "duration in milliseconds"),
    ("duration_us", Duration, Unit::Microseconds, "duration in microseconds"),
    ("duration_ns", Duration, Unit::Nanoseconds, "duration in nanoseconds"),
    ("bytes_sent", BytesSent, Unit::Auto, "bytes sent"),
    ("bytes_received", BytesReceived, Unit::Auto, "bytes received"),
    ("bytes_total", BytesTotal, Unit::Auto, "bytes in total"),
    ("packets_sent", PacketsSent, Unit::Auto, "packets sent"),
    ("packets_received", PacketsReceived, Unit::Auto, "packets received"),
    ("packets_total", PacketsTotal, Unit::Auto, "packets in total"),
    ("state", State, Unit::Auto, "state or verdict"),
    ("source_mac", SourceMac, Unit::Auto, "source MAC"),
    ("destination_mac", DestinationMac, Unit::Auto, "destination MAC"),
    ("label", Label, Unit::Auto, "label"),
    ("identity", Identity, Unit::Auto, "identity: user or account"),
];

/// The keys alone, and first what leaves a column out.
const OPTIONS: [&str; CHOICES.len() + 1] = {
    let mut options = [NOT_READ; CHOICES.len() + 1];
    let mut at = 0;
    while at < CHOICES.len() {
        options[at + 1] = CHOICES[at].0;
        at += 1;
    }
    options
};

/// What the person said of columns, by name. `None` is a column that is not read.
#[derive(Debug, Clone, Default)]
pub struct Mapping(BTreeMap<String, Option<(Field, Unit)>>);

impl Mapping {
    pub fn new(settings: &Checked) -> Self {
        let choice = |key: &str| CHOICES.iter().find(|choice| choice.0 == key).map(|choice| (choice.1, choice.2));
        Mapping(settings.mapping(&MAPPING).map(|(name, key)| (name.trim().to_owned(), choice(key))).collect())
    }

    /// What is said of the column of this name, as the header spells it.
    pub fn of(&self, name: &[u8]) -> Option<Option<(Field, Unit)>> {
        if self.0.is_empty() { None } else { self.0.get(shown(name).trim()).copied() }
    }
}

/// What was guessed of a table by its start.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Guess {
    pub columns: Vec<GuessedColumn>,
    pub headerless: bool,
    /// Why the table cannot be read as it was guessed, if so.
    pub missing: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GuessedColumn {
    /// The name to use in a mapping.
    pub name: String,
    /// The key of the field it is read as; none where it is not read.
    pub field: Option<&'static str>,
    /// Its first cells.
    pub samples: Vec<String>,
}

/// A choice as the shells show it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Choice {
    pub key: &'static str,
    pub title: &'static str,
}

/// What a column can be set to, in the order to show.
pub fn choices() -> Vec<Choice> {
    let first = Choice { key: NOT_READ, title: "not read" };
    [first].into_iter().chain(CHOICES.iter().map(|choice| Choice { key: choice.0, title: choice.3 })).collect()
}

/// So many cells of a column are shown.
const SAMPLES: usize = 5;

/// More columns are not shown: no person would go through them.
const SHOWN_COLUMNS: usize = 500;

/// Guesses the columns of a table that starts with `head`; `whole` where that is all of it. An error where it is no
/// table at all.
pub fn guess(head: &[u8], whole: bool, settings: &Checked) -> Result<Guess> {
    let mapping = Mapping::new(settings);
    let told = head::layout(head, whole, None, &mapping);
    let table = head::table(head, whole, told.as_ref().ok())?;
    let headerless = told.as_ref().map_or(table.names.is_none(), |layout| layout.headerless);
    let none = Columns::default();
    let columns = told.as_ref().map_or(&none, |layout| &layout.columns);
    let width = table.names.as_ref().map_or(table.rows.first().map_or(0, Vec::len), Vec::len);
    let column = |index: usize| {
        let cells = table.rows.iter().filter_map(|row| row.get(index)).filter(|cell| !cell.is_empty());
        let name = table.names.as_ref().and_then(|names| names.get(index));
        GuessedColumn {
            name: name.map_or_else(|| head::numbered(index), |name| shown(name).trim().to_owned()),
            field: key_of(columns, index),
            samples: cells.take(SAMPLES).map(|cell| shown(cell)).collect(),
        }
    };
    let columns = (0..width.min(SHOWN_COLUMNS)).map(column).collect();
    Ok(Guess { columns, headerless, missing: told.err().map(|error| error.to_string()) })
}

fn key_of(columns: &Columns, index: usize) -> Option<&'static str> {
    let holds = |choice: &&(&'static str, Field, Unit, &str)| {
        let column = columns.get(choice.1).filter(|column| column.index == index);
        // Times have units that are not offered: they are told by their size.
        column.is_some_and(|column| column.unit == choice.2 || choice.1 != Duration)
    };
    CHOICES.iter().find(holds).map(|choice| choice.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::intake::Intake;
    use crate::model::settings::Settings;

    fn settings(mapping: &str) -> Checked {
        let settings: Settings = serde_json::from_str(&format!("{{\"csv.mapping\": {mapping}}}")).unwrap();
        settings.check(&[&MAPPING]).unwrap()
    }

    /// Source, destination, destination port and duration.
    type Row = (String, Option<String>, Option<u16>, Option<f64>);

    /// The first row.
    fn read(text: &str, mapping: &str) -> Result<Row> {
        let mut intake = Intake::default();
        let mut parser = (super::super::FORMAT.open)(&settings(mapping));
        parser.feed(text.as_bytes(), &mut intake)?;
        parser.finish(&mut intake)?;
        let traffic = &intake.traffic;
        let destination = traffic.destination.get(0).map(|id| traffic.address(id).to_string());
        let source = traffic.address(traffic.source()[0]).to_string();
        Ok((source, destination, traffic.destination_port.get(0), traffic.duration.get(0)))
    }

    const UNKNOWN: &str = "who;whom;door;took\n192.0.2.1;10.0.0.1;443;1500\n192.0.2.2;10.0.0.1;22;7\n";

    #[test]
    fn the_person_has_the_last_word() {
        assert!(read(UNKNOWN, "{}").is_err());
        let all = r#"{"who": "source", "whom": "destination", "door": "destination_port", "took": "duration_ms", "x": "label"}"#;
        let row = read(UNKNOWN, all).unwrap();
        assert_eq!(row, ("192.0.2.1".to_owned(), Some("10.0.0.1".to_owned()), Some(443), Some(1.5)));
        let known = "src_ip,dst_ip,dst_port,duration\n192.0.2.1,10.0.0.1,443,5\n";
        let turned = read(known, r#"{"src_ip": "destination", "dst_ip": "source", "duration": "not_read"}"#).unwrap();
        assert_eq!(turned, ("10.0.0.1".to_owned(), Some("192.0.2.1".to_owned()), Some(443), None));
    }

    #[test]
    fn columns_without_names_go_by_their_numbers() {
        let rows = "x,192.0.2.1,y,443\nx,192.0.2.2,y,22\n";
        assert!(read(rows, "{}").is_err());
        let row = read(rows, r#"{"column 2": "source", "column 4": "destination_port"}"#).unwrap();
        assert_eq!((row.0.as_str(), row.2), ("192.0.2.1", Some(443)));
    }

    #[test]
    fn a_guess_shows_what_was_read_and_how_it_was_changed() {
        let fields = |mapping: &str| {
            let guess = guess(UNKNOWN.as_bytes(), true, &settings(mapping)).unwrap();
            (guess.columns.iter().map(|column| column.field).collect::<Vec<_>>(), guess.missing.is_some())
        };
        assert_eq!(fields("{}"), (vec![None; 4], true));
        let mapped = fields(r#"{"who": "source", "door": "destination_port", "took": "duration_us"}"#);
        assert_eq!(mapped, (vec![Some("source"), None, Some("destination_port"), Some("duration_us")], false));
        let known = guess(b"ts;src_ip;dport;flow_duration\n1730926261;10.0.0.1;22;9\n", true, &settings("{}")).unwrap();
        let fields: Vec<_> = known.columns.iter().map(|column| column.field).collect();
        assert_eq!(fields, [Some("start"), Some("source"), Some("destination_port"), Some("duration_us")]);
        assert_eq!(known.columns[0].samples, ["1730926261"]);
        assert!(guess(b"\0\0\0\x01", true, &settings("{}")).is_err());
    }

    #[test]
    fn every_choice_has_its_option() {
        let keys: Vec<&str> = choices().iter().map(|choice| choice.key).collect();
        assert_eq!(keys, OPTIONS);
    }
}
