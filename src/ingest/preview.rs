//! What a file seems to be, by its start, before anything is analysed: for the person to look at and correct.

use serde::Serialize;

use super::unpack::budget::Budget;
use super::unpack::{Packing, packing};
use super::{HEAD, mapping, recognise};
use crate::model::settings::Checked;

/// A shell shows this much of a file's start; packed, it is mostly more than a format looks at.
pub const START: usize = 4 * HEAD;

/// No more layers of compression are undone for a look.
const LAYERS: usize = 3;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// The title of the format; none where it is not recognised, or a bundle.
    pub format: Option<&'static str>,
    /// The columns, where it is a table.
    pub table: Option<mapping::Guess>,
}

/// Looks at the start of a file; `whole` where that is all of it.
pub fn preview(start: &[u8], whole: bool, settings: &Checked) -> Preview {
    const NOTHING: Preview = Preview { format: None, table: None };
    let mut plain = start.to_vec();
    for _ in 0..LAYERS {
        match packing(&plain) {
            Ok(None) => break,
            Ok(Some(Packing::Squeeze(mut squeeze))) => {
                let mut head = Vec::new();
                let mut budget = Budget::new(settings);
                let mut take = |bytes: &[u8], _: &mut Budget| {
                    head.extend_from_slice(&bytes[..bytes.len().min(START - head.len())]);
                    Ok(())
                };
                // What is cut off is no fault of a start.
                let _ =
                    squeeze.feed(&plain, &mut budget, &mut take).and_then(|()| squeeze.finish(&mut budget, &mut take));
                plain = head;
            }
            Ok(Some(Packing::Bundle(_))) | Err(_) => return NOTHING,
        }
    }
    let whole = whole && plain.len() <= HEAD;
    let head = &plain[..plain.len().min(HEAD)];
    let Some(format) = recognise(head) else { return NOTHING };
    let is_table = format.about.key == mapping::FORMAT;
    let table = is_table.then(|| mapping::guess(head, whole, settings).ok()).flatten();
    Preview { format: Some(format.about.title), table }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const TABLE: &str = "who;whence;ClientDstPort;took\n192.0.2.1;10.0.0.1;443;5\n192.0.2.2;10.0.0.1;22;7\n";

    fn look(bytes: &[u8], settings: &Checked) -> Preview {
        preview(bytes, true, settings)
    }

    #[test]
    fn a_table_of_unknown_names_shows_its_cells() {
        let table = look(TABLE.as_bytes(), &Checked::default()).table.unwrap();
        let columns: Vec<_> = table.columns.iter().map(|column| (column.name.as_str(), column.field)).collect();
        // Without a source nothing is read, so nothing is guessed.
        assert_eq!(columns, [("who", None), ("whence", None), ("ClientDstPort", None), ("took", None)]);
        assert_eq!(table.columns[0].samples, ["192.0.2.1", "192.0.2.2"]);
        assert!(table.missing.unwrap().contains("source addresses"));
    }

    #[test]
    fn packed_tables_are_looked_into_and_bundles_are_not() {
        let csv = "ClientIP,ClientDstPort\n192.0.2.1,443\n".repeat(50_000);
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(csv.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        let seen = preview(&packed[..packed.len() / 2], false, &Checked::default());
        let fields: Vec<_> = seen.table.unwrap().columns.iter().map(|column| column.field).collect();
        assert_eq!(fields, [Some("source"), Some("destination_port")]);
        assert_eq!(look(b"PK\x03\x04 and so on", &Checked::default()), Preview { format: None, table: None });
        assert!(look(b"#fields\tts\tid.orig_h\n", &Checked::default()).table.is_none());
    }
}
