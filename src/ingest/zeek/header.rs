//! The lines with # above a Zeek log: how cells are separated, which field stands where.

use crate::ingest::text::spaced::words;

/// The fields of a connection that are read, each with its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Time,
    Source,
    SourcePort,
    Destination,
    DestinationPort,
    Protocol,
    Duration,
    BytesSent,
    BytesReceived,
    State,
    History,
    PacketsSent,
    IpBytesSent,
    PacketsReceived,
    IpBytesReceived,
    SourceMac,
    DestinationMac,
    Label,
}

/// The number of fields.
pub const FIELDS: usize = 18;

/// The names Zeek gives them, in the order of `Field`.
const NAMES: [&str; FIELDS] = [
    "ts",
    "id.orig_h",
    "id.orig_p",
    "id.resp_h",
    "id.resp_p",
    "proto",
    "duration",
    "orig_bytes",
    "resp_bytes",
    "conn_state",
    "history",
    "orig_pkts",
    "orig_ip_bytes",
    "resp_pkts",
    "resp_ip_bytes",
    "orig_l2_addr",
    "resp_l2_addr",
    "label",
];

/// No field that is read.
pub const NONE: u8 = u8::MAX;

/// What the header says; without one, what Zeek's defaults are.
#[derive(Debug)]
pub struct Header {
    pub separator: u8,
    pub unset: Vec<u8>,
    pub empty: Vec<u8>,
    pub path: String,
    /// The name of each separated column.
    pub columns: Vec<String>,
    /// For each column the slot of its field, or `NONE`; empty until there was a #fields line.
    pub slots: Vec<u8>,
    /// The same the other way round.
    places: [Option<usize>; FIELDS],
    /// Columns that the last separated cell holds, separated by blanks: 1 but in the IoT-23 data set.
    pub tail: usize,
}

impl Default for Header {
    fn default() -> Self {
        Header {
            separator: b'\t',
            unset: b"-".to_vec(),
            empty: b"(empty)".to_vec(),
            path: String::new(),
            columns: Vec::new(),
            slots: Vec::new(),
            places: [None; FIELDS],
            tail: 1,
        }
    }
}

impl Header {
    /// Takes a line that starts with #. Lines it does not know are comments.
    pub fn take(&mut self, line: &[u8]) {
        let end = line.iter().position(|byte| *byte == self.separator || *byte == b' ').unwrap_or(line.len());
        let (key, rest) = (&line[..end], line.get(end + 1..).unwrap_or_default());
        match key {
            b"#separator" => self.separator = separator(rest).unwrap_or(self.separator),
            b"#unset_field" => self.unset = rest.to_vec(),
            b"#empty_field" => self.empty = rest.to_vec(),
            b"#path" => self.path = String::from_utf8_lossy(rest).trim().to_owned(),
            b"#fields" => self.fields(rest),
            _ => {}
        }
    }

    fn fields(&mut self, names: &[u8]) {
        let columns: Vec<&[u8]> = names.split(|byte| *byte == self.separator).collect();
        self.columns.clear();
        self.slots.clear();
        self.tail = 1;
        for column in columns {
            let parts: Vec<&[u8]> = words(column).collect();
            let name = parts.first().copied().unwrap_or_default();
            self.columns.push(String::from_utf8_lossy(name).into_owned());
            self.tail = parts.len().max(1);
            self.slots.extend(parts.iter().map(|name| slot(name)));
        }
        self.places = std::array::from_fn(|field| self.slots.iter().rposition(|slot| usize::from(*slot) == field));
    }

    /// The column of a field.
    #[inline]
    pub fn column(&self, field: Field) -> Option<usize> {
        self.places[field as usize]
    }

    fn has(&self, field: Field) -> bool {
        self.column(field).is_some()
    }

    /// Whether a cell says that there is no value.
    #[inline]
    pub fn is_unset(&self, cell: &[u8]) -> bool {
        match cell {
            // Most are: `-`.
            [sign] => self.unset == [*sign] || self.empty == [*sign],
            _ => cell == self.unset || cell == self.empty,
        }
    }

    /// Whether the columns are those of a connection: old logs have no #path.
    pub fn is_conn(&self) -> bool {
        self.has(Field::Source) && self.has(Field::State)
    }
}

fn slot(name: &[u8]) -> u8 {
    NAMES.iter().position(|known| known.as_bytes() == name).map_or(NONE, |slot| slot as u8)
}

/// `\x09`, or the sign itself.
fn separator(text: &[u8]) -> Option<u8> {
    match text.strip_prefix(b"\\x") {
        Some(hex) => u8::from_str_radix(std::str::from_utf8(hex).ok()?.trim(), 16).ok(),
        None => text.first().copied(),
    }
}
