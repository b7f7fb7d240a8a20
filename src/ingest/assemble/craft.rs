//! Packets made for tests, layer by layer from the inside out.

/// An Ethernet frame around a payload.
pub fn ethernet(kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
    frame.extend(kind.to_be_bytes());
    frame.extend(payload);
    frame
}

/// An IPv4 packet between the hosts `10.0.0.from` and `10.0.0.to`.
pub fn ipv4(from: u8, to: u8, protocol: u8, payload: &[u8]) -> Vec<u8> {
    fragment(from, to, protocol, 1, (0, false), payload)
}

/// A fragment of the packet `id` at `offset` bytes, the last one or not.
pub fn fragment(from: u8, to: u8, protocol: u8, id: u16, (offset, more): (u16, bool), payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend((20 + payload.len() as u16).to_be_bytes());
    packet.extend(id.to_be_bytes());
    packet.extend(((offset / 8) | (u16::from(more) << 13)).to_be_bytes());
    packet.extend([64, protocol, 0, 0, 10, 0, 0, from, 10, 0, 0, to]);
    packet.extend(payload);
    packet
}

/// A TCP segment; `numbers` are the ports and the sequence number.
pub fn tcp(numbers: (u16, u16, u32), flags: u8, data: &[u8]) -> Vec<u8> {
    let (source, destination, sequence) = numbers;
    let mut segment = [source.to_be_bytes(), destination.to_be_bytes()].concat();
    segment.extend(sequence.to_be_bytes());
    segment.extend([0, 0, 0, 0, 0x50, flags, 0x20, 0, 0, 0, 0, 0]);
    segment.extend(data);
    segment
}

/// A UDP datagram.
pub fn udp(source: u16, destination: u16, data: &[u8]) -> Vec<u8> {
    let mut datagram = [source, destination, 8 + data.len() as u16, 0].map(u16::to_be_bytes).concat();
    datagram.extend(data);
    datagram
}
