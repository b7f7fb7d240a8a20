//! Which input each row came from, and inputs put in another order.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{AddressId, Traffic};
use crate::model::address::Address;

impl Traffic {
    /// Later rows and observations belong to this file.
    pub fn begin(&mut self, file: &str) {
        self.begins.push(self.rows());
        self.observations.begin(file);
    }

    /// The rows of each file, in the order of `Observations::files()`.
    pub fn file_rows(&self) -> Vec<Range<usize>> {
        let ends = self.begins.iter().skip(1).copied().chain([self.rows()]);
        self.begins.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
    }

    /// Puts the files in this order: `order[0]` is the file that comes first. Everything then stands as if the files
    /// had been read so, addresses included.
    pub fn arrange(&mut self, order: &[usize]) {
        if order.len() != self.begins.len() || order.is_sorted() {
            return;
        }
        let rows = self.file_rows();
        let blocks: Vec<Range<usize>> = order.iter().map(|&file| rows[file].clone()).collect();
        let mut begin = 0;
        self.begins.clear();
        for block in &blocks {
            self.begins.push(begin);
            begin += block.len();
        }
        self.arrange_addresses(&blocks);
        self.columns().into_iter().for_each(|column| column.arrange(&blocks));
        self.observations.arrange(order);
    }

    /// Numbers the addresses anew, by first appearance.
    fn arrange_addresses(&mut self, blocks: &[Range<usize>]) {
        const UNSEEN: u32 = u32::MAX;
        let mut number = vec![UNSEEN; self.addresses.len()];
        let mut addresses: Vec<Address> = Vec::with_capacity(self.addresses.len());
        let mut source: Vec<AddressId> = Vec::with_capacity(self.source.len());
        let mut anew = |id: AddressId| {
            let number = &mut number[id.index()];
            if *number == UNSEEN {
                *number = addresses.len() as u32;
                addresses.push(self.addresses[id.index()]);
            }
            AddressId(*number)
        };
        for row in blocks.iter().cloned().flatten() {
            source.push(anew(self.source[row]));
            self.destination.get(row).map(&mut anew);
        }
        self.destination.replace(|id| AddressId(number[id.index()]));
        self.source = source;
        self.addresses = Vec::new();
        (self.v4_ids, self.ids) = (FxHashMap::default(), FxHashMap::default());
        addresses.into_iter().for_each(|address| {
            self.intern_new(address);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;

    /// A file's name and its rows: source, destination and an optional port.
    type File<'a> = (&'a str, &'a [(&'a str, &'a str, Option<u16>)]);

    fn table(files: &[File<'_>]) -> Traffic {
        let mut traffic = Traffic::default();
        let address = |text: &str| Address::parse(text).unwrap();
        for (name, rows) in files {
            traffic.begin(name);
            for (source, destination, port) in *rows {
                let mut record = Record::from_source(address(source));
                record.destination = Some(address(destination)).filter(|_| *destination != "::");
                record.destination_port = *port;
                record.label = Some(source);
                traffic.push(&record);
            }
        }
        traffic
    }

    #[test]
    fn files_put_in_order_are_as_if_read_in_order() {
        let a: File<'_> = ("a", &[("10.0.0.1", "10.0.0.2", None), ("2001:db8::1", "10.0.0.1", Some(2))]);
        let b: File<'_> = ("b", &[("10.0.0.2", "10.0.0.9", Some(3)), ("10.0.0.7", "::", None)]);
        let c: File<'_> = ("c", &[]);
        let mut arranged = table(&[b, c, a]);
        arranged.arrange(&[2, 0, 1]);
        let read = table(&[a, b, c]);
        assert_eq!(arranged.addresses(), read.addresses());
        assert_eq!((arranged.source(), arranged.file_rows()), (read.source(), read.file_rows()));
        assert_eq!(arranged.observations.files(), read.observations.files());
        for row in 0..read.rows() {
            assert_eq!(arranged.destination.get(row), read.destination.get(row), "{row}");
            assert_eq!(arranged.destination_port.get(row), read.destination_port.get(row), "{row}");
            assert_eq!(arranged.label(row), read.label(row), "{row}");
        }
        assert!(read.addresses().iter().all(|&address| arranged.find(address) == read.find(address)));
    }
}
