//! Where each open flow stands: eight bytes for each, beside the flows themselves, so that looking one up mostly stays
//! within the processor's caches. A slot holds part of a hash and a flow's number; the flow itself says whether it is
//! the one that was looked for.

use super::table::FlowId;

/// No flow.
const EMPTY: FlowId = FlowId::MAX;

/// At least so many slots; always a power of two, and at least half of them free.
const LEAST: usize = 1024;

#[derive(Debug, Clone, Copy)]
struct Slot {
    tag: u32,
    id: FlowId,
}

const FREE: Slot = Slot { tag: 0, id: EMPTY };

/// Numbers of flows by the tag of what they are looked for by.
#[derive(Debug)]
pub struct Index {
    slots: Vec<Slot>,
    used: usize,
}

impl Default for Index {
    fn default() -> Self {
        Index { slots: vec![FREE; LEAST], used: 0 }
    }
}

impl Index {
    /// Flows that are in it.
    pub fn len(&self) -> usize {
        self.used
    }

    /// A flow of this tag: mostly the one that is looked for.
    #[inline]
    pub fn likely(&self, tag: u32) -> Option<FlowId> {
        self.find(tag, |_| Some(())).map(|(id, ())| id)
    }

    /// The first answer of `is` to a flow of this tag.
    #[inline]
    pub fn find<T>(&self, tag: u32, mut is: impl FnMut(FlowId) -> Option<T>) -> Option<(FlowId, T)> {
        let mut at = self.home(tag);
        loop {
            let slot = self.slots[at];
            if slot.id == EMPTY {
                return None;
            }
            if slot.tag == tag
                && let Some(answer) = is(slot.id)
            {
                return Some((slot.id, answer));
            }
            at = self.next(at);
        }
    }

    /// Adds a flow.
    pub fn put(&mut self, tag: u32, id: FlowId) {
        if self.used >= self.slots.len() / 2 {
            let twice = vec![FREE; self.slots.len() * 2];
            let before = std::mem::replace(&mut self.slots, twice);
            before.into_iter().filter(|slot| slot.id != EMPTY).for_each(|slot| self.settle(slot));
        }
        self.settle(Slot { tag, id });
        self.used += 1;
    }

    /// Puts a flow in the place of another of the same tag.
    pub fn replace(&mut self, tag: u32, old: FlowId, new: FlowId) {
        if let Some(at) = self.place(tag, old) {
            self.slots[at].id = new;
        }
    }

    /// Takes a flow out; those behind it move up, so that no search ends early.
    pub fn remove(&mut self, tag: u32, id: FlowId) {
        let Some(mut hole) = self.place(tag, id) else { return };
        let mask = self.slots.len() - 1;
        let mut at = hole;
        loop {
            at = self.next(at);
            let slot = self.slots[at];
            if slot.id == EMPTY {
                break;
            }
            let behind_home = at.wrapping_sub(self.home(slot.tag)) & mask;
            if behind_home >= at.wrapping_sub(hole) & mask {
                self.slots[hole] = slot;
                hole = at;
            }
        }
        self.slots[hole] = FREE;
        self.used -= 1;
    }

    pub fn clear(&mut self) {
        *self = Index::default();
    }

    #[inline]
    fn home(&self, tag: u32) -> usize {
        tag as usize & (self.slots.len() - 1)
    }

    #[inline]
    fn next(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }

    fn settle(&mut self, slot: Slot) {
        let mut at = self.home(slot.tag);
        while self.slots[at].id != EMPTY {
            at = self.next(at);
        }
        self.slots[at] = slot;
    }

    fn place(&self, tag: u32, id: FlowId) -> Option<usize> {
        let mut at = self.home(tag);
        while self.slots[at].id != EMPTY {
            if self.slots[at].id == id {
                return Some(at);
            }
            at = self.next(at);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_what_a_map_holds(steps in proptest::collection::vec((0u8..4, 0u32..3000), 0..6000)) {
            let (mut index, mut map) = (Index::default(), HashMap::new());
            // Few tags, so that many flows share one; they wrap around the end.
            let tag = |key: u32| (key % 37).wrapping_sub(5);
            for (number, (what, key)) in steps.into_iter().enumerate() {
                let id = number as FlowId;
                match (what, map.get(&key).copied()) {
                    (0, Some(old)) => {
                        index.replace(tag(key), old, id);
                        map.insert(key, id);
                    }
                    (1, Some(old)) => {
                        index.remove(tag(key), old);
                        map.remove(&key);
                    }
                    (_, None) => {
                        index.put(tag(key), id);
                        map.insert(key, id);
                    }
                    _ => {}
                }
                prop_assert_eq!(index.len(), map.len());
            }
            for key in 0..3000 {
                let wanted = map.get(&key).copied();
                let found = index.find(tag(key), |id| (Some(id) == wanted).then_some(()));
                prop_assert_eq!(found.map(|(id, ())| id), wanted);
            }
        }
    }
}
