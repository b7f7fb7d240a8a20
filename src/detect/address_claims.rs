//! One address that several MAC addresses claim: someone may stand between two parties.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::about::{About, Knob, Range};
use crate::model::address::Address;
use crate::model::finding::{Family, Finding, MAX_VICTIMS};
use crate::model::traffic::{AddressId, Traffic};

use super::claims::{Claim, Mac, claims};
use super::evidence::{role, severity};
use super::observed::counted;
use super::{Detector, Scene};

pub const ADDRESS_CLAIMED_BY_SEVERAL_MACS: Detector = Detector {
    about: About {
        key: "address_claimed_by_several_macs",
        title: "One address, several MACs",
        help: "What: looks for local addresses that more than one network card (MAC) uses at the same time. Why: an \
               attacker who wants to read others' traffic tells them that their gateway's address is at his own \
               card. The card that also has an address of its own, or claims several foreign ones, is the one named; \
               else the one that uses the address only now and then, with little weight unless it returns \
               again and again.",
        limits: "Only private, shared and benchmarking addresses are looked at: others come through a router, whose \
                 card stands for all of them. So a local network with public addresses is not covered. A card with \
                 more addresses than the router setting allows is taken for a router and left out, and an attacker \
                 who claims a whole network is left out with it. Virtual routers (VRRP, CARP, HSRP, GLBP) and \
                 group membership messages (IGMP) are subtracted. An address that moves once to another card (a \
                 lease, a new card, a random MAC) is listed with hardly any weight. At most 1,000,000 pairs are kept.",
    },
    knobs: &[&ROUTER],
    family: Family::Interception,
    needs,
    run,
};

/// No source: a home or laboratory network's interceptor claims a handful, a router between networks many.
pub const ROUTER: Knob = Knob {
    key: "address_claimed_by_several_macs.router",
    label: "Addresses behind a router's MAC",
    help: "A MAC that carries more local addresses than this is taken for a router between networks and left out. 20 is this program's own choice.",
    unit: "addresses",
    range: Range::Integer { min: 2, max: 100_000, default: 20 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let absent = scene.traffic.source_mac.is_absent();
    if absent { vec!["a source MAC column, or a capture with its Ethernet layer".to_owned()] } else { Vec::new() }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let mut claims = claims(scene);
    let carried = Carried::of(traffic, &claims);
    claims.retain(|claim| carried.addresses(traffic, claim) <= scene.settings.count(&ROUTER));

    let contested = claims.chunk_by(|a, b| a.address == b.address).filter(|group| group.len() > 1);
    let (at_once, moved): (Vec<_>, Vec<_>) = contested.partition(|group| overlap(group));
    let disputed: FxHashSet<AddressId> = at_once.iter().map(|group| group[0].address).collect();

    let mut suspects: Vec<&Claim> = Vec::new();
    let mut findings = Vec::new();
    for group in at_once {
        // A host has one address per IP version; a card with more of them answers for others.
        let (guilty, innocent): (Vec<&Claim>, Vec<&Claim>) =
            group.iter().partition(|claim| carried.addresses(traffic, claim) > 1);
        if !guilty.is_empty() && !innocent.is_empty() {
            suspects.extend(guilty);
        } else if let Some(claim) = intruder(group) {
            findings.push(intrusion(traffic, claim));
        } else {
            findings.push(unclear(traffic, group, "at the same time", 10.0));
        }
    }
    suspects.sort_unstable_by_key(|claim| (claim.mac, claim.address));
    let by_mac = suspects.chunk_by(|a, b| a.mac == b.mac);
    findings.extend(by_mac.map(|taken| interceptor(traffic, &carried, &disputed, taken)));
    findings.extend(moved.iter().map(|group| unclear(traffic, group, "one after the other", 2.0)));
    findings
}

/// Whether two of the claims on one address interleave: one after the other is a move.
fn overlap(group: &[Claim]) -> bool {
    let mut by_start: Vec<&Claim> = group.iter().collect();
    by_start.sort_by(|a, b| a.first.total_cmp(&b.first).then(a.mac.cmp(&b.mac)));
    by_start.windows(2).any(|pair| pair[1].first < pair[0].last)
}

/// The addresses of each MAC, by IP version.
struct Carried(FxHashMap<(Mac, bool), Vec<AddressId>>);

impl Carried {
    fn of(traffic: &Traffic, claims: &[Claim]) -> Self {
        let mut carried: FxHashMap<_, Vec<AddressId>> = FxHashMap::default();
        for claim in claims {
            carried.entry((claim.mac, is_v4(traffic, claim.address))).or_default().push(claim.address);
        }
        Carried(carried)
    }

    /// How many addresses of the claim's IP version its MAC carries.
    fn addresses(&self, traffic: &Traffic, claim: &Claim) -> usize {
        self.0.get(&(claim.mac, is_v4(traffic, claim.address))).map_or(0, Vec::len)
    }

    /// The one address that the MAC has to itself, IPv4 before IPv6.
    fn own(&self, mac: Mac, disputed: &FxHashSet<AddressId>) -> Option<AddressId> {
        [true, false].iter().find_map(|v4| {
            let mut own = self.0.get(&(mac, *v4))?.iter().filter(|address| !disputed.contains(address));
            own.next().copied().filter(|_| own.next().is_none())
        })
    }
}

fn is_v4(traffic: &Traffic, address: AddressId) -> bool {
    matches!(traffic.address(address), Address::V4(_))
}

fn interceptor(traffic: &Traffic, carried: &Carried, disputed: &FxHashSet<AddressId>, taken: &[&Claim]) -> Finding {
    let mac = taken[0].mac;
    // Its own address names the host; several of its own name none.
    let subject = carried.own(mac, disputed).map_or(Address::Mac(mac), |own| traffic.address(own));
    // Both ends of a conversation claimed is how traffic is read in both directions.
    let (points, confidence) = if taken.len() > 1 { (70.0, 0.75) } else { (50.0, 0.6) };
    let mut victims: Vec<Address> = taken.iter().map(|claim| traffic.address(claim.address)).collect();
    victims.sort_unstable();
    let named: Vec<String> = victims.iter().take(3).map(Address::to_string).collect();
    let more = if victims.len() > 3 { " and others" } else { "" };
    let summary = format!(
        "{} also uses {} that belong to other MACs at the same time: {}{more}",
        Address::Mac(mac),
        if victims.len() == 1 { "1 address".to_owned() } else { format!("{} addresses", victims.len()) },
        named.join(", "),
    );
    victims.truncate(MAX_VICTIMS);
    Finding { victims, summary, ..finding(traffic, taken, subject, points, confidence) }
}

/// The MAC that uses the address now and then while another uses it ten times as often before, meanwhile and
/// after. An address that moves, or two machines that were given the same one, do not look like this.
fn intruder(group: &[Claim]) -> Option<&Claim> {
    let [one, other] = group else { return None };
    let (much, little) = if one.rows >= other.rows { (one, other) } else { (other, one) };
    let within = much.first < little.first && little.last < much.last;
    (within && little.rows <= much.rows / 10).then_some(little)
}

/// From this many returns on it is no second machine with the same address: that one stays. Our own choice.
const RETURNS: u32 = 5;

/// Coming once it may still be a second machine with the same address: worth watching, not blocking.
fn intrusion(traffic: &Traffic, claim: &Claim) -> Finding {
    let (mac, victim) = (Address::Mac(claim.mac), traffic.address(claim.address));
    let (points, confidence) = if claim.turns >= RETURNS { (50.0, 0.6) } else { (30.0, 0.4) };
    let summary = format!(
        "{mac} now and then uses {victim}, which belongs to another MAC ({})",
        counted(claim.turns as usize, "return")
    );
    Finding { summary, victims: vec![victim], ..finding(traffic, &[claim], mac, points, confidence) }
}

/// Several MACs on one address, and nothing that says which of them is wrong.
fn unclear(traffic: &Traffic, group: &[Claim], when: &str, points: f64) -> Finding {
    let subject = traffic.address(group[0].address);
    let macs: Vec<String> = group.iter().take(3).map(|claim| Address::Mac(claim.mac).to_string()).collect();
    let summary = format!("{} MACs use {subject} {when}, such as {}", group.len(), macs.join(", "));
    let claims: Vec<&Claim> = group.iter().collect();
    Finding { summary, ..finding(traffic, &claims, subject, points, 0.2) }
}

fn finding(traffic: &Traffic, claims: &[&Claim], subject: Address, points: f64, confidence: f64) -> Finding {
    let timed = traffic.start.filled() == traffic.rows();
    Finding {
        id: 0,
        detector: ADDRESS_CLAIMED_BY_SEVERAL_MACS.about.key,
        subject,
        role: role(confidence),
        victims: Vec::new(),
        first: claims.iter().map(|claim| claim.first).reduce(f64::min).filter(|_| timed),
        last: claims.iter().map(|claim| claim.last).reduce(f64::max).filter(|_| timed),
        rows: claims.iter().map(|claim| u64::from(claim.rows)).sum(),
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1557.002"),
        summary: String::new(),
    }
}
