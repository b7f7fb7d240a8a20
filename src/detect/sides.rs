//! Which ends of the traffic are the analyst's own and which lie outside, and the pairs that go from one to the other.

use crate::model::home::Home;
use crate::model::settings::Checked;
use crate::model::special::{Class, special};
use crate::model::traffic::{AddressId, Traffic};

use super::Scene;

/// Where an address lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In the analyst's own networks, as named or guessed.
    Own,
    /// On the internet.
    Outside,
    /// Many machines at once: multicast or broadcast.
    Group,
    /// A link, no IP address: nobody's host, or nothing is known.
    Neither,
}

/// The side of every address of the traffic.
pub struct Sides(Vec<Side>);

impl Sides {
    pub fn of(traffic: &Traffic, settings: &Checked) -> Self {
        let home = Home::of(traffic, settings);
        let side = |address: &crate::model::address::Address| {
            let Some(ip) = address.ip() else { return Side::Neither };
            match special(ip).map(|special| special.class) {
                Some(Class::Multicast | Class::Broadcast) => Side::Group,
                _ if home.contains(ip) => Side::Own,
                None => Side::Outside,
                Some(_) => Side::Neither,
            }
        };
        Sides(traffic.addresses().iter().map(side).collect())
    }

    pub fn get(&self, id: AddressId) -> Side {
        self.0[id.index()]
    }

    /// Whether the address is one machine's. What is sent to a group is no attack on it.
    pub fn is_one_host(&self, id: AddressId) -> bool {
        self.get(id) != Side::Group
    }

    /// What is missing where no host is known to be the analyst's own.
    pub fn need(&self) -> Option<String> {
        let none = !self.0.contains(&Side::Own);
        none.then(|| "one of your own hosts: no address is private, so name your networks in the settings".to_owned())
    }
}

/// The rows of one own host to one host outside.
#[derive(Clone, Copy)]
pub struct Outward<'a> {
    pub source: AddressId,
    pub target: AddressId,
    /// In input order.
    pub rows: &'a [u32],
}

/// All pairs with at least `least` rows, one source after the other.
pub fn outward<'a>(scene: &'a Scene<'a>, least: usize) -> impl Iterator<Item = Outward<'a>> {
    own(scene, least).flat_map(move |source| outward_of(scene, source)).filter(move |pair| pair.rows.len() >= least)
}

/// The own hosts that have at least `least` rows, in order of first appearance.
pub fn own<'a>(scene: &'a Scene<'a>, least: usize) -> impl Iterator<Item = AddressId> {
    scene.order.sources(least).filter(|&source| scene.sides.get(source) == Side::Own)
}

/// The pairs of one source.
pub fn outward_of<'a>(scene: &'a Scene<'a>, source: AddressId) -> impl Iterator<Item = Outward<'a>> {
    let outside = move |target: &AddressId| scene.sides.get(*target) == Side::Outside;
    let pairs = scene.order.targets(scene.traffic, source);
    pairs.filter_map(move |(target, rows)| Some(Outward { source, target: target.filter(outside)?, rows }))
}

/// The sum of a column over the rows of a source, by which most hosts can be passed over.
pub fn total(scene: &Scene<'_>, source: AddressId, of: impl Fn(usize) -> f64) -> f64 {
    scene.order.rows(source).iter().map(|&row| of(row as usize)).sum()
}
