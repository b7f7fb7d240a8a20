//! Where parsers put rows: the growing traffic table and the account of what was rejected.

use serde::{Deserialize, Serialize};

use super::joins::Joins;
use crate::model::record::Record;
use crate::model::report::{MAX_REJECTED, ReasonCount, Rejected};
use crate::model::traffic::{Traffic, TrafficPart};

/// Why the last row of a file is rejected where the file ends inside it.
pub const TRUNCATED: &str = "the file ends within this row";

/// The rows of all files read so far. `accepted + rejected` is the number of data rows seen.
///
/// What a data row is depends on the format. In a table or a log it is a line, and each accepted line is a flow:
/// `accept`. In a capture it is a packet: each is counted by `count_packet` or rejected, and the flows
/// they make are added with `flow`, which counts nothing.
#[derive(Debug, Default)]
pub struct Intake {
    pub traffic: Traffic,
    /// What waits for another file.
    pub joins: Joins,
    file: String,
    files: usize,
    accepted: u64,
    reasons: Vec<ReasonCount>,
    /// The byte at which a row starts that the end of the current file cuts off.
    cut: Option<u64>,
    /// The byte at which the last row of the current file starts, where it was accepted without a line end behind it.
    unended: Option<u64>,
    /// Whether the current file is known to end early, for what it was packed in does.
    short: bool,
    /// Each with the number of its file.
    rejected: Vec<(usize, Rejected)>,
}

/// The rows of a stretch of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntakePart<'a> {
    #[serde(borrow)]
    traffic: TrafficPart<'a>,
    accepted: u64,
    reasons: Vec<ReasonCount>,
    /// The first ones: row, counted within the stretch, byte and reason.
    rejected: Vec<(u64, u64, String)>,
    cut: Option<u64>,
    unended: Option<u64>,
}

/// Room is made for a few more rows than expected: making it twice would cost the memory of both.
const ROOM: f64 = 1.03;

/// The rows to make room for, where there are `rows` so far, `of_file` of which are this share of the file at hand.
fn room(rows: usize, of_file: u64, share: f64) -> usize {
    let to_come = of_file as f64 / share * ROOM - of_file as f64;
    rows + to_come.max(0.0) as usize
}

impl Intake {
    /// Starts the account of the next file.
    pub fn begin(&mut self, file: &str) {
        self.file = file.to_owned();
        self.traffic.begin(file);
        self.files += 1;
        self.accepted = 0;
        (self.cut, self.unended, self.short) = (None, None, false);
        self.reasons.clear();
    }

    pub fn accept(&mut self, record: &Record<'_>) {
        self.traffic.push(record);
        self.accepted += 1;
    }

    /// Counts rows that were added to the traffic column by column.
    pub fn accept_rows(&mut self, rows: usize) {
        self.accepted += rows as u64;
    }

    /// Makes room for the rows to come, where this share of the current file has been read.
    pub fn expect(&mut self, share: f64) {
        self.traffic.reserve(room(self.traffic.rows(), self.accepted, share));
    }

    /// Counts one packet of a capture that was understood.
    pub fn count_packet(&mut self) {
        self.accepted += 1;
    }

    /// Adds a flow made from packets that are counted on their own.
    pub fn flow(&mut self, record: &Record<'_>) {
        self.traffic.push(record);
    }

    /// Files begun so far.
    pub fn files(&self) -> usize {
        self.files
    }

    /// All files are read: what several of them tell comes together, and the files stand in order of time, however
    /// they were given. Gives the place of each file in that order.
    pub fn settle(&mut self) -> Vec<usize> {
        let order = self.order();
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| place[old] = new);
        self.rejected.sort_by_key(|(file, _)| place.get(*file).copied());
        let joined = !self.joins.is_empty();
        let seen = &mut self.traffic.observations;
        self.joins.settle(seen);
        self.traffic.arrange(&order);
        if joined || order.len() > 1 {
            self.traffic.observations.sort_by_time();
        }
        place
    }

    /// The files by the first time in them, then by name; those without times come last.
    fn order(&self) -> Vec<usize> {
        let traffic = &self.traffic;
        let mut first = vec![f64::INFINITY; self.files];
        let rows = traffic.file_rows();
        for (file, rows) in rows.iter().cloned().enumerate() {
            first[file] = rows.filter_map(|row| traffic.start.get(row)).fold(f64::INFINITY, f64::min);
        }
        for at in traffic.observations.times() {
            if let Some(first) = first.get_mut(usize::from(at.file)) {
                *first = first.min(at.time);
            }
        }
        let names = traffic.observations.files();
        // Namesakes without times are told apart by their rows.
        let row = |row: usize| {
            let ports = (traffic.source_port.get(row), traffic.destination_port.get(row));
            let address = |id| traffic.address(id);
            (address(traffic.source()[row]), traffic.destination.get(row).map(address), ports)
        };
        let mut order: Vec<usize> = (0..self.files).collect();
        order.sort_by(|&a, &b| {
            let by_name = || first[a].total_cmp(&first[b]).then_with(|| names[a].cmp(&names[b]));
            by_name().then_with(|| rows[a].clone().map(row).cmp(rows[b].clone().map(row)))
        });
        order
    }

    /// Counts a data row that cannot be used. `row` counts from 1, `byte` is where the row starts.
    /// `reason` is one of a few fixed sentences: nothing of the row itself.
    pub fn reject(&mut self, row: u64, byte: u64, reason: &str) {
        if reason == TRUNCATED {
            self.cut = Some(byte);
        }
        self.count_reason(reason, 1);
        self.name_rejected(row, byte, reason);
    }

    /// The last row, which starts at this byte, was accepted, though no line end says that it is whole.
    pub fn unended(&mut self, byte: u64) {
        self.unended = Some(byte);
    }

    /// The current file ends early.
    pub fn ends_short(&mut self) {
        self.short = true;
    }

    fn count_reason(&mut self, reason: &str, rows: u64) {
        match self.reasons.iter_mut().find(|count| count.reason == reason) {
            Some(count) => count.rows += rows,
            None => self.reasons.push(ReasonCount { reason: reason.to_owned(), rows }),
        }
    }

    fn name_rejected(&mut self, row: u64, byte: u64, reason: &str) {
        if self.rejected.len() < MAX_REJECTED {
            let rejected = Rejected { file: self.file.clone(), row, byte, reason: reason.to_owned() };
            self.rejected.push((self.files().saturating_sub(1), rejected));
        }
    }

    /// All rows of a table, of which this is a stretch.
    pub fn part(&mut self) -> IntakePart<'_> {
        let rejected = self.rejected.iter();
        IntakePart {
            rejected: rejected.map(|(_, rejected)| (rejected.row, rejected.byte, rejected.reason.clone())).collect(),
            accepted: self.accepted,
            reasons: self.reasons.clone(),
            cut: self.cut,
            unended: self.unended,
            traffic: self.traffic.part(),
        }
    }

    /// Appends a stretch of the current file behind what was read of it.
    pub fn append(&mut self, part: &IntakePart<'_>) {
        let before = self.accepted + self.reasons.iter().map(|count| count.rows).sum::<u64>();
        self.traffic.append(&part.traffic);
        self.accepted += part.accepted;
        part.reasons.iter().for_each(|count| self.count_reason(&count.reason, count.rows));
        part.rejected.iter().for_each(|(row, byte, reason)| self.name_rejected(before + row, *byte, reason));
        self.cut = self.cut.or(part.cut);
        self.unended = self.unended.or(part.unended);
    }

    /// What to say of a current file that ends inside a row, or may do so.
    pub fn cut_note(&self) -> Vec<String> {
        let kept = self.accepted;
        let note = match (self.cut, self.unended) {
            (Some(byte), _) => format!("truncated at byte {byte}, {kept} records kept"),
            (None, Some(byte)) if self.short => format!(
                "truncated at byte {byte}, where the last row starts: it has no line end, and its last cell may be \
                 incomplete; {kept} records kept"
            ),
            (None, Some(byte)) => format!(
                "the last row, at byte {byte}, has no line end: if the file was cut off, its last cell may be \
                 incomplete; {kept} records kept"
            ),
            (None, None) => return Vec::new(),
        };
        vec![note]
    }

    /// Rows of the current file that became flows.
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// Rows of the current file that were rejected, by reason, most frequent first.
    pub fn reasons(&self) -> Vec<ReasonCount> {
        let mut reasons = self.reasons.clone();
        reasons.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.reason.cmp(&b.reason)));
        reasons
    }

    /// The first rejected rows of all files.
    pub fn rejected(&self) -> Vec<Rejected> {
        self.rejected.iter().map(|(_, rejected)| rejected.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_made_for_the_file_at_hand_alone() {
        assert_eq!(room(1000, 1000, 0.5), 2060);
        // A second file, of which a tenth has been read: the rows of the first are all there.
        assert_eq!(room(10_000_100, 100, 0.1), 10_001_030);
        assert_eq!(room(7, 0, 0.5), 7);
    }
}
