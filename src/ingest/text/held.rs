//! Flows that have begun and not ended, by what tells them apart; what is left at the end comes in the order begun.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::ingest::intake::Intake;
use crate::model::record::Record;

/// Memory follows the flows that are open at one time, not those of the file.
#[derive(Debug)]
pub struct Held<K> {
    flows: Vec<Option<(K, Record<'static>)>>,
    places: FxHashMap<K, usize>,
}

impl<K> Default for Held<K> {
    fn default() -> Self {
        Held { flows: Vec::new(), places: FxHashMap::default() }
    }
}

impl<K: Copy + Eq + Hash> Held<K> {
    /// Holds a flow; the one that was held by this key before, if there was one.
    pub fn put(&mut self, key: K, flow: Record<'static>) -> Option<Record<'static>> {
        let before = self.take(&key);
        // Most places are empty: the flows that are open move together.
        if self.flows.len() > 2 * self.places.len() + 1024 {
            self.flows.retain(Option::is_some);
            let keys = self.flows.iter().flatten().map(|(key, _)| *key);
            self.places = keys.enumerate().map(|(at, key)| (key, at)).collect();
        }
        self.places.insert(key, self.flows.len());
        self.flows.push(Some((key, flow)));
        before
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut Record<'static>> {
        let at = self.places.get(key)?;
        self.flows.get_mut(*at)?.as_mut().map(|(_, flow)| flow)
    }

    pub fn take(&mut self, key: &K) -> Option<Record<'static>> {
        let at = self.places.remove(key)?;
        self.flows.get_mut(at)?.take().map(|(_, flow)| flow)
    }

    /// Hands over what is left; its rows are counted already.
    pub fn rest(&mut self, intake: &mut Intake) {
        self.places.clear();
        for (_, flow) in self.flows.drain(..).flatten() {
            intake.flow(&flow);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::Address;

    #[test]
    fn ended_flows_leave_no_room_behind_and_order_stays() {
        let flow = |port: u16| Record { source_port: Some(port), ..Record::from_source(Address::As(1)) };
        let mut held = Held::default();
        held.put(1, flow(1));
        for key in 2..10_000u16 {
            assert_eq!(held.put(key, flow(key)), None);
            if key != 5000 {
                assert_eq!(held.take(&key).and_then(|flow| flow.source_port), Some(key));
            }
            assert!(held.flows.len() < 1100);
        }
        assert_eq!(held.put(1, flow(7)).and_then(|flow| flow.source_port), Some(1));
        held.get_mut(&5000).expect("it is held").source_port = Some(6);
        let mut intake = Intake::default();
        held.rest(&mut intake);
        assert_eq!([0, 1].map(|row| intake.traffic.source_port.get(row)), [Some(6), Some(7)]);
    }
}
