//! Which column holds which field: by the header's names, checked against the first rows, or by the cells alone.

use crate::ingest::text::fields::{self, AddressKind, Port, is_blank};
use crate::ingest::text::times::Unit;

use super::aliases::{ALIASES, FIELD_NAMES, FIELDS, Field, normalise};
use super::mapping::Mapping;

/// One column that is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub index: usize,
    /// As the header spells it, cut to a length that can be shown.
    pub name: String,
    pub unit: Unit,
}

/// The columns of a file by field.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    by_field: [Option<Column>; FIELDS],
    pub source_kind: AddressKind,
    pub destination_kind: AddressKind,
    /// How many columns are as the person said.
    pub mapped: usize,
}

/// The cells of the first rows.
pub type Sample<'a> = [Vec<&'a [u8]>];

impl Columns {
    pub fn get(&self, field: Field) -> Option<&Column> {
        self.by_field[field as usize].as_ref()
    }

    /// The column of the field at `slot`.
    pub fn at(&self, slot: usize) -> Option<&Column> {
        self.by_field.get(slot)?.as_ref()
    }

    pub fn has(&self, field: Field) -> bool {
        self.get(field).is_some()
    }

    pub fn unit(&self, field: Field) -> Unit {
        self.get(field).map_or(Unit::Auto, |column| column.unit)
    }

    /// Whether there is something to analyse: who, and at least one of which port or to whom. An industrial
    /// network's flows between MACs have no ports; a list of addresses alone is no traffic. A log of logins has
    /// neither: who, as whom and when.
    pub fn enough(&self) -> bool {
        let any = [Field::SourcePort, Field::DestinationPort, Field::Destination];
        let is_login = self.has(Field::Identity) && self.has(Field::Start);
        self.has(Field::Source) && (is_login || any.into_iter().any(|field| self.has(field)))
    }

    /// The fields that were found, with their columns.
    pub fn found(&self) -> impl Iterator<Item = (&'static str, &Column)> {
        FIELD_NAMES.iter().filter_map(|(field, name)| Some((*name, self.get(*field)?)))
    }

    /// Maps a header: first as the person said, then by the names that exporters use.
    pub fn of_header(names: &[&[u8]], sample: &Sample<'_>, mapping: &Mapping) -> Columns {
        let mut columns = Columns::default();
        let mut spellings: Vec<String> = names.iter().map(|name| normalise(&String::from_utf8_lossy(name))).collect();
        for (index, name) in names.iter().enumerate() {
            if let Some(said) = mapping.of(name) {
                columns.set(said, index, name, sample);
                spellings[index].clear();
            }
        }
        for (field, _) in FIELD_NAMES.into_iter().filter(|(field, _)| columns.get(*field).is_none()).collect::<Vec<_>>()
        {
            let wanted = ALIASES.iter().filter(|(of, _, _)| *of == field);
            let wanted = wanted.flat_map(|(_, unit, names)| names.iter().map(|name| (*unit, *name)));
            let candidates = wanted.filter_map(|(unit, alias)| {
                let index = spellings.iter().position(|name| name == alias)?;
                Some(Column { index, name: shown(names[index]), unit })
            });
            let (column, kind) = match field {
                Field::Source | Field::Destination => choose_address(candidates.collect(), sample),
                _ => (candidates.into_iter().next(), AddressKind::Text),
            };
            match field {
                Field::Source => columns.source_kind = kind,
                Field::Destination => columns.destination_kind = kind,
                _ => {}
            }
            columns.by_field[field as usize] = column;
        }
        columns.tranalyzer(&spellings, names);
        columns
    }

    /// Puts a column where the person said.
    fn set(&mut self, said: Option<(Field, Unit)>, index: usize, name: &[u8], sample: &Sample<'_>) {
        self.mapped += 1;
        let Some((field, unit)) = said else { return };
        // The unit that the name is known to say, where the person did not choose one.
        let spelling = normalise(&String::from_utf8_lossy(name));
        let known = ALIASES.iter().find(|(of, _, names)| *of == field && names.contains(&spelling.as_str()));
        let unit =
            if unit == Unit::Auto && field != Field::Duration { known.map_or(unit, |known| known.1) } else { unit };
        let kind = address_kind(index, sample).unwrap_or_default();
        match field {
            Field::Source => self.source_kind = kind,
            Field::Destination => self.destination_kind = kind,
            _ => {}
        }
        self.by_field[field as usize] = Some(Column { index, name: shown(name), unit });
    }

    /// The same for rows without a header, whose columns are numbered.
    pub fn of_numbers(self, width: usize, sample: &Sample<'_>, mapping: &Mapping) -> Columns {
        let mut columns = self;
        for index in 0..width {
            let name = numbered(index);
            if let Some(said) = mapping.of(name.as_bytes()) {
                columns.by_field.iter_mut().for_each(|column| drop(column.take_if(|column| column.index == index)));
                columns.set(said, index, name.as_bytes(), sample);
            }
        }
        columns
    }

    /// `dir` tells halves only beside Tranalyzer's flow numbers; Argus calls its arrows so too.
    fn tranalyzer(&mut self, spellings: &[String], names: &[&[u8]]) {
        let index = spellings.iter().position(|name| name == "dir");
        if let Some(index) = index.filter(|_| spellings.iter().any(|name| name == "flowind")) {
            self.by_field[Field::Half as usize] = Some(Column { index, name: shown(names[index]), unit: Unit::Auto });
        }
    }

    /// Maps rows without a header where the order of their cells leaves no doubt: address, port, address, port;
    /// or two addresses, two ports; or one address, two ports. There must be no further address column.
    pub fn of_content(sample: &Sample<'_>) -> Option<Columns> {
        let width = sample.first().map(Vec::len).filter(|_| sample.len() > 1)?;
        let all = |index: usize, test: fn(&[u8]) -> bool| {
            let cells = || sample.iter().filter_map(|row| row.get(index)).filter(|cell| !is_blank(cell));
            cells().count() * 2 > sample.len() && cells().all(|cell| test(cell))
        };
        let is_address = |cell: &[u8]| fields::address(cell, AddressKind::Text).is_some();
        let is_port = |cell: &[u8]| matches!(fields::port(cell), Port::Number(_));
        let addresses: Vec<usize> = (0..width).filter(|&index| all(index, is_address)).collect();
        let port = |index: usize| all(index, is_port);
        let places = match addresses[..] {
            [a, b] if b == a + 2 && port(a + 1) && port(b + 1) => [Some(a), Some(a + 1), Some(b), Some(b + 1)],
            [a, b] if b == a + 1 && port(b + 1) && port(b + 2) => [Some(a), Some(b + 1), Some(b), Some(b + 2)],
            [a] if port(a + 1) && port(a + 2) => [Some(a), Some(a + 1), None, Some(a + 2)],
            _ => return None,
        };
        let mut columns = Columns::default();
        let order = [Field::Source, Field::SourcePort, Field::Destination, Field::DestinationPort];
        for (field, index) in order.into_iter().zip(places) {
            let column = index.map(|index| Column { index, name: numbered(index), unit: Unit::Auto });
            columns.by_field[field as usize] = column;
        }
        Some(columns)
    }
}

/// The first candidate whose cells are addresses, else the first whose cells are numbers, else the first.
fn choose_address(candidates: Vec<Column>, sample: &Sample<'_>) -> (Option<Column>, AddressKind) {
    let kinds: Vec<Option<AddressKind>> = candidates.iter().map(|column| address_kind(column.index, sample)).collect();
    let text = kinds.iter().position(|kind| *kind == Some(AddressKind::Text));
    let chosen = text.or_else(|| kinds.iter().position(Option::is_some)).unwrap_or(0);
    let kind = kinds.get(chosen).copied().flatten().unwrap_or_default();
    (candidates.into_iter().nth(chosen), kind)
}

fn address_kind(index: usize, sample: &Sample<'_>) -> Option<AddressKind> {
    let cells: Vec<&[u8]> =
        sample.iter().filter_map(|row| row.get(index).copied()).filter(|cell| !is_blank(cell)).collect();
    let most = |count: usize| !cells.is_empty() && count * 2 >= cells.len();
    let addresses = cells.iter().filter(|cell| fields::address(cell, AddressKind::Text).is_some()).count();
    if most(addresses) {
        return Some(AddressKind::Text);
    }
    let numbers: Vec<u64> =
        cells.iter().filter_map(|cell| fields::digits(cell)).filter(|&n| n <= u32::MAX.into()).collect();
    if cells.is_empty() || numbers.len() < cells.len() {
        return None;
    }
    // Public IPv4 addresses start at 1.0.0.0 = 2^24; the autonomous systems handed out so far end below 2^19.
    let large = numbers.iter().filter(|&&number| number >= 1 << 24).count();
    Some(if most(large) { AddressKind::Decimal } else { AddressKind::AsNumber })
}

/// What a column without a name is called.
pub fn numbered(index: usize) -> String {
    format!("column {}", index + 1)
}

/// A name from the file, cut to 40 characters and without control characters.
pub fn shown(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(&name[..name.len().min(200)]).into_owned();
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample<'a>(rows: &[&'a str]) -> Vec<Vec<&'a [u8]>> {
        rows.iter().map(|row| row.split(',').map(str::as_bytes).collect()).collect()
    }

    fn index(columns: &Columns, field: Field) -> Option<usize> {
        columns.get(field).map(|column| column.index)
    }

    #[test]
    fn the_column_of_addresses_wins_over_the_column_of_numbers() {
        let names: [&[u8]; 4] = [b"Source", b"src_ip", b"dpt", b"dst"];
        let rows = sample(&["1032051418,61.131.218.218,80,1", "1347834426,80.86.82.58,81,2"]);
        let columns = Columns::of_header(&names, &rows, &Mapping::default());
        assert_eq!(index(&columns, Field::Source), Some(1));
        assert_eq!(columns.source_kind, AddressKind::Text);
        assert_eq!(columns.destination_kind, AddressKind::AsNumber);
        let columns = Columns::of_header(&names[..1], &rows, &Mapping::default());
        assert_eq!((index(&columns, Field::Source), columns.source_kind), (Some(0), AddressKind::Decimal));
    }

    #[test]
    fn without_a_header_only_a_plain_order_is_taken() {
        let places = |rows: &[&str]| {
            let columns = Columns::of_content(&sample(rows))?;
            let fields = [Field::Source, Field::SourcePort, Field::Destination, Field::DestinationPort];
            Some(fields.map(|field| index(&columns, field)))
        };
        assert_eq!(
            places(&["x,1.1.1.1,1,2.2.2.2,80,9", "x,1.1.1.2,2,2.2.2.2,81,9"]),
            Some([Some(1), Some(2), Some(3), Some(4)])
        );
        assert_eq!(places(&["1.1.1.1,2.2.2.2,7,80", "1.1.1.1,::1,7,80"]), Some([Some(0), Some(2), Some(1), Some(3)]));
        assert_eq!(places(&["1.1.1.1,7,80", "1.1.1.2,7,80"]), Some([Some(0), Some(1), None, Some(2)]));
        assert_eq!(places(&["1.1.1.1,a,80", "1.1.1.2,b,80"]), None);
        assert_eq!(places(&["1.1.1.1,7,80,1.1.1.1,9", "1.1.1.2,7,80,1.2.3.4,x"]), None);
    }
}
