//! Block after block: sections and interfaces are remembered, packets handed on, the rest passed over.

use crate::ingest::assemble::{Assembler, Batch, Frame};
use crate::ingest::carry::Step;
use crate::ingest::intake::Intake;
use crate::model::settings::Checked;

use super::block::{HEADER, INTERFACE, OLD_PACKET, Order, PACKET, SECTION, SIMPLE_PACKET, SMALLEST};
use super::interface::Interface;

/// The longest block read whole: a packet of 256 KiB with as much in options. Longer ones are stepped over.
const MAX_BLOCK: u32 = 512 << 10;
/// Interfaces remembered in one section.
const MAX_INTERFACES: usize = 65_536;

const NO_INTERFACE: &str = "packet block: names an interface that the file does not describe";
const BAD_BLOCK: &str = "packet block: its length does not fit its packet";
const TOO_LONG: &str = "packet block: too long to be read";

/// Reads blocks.
pub struct Reader {
    order: Option<Order>,
    interfaces: Vec<Interface>,
    assembler: Assembler,
    /// Packet blocks so far, good and bad.
    packets: u64,
    damaged_at: Option<u64>,
}

/// A packet as a block gives it.
struct Packet<'a> {
    interface: usize,
    ticks: Option<u64>,
    length: u32,
    bytes: &'a [u8],
}

impl Reader {
    pub fn new(settings: &Checked) -> Self {
        let assembler = Assembler::new(settings);
        Reader { order: None, interfaces: Vec::new(), assembler, packets: 0, damaged_at: None }
    }

    pub fn has_section(&self) -> bool {
        self.order.is_some()
    }

    pub fn packets(&self) -> u64 {
        self.packets
    }

    pub fn finish(&mut self, intake: &mut Intake) {
        self.assembler.finish(intake);
    }

    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.assembler.notes();
        if let Some(byte) = self.damaged_at {
            let kept = self.packets;
            notes.push(format!("damaged at byte {byte}, {kept} records kept; the rest was not read"));
        }
        notes
    }

    /// Takes the packets at the start of `bytes` that are in order, some together, or the block there that is none.
    pub fn step(&mut self, at: u64, bytes: &[u8], intake: &mut Intake) -> Step {
        let batch =
            Batch::gather(|count, used| self.whole(self.packets + count as u64 + 1, at + used as u64, &bytes[used..]));
        if batch.count == 0 {
            return self.block(at, bytes, intake);
        }
        self.packets += batch.count as u64;
        self.assembler.packets(batch.frames(), intake);
        Step::Used(batch.bytes)
    }

    /// The packet of the block at the start of `bytes`, and the block's length, if it is there whole and in order.
    #[inline]
    fn whole<'a>(&self, number: u64, at: u64, bytes: &'a [u8]) -> Option<(Frame<'a>, usize)> {
        let order = self.order?;
        let (kind, length) = (order.at(bytes, 0, 4)? as u32, order.at(bytes, 4, 4)? as u32);
        if !is_packet(kind) || !(SMALLEST..=MAX_BLOCK).contains(&length) {
            return None;
        }
        let step = length.next_multiple_of(4) as usize;
        let body = &bytes.get(..step)?[HEADER..length as usize - 4];
        Some((self.packet(order, kind, (number, at), body).ok()?, step))
    }

    /// Takes the block at the start of `bytes`.
    fn block(&mut self, at: u64, bytes: &[u8], intake: &mut Intake) -> Step {
        // A section header says its byte order only behind its length.
        if bytes.len() < SMALLEST as usize {
            return Step::Need(SMALLEST as usize);
        }
        if bytes[..4] == SECTION.to_be_bytes() {
            let Some(order) = Order::of_section(bytes) else { return self.damaged(at) };
            self.order = Some(order);
            self.interfaces.clear();
        }
        let Some(order) = self.order else { return self.damaged(at) };
        let kind = order.number(&bytes[..4]) as u32;
        let length = order.number(&bytes[4..HEADER]) as u32;
        // Blocks are padded to four bytes; some writers forget to.
        let step = u64::from(length).next_multiple_of(4);
        if length < SMALLEST {
            return self.damaged(at);
        }
        if !is_packet(kind) && kind != INTERFACE {
            return Step::Skip(step);
        }
        if length > MAX_BLOCK {
            if is_packet(kind) {
                self.packets += 1;
                intake.reject(self.packets, at, TOO_LONG);
            }
            return Step::Skip(step);
        }
        let Some(block) = bytes.get(..step as usize) else { return Step::Need(step as usize) };
        let body = &block[HEADER..length as usize - 4];
        if is_packet(kind) {
            self.packets += 1;
            match self.packet(order, kind, (self.packets, at), body) {
                Ok(frame) => self.assembler.packets(&[frame], intake),
                Err(reason) => intake.reject(self.packets, at, reason),
            }
        } else {
            self.interface(order, body)
        }
        Step::Used(step as usize)
    }

    fn damaged(&mut self, at: u64) -> Step {
        self.damaged_at = Some(at);
        Step::Stop
    }

    fn interface(&mut self, order: Order, body: &[u8]) {
        if let Some(interface) = Interface::check(order, body)
            && self.interfaces.len() < MAX_INTERFACES
        {
            self.interfaces.push(interface);
        }
    }

    #[inline]
    fn packet<'a>(
        &self,
        order: Order,
        kind: u32,
        (number, byte): (u64, u64),
        body: &'a [u8],
    ) -> Result<Frame<'a>, &'static str> {
        let packet = match kind {
            PACKET => enhanced(order, body),
            SIMPLE_PACKET => simple(order, body, self.interfaces.first()),
            _ => old(order, body),
        };
        let packet = packet.ok_or(BAD_BLOCK)?;
        let interface = self.interfaces.get(packet.interface).ok_or(NO_INTERFACE)?;
        Ok(Frame {
            number,
            byte,
            time: packet.ticks.map(|ticks| interface.time(ticks)),
            link: interface.link,
            length: packet.length,
            bytes: packet.bytes,
        })
    }
}

fn is_packet(kind: u32) -> bool {
    matches!(kind, PACKET | SIMPLE_PACKET | OLD_PACKET)
}

/// Interface, time in two halves, captured and original length, data.
#[inline]
fn enhanced(order: Order, body: &[u8]) -> Option<Packet<'_>> {
    let number = |at| order.at(body, at, 4);
    let captured = number(12)? as usize;
    Some(Packet {
        interface: number(0)? as usize,
        ticks: Some(number(4)? << 32 | number(8)?),
        length: number(16)? as u32,
        bytes: body.get(20..20usize.checked_add(captured)?)?,
    })
}

/// The original length and as much data as the first interface's limit allows.
fn simple<'a>(order: Order, body: &'a [u8], interface: Option<&Interface>) -> Option<Packet<'a>> {
    let length = order.at(body, 0, 4)? as u32;
    let limit = interface.map_or(0, |interface| interface.snap_length);
    let captured = if limit == 0 { length } else { length.min(limit) };
    let data = &body[4..];
    Some(Packet { interface: 0, ticks: None, length, bytes: data.get(..captured as usize).unwrap_or(data) })
}

/// As the enhanced block, but with a short interface number and a count of drops beside it.
fn old(order: Order, body: &[u8]) -> Option<Packet<'_>> {
    let number = |at| order.at(body, at, 4);
    let captured = number(12)? as usize;
    Some(Packet {
        interface: order.at(body, 0, 2)? as usize,
        ticks: Some(number(4)? << 32 | number(8)?),
        length: number(16)? as u32,
        bytes: body.get(20..20usize.checked_add(captured)?)?,
    })
}
