//! Later fragments have no ports: they join the flow of their packet's first fragment, which may come after them.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::ingest::wire::ip::Ip;

use super::datagram::Datagram;
use super::flow::Share;
use super::table::FlowId;

/// Packets in fragments that are remembered at once; the oldest is forgotten first.
const MAX_PACKETS: usize = 4096;
/// Nanoseconds after which an identification is held to be used anew: RFC 791 suggests 15 s, RFC 8200 sets 60 s.
const LIFETIME: i64 = 60_000_000_000;

type Key = (Ip, Ip, u32, u8);

#[derive(Debug, Clone, Copy)]
enum State {
    /// The first fragment has come.
    Known { flow: FlowId, side: usize, time: i64 },
    /// Later fragments that wait for the first.
    Waiting(Share),
}

impl State {
    fn time(&self) -> i64 {
        match self {
            State::Known { time, .. } => *time,
            State::Waiting(share) => share.time,
        }
    }
}

/// The fragmented packets remembered.
#[derive(Debug, Default)]
pub struct Fragments {
    packets: FxHashMap<Key, State>,
    order: VecDeque<Key>,
    strays: u64,
}

impl Fragments {
    /// Takes a later fragment: gives the flow and side it joins, or keeps it waiting.
    pub fn later(&mut self, datagram: &Datagram<'_>, share: &Share) -> Option<(FlowId, usize)> {
        let key = key(datagram);
        self.forget_old(key, share.time);
        match self.packets.get_mut(&key) {
            Some(State::Known { flow, side, .. }) => Some((*flow, *side)),
            Some(State::Waiting(waiting)) => {
                waiting.packets += share.packets;
                waiting.data += share.data;
                waiting.ip_bytes += share.ip_bytes;
                waiting.frame_bytes += share.frame_bytes;
                waiting.timed &= share.timed;
                None
            }
            None => {
                self.remember(key, State::Waiting(*share));
                None
            }
        }
    }

    /// Takes a first fragment, which belongs to a flow: gives what waited for it.
    #[inline(never)]
    pub fn first(&mut self, datagram: &Datagram<'_>, flow: FlowId, side: usize, time: i64) -> Option<Share> {
        let key = key(datagram);
        self.forget_old(key, time);
        let known = State::Known { flow, side, time };
        match self.packets.get_mut(&key) {
            Some(state) => match std::mem::replace(state, known) {
                State::Waiting(share) => Some(share),
                State::Known { .. } => None,
            },
            None => {
                self.remember(key, known);
                None
            }
        }
    }

    /// Fragments whose first one never came: they belong to no flow.
    pub fn strays(&self) -> u64 {
        let waiting = self.packets.values().map(|state| match state {
            State::Waiting(share) => share.packets,
            State::Known { .. } => 0,
        });
        self.strays + waiting.sum::<u64>()
    }

    fn remember(&mut self, key: Key, state: State) {
        if self.order.len() >= MAX_PACKETS
            && let Some(oldest) = self.order.pop_front()
        {
            self.forget(oldest);
        }
        self.order.push_back(key);
        self.packets.insert(key, state);
    }

    fn forget_old(&mut self, key: Key, time: i64) {
        if self.packets.get(&key).is_some_and(|state| time.saturating_sub(state.time()) > LIFETIME) {
            self.forget(key);
            self.order.retain(|other| *other != key);
        }
    }

    fn forget(&mut self, key: Key) {
        if let Some(State::Waiting(share)) = self.packets.remove(&key) {
            self.strays += share.packets;
        }
    }
}

fn key(datagram: &Datagram<'_>) -> Key {
    (datagram.source, datagram.destination, datagram.id, datagram.protocol)
}
