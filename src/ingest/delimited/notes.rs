//! What the person should know of how a file was read: its columns, its guesses, its unreadable cells.

use crate::ingest::text::fields::AddressKind;
use crate::ingest::text::times::DateOrder;

use super::aliases::{FIELD_NAMES, Field};
use super::head::OrderBasis;
use super::reader::Rows;

/// What the layout decided beyond the columns.
#[derive(Debug, Clone, Copy)]
pub struct Decided {
    pub delimiter: u8,
    pub headerless: bool,
    pub order_basis: OrderBasis,
}

/// The notes on a file that has been read.
pub fn notes(rows: &Rows, decided: Decided) -> Vec<String> {
    let mut notes = Vec::new();
    let used: Vec<String> = rows.columns.found().map(|(field, column)| format!("{field} = {}", column.name)).collect();
    notes.push(format!("Columns read: {}.", used.join(", ")));
    if rows.columns.mapped > 0 {
        notes.push(format!("Columns that are as the setting csv.mapping says: {}.", rows.columns.mapped));
    }
    let wanted = [Field::SourcePort, Field::DestinationPort, Field::Destination, Field::Protocol, Field::Start];
    let name = |field: &Field| FIELD_NAMES[*field as usize].1;
    let absent: Vec<&str> = wanted.iter().filter(|field| !rows.columns.has(**field)).map(name).collect();
    if !absent.is_empty() {
        notes.push(format!("Not in this file: {}.", absent.join(", ")));
    }
    if decided.headerless {
        notes.push("There is no header: the columns were told by their cells. Check them.".to_owned());
    }
    match decided.delimiter {
        b',' => {}
        b'\t' => notes.push("Cells are separated by tabs.".to_owned()),
        sign => notes.push(format!("Cells are separated by {:?}.", char::from(sign))),
    }
    addresses(rows, &mut notes);
    times(rows, decided.order_basis, &mut notes);
    if rows.tally.icmp_ports > 0 {
        let rows = rows.tally.icmp_ports;
        notes.push(format!("ICMP rows whose port cells hold type and code, which only the models read: {rows}."));
    }
    for (field, name) in FIELD_NAMES {
        let cells = rows.tally.unreadable[field as usize];
        if let (Some(column), 1..) = (rows.columns.get(field), cells) {
            let column = &column.name;
            notes.push(format!("Unreadable cells of {column} ({name}), counted as missing: {cells}."));
        }
    }
    notes
}

fn addresses(rows: &Rows, notes: &mut Vec<String>) {
    match rows.columns.source_kind {
        AddressKind::Text => {}
        AddressKind::Decimal => notes.push("The addresses are whole numbers; they were read as IPv4.".to_owned()),
        AddressKind::AsNumber => notes.push(
            "The addresses are small whole numbers; they were read as the numbers of autonomous systems (AS). \
             An AS cannot be placed on the map or blocked as an address."
                .to_owned(),
        ),
    }
}

fn times(rows: &Rows, basis: OrderBasis, notes: &mut Vec<String>) {
    if rows.clock.zoneless {
        notes.push("The times name no time zone; they were read as UTC.".to_owned());
    }
    if !rows.clock.ordered {
        return;
    }
    let order = match rows.clock.order {
        DateOrder::DayFirst => "day first (3/4 is 3 April)",
        DateOrder::MonthFirst => "month first (3/4 is March 4)",
    };
    let why = match basis {
        OrderBasis::Setting => "as the settings say",
        OrderBasis::Proved => "as its first rows show",
        OrderBasis::Habit => "a guess, for its first rows do not tell; the setting csv.date_order decides",
    };
    notes.push(format!("Dates were read {order}, {why}."));
}
