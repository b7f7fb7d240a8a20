//! Rows grouped by source and target, in linear time and four bytes per row, for all detectors that count.

use crate::model::observation::At;
use crate::model::traffic::{AddressId, Traffic};
use crate::pieces::{counting_sort, in_pieces};

/// All rows, sorted by source, then destination, then input order. Rows past 2^32 are left out.
pub struct Order {
    /// Where each source's rows start; one more at the end.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Order {
    pub fn of(traffic: &Traffic) -> Self {
        let addresses = traffic.addresses().len();
        let rows = u32::try_from(traffic.rows()).unwrap_or(u32::MAX);
        // Rows without a destination stand last.
        let destination = |row: usize| target(traffic, row as u32).map_or(addresses, AddressId::index);
        // The source travels with the row: fetching it row by row in the second pass misses the cache each time.
        let with_source = |row: usize| (row as u32, traffic.source()[row]);
        let (_, by_destination) = counting_sort(rows as usize, addresses + 1, destination, with_source);
        let source = |place: usize| by_destination[place].1.index();
        let (starts, rows) = counting_sort(rows as usize, addresses, source, |place| by_destination[place].0);
        Order { starts, rows }
    }

    /// The sources that have at least `least` rows, in order of first appearance.
    pub fn sources(&self, least: usize) -> impl Iterator<Item = AddressId> + '_ {
        let long = move |id: &AddressId| self.rows(*id).len() >= least.max(1);
        (0..self.starts.len() as u32 - 1).map(AddressId).filter(long)
    }

    /// The rows of one source, grouped by destination.
    pub fn rows(&self, source: AddressId) -> &[u32] {
        &self.rows[self.starts[source.index()] as usize..self.starts[source.index() + 1] as usize]
    }

    /// The rows of one source, one slice per destination; rows without a destination are the last slice.
    pub fn targets<'a>(
        &'a self,
        traffic: &'a Traffic,
        source: AddressId,
    ) -> impl Iterator<Item = (Option<AddressId>, &'a [u32])> {
        let runs = self.rows(source).chunk_by(|&a, &b| target(traffic, a) == target(traffic, b));
        runs.map(|run| (target(traffic, run[0]), run))
    }

    /// The rows from `source` to `destination`.
    pub fn pair(&self, traffic: &Traffic, source: AddressId, destination: AddressId) -> &[u32] {
        let rows = self.rows(source);
        let key = |row: &u32| target(traffic, *row).map_or(u32::MAX, |id| id.0);
        let start = rows.partition_point(|row| key(row) < destination.0);
        let end = start + rows[start..].partition_point(|row| key(row) == destination.0);
        &rows[start..end]
    }
}

fn target(traffic: &Traffic, row: u32) -> Option<AddressId> {
    traffic.destination.get(row as usize)
}

/// How many rows show something, and when.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Seen {
    pub rows: u64,
    /// Seconds since 1970.
    pub first: Option<f64>,
    pub last: Option<f64>,
}

impl Seen {
    pub fn add(&mut self, traffic: &Traffic, row: usize) {
        self.rows += 1;
        if let Some(start) = traffic.start.get(row) {
            self.stretch(start, start + traffic.duration.get(row).unwrap_or(0.0));
        }
    }

    /// Adds a packet.
    pub fn note(&mut self, at: &At) {
        self.rows += 1;
        // A capture without times says 0.
        if at.time != 0.0 {
            self.stretch(at.time, at.time);
        }
    }

    /// Adds what was seen elsewhere.
    pub fn join(&mut self, other: &Seen) {
        self.rows += other.rows;
        if let (Some(first), Some(last)) = (other.first, other.last) {
            self.stretch(first, last);
        }
    }

    fn stretch(&mut self, start: f64, end: f64) {
        self.first = Some(self.first.map_or(start, |first| first.min(start)));
        self.last = Some(self.last.map_or(end, |last| last.max(end)));
    }

    pub fn of_packets<'a>(packets: impl IntoIterator<Item = &'a At>) -> Self {
        let mut seen = Seen::default();
        packets.into_iter().for_each(|at| seen.note(at));
        seen
    }

    /// All rows of each of `sources`, which are distinct, in one pass in the order of the input.
    pub fn of_sources(traffic: &Traffic, sources: &[AddressId]) -> Vec<Self> {
        let mut seen = vec![Seen::default(); sources.len()];
        if sources.is_empty() {
            return seen;
        }
        // The place of each address among them, counted from 1.
        let mut places = vec![0u32; traffic.addresses().len()];
        (1..).zip(sources).for_each(|(place, source)| places[source.index()] = place);
        in_pieces(traffic.rows(), |row| {
            if let Some(place) = places[traffic.source()[row].index()].checked_sub(1) {
                seen[place as usize].add(traffic, row);
            }
        });
        seen
    }

    pub fn of(traffic: &Traffic, rows: impl IntoIterator<Item = u32>) -> Self {
        let mut seen = Seen::default();
        rows.into_iter().for_each(|row| seen.add(traffic, row as usize));
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::Address;
    use crate::model::record::Record;

    #[test]
    fn rows_are_grouped_and_found_again() {
        let address = |text| Address::parse(text).unwrap();
        let mut traffic = Traffic::default();
        for (source, destination) in [
            ("10.0.0.2", Some("10.0.0.1")),
            ("10.0.0.1", None),
            ("10.0.0.1", Some("10.0.0.2")),
            ("10.0.0.2", Some("10.0.0.1")),
        ] {
            traffic.push(&Record { destination: destination.map(address), ..Record::from_source(address(source)) });
        }
        let order = Order::of(&traffic);
        let (two, one) = (AddressId(0), AddressId(1));
        assert_eq!(order.sources(1).collect::<Vec<_>>(), [two, one]);
        assert_eq!(order.rows(one), [2, 1]);
        assert_eq!(order.pair(&traffic, two, one), [0, 3]);
        assert_eq!(order.pair(&traffic, one, one), [] as [u32; 0]);
        let targets: Vec<_> = order.targets(&traffic, one).collect();
        assert_eq!(targets, [(Some(two), &[2][..]), (None, &[1][..])]);
        assert_eq!(Order::of(&Traffic::default()).sources(0).count(), 0);
    }
}
