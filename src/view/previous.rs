//! A block list from before, read to see what has changed since.

use std::net::IpAddr;

use ipnet::IpNet;
use rustc_hash::FxHashSet;
use serde::Serialize;

use super::difference::MAX_NAMED;
use crate::model::address::Address;
use crate::model::settings::parse_network;

/// A list longer than this is refused: far more than any exporter writes, little enough to hold.
pub const MAX_BYTES: usize = 16 << 20;

/// At most this many faults are named; the count is complete.
const MAX_FAULTS: usize = 20;

/// What an earlier list blocks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Previous {
    /// Networks as they stand in the list, each once, sorted; a single address is a network of one.
    networks: Vec<IpNet>,
}

/// Today's block list compared with an earlier one. Both sides are text, as lists hold it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Changes {
    /// Entries of the earlier list, each once.
    pub before: usize,
    /// Addresses blocked now.
    pub after: usize,
    /// Blocked now, and in no entry of the earlier list, in the order of the report; the first `MAX_NAMED`.
    pub added: Vec<String>,
    /// Entries of the earlier list that hold no address blocked now; the first `MAX_NAMED`.
    pub removed: Vec<String>,
    pub added_count: usize,
    pub removed_count: usize,
    /// Entries of the earlier list that are networks of more than one address. What else lies in them is not counted.
    pub wide: usize,
}

impl Previous {
    /// Reads addresses and CIDR networks, one per line. A line that is empty or starts with `#` or `;` is a remark,
    /// as is what follows either sign after a blank.
    ///
    /// # Errors
    /// Every line that is neither, by its number: nothing is passed over.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        if text.len() > MAX_BYTES {
            return Err(vec![format!("the list is longer than {} MiB", MAX_BYTES >> 20)]);
        }
        let mut networks = Vec::new();
        let mut faults = Vec::new();
        let mut wrong = 0;
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let entry = line.split(['#', ';']).next().unwrap_or_default().trim();
            if entry.is_empty() {
                continue;
            }
            if let Some(network) = parse_network(entry) {
                networks.push(network);
                continue;
            }
            wrong += 1;
            if faults.len() < MAX_FAULTS {
                let shown: String = entry.chars().take(60).collect();
                faults.push(format!("line {}: {shown:?} is neither an address nor a CIDR network", index + 1));
            }
        }
        if wrong > faults.len() {
            faults.push(format!("and {} more lines", wrong - faults.len()));
        }
        networks.sort_unstable();
        networks.dedup();
        if faults.is_empty() { Ok(Self { networks }) } else { Err(faults) }
    }

    /// What changes if `now` is loaded in place of this list. An address that is no IP address is in no list.
    pub fn changes(&self, now: &[Address]) -> Changes {
        let set: FxHashSet<IpNet> = self.networks.iter().copied().collect();
        // One look-up per prefix length that the list has, rather than per entry.
        let mut lengths: Vec<u8> = self.networks.iter().map(IpNet::prefix_len).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let mut used = FxHashSet::default();
        let mut added = Vec::new();
        let mut after = 0;
        for ip in now.iter().filter_map(ip) {
            after += 1;
            let within = lengths.iter().filter_map(|length| Some(IpNet::new(ip, *length).ok()?.trunc()));
            let holds: Vec<IpNet> = within.filter(|network| set.contains(network)).collect();
            if holds.is_empty() {
                added.push(ip.to_string());
            }
            used.extend(holds);
        }
        let plain = |network: &IpNet| match network.prefix_len() == network.max_prefix_len() {
            true => network.addr().to_string(),
            false => network.to_string(),
        };
        let gone = self.networks.iter().filter(|network| !used.contains(*network));
        let mut removed: Vec<String> = gone.map(plain).collect();
        let (added_count, removed_count) = (added.len(), removed.len());
        added.truncate(MAX_NAMED);
        removed.truncate(MAX_NAMED);
        let wide = self.networks.iter().filter(|network| network.prefix_len() < network.max_prefix_len()).count();
        Changes { before: self.networks.len(), after, added, removed, added_count, removed_count, wide }
    }
}

fn ip(address: &Address) -> Option<IpAddr> {
    match address {
        Address::V4(ip) => Some(IpAddr::V4(*ip)),
        Address::V6(ip) => Some(IpAddr::V6(*ip)),
        Address::Mac(_) | Address::As(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<Address> {
        texts.iter().map(|text| Address::parse(text).unwrap()).collect()
    }

    #[test]
    fn both_sides_are_named_against_addresses_and_networks() {
        let list = "\u{feff}# made before\r\n192.0.2.1\r\n198.51.100.0/24 ; a net\n\n2001:db8::1\n192.0.2.1/32\n";
        let previous = Previous::parse(list).unwrap();
        let changes = previous.changes(&addresses(&["203.0.113.9", "198.51.100.7", "192.0.2.1"]));
        assert_eq!((changes.added, changes.removed), (vec!["203.0.113.9".to_owned()], vec!["2001:db8::1".to_owned()]));
        assert_eq!((changes.before, changes.after, changes.wide), (3, 3, 1));
        assert_eq!((changes.added_count, changes.removed_count), (1, 1));
    }

    #[test]
    fn no_line_is_passed_over() {
        let faults = Previous::parse("192.0.2.1\n\nexample.org\n192.0.2.0/33\n").unwrap_err();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].starts_with("line 3: \"example.org\"") && faults[1].starts_with("line 4"), "{faults:?}");
        let many = Previous::parse(&"x\n".repeat(100)).unwrap_err();
        assert_eq!((many.len(), many[MAX_FAULTS].as_str()), (MAX_FAULTS + 1, "and 80 more lines"));
    }

    #[test]
    fn a_list_against_itself_changes_nothing() {
        let previous = Previous::parse("192.0.2.1\n2001:db8::1\n").unwrap();
        let changes = previous.changes(&addresses(&["2001:db8::1", "192.0.2.1"]));
        assert_eq!((changes.added_count, changes.removed_count), (0, 0));
    }
}
