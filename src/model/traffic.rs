//! The traffic table: every flow of every input, one column per field, addresses interned.

mod closed;
mod files;
mod part;

use rustc_hash::FxHashMap;

use super::address::Address;
use super::column::Column;
use super::observations::Observations;
use super::packed::AnyColumn;
use super::record::{ConnState, Record};

pub use part::TrafficPart;

/// An interned address: its index in `Traffic::address`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressId(pub u32);

impl AddressId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Flows in input order, columnar. All columns have `rows()` entries.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    /// The first row of each file.
    begins: Vec<usize>,
    addresses: Vec<Address>,
    /// IPv4 apart from the rest: most traffic is, and a key of four bytes halves the time to look one up.
    v4_ids: FxHashMap<u32, AddressId>,
    ids: FxHashMap<Address, AddressId>,
    /// The addresses in order; none until the table is closed.
    sorted: Vec<AddressId>,
    source: Vec<AddressId>,
    pub destination: Column<AddressId>,
    pub source_port: Column<u16>,
    pub destination_port: Column<u16>,
    pub protocol: Column<u8>,
    pub start: Column<f64>,
    pub duration: Column<f64>,
    pub bytes_sent: Column<u64>,
    pub bytes_received: Column<u64>,
    pub packets_sent: Column<u64>,
    pub packets_received: Column<u64>,
    pub state: Column<ConnState>,
    pub source_mac: Column<[u8; 6]>,
    pub destination_mac: Column<[u8; 6]>,
    /// Bytes with the IP headers, `[sent, received]`.
    pub ip_bytes: Column<[u64; 2]>,
    /// Bytes of whole frames, `[sent, received]`.
    pub frame_bytes: Column<[u64; 2]>,
    /// Lowest and highest time-to-live of the source's packets.
    pub source_ttl: Column<[u8; 2]>,
    pub destination_ttl: Column<[u8; 2]>,
    /// TCP flags seen, or-ed, `[sent, received]`.
    pub flags: Column<[u8; 2]>,
    /// Seconds from SYN to SYN-ACK.
    pub handshake: Column<f64>,
    /// What packets told beside the flows: ARP, DHCP, DNS, TLS and the like.
    pub observations: Observations,
    history: Column<u16>,
    histories: Names,
    label: Column<u16>,
    labels: Names,
    identity: Column<u16>,
    identities: Names,
}

/// Who spoke to whom in the rows of a block: a value of each for every row, addresses as `Traffic::intern` numbers them.
#[derive(Debug, Default)]
pub struct Ends {
    pub source: Vec<AddressId>,
    pub destination: Vec<Option<AddressId>>,
    pub protocol: Vec<Option<u8>>,
    pub source_port: Vec<Option<u16>>,
    pub destination_port: Vec<Option<u16>>,
}

impl Ends {
    pub fn clear(&mut self) {
        self.source.clear();
        self.destination.clear();
        self.protocol.clear();
        self.source_port.clear();
        self.destination_port.clear();
    }
}

/// Short texts that many rows share, numbered by first appearance.
#[derive(Debug, Clone, Default)]
struct Names {
    texts: Vec<String>,
    ids: FxHashMap<String, u16>,
    /// How often a text came that was one too many.
    dropped: u64,
}

impl Traffic {
    /// Appends one flow.
    pub fn push(&mut self, record: &Record<'_>) {
        let source = self.intern(record.source);
        let destination = record.destination.map(|address| self.intern(address));
        self.source.push(source);
        self.destination.push(destination);
        self.source_port.push(record.source_port);
        self.destination_port.push(record.destination_port);
        self.protocol.push(record.protocol);
        self.start.push(record.start);
        self.duration.push(record.duration);
        self.bytes_sent.push(record.bytes_sent);
        self.bytes_received.push(record.bytes_received);
        self.packets_sent.push(record.packets_sent);
        self.packets_received.push(record.packets_received);
        self.state.push(record.state);
        self.source_mac.push(record.source_mac);
        self.destination_mac.push(record.destination_mac);
        self.ip_bytes.push(record.wire.ip_bytes);
        self.frame_bytes.push(record.wire.frame_bytes);
        self.source_ttl.push(record.wire.source_ttl);
        self.destination_ttl.push(record.wire.destination_ttl);
        self.flags.push(record.wire.flags);
        self.handshake.push(record.wire.handshake);
        self.push_history(record.wire.history);
        self.push_label(record.label);
        self.push_identity(record.identity);
    }

    /// Begins a block of rows with who spoke to whom in them. The rows' other columns are filled after it, or left to
    /// `level`.
    pub fn begin_block(&mut self, ends: &Ends) {
        self.source.extend_from_slice(&ends.source);
        self.destination.extend(ends.destination.iter().copied());
        self.protocol.extend(ends.protocol.iter().copied());
        self.source_port.extend(ends.source_port.iter().copied());
        self.destination_port.extend(ends.destination_port.iter().copied());
    }

    /// Appends to the column of histories.
    pub fn push_history(&mut self, history: Option<&str>) {
        let history = history.and_then(|history| self.histories.intern(history));
        self.history.push(history);
    }

    /// Appends to the column of labels.
    pub fn push_label(&mut self, label: Option<&str>) {
        let label = label.and_then(|label| self.labels.intern(label));
        self.label.push(label);
    }

    /// Appends to the column of identities.
    pub fn push_identity(&mut self, identity: Option<&str>) {
        let identity = identity.and_then(|identity| self.identities.intern(identity));
        self.identity.push(identity);
    }

    /// Ends a block of rows that were added column by column: what nobody filled has no value.
    pub fn level(&mut self) {
        let rows = self.rows();
        self.columns().into_iter().for_each(|column| column.level(rows));
    }

    /// Makes room for so many rows in all.
    pub fn reserve(&mut self, rows: usize) {
        self.source.reserve_exact(rows.saturating_sub(self.rows()));
        self.columns().into_iter().for_each(|column| column.reserve(rows));
    }

    /// Every column but that of the sources, always in the same order.
    fn columns(&mut self) -> [&mut dyn AnyColumn; 22] {
        [
            &mut self.destination,
            &mut self.history,
            &mut self.label,
            &mut self.identity,
            &mut self.source_port,
            &mut self.destination_port,
            &mut self.protocol,
            &mut self.start,
            &mut self.duration,
            &mut self.bytes_sent,
            &mut self.bytes_received,
            &mut self.packets_sent,
            &mut self.packets_received,
            &mut self.state,
            &mut self.source_mac,
            &mut self.destination_mac,
            &mut self.ip_bytes,
            &mut self.frame_bytes,
            &mut self.source_ttl,
            &mut self.destination_ttl,
            &mut self.flags,
            &mut self.handshake,
        ]
    }

    pub fn rows(&self) -> usize {
        self.source.len()
    }

    /// The source of each row.
    pub fn source(&self) -> &[AddressId] {
        &self.source
    }

    /// The distinct addresses, in order of first appearance; `AddressId` is the index.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    pub fn address(&self, id: AddressId) -> Address {
        self.addresses[id.index()]
    }

    pub fn find(&self, address: Address) -> Option<AddressId> {
        match address {
            _ if self.is_closed() => self.find_in_order(address),
            Address::V4(ip) => self.v4_ids.get(&ip.to_bits()).copied(),
            _ => self.ids.get(&address).copied(),
        }
    }

    /// The data set's own verdict on `row`, where it has one.
    pub fn label(&self, row: usize) -> Option<&str> {
        self.label.get(row).map(|id| self.labels.texts[usize::from(id)].as_str())
    }

    /// Who logs in in each row, by number; the column is absent where the input has no such thing.
    pub fn identity(&self) -> &Column<u16> {
        &self.identity
    }

    pub fn identity_name(&self, number: u16) -> &str {
        &self.identities.texts[usize::from(number)]
    }

    /// How many rows have an identity that was one too many to be kept.
    pub fn identities_dropped(&self) -> u64 {
        self.identities.dropped
    }

    /// Zeek's history letters of `row`, where packets or a Zeek log gave them.
    pub fn history(&self, row: usize) -> Option<&str> {
        self.history.get(row).map(|id| self.histories.texts[usize::from(id)].as_str())
    }

    /// Whether anything came back in `row`, where the input tells.
    pub fn is_answered(&self, row: usize) -> Option<bool> {
        self.packets_received.get(row).or_else(|| self.bytes_received.get(row)).map(|back| back > 0)
    }

    /// The first start and the last end of any flow, in seconds since 1970.
    pub fn span(&self) -> Option<(f64, f64)> {
        let ends = (0..self.rows()).filter_map(|row| {
            let start = self.start.get(row)?;
            Some((start, start + self.duration.get(row).unwrap_or(0.0)))
        });
        ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// The number of an address, a new one where it is new. Numbers follow the order of first appearance.
    #[inline]
    pub fn intern(&mut self, address: Address) -> AddressId {
        self.find(address).unwrap_or_else(|| self.intern_new(address))
    }

    #[inline(never)]
    fn intern_new(&mut self, address: Address) -> AddressId {
        let id = AddressId(u32::try_from(self.addresses.len()).expect("fewer than 2^32 addresses"));
        self.addresses.push(address);
        match address {
            Address::V4(ip) => self.v4_ids.insert(ip.to_bits(), id),
            _ => self.ids.insert(address, id),
        };
        id
    }
}

impl Names {
    /// Texts past 65,536 distinct ones are dropped: such a column is no label.
    fn intern(&mut self, text: &str) -> Option<u16> {
        if let Some(&id) = self.ids.get(text) {
            return Some(id);
        }
        let Ok(id) = u16::try_from(self.texts.len()) else {
            self.dropped += 1;
            return None;
        };
        self.texts.push(text.to_owned());
        self.ids.insert(text.to_owned(), id);
        Some(id)
    }
}
