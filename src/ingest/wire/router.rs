//! ICMPv6 router advertisements (RFC 4861), from the eighth byte of the ICMPv6 message on.

use std::ops::Range;

use super::ip::Ip;
use super::{array, be16};

const LIFETIME: Range<usize> = 6..8;
const OPTIONS: usize = 16;

/// A whole ICMPv6 message of type 134 that is long enough.
#[derive(Debug, Clone, Copy)]
pub struct RouterAdvertisement<'a>(&'a [u8]);

impl<'a> RouterAdvertisement<'a> {
    pub fn check(message: &'a [u8]) -> Option<Self> {
        (message.len() >= OPTIONS && message[0] == 134).then_some(RouterAdvertisement(message))
    }

    /// Seconds for which to use this router.
    pub fn lifetime(&self) -> u16 {
        be16(&self.0[LIFETIME])
    }

    /// Option 1.
    pub fn source_mac(&self) -> Option<[u8; 6]> {
        self.option(1)?.get(2..8).map(array)
    }

    /// The first option 3: the prefix and its length.
    pub fn prefix(&self) -> Option<(Ip, u8)> {
        let option = self.option(3)?;
        Some((Ip(u128::from_be_bytes(array(option.get(16..32)?))), *option.get(2)?))
    }

    /// The first name server of option 25 (RFC 8106).
    pub fn resolver(&self) -> Option<Ip> {
        let address = self.option(25)?.get(8..24)?;
        Some(Ip(u128::from_be_bytes(array(address))))
    }

    /// The first option of a kind, with its two bytes of header.
    fn option(&self, wanted: u8) -> Option<&'a [u8]> {
        let mut rest = &self.0[OPTIONS..];
        loop {
            // The length counts units of eight bytes; 0 would never end.
            let length = usize::from(*rest.get(1)?) * 8;
            let option = rest.get(..length).filter(|option| !option.is_empty())?;
            if option[0] == wanted {
                return Some(option);
            }
            rest = &rest[length..];
        }
    }
}
