//! Which ends of the traffic are the analyst's own and which lie outside, and the pairs that go from one to the other.

use crate::model::home::Home;
use crate::model::settings::Checked;
use crate::model::special::special;
use crate::model::traffic::{AddressId, Traffic};

use super::Scene;

/// Where an address lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In the analyst's own networks, as named or guessed.
    Own,
    /// On the internet.
    Outside,
    /// A group, a link, no IP address: nobody's host, or nothing is known.
    Neither,
}

/// The side of every address of the traffic.
pub struct Sides(Vec<Side>);

impl Sides {
    pub fn of(traffic: &Traffic, settings: &Checked) -> Self {
        let home = Home::of(traffic, settings);
        let side = |address: &crate::model::address::Address| match address.ip() {
            Some(ip) if home.contains(ip) => Side::Own,
            Some(ip) if special(ip).is_none() => Side::Outside,
            _ => Side::Neither,
        };
        Sides(traffic.addresses().iter().map(side).collect())
    }

    pub fn get(&self, id: AddressId) -> Side {
        self.0[id.index()]
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
    let own = scene.order.sources(least).filter(|&source| scene.sides.get(source) == Side::Own);
    let pairs = own.flat_map(|source| scene.order.targets(scene.traffic, source).map(move |pair| (source, pair)));
    pairs.filter_map(move |(source, (target, rows))| {
        let target = target.filter(|&target| scene.sides.get(target) == Side::Outside)?;
        (rows.len() >= least).then_some(Outward { source, target, rows })
    })
}
