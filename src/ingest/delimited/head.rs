//! Reads the start of a file: is it text, which sign separates its cells, where its header stands, how it dates.

use crate::error::{Error, Result};
use crate::ingest::text::fields::{AddressKind, address};
use crate::ingest::text::spelling::order_proof;
use crate::ingest::text::times::DateOrder;

use super::aliases::Field;
use super::cells::Cells;
use super::columns::{Columns, shown};
use super::mapping::Mapping;

pub use super::columns::numbered;

/// How the order of day and month was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderBasis {
    Setting,
    /// A day above 12 among the first rows.
    Proved,
    /// Nothing told: the habit of the spelling.
    Habit,
}

/// How a file is laid out.
#[derive(Debug)]
pub struct Layout {
    pub delimiter: u8,
    /// The byte that ends a line.
    pub end: u8,
    /// Where the first data row starts.
    pub data: usize,
    /// The number of cells in the header.
    pub width: usize,
    pub columns: Columns,
    /// Whether the columns were told by their cells, for lack of a header.
    pub headerless: bool,
    pub order: DateOrder,
    pub order_basis: OrderBasis,
}

const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// A header is looked for in this many lines; columns and dates are told from this many rows.
const HEADER_LINES: usize = 20;
const SAMPLE_ROWS: usize = 200;

/// Lays out a file that starts with `head`; `whole` where that is all of it. `order` and `mapping` are what the
/// settings say.
pub fn layout(head: &[u8], whole: bool, order: Option<DateOrder>, mapping: &Mapping) -> Result<Layout> {
    check_text(head)?;
    let end = if head.contains(&b'\n') || !head.contains(&b'\r') { b'\n' } else { b'\r' };
    let lines = lines(head, end, whole);
    if lines.is_empty() {
        return Err(Error::unreadable("there is no line end in the first 64 KiB: this is no table of rows"));
    }
    let ranked = rank_delimiters(&lines);
    for &delimiter in &ranked {
        if let Some(layout) = with_header(&lines, delimiter, end, order, mapping) {
            return Ok(layout);
        }
    }
    let delimiter = ranked.first().copied().unwrap_or(b',');
    without_header(&lines, delimiter, end, order, mapping)
}

/// Whether lines have the same number of cells, more than one: a table, if of unknown columns.
pub fn looks_tabular(head: &[u8], whole: bool) -> bool {
    let lines = lines(head, b'\n', whole);
    rank_delimiters(&lines).first().is_some_and(|&delimiter| {
        let (agree, width) = agreement(&lines, delimiter);
        lines.len() > 1 && width > 1 && agree * 4 >= lines.len().min(HEADER_LINES) * 3
    })
}

/// Why a file is not text that can be read, if so.
pub fn check_text(head: &[u8]) -> Result<()> {
    if head.is_empty() {
        return Err(Error::unreadable("the file is empty"));
    }
    if is_utf16(head) {
        return Err(Error::unreadable(
            "the file is UTF-16 text: save it as UTF-8 (in Excel: \"CSV UTF-8\") and try again",
        ));
    }
    // Text has tabs and line ends but hardly any other control character.
    let odd = head.iter().filter(|&&byte| byte < 9 || (14..32).contains(&byte)).count();
    if odd * 20 > head.len() {
        return Err(Error::unreadable("the file is not text: no table of rows can be read from it"));
    }
    Ok(())
}

pub fn is_utf16(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff])
}

/// The lines that are complete, not blank, and where each starts and ends; at most what is needed.
fn lines(head: &[u8], end: u8, whole: bool) -> Vec<(usize, usize, &[u8])> {
    const UTF8_MARK: &[u8] = &[0xef, 0xbb, 0xbf];
    let mut at = if head.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
    let mut lines = Vec::new();
    while at < head.len() && lines.len() < HEADER_LINES + SAMPLE_ROWS {
        let length = match memchr::memchr(end, &head[at..]) {
            Some(length) => length,
            None if whole => head.len() - at,
            None => break,
        };
        let line = &head[at..at + length];
        let next = (at + length + 1).min(head.len());
        if !line.trim_ascii().is_empty() {
            lines.push((at, next, line));
        }
        at = next;
    }
    lines
}

/// The cells of a table's start, and the names in its header where it has one.
pub struct Table<'a> {
    pub names: Option<Vec<&'a [u8]>>,
    pub rows: Vec<Vec<&'a [u8]>>,
}

/// Cuts the start of a table into cells, by its layout or, where none can be told, by the likeliest delimiter with
/// the first line that has no address for a header.
pub fn table<'a>(head: &'a [u8], whole: bool, layout: Option<&Layout>) -> Result<Table<'a>> {
    check_text(head)?;
    let end = layout.map_or(if head.contains(&b'\n') { b'\n' } else { b'\r' }, |layout| layout.end);
    let lines = lines(head, end, whole);
    let likeliest = rank_delimiters(&lines).first().copied();
    let Some(delimiter) = layout.map(|layout| layout.delimiter).or(likeliest).filter(|_| !lines.is_empty()) else {
        return Err(Error::unreadable("this is no table: its lines have no cells"));
    };
    let first = match layout {
        Some(layout) => lines.iter().position(|(at, ..)| *at >= layout.data).unwrap_or(lines.len()),
        None => usize::from(!cells(lines[0].2, delimiter).iter().any(|c| address(c, AddressKind::Text).is_some())),
    };
    let named = layout.map_or(first > 0, |layout| !layout.headerless);
    let names = first.checked_sub(1).filter(|_| named).map(|at| cells(lines[at].2, delimiter));
    Ok(Table { names, rows: rows(&lines[first..], delimiter) })
}

type Lines<'a> = [(usize, usize, &'a [u8])];

/// The delimiters that occur, the one on whose count the most lines agree first.
fn rank_delimiters(lines: &Lines<'_>) -> Vec<u8> {
    let mut ranked: Vec<((usize, usize), u8)> =
        DELIMITERS.into_iter().map(|delimiter| (agreement(lines, delimiter), delimiter)).collect();
    ranked.retain(|((_, width), _)| *width > 1);
    // Stable: of equals, the order of `DELIMITERS`.
    ranked.sort_by_key(|(agreement, _)| std::cmp::Reverse(*agreement));
    ranked.into_iter().map(|(_, delimiter)| delimiter).collect()
}

/// The most common number of cells above one, and how many lines have it.
fn agreement(lines: &Lines<'_>, delimiter: u8) -> (usize, usize) {
    let mut widths: Vec<usize> =
        lines.iter().take(HEADER_LINES).map(|(_, _, line)| Cells::new(line, delimiter).count()).collect();
    widths.sort_unstable();
    let groups = widths.chunk_by(|a, b| a == b).filter(|group| group[0] > 1);
    groups.map(|group| (group.len(), group[0])).max().unwrap_or_default()
}

fn cells(line: &[u8], delimiter: u8) -> Vec<&[u8]> {
    Cells::new(line, delimiter).map(|span| span.of(line)).collect()
}

fn rows<'a>(lines: &Lines<'a>, delimiter: u8) -> Vec<Vec<&'a [u8]>> {
    lines.iter().take(SAMPLE_ROWS).map(|(_, _, line)| cells(line, delimiter)).collect()
}

/// The first line whose names say enough is the header; what stands before it is a preamble.
fn with_header(
    lines: &Lines<'_>,
    delimiter: u8,
    end: u8,
    order: Option<DateOrder>,
    mapping: &Mapping,
) -> Option<Layout> {
    for (index, (_, data, line)) in lines.iter().enumerate().take(HEADER_LINES) {
        let names = cells(line, delimiter);
        // The names alone first: the rows are looked at only where there is a header.
        if Columns::of_header(&names, &[], mapping).enough() {
            let sample = rows(&lines[index + 1..], delimiter);
            let columns = Columns::of_header(&names, &sample, mapping);
            let (order, order_basis) = date_order(&columns, &sample, order);
            let (data, width) = (*data, names.len());
            return Some(Layout { delimiter, end, data, width, columns, headerless: false, order, order_basis });
        }
    }
    None
}

fn without_header(
    lines: &Lines<'_>,
    delimiter: u8,
    end: u8,
    order: Option<DateOrder>,
    mapping: &Mapping,
) -> Result<Layout> {
    let sample = rows(lines, delimiter);
    let first = &sample[0];
    if !first.iter().any(|cell| address(cell, AddressKind::Text).is_some()) {
        return Err(Error::unreadable(missing_columns(first)));
    }
    let told = Columns::of_content(&sample);
    let set = told.clone().unwrap_or_default().of_numbers(first.len(), &sample, mapping);
    let Some(columns) = Some(set).filter(|set| set.enough()).or(told) else {
        return Err(Error::unreadable(
            "the first row holds data, not column names, and the order of the columns is not plain: add a header row \
             such as ClientIP,ClientSrcPort,ClientDstPort",
        ));
    };
    let (order, order_basis) = date_order(&columns, &sample, order);
    let (data, width) = (lines[0].0, first.len());
    Ok(Layout { delimiter, end, data, width, columns, headerless: true, order, order_basis })
}

fn missing_columns(names: &[&[u8]]) -> String {
    const SHOWN: usize = 30;
    let columns = Columns::of_header(names, &[], &Mapping::default());
    let needs = if columns.has(Field::Source) {
        "a port or a destination address beside the source address (such as ClientDstPort, dst_port or dst_ip), \
         or an identity and a time (such as user and timestamp)"
    } else {
        "a column of source addresses (such as ClientIP or src_ip) and one of ports (such as ClientDstPort or dst_port)"
    };
    let found: Vec<String> = names.iter().take(SHOWN).map(|name| format!("{:?}", shown(name))).collect();
    let more = names.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("the columns found are {}{more}; it needs {needs}", found.join(", "))
}

/// Four-digit years are written day first by CICFlowMeter and most of the world; a year of two digits is how
/// a spreadsheet set to US English shortens a date.
fn date_order(
    columns: &Columns,
    sample: &super::columns::Sample<'_>,
    setting: Option<DateOrder>,
) -> (DateOrder, OrderBasis) {
    let times: Vec<usize> = [Field::Start, Field::End].iter().filter_map(|f| Some(columns.get(*f)?.index)).collect();
    let cells = sample.iter().flat_map(|row| times.iter().filter_map(|&index| row.get(index).copied()));
    let proof = order_proof(cells);
    match (setting, proof.day_first, proof.month_first) {
        (Some(order), _, _) => (order, OrderBasis::Setting),
        (None, true, false) => (DateOrder::DayFirst, OrderBasis::Proved),
        (None, false, true) => (DateOrder::MonthFirst, OrderBasis::Proved),
        _ if proof.short_year => (DateOrder::MonthFirst, OrderBasis::Habit),
        _ => (DateOrder::DayFirst, OrderBasis::Habit),
    }
}
