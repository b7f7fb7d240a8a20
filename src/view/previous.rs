//! A block list from before, read to see what has changed since.

use ipnet::IpNet;
use rustc_hash::FxHashSet;
use serde::Serialize;

use super::difference::MAX_NAMED;
use crate::export::Export;
use crate::export::blocklist::{Blocklist, bare};
use crate::model::outcome::Outcome;
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
    /// Addresses (or networks, where some are blocked whole) on today's list.
    pub after: usize,
    /// Blocked now, and in no entry of the earlier list, in the order of the report; the first `MAX_NAMED`.
    pub added: Vec<String>,
    /// Entries of the earlier list that share no address with today's list; the first `MAX_NAMED`.
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

    /// What changes if `now` is loaded in place of this list.
    pub fn changes(&self, now: &[IpNet]) -> Changes {
        let set: FxHashSet<IpNet> = self.networks.iter().copied().collect();
        // One look-up per prefix length that the list has, rather than per entry.
        let mut lengths: Vec<u8> = self.networks.iter().map(IpNet::prefix_len).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let mut used = FxHashSet::default();
        let mut added = Vec::new();
        for entry in now {
            let wider = lengths.iter().take_while(|length| **length <= entry.prefix_len());
            let around = wider.filter_map(|length| Some(IpNet::new(entry.addr(), *length).ok()?.trunc()));
            let holds: Vec<IpNet> = around.filter(|network| set.contains(network)).collect();
            if holds.is_empty() {
                added.push(bare(entry));
            }
            used.extend(holds);
            used.extend(self.within(entry));
        }
        let gone = self.networks.iter().filter(|network| !used.contains(*network));
        let mut removed: Vec<String> = gone.map(bare).collect();
        let (added_count, removed_count) = (added.len(), removed.len());
        added.truncate(MAX_NAMED);
        removed.truncate(MAX_NAMED);
        let wide = self.networks.iter().filter(|network| network.prefix_len() < network.max_prefix_len()).count();
        let (before, after) = (self.networks.len(), now.len());
        Changes { before, after, added, removed, added_count, removed_count, wide }
    }

    /// The entries that `network` holds.
    fn within(&self, network: &IpNet) -> impl Iterator<Item = IpNet> {
        let first = self.networks.partition_point(|entry| entry < network);
        self.networks[first..].iter().take_while(move |entry| network.contains(*entry)).copied()
    }
}

/// Today's block list as every exporter writes it, behind every guard: its addresses by falling risk, or its
/// networks where some are blocked whole.
pub fn today(outcome: &Outcome) -> Vec<IpNet> {
    let list = Blocklist::of(&Export { outcome, now: 0, pictures: &[] });
    if list.stamp.unseen > 0 { list.networks } else { list.hosts.iter().map(|(ip, _)| IpNet::from(*ip)).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::Decision;
    use crate::model::settings::Settings;
    use crate::policy;
    use crate::view::fixture::outcome;

    fn addresses(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| parse_network(text).unwrap()).collect()
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

    #[test]
    fn a_network_blocked_whole_holds_what_was_listed_in_it() {
        let previous = Previous::parse("5.5.4.255\n5.5.5.0\n5.5.5.64/26\n5.5.5.255\n5.5.6.0\n7.0.0.0/8\n").unwrap();
        let changes = previous.changes(&addresses(&["5.5.5.0/24", "7.7.7.0/24"]));
        assert_eq!(
            (changes.added, changes.removed),
            (vec!["5.5.5.0/24".to_owned()], vec!["5.5.4.255".to_owned(), "5.5.6.0".to_owned()])
        );
    }

    #[test]
    fn today_is_what_the_guards_leave() {
        let mut outcome = outcome();
        let decided = outcome.report.hosts.iter().filter(|host| host.decision == Decision::Block).count();
        assert_eq!((decided, today(&outcome).len()), (1, 0), "203.0.113.7 is for documentation");
        let asked = serde_json::from_str::<Settings>(r#"{"policy.block_documentation": true}"#).unwrap();
        outcome.report.settings = asked.check(policy::KNOBS).unwrap();
        assert_eq!(today(&outcome), addresses(&["203.0.113.7"]));
    }
}
