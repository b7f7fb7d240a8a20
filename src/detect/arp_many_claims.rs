//! One network card that tells others, unasked, that a foreign address is its own: ARP poisoning.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};

use super::neighbours::{Claimed, claimed, is_damaged};
use super::observed::{Piece, Weight, counted, listed};
use super::tally::Seen;
use super::{Detector, Scene};

pub const ARP_MANY_CLAIMS: Detector = Detector {
    about: About {
        key: "arp_many_claims",
        title: "Foreign addresses told to neighbours",
        help: "What: looks for a network card (MAC) that has an address of its own and yet tells single neighbours, \
               without having been asked, that further addresses are at its card. Why: this is how ARP poisoning \
               works. Each of the two parties is told that the other one is at the attacker's card, again and again, \
               because the true owner's answers would otherwise set it right.",
        limits: "The card is named, because ARP gives no other identity that could be trusted. A router or a host with \
                 several addresses is not named as long as it answers only when asked, proxy ARP included; virtual \
                 routers (VRRP, CARP, HSRP, GLBP) are left out, and so is what comes in another card's frame. Fail-over that tells single neighbours of the new card \
                 instead of everybody looks the same. Where most other cards' answers lack their questions the \
                 capture is taken for one-sided, and the finding is weak; so it is where one ARP packet in fifty has an \
                 operation that does not exist: such a capture is damaged. The first 200,000 ARP packets are looked at.",
    },
    knobs: &[&REPEATED],
    family: Family::Interception,
    needs,
    run,
};

/// No source: poisoning tools repeat every one to ten seconds, so that three come within half a minute.
pub const REPEATED: Knob = Knob {
    key: "arp_many_claims.repeated",
    label: "Unasked answers",
    help: "From this many unasked answers on, a card that gives them for foreign addresses is named with confidence. 3 is this program's own choice.",
    unit: "answers",
    range: Range::Integer { min: 1, max: 10_000, default: 3 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.observations.arp.items().is_empty();
    if absent { vec!["ARP packets, in a capture with its Ethernet layer".to_owned()] } else { Vec::new() }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let packets = scene.kept(&scene.traffic.observations.arp);
    let claims = claimed(packets);
    let mut holders: FxHashMap<Address, usize> = FxHashMap::default();
    claims.iter().for_each(|claim| *holders.entry(claim.address).or_default() += 1);
    let contested: FxHashSet<Address> = holders.iter().filter(|(_, held)| **held > 1).map(|(ip, _)| *ip).collect();
    let all = Answers::of(&claims);
    let repeated = scene.settings.count(&REPEATED) as u64;
    let damaged = is_damaged(packets);
    let cards = claims.chunk_by(|a, b| a.mac == b.mac);
    cards.filter_map(|card| poisoner(card, &contested, all.without(Answers::of(card)), repeated, damaged)).collect()
}

/// Answers to single hosts, and how many of them nobody had asked for.
#[derive(Clone, Copy)]
struct Answers {
    all: u64,
    unasked: u64,
}

impl Answers {
    fn of(claims: &[Claimed]) -> Self {
        let unasked = claims.iter().map(|claim| claim.unasked).sum();
        Answers { all: claims.iter().map(|claim| claim.answered).sum::<u64>() + unasked, unasked }
    }

    fn without(self, some: Answers) -> Self {
        Answers { all: self.all - some.all, unasked: self.unasked - some.unasked }
    }

    /// Whether questions are missing from the capture.
    fn is_one_sided(self) -> bool {
        self.all >= 3 && self.unasked * 2 > self.all
    }
}

fn poisoner(
    card: &[Claimed],
    contested: &FxHashSet<Address>,
    others: Answers,
    repeated: u64,
    damaged: bool,
) -> Option<Finding> {
    let has_own = |than: Address| card.iter().any(|claim| claim.address != than && claim.is_used());
    let foreign: Vec<&Claimed> = card
        .iter()
        .filter(|claim| claim.unasked > 0)
        .filter(|claim| contested.contains(&claim.address) || (has_own(claim.address) && !claim.is_used()))
        .collect();
    if foreign.is_empty() {
        return None;
    }
    let unasked: u64 = foreign.iter().map(|claim| claim.unasked).sum();
    let both = foreign.iter().any(|one| foreign.iter().any(|two| tells(one, two) && tells(two, one)));
    let probed = foreign.iter().any(|claim| claim.probed > 0);
    let disputed = foreign.iter().any(|claim| contested.contains(&claim.address));
    let weight: Weight = match (unasked >= repeated, both) {
        _ if damaged || others.is_one_sided() => (20.0, 0.3),
        (true, true) => (80.0, 0.9),
        (true, false) => (65.0, if disputed { 0.85 } else { 0.75 }),
        // Few packets, but two oddities at once: it also asks in the foreign address's name, and not everybody.
        (false, _) if both || probed => (50.0, 0.6),
        (false, _) => (20.0, 0.35),
    };
    let mut seen = Seen::default();
    foreign.iter().for_each(|claim| seen.join(&claim.seen));
    let told: Vec<Address> = foreign.iter().flat_map(|claim| claim.told.iter().copied()).collect();
    let taken: Vec<Address> = foreign.iter().map(|claim| claim.address).collect();
    let own = card.iter().find(|claim| claim.is_used() && !contested.contains(&claim.address));
    let summary = format!(
        "{}{} told {} in {} that {} is at its card",
        Address::Mac(card[0].mac),
        own.map_or(String::new(), |own| format!(", which also uses {},", own.address)),
        listed(&distinct(&told)),
        counted(unasked as usize, "unasked answer"),
        listed(&taken),
    );
    let victims = told.into_iter().chain(taken).collect();
    let subject = Address::Mac(card[0].mac);
    Some(
        Piece { about: &ARP_MANY_CLAIMS.about, technique: Some("T1557.002"), subject, seen, weight, victims, summary }
            .finding(),
    )
}

/// Whether one claim was told to the holder of the other's address.
fn tells(one: &Claimed, other: &Claimed) -> bool {
    one.told.contains(&other.address)
}

fn distinct(addresses: &[Address]) -> Vec<Address> {
    let mut sorted = addresses.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}
