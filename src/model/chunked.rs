//! A long list in chunks of a megabyte or so. Memory in a browser tab is never given back, and a list in one piece finds no
//! place among what others have left: millions of hosts as one vector would lie behind all of it.

use std::ops::Index;

use serde::{Serialize, Serializer};

/// The entries of a chunk.
const CHUNK: usize = 1 << 14;

/// Grows at its end only.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunked<T> {
    /// Full but for the last.
    chunks: Vec<Vec<T>>,
}

impl<T> Default for Chunked<T> {
    fn default() -> Self {
        Chunked { chunks: Vec::new() }
    }
}

impl<T> Chunked<T> {
    pub fn push(&mut self, entry: T) {
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK => last.push(entry),
            _ => {
                // A short list takes no more than it needs; one that has filled a chunk will need the next.
                let mut chunk = if self.chunks.is_empty() { Vec::new() } else { Vec::with_capacity(CHUNK) };
                chunk.push(entry);
                self.chunks.push(chunk);
            }
        }
    }

    pub fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }

    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        self.chunks.get(index / CHUNK)?.get(index % CHUNK)
    }

    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.chunks.iter_mut().flatten()
    }
}

impl<T> Extend<T> for Chunked<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, entries: I) {
        entries.into_iter().for_each(|entry| self.push(entry));
    }
}

impl<T> FromIterator<T> for Chunked<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let mut list = Chunked::default();
        list.extend(entries);
        list
    }
}

impl<T> Index<usize> for Chunked<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.chunks[index / CHUNK][index % CHUNK]
    }
}

impl<T: Serialize> Serialize for Chunked<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_what_was_put_in() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let mut list: Chunked<usize> = (0..length).collect();
            assert!(list.iter().copied().eq(0..length));
            assert_eq!(
                (list.len(), list.is_empty(), list.first().copied()),
                (length, length == 0, (length > 0).then_some(0))
            );
            assert!((0..length).all(|index| list[index] == index && list.get(index) == Some(&index)));
            assert_eq!(list.get(length), None);
            list.iter_mut().for_each(|entry| *entry += 1);
            assert!(list.iter().copied().eq(1..=length));
            assert_eq!(serde_json::to_value(&list).unwrap().as_array().unwrap().len(), length);
        }
    }
}
