//! An address of either IP version in one number, IPv4 mapped into IPv6: cheap to compare and to hash.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::model::address::Address;

const MAPPED: u128 = 0xffff_0000_0000;

/// An IPv4 or IPv6 address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ip(pub u128);

impl Ip {
    #[inline]
    pub fn v4(address: u32) -> Self {
        Ip(MAPPED | u128::from(address))
    }

    /// The address as the traffic table spells it.
    pub fn address(self) -> Address {
        if self.0 >> 32 == MAPPED >> 32 {
            Address::V4(Ipv4Addr::from(self.0 as u32))
        } else {
            Address::V6(Ipv6Addr::from(self.0))
        }
    }
}
