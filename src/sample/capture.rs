//! A made-up capture (pcap, Ethernet) of any size: TCP connections from SYN to FIN and UDP exchanges, interleaved.

use super::{Dice, SLICE, START};

/// What packets carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packets {
    /// Sizes as on the internet, half small and half large, some 600 bytes stored on average; packets of a flow come in
    /// trains of one to four.
    Mixed,
    /// Headers alone, as `tcpdump -s 54` keeps them; each packet of another flow than the one before.
    Headers,
}

/// So many flows are under way at a time.
const ACTIVE: usize = 16_384;

/// Bytes of data in a packet of `Packets::Mixed`: acknowledgements, requests, full segments.
const SIZES: [usize; 8] = [0, 0, 40, 120, 500, 1200, 1448, 1448];

/// The largest packet with its headers.
const LARGEST: usize = 1600;

const SYN_ACK: u8 = 0x12;
const SYN: u8 = 0x02;
const ACK: u8 = 0x10;
const FIN_ACK: u8 = 0x11;

/// One flow under way. Side 0 is the client.
#[derive(Clone, Copy)]
struct Flow {
    addresses: [[u8; 4]; 2],
    ports: [u16; 2],
    udp: bool,
    packets: u32,
    /// It ends with this packet.
    last: u32,
    /// The next sequence number of each side.
    next: [u32; 2],
}

/// A capture of at least `bytes` bytes, given to `sink` in slices of about a megabyte. Gives the number of packets.
pub fn capture(seed: u64, bytes: u64, packets: Packets, sink: &mut dyn FnMut(&[u8])) -> u64 {
    let mut dice = Dice::new(seed);
    // A capture begins in the middle of its first flows.
    let under_way = |number| {
        // Long flows last: of those under way at a time most are long.
        let long = dice.below(4) > 0;
        let flow = begin(&mut dice, number, long);
        Flow { packets: dice.below(flow.last.into()) as u32, ..flow }
    };
    let mut flows: Vec<Flow> = (0..ACTIVE as u32).map(under_way).collect();
    let mut out = Vec::with_capacity(SLICE + LARGEST);
    out.extend([0xa1b2_c3d4u32.to_le_bytes(), 0x0004_0002u32.to_le_bytes()].concat());
    out.extend([0u32, 0, 65_535, 1].map(u32::to_le_bytes).concat());
    let (mut made, mut count, mut begun) = (out.len() as u64, 0, ACTIVE as u32);
    // Microseconds.
    let mut time = START as u64 * 1_000_000;
    while made < bytes {
        let flow = &mut flows[dice.below(ACTIVE as u64) as usize];
        let train = if packets == Packets::Mixed { 1 + dice.below(4) } else { 1 };
        for _ in 0..train {
            if flow.packets == flow.last {
                let long = dice.below(16) == 0;
                *flow = begin(&mut dice, begun, long);
                begun += 1;
            }
            time += dice.below(20);
            let before = out.len();
            packet(&mut dice, flow, packets, time, &mut out);
            made += (out.len() - before) as u64;
            count += 1;
        }
        if out.len() >= SLICE {
            sink(&out);
            out.clear();
        }
    }
    sink(&out);
    count
}

/// The next flow, the `number`th. One in sixteen is long.
fn begin(dice: &mut Dice, number: u32, long: bool) -> Flow {
    const PORTS: [u16; 8] = [443, 443, 443, 443, 80, 80, 8443, 993];
    let udp = dice.below(6) == 0;
    let client = number.wrapping_mul(0x9e37_79b1) >> 12;
    let server = dice.below(2048) as u32;
    let length = if long { 200 + dice.below(800) } else { 8 + dice.below(8) };
    Flow {
        addresses: [(0x0a00_0000 + client).to_be_bytes(), (0xc633_0000 + server).to_be_bytes()],
        ports: [32_768 + (number % 28_000) as u16, if udp { 443 } else { PORTS[dice.below(8) as usize] }],
        udp,
        packets: 0,
        last: length as u32,
        next: [dice.below(1 << 31) as u32, dice.below(1 << 31) as u32],
    }
}

fn packet(dice: &mut Dice, flow: &mut Flow, packets: Packets, time: u64, out: &mut Vec<u8>) {
    let step = flow.packets;
    flow.packets += 1;
    let closing = flow.last - flow.packets;
    let (side, flags, size) = match (flow.udp, step, closing) {
        (false, 0, _) => (0, SYN, 0),
        (false, 1, _) => (1, SYN_ACK, 0),
        (false, 2, _) => (0, ACK, 0),
        (false, _, 1) => (0, FIN_ACK, 0),
        (false, _, 0) => (1, FIN_ACK, 0),
        _ => {
            let size = SIZES[dice.below(SIZES.len() as u64) as usize];
            // What is large comes from the server.
            let side = if step == 0 { 0 } else { usize::from(size > 200 || dice.below(2) == 1) };
            (side, ACK, size)
        }
    };
    let header = 34 + if flow.udp { 8 } else { 20 };
    let stored = header + if packets == Packets::Mixed { size } else { 0 };
    out.extend([(time / 1_000_000) as u32, (time % 1_000_000) as u32].map(u32::to_le_bytes).concat());
    out.extend([stored as u32, (header + size) as u32].map(u32::to_le_bytes).concat());
    out.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0]);
    out.extend(((header - 14 + size) as u16).to_be_bytes());
    out.extend([(step >> 8) as u8, step as u8, 0x40, 0, 64, if flow.udp { 17 } else { 6 }, 0, 0]);
    let other = 1 - side;
    out.extend([flow.addresses[side], flow.addresses[other]].concat());
    out.extend([flow.ports[side].to_be_bytes(), flow.ports[other].to_be_bytes()].concat());
    if flow.udp {
        out.extend([((8 + size) as u16).to_be_bytes(), [0; 2]].concat());
    } else {
        let acknowledged = if flags == SYN { 0 } else { flow.next[other] };
        out.extend([flow.next[side].to_be_bytes(), acknowledged.to_be_bytes()].concat());
        out.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        let occupied = size as u32 + u32::from(flags != ACK);
        flow.next[side] = flow.next[side].wrapping_add(occupied);
    }
    out.resize(out.len() + stored - header, 7);
}
