//! How a finding of packets or single flows is put together, and how addresses are listed in a sentence.

use crate::about::About;
use crate::model::address::Address;
use crate::model::finding::{Finding, MAX_VICTIMS};

use super::evidence::{role, severity};
use super::tally::Seen;

/// How much a piece of evidence weighs: points, and how sure it is.
pub type Weight = (f64, f64);

/// What one piece of evidence says. Severity and role follow from its weight.
pub struct Piece<'a> {
    pub about: &'a About,
    pub technique: Option<&'static str>,
    pub subject: Address,
    pub seen: Seen,
    pub weight: Weight,
    pub victims: Vec<Address>,
    pub summary: String,
}

impl Piece<'_> {
    pub fn finding(mut self) -> Finding {
        self.victims.sort_unstable();
        self.victims.dedup();
        self.victims.retain(|victim| *victim != self.subject);
        self.victims.truncate(MAX_VICTIMS);
        let (points, confidence) = self.weight;
        Finding {
            id: 0,
            detector: self.about.key,
            subject: self.subject,
            role: role(confidence),
            victims: self.victims,
            first: self.seen.first,
            last: self.seen.last,
            rows: self.seen.rows,
            severity: severity(points),
            confidence,
            points,
            technique: self.technique,
            summary: self.summary,
        }
    }
}

/// The first three of a sorted list, and how many more there are.
pub fn listed<T: ToString>(items: &[T]) -> String {
    let shown: Vec<String> = items.iter().take(3).map(T::to_string).collect();
    match items.len().saturating_sub(3) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `1 packet`, `2 packets`.
pub fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_cut_and_numbers_agree() {
        assert_eq!(listed(&[1, 2, 3]), "1, 2, 3");
        assert_eq!(listed(&[1, 2, 3, 4, 5]), "1, 2, 3 and 2 more");
        assert_eq!(counted(1, "packet") + &counted(2, "packet"), "1 packet2 packets");
    }
}
