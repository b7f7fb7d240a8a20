//! One protocol header per file. Each has the same parts in the same order: named byte ranges, one gate
//! (`check`) that looks at the length and the form, then getters that cannot fail.

pub mod arp;
pub mod dhcp;
pub mod dns;
pub mod dot11;
pub mod ethernet;
pub mod extension;
pub mod geneve;
pub mod gre;
pub mod icmp;
pub mod ip;
pub mod ipv4;
pub mod ipv6;
pub mod llc;
pub mod mpls;
pub mod name;
pub mod netflow5;
pub mod netflow9;
pub mod null;
pub mod ppp;
pub mod pppoe;
pub mod radiotap;
pub mod router;
pub mod sctp;
pub mod sll;
pub mod sll2;
pub mod ssh;
pub mod tcp;
pub mod tls;
pub mod udp;
pub mod vlan;
pub mod vxlan;

#[cfg(test)]
mod gates;

/// The number in up to eight bytes in network order.
#[inline]
pub fn be(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Two bytes in network order.
#[inline]
pub fn be16(bytes: &[u8]) -> u16 {
    be(bytes) as u16
}

/// Four bytes in network order.
#[inline]
pub fn be32(bytes: &[u8]) -> u32 {
    be(bytes) as u32
}

/// The bytes of a named range as an array; the range is as long as the array.
#[inline]
pub fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

/// The number at a fixed place, where the bytes reach that far.
pub fn be_at(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    Some(be(bytes.get(at..at.checked_add(length)?)?))
}

/// Takes the next `count` bytes off the front, where there are that many.
#[inline]
pub fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

/// Takes a block whose length stands before it in `width` bytes.
pub fn take_block<'a>(rest: &mut &'a [u8], width: usize) -> Option<&'a [u8]> {
    let length = be(take(rest, width)?);
    take(rest, usize::try_from(length).ok()?)
}
