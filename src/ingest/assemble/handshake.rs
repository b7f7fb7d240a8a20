//! How far each side of a TCP connection has come, and what Zeek would call the whole.

use crate::ingest::wire::tcp::{ACK, FIN, RST, SYN, Tcp};
use crate::model::record::ConnState;

use super::history::History;

/// How far behind the data of its connection a SYN's number may lie to belong to it.
const LATE: u32 = 1 << 20;

/// One side's state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Side {
    #[default]
    Silent,
    /// Has sent something, but the start was not seen.
    Partial,
    Asked,
    /// Sent a SYN-ACK that answers no SYN seen.
    Answered,
    Established,
    Closed,
    Reset,
}

/// A TCP connection as far as it was seen. Side 0 is the originator.
#[derive(Debug, Clone, Copy, Default)]
pub struct Handshake {
    sides: [Side; 2],
    /// The next sequence number expected of each side, once one was heard of.
    next: [u32; 2],
    heard: [bool; 2],
    /// The originator's first sequence number, of its SYN.
    initial: Option<u32>,
    /// Nanoseconds: when the SYN was sent, and how long the answer took.
    asked_at: Option<i64>,
    pub answered_after: Option<i64>,
    /// A reset followed an attempt without anything in between.
    refused: bool,
    finished: [bool; 2],
}

impl Handshake {
    /// Takes in a packet of `side` that carries `length` bytes of data.
    #[inline]
    pub fn packet(&mut self, side: usize, tcp: &Tcp<'_>, length: usize, time: i64, history: &mut History) {
        let flags = tcp.flags();
        self.letters(side, tcp, length, history);
        let other = 1 - side;
        if flags & RST != 0 {
            self.refused |= self.sides[other] == Side::Asked && self.sides[side] == Side::Silent;
            // The first reset ends the connection; one in answer to it changes nothing.
            if self.sides[other] != Side::Reset {
                self.sides[side] = Side::Reset;
            }
        } else if flags & SYN != 0 {
            self.synchronise(side, flags & ACK != 0, tcp.sequence(), time);
        } else {
            match (self.sides[side], self.sides[other]) {
                (Side::Silent, Side::Answered) => self.sides = [Side::Established; 2],
                (Side::Silent, _) => self.sides[side] = Side::Partial,
                _ => {}
            }
        }
        if flags & FIN != 0 {
            self.finished[side] = true;
            if self.sides[side] != Side::Reset {
                self.sides[side] = Side::Closed;
            }
        }
        let occupied = u32::from(flags & SYN != 0) + u32::from(flags & FIN != 0);
        let end = tcp.sequence().wrapping_add(length as u32).wrapping_add(occupied);
        let ahead = !self.heard[side] || end.wrapping_sub(self.next[side]) as i32 > 0;
        if ahead && flags & RST == 0 {
            self.next[side] = end;
            self.heard[side] = true;
        }
    }

    fn synchronise(&mut self, side: usize, answers: bool, sequence: u32, time: i64) {
        let other = 1 - side;
        match (answers, self.sides[side], self.sides[other]) {
            (false, Side::Silent, _) => {
                self.sides[side] = Side::Asked;
                if side == 0 {
                    self.initial = Some(sequence);
                    self.asked_at = Some(time);
                }
            }
            (true, Side::Silent | Side::Asked, Side::Asked) => {
                self.sides = [Side::Established; 2];
                self.answered_after = self.asked_at.map(|asked| time.saturating_sub(asked)).filter(|&after| after >= 0);
            }
            (true, Side::Silent, _) => self.sides[side] = Side::Answered,
            _ => {}
        }
    }

    fn letters(&self, side: usize, tcp: &Tcp<'_>, length: usize, history: &mut History) {
        let flags = tcp.flags();
        match (flags & SYN != 0, flags & ACK != 0) {
            (true, _) if flags & (FIN | RST) != 0 => history.note(side, b'q'),
            (true, false) => history.note(side, b's'),
            (true, true) => history.note(side, b'h'),
            (false, _) => {
                if flags & FIN != 0 {
                    history.note(side, b'f');
                }
                if flags & RST != 0 {
                    history.note(side, b'r');
                }
                if length == 0 && flags & ACK != 0 && flags & (FIN | RST) == 0 {
                    history.note(side, b'a');
                }
            }
        }
        if length > 0 {
            let again = self.heard[side] && self.next[side].wrapping_sub(tcp.sequence()) as i32 > 0;
            history.note(side, if again { b't' } else { b'd' });
        }
        if tcp.window() == 0 && flags & (SYN | RST) == 0 {
            history.note(side, b'w');
        }
    }

    /// A number that is read with the rest.
    #[inline]
    pub fn touch(&self) -> u64 {
        self.next[0].into()
    }

    /// Whether a SYN begins another connection on the same ports: the last one is over and the number is another.
    pub fn is_reuse(&self, tcp: &Tcp<'_>) -> bool {
        if tcp.flags() & (SYN | ACK) != SYN {
            return false;
        }
        let is_over = self.sides.iter().all(|side| *side == Side::Closed) || self.sides.contains(&Side::Reset);
        // A SYN captured behind the packets that it preceded has a number shortly before theirs.
        let is_late = |side: usize| self.heard[side] && self.next[side].wrapping_sub(tcp.sequence()) < LATE;
        let known = match self.initial {
            Some(initial) => initial == tcp.sequence(),
            None => (0..2).any(is_late),
        };
        is_over && !known
    }

    /// Zeek's `conn_state`. `data` says which sides sent any.
    pub fn state(&self, history: &History, data: [bool; 2]) -> ConnState {
        use Side::*;
        let [originator, responder] = self.sides;
        match (originator, responder) {
            // A reset behind the FINs, as browsers send it, changes nothing.
            _ if self.finished == [true; 2] => ConnState::SF,
            (_, Reset) if self.refused && data == [false; 2] => ConnState::REJ,
            (Reset, Silent | Partial) if history.has(0, b's') => ConnState::RSTOS0,
            (Silent | Partial, Reset) if history.has(1, b'h') => ConnState::RSTRH,
            (Reset, Silent | Partial) | (Silent | Partial, Reset) => ConnState::OTH,
            (_, Reset) => ConnState::RSTR,
            (Reset, _) => ConnState::RSTO,
            (Closed, Silent | Partial) => ConnState::SH,
            (Silent | Partial, Closed) => ConnState::SHR,
            (Closed, _) => ConnState::S2,
            (_, Closed) => ConnState::S3,
            (Asked, Silent) => ConnState::S0,
            (Established, Established) => ConnState::S1,
            _ => ConnState::OTH,
        }
    }
}
