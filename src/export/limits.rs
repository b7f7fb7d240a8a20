//! What a target can hold, as data: how many entries, which families, which prefixes.

use ipnet::IpNet;
use serde::Serialize;

/// The limits of one file or object of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Entries in one file or object; more are split over several.
    pub entries: Option<usize>,
    /// The shortest and the longest prefix it takes, per family; none where it does not take the family.
    pub v4: Option<(u8, u8)>,
    pub v6: Option<(u8, u8)>,
}

/// Any number of addresses and networks of both families. No target takes `/0`, nor does Flowglass make one.
pub const ANY: Limits = Limits { entries: None, v4: Some((1, 32)), v6: Some((1, 128)) };

/// Any network, at most `entries` in one file or object.
pub const fn up_to(entries: usize) -> Limits {
    Limits { entries: Some(entries), ..ANY }
}

impl Limits {
    /// True where the target can express the network.
    pub fn holds(&self, network: &IpNet) -> bool {
        let range = if network.addr().is_ipv4() { self.v4 } else { self.v6 };
        range.is_some_and(|(shortest, longest)| (shortest..=longest).contains(&network.prefix_len()))
    }

    /// The parts into which the entries are split; at least one, as an empty list replaces an older one.
    pub fn parts<'a, T>(&self, entries: &'a [T]) -> Vec<&'a [T]> {
        match self.entries {
            Some(most) if entries.len() > most => entries.chunks(most).collect(),
            _ => vec![entries],
        }
    }
}

/// `stem.ending` for the first part, `stem-2.ending` for the second.
pub fn part_name(stem: &str, part: usize, ending: &str) -> String {
    if part == 0 { format!("{stem}.{ending}") } else { format!("{stem}-{}.{ending}", part + 1) }
}
