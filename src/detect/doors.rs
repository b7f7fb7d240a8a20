//! Doors: the ports of targets that each source knocked at, and how each answered at its best. Worked out once for all
//! detectors that count them.

use crate::model::address::Address;
use crate::model::finding::MAX_VICTIMS;
use crate::model::traffic::{AddressId, Traffic};

use super::Scene;
use super::attempts::{Outcome, Outcomes, is_aimed, looks_like_answers};
use super::sides::Sides;
use super::tally::Order;

/// One port of one target, in one protocol: the same number is another door over UDP.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Door {
    pub target: AddressId,
    /// The earliest knock.
    pub row: u32,
    /// How many knocks.
    pub knocks: u32,
    pub port: u16,
    /// 255, which no protocol has, where the input does not say.
    pub protocol: u8,
    /// The best outcome of all knocks; unknown only where every one is.
    pub outcome: Outcome,
}

const NO_PROTOCOL: u8 = 255;

/// Sources with fewer rows than this are looked at when they are asked for: there may be millions of them, and hardly
/// a detector asks.
const FEW_ROWS: usize = 6;

/// The doors of every source with `FEW_ROWS` rows or more: 16 bytes for each.
pub struct Doors {
    doors: Vec<Door>,
    /// The sources, and where the doors of each end.
    ends: Vec<(AddressId, u32)>,
    /// Whether the rows stand by time, so that the first in the input is the earliest.
    in_time: bool,
}

impl Doors {
    pub fn of(traffic: &Traffic, order: &Order, sides: &Sides, outcomes: &Outcomes) -> Self {
        let mut doors = Doors { doors: Vec::new(), ends: Vec::new(), in_time: is_in_time(traffic) };
        if traffic.destination_port.is_absent() {
            return doors;
        }
        let mut found = std::mem::take(&mut doors.doors);
        let mut maker = Maker { traffic, order, sides, outcomes, in_time: doors.in_time, knocks: Vec::new() };
        for source in order.sources(FEW_ROWS) {
            maker.add(source, &mut found);
            doors.ends.push((source, found.len() as u32));
        }
        found.shrink_to_fit();
        doors.doors = found;
        doors
    }

    /// The doors of one source that has `FEW_ROWS` rows or more.
    fn kept(&self, source: AddressId) -> &[Door] {
        let Ok(at) = self.ends.binary_search_by_key(&source, |end| end.0) else { return &[] };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before].1 as usize);
        &self.doors[start..self.ends[at].1 as usize]
    }
}

/// The doors of `source`, by target, then port, then protocol. What looks like a service's answers is passed over, and
/// so are discovery and what is sent to everybody. `room` is for those of a source with few rows.
pub fn doors<'a>(scene: &'a Scene<'_>, source: AddressId, room: &'a mut Vec<Door>) -> &'a [Door] {
    if scene.order.rows(source).len() >= FEW_ROWS {
        return scene.doors.kept(source);
    }
    room.clear();
    let Scene { traffic, order, sides, outcomes, .. } = scene;
    Maker { traffic, order, sides, outcomes, in_time: scene.doors.in_time, knocks: Vec::new() }.add(source, room);
    room
}

/// Those of the doors of `source` that are wanted.
pub fn doors_where(scene: &Scene<'_>, source: AddressId, wanted: impl Fn(&Door) -> bool) -> Vec<Door> {
    doors(scene, source, &mut Vec::new()).iter().filter(|door| wanted(door)).copied().collect()
}

struct Maker<'a> {
    traffic: &'a Traffic,
    order: &'a Order,
    sides: &'a Sides,
    outcomes: &'a Outcomes,
    in_time: bool,
    /// The knocks at one target: port, protocol and row, from high to low bits.
    knocks: Vec<u64>,
}

impl Maker<'_> {
    fn add(&mut self, source: AddressId, doors: &mut Vec<Door>) {
        let traffic = self.traffic;
        for (target, run) in self.order.targets(traffic, source) {
            let Some(target) = target.filter(|&target| self.sides.is_one_host(target)) else { continue };
            self.knocks.clear();
            for &row in run {
                let port = traffic.destination_port.get(row as usize).filter(|&port| is_aimed(port));
                let Some(port) = port.filter(|_| self.outcomes.get(row).is_some()) else { continue };
                let protocol = traffic.protocol.get(row as usize).unwrap_or(NO_PROTOCOL);
                self.knocks.push(u64::from(port) << 40 | u64::from(protocol) << 32 | u64::from(row));
            }
            let knocks = self.knocks.iter().map(|&knock| (knock as u32, (knock >> 40) as u16));
            if looks_like_answers(traffic, knocks) {
                continue;
            }
            self.knocks.sort_unstable();
            doors.extend(self.knocks.chunk_by(|a, b| a >> 32 == b >> 32).map(|knocks| self.door(target, knocks)));
        }
    }

    fn door(&self, target: AddressId, knocks: &[u64]) -> Door {
        let rows = || knocks.iter().map(|&knock| knock as u32);
        let known = rows().filter_map(|row| self.outcomes.get(row)).filter(|outcome| *outcome != Outcome::Unknown);
        let earliest = |a: &u32, b: &u32| when(self.traffic, *a).total_cmp(&when(self.traffic, *b)).then(a.cmp(b));
        let first = if self.in_time { rows().next() } else { rows().min_by(earliest) };
        Door {
            target,
            row: first.unwrap_or_default(),
            knocks: knocks.len() as u32,
            port: (knocks[0] >> 40) as u16,
            protocol: (knocks[0] >> 32) as u8,
            outcome: known.max().unwrap_or(Outcome::Unknown),
        }
    }
}

fn is_in_time(traffic: &Traffic) -> bool {
    let rows = u32::try_from(traffic.rows()).unwrap_or(u32::MAX);
    traffic.start.is_absent() || (1..rows).all(|row| when(traffic, row - 1) <= when(traffic, row))
}

/// When a row starts; rows without a time stand in input order before all others.
pub fn when(traffic: &Traffic, row: u32) -> f64 {
    traffic.start.get(row as usize).unwrap_or(f64::NEG_INFINITY)
}

/// How many different values there are.
pub fn distinct<K: Ord>(keys: impl Iterator<Item = K>) -> usize {
    let mut keys: Vec<K> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

/// The first targets of doors that stand by target, as victims.
pub fn victims(traffic: &Traffic, doors: &[Door]) -> Vec<Address> {
    let mut targets: Vec<AddressId> = doors.iter().map(|door| door.target).collect();
    targets.dedup();
    targets.iter().take(MAX_VICTIMS).map(|&id| traffic.address(id)).collect()
}
