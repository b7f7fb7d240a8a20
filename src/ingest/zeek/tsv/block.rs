//! Plain rows of conn.log, many at a time: where their cells end is found for all of them at once, and they go to the
//! traffic table column by column.

use crate::ingest::intake::Intake;
use crate::ingest::text::cell::Cell;
use crate::ingest::text::fields::{self, AddressKind};
use crate::ingest::text::signs::{Places, Signs};
use crate::ingest::text::states::state;
use crate::ingest::zeek::conn::{self, Tally};
use crate::ingest::zeek::header::{Field, Header};
use crate::model::address::Address;
use crate::model::column::Column;
use crate::model::traffic::{Ends, Traffic};

use super::Tsv;

/// Bytes of a log that are looked at together: enough for that to pay, few enough to stay in the first-level cache.
const SMALLEST_WINDOW: usize = 2 << 10;
const LARGEST_WINDOW: usize = 32 << 10;

/// Some rows, and room for who spoke to whom in them.
pub struct Block {
    window: usize,
    /// Cells in a row.
    width: usize,
    places: Places,
    /// The first lines that have as many cells as they should.
    lines: usize,
    /// Whether a line that has not follows them.
    odd: bool,
    ends: Ends,
}

impl Default for Block {
    fn default() -> Self {
        Block {
            window: SMALLEST_WINDOW,
            width: 0,
            places: Places::default(),
            lines: 0,
            odd: false,
            ends: Ends::default(),
        }
    }
}

impl Tsv {
    /// Reads the rows of conn.log that stand at the start of `text` and have as many cells as the header, each with a line
    /// end, up to the first line that is anything else.
    pub fn flows(&mut self, text: &[u8], intake: &mut Intake) -> (usize, u64) {
        if self.header.slots.is_empty() || self.header.tail != 1 || !self.is_conn() {
            return (0, 0);
        }
        let (block, header, tally) = (&mut self.block, &self.header, &mut self.tally);
        let (mut bytes, mut rows) = (0, 0);
        loop {
            let window = &text[bytes..text.len().min(bytes + block.window)];
            block.cut(window, header);
            block.ends((window, header), tally, &mut intake.traffic);
            let read = block.ends.source.len();
            block.hand_on(window, header, tally, intake);
            let (odd, end) = (block.odd || read < block.lines, block.start(read));
            rows += read as u64;
            bytes += end;
            // One odd line after the other is not to be looked at window by window.
            let grow = !odd && (end > 0 || window.len() < text.len() - bytes) && block.window < LARGEST_WINDOW;
            block.window = if odd { SMALLEST_WINDOW } else { block.window << u32::from(grow) };
            if odd || bytes == text.len() || end == 0 && !grow {
                return (bytes, rows);
            }
        }
    }
}

impl Block {
    /// Finds the cells of the lines that are in the window whole.
    fn cut(&mut self, window: &[u8], header: &Header) {
        self.width = header.slots.len();
        // The cell in front of a carriage return is left to the other way.
        let signs = Signs { separator: header.separator, line_end: b'\n', odd: b'\r' };
        self.places.find(signs, window);
        if let Some(lines) = self.places.plain_lines(window, signs, self.width) {
            (self.lines, self.odd) = (lines, false);
            return;
        }
        let ends = |place: &u32| window[*place as usize] == b'\n';
        let whole = |end: &u32| ends(end) && !window[..*end as usize].ends_with(b"\r");
        let signs = &self.places.all()[1..];
        let plain = |line: &&[u32]| {
            let (end, cells) = line.split_last().expect("a line has an end");
            whole(end) && !cells.iter().any(ends)
        };
        self.lines = signs.chunks_exact(self.width).take_while(plain).count();
        self.odd = signs[self.lines * self.width..].iter().any(ends);
    }

    /// The byte at which a line starts.
    fn start(&self, line: usize) -> usize {
        self.places.start(line * self.width) as usize
    }

    /// A cell; what is unset is empty, as is a column that the log has not.
    #[inline(always)]
    fn cell<'a>(&self, (window, header): (&'a [u8], &Header), line: usize, column: Option<usize>) -> Cell<'a> {
        let place = column.and_then(|column| self.places.cell(line * self.width + column));
        let cell = place.map(|(start, end)| Cell::new(window, start, end));
        cell.filter(|cell| !header.is_unset(cell.bytes())).unwrap_or(Cell::new(window, 0, 0))
    }

    /// Reads who spoke to whom, line by line, up to the first line that is no row or a bad one: nothing is counted of it.
    fn ends(&mut self, text: (&[u8], &Header), tally: &mut Tally, traffic: &mut Traffic) {
        use Field::{Destination, DestinationPort, Protocol, Source, SourcePort};
        let [source, source_port, destination, destination_port, protocol] =
            [Source, SourcePort, Destination, DestinationPort, Protocol].map(|field| text.1.column(field));
        for line in 0..self.lines {
            // A comment may look like a row.
            if text.0[self.start(line)] == b'#' {
                return;
            }
            let Ok(address) = source_of(self.cell(text, line, source)) else { return };
            let ports = [source_port, destination_port].map(|column| port_of(self.cell(text, line, column)));
            let [Ok(source_port), Ok(destination_port)] = ports else { return };
            let cell = self.cell(text, line, destination);
            let target = tally.read(cell, |cell| cell.address(AddressKind::Text));
            let protocol = tally.protocol(self.cell(text, line, protocol).bytes(), address);
            self.ends.protocol.push(protocol);
            self.ends.source.push(traffic.intern(address));
            self.ends.destination.push(target.map(|address| traffic.intern(address)));
            self.ends.source_port.push(source_port);
            self.ends.destination_port.push(destination_port);
        }
    }

    /// Gives the rows to the traffic table.
    fn hand_on(&mut self, window: &[u8], header: &Header, tally: &mut Tally, intake: &mut Intake) {
        let rows = self.ends.source.len();
        let traffic = &mut intake.traffic;
        traffic.begin_block(&self.ends);
        self.ends.clear();
        Columns { block: self, text: (window, header), rows, tally }.fill(traffic);
        traffic.level();
        intake.accept_rows(rows);
    }
}

/// `conn::source`.
#[inline(always)]
fn source_of(cell: Cell<'_>) -> Result<Address, &'static str> {
    cell.address(AddressKind::Text).map_or_else(|| conn::source(cell.bytes()), Ok)
}

/// `conn::port`.
#[inline(always)]
fn port_of(cell: Cell<'_>) -> Result<Option<u16>, &'static str> {
    match cell.digits().map(u16::try_from) {
        Some(Ok(number)) => Ok(Some(number)),
        _ => conn::port(cell.bytes()),
    }
}

/// The cells of a block's rows by field.
struct Columns<'a> {
    block: &'a Block,
    text: (&'a [u8], &'a Header),
    rows: usize,
    tally: &'a mut Tally,
}

impl<'a> Columns<'a> {
    fn fill(&mut self, traffic: &mut Traffic) {
        self.times(&mut traffic.start);
        let length = |cell: Cell<'_>| cell.real().filter(|length| *length >= 0.0);
        self.column(Field::Duration, &mut traffic.duration, length);
        self.column(Field::BytesSent, &mut traffic.bytes_sent, Cell::digits);
        self.column(Field::BytesReceived, &mut traffic.bytes_received, Cell::digits);
        self.column(Field::PacketsSent, &mut traffic.packets_sent, Cell::digits);
        self.column(Field::PacketsReceived, &mut traffic.packets_received, Cell::digits);
        self.ip_bytes(&mut traffic.ip_bytes);
        self.column(Field::SourceMac, &mut traffic.source_mac, |cell| fields::mac(cell.bytes()));
        self.column(Field::DestinationMac, &mut traffic.destination_mac, |cell| fields::mac(cell.bytes()));
        if self.has(Field::State) {
            let states = self.cells(Field::State);
            let tally = &mut *self.tally;
            traffic.state.extend(states.map(|cell| tally.read(cell, |cell| state(cell.bytes())).flatten()));
        }
        let text =
            |cell: Cell<'a>, read: fn(&str) -> Option<&str>| std::str::from_utf8(cell.bytes()).ok().and_then(read);
        if self.has(Field::History) {
            self.cells(Field::History).for_each(|cell| {
                traffic.push_history(self.tally.read(cell, |cell| text(cell, conn::history)));
            });
        }
        if self.has(Field::Label) {
            self.cells(Field::Label).for_each(|cell| {
                traffic.push_label(self.tally.read(cell, |cell| text(cell, conn::label)));
            });
        }
    }

    fn has(&self, field: Field) -> bool {
        self.text.1.column(field).is_some()
    }

    #[inline(always)]
    fn cells(&self, field: Field) -> impl ExactSizeIterator<Item = Cell<'a>> + use<'a> {
        let (block, text, column) = (self.block, self.text, self.text.1.column(field));
        (0..self.rows).map(move |line| block.cell(text, line, column))
    }

    #[inline]
    fn column<T: Copy + Default>(
        &mut self,
        field: Field,
        column: &mut Column<T>,
        read: impl Fn(Cell<'a>) -> Option<T>,
    ) {
        if self.has(field) {
            let cells = self.cells(field);
            let tally = &mut *self.tally;
            column.extend(cells.map(|cell| tally.read(cell, &read)));
        }
    }

    fn times(&mut self, column: &mut Column<f64>) {
        let cells = self.cells(Field::Time);
        let tally = &mut *self.tally;
        column.extend(cells.map(|cell| tally.time(cell.real())));
    }

    fn ip_bytes(&mut self, column: &mut Column<[u64; 2]>) {
        if self.has(Field::IpBytesSent) || self.has(Field::IpBytesReceived) {
            let cells = self.cells(Field::IpBytesSent).zip(self.cells(Field::IpBytesReceived));
            let tally = &mut *self.tally;
            column.extend(cells.map(|(sent, received)| {
                let [sent, received] = [sent, received].map(|cell| tally.read(cell, Cell::digits));
                sent.zip(received).map(|(sent, received)| [sent, received])
            }));
        }
    }
}
