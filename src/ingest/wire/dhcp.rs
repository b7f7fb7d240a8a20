//! DHCP for IPv4 (RFC 2131) and its options (RFC 2132).

use std::ops::Range;

use super::ip::Ip;
use super::{array, be_at, be32};

const TRANSACTION: Range<usize> = 4..8;
const LEASED: Range<usize> = 16..20;
const CLIENT: Range<usize> = 28..34;
const COOKIE: Range<usize> = 236..240;
const OPTIONS: usize = 240;

/// A message with the magic cookie of DHCP.
#[derive(Debug, Clone, Copy)]
pub struct Dhcp<'a>(&'a [u8]);

impl<'a> Dhcp<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() >= OPTIONS && be32(&bytes[COOKIE]) == 0x6382_5363).then_some(Dhcp(bytes))
    }

    pub fn transaction(&self) -> u32 {
        be32(&self.0[TRANSACTION])
    }

    /// The address offered or leased, if one is.
    pub fn leased(&self) -> Option<Ip> {
        let address = be32(&self.0[LEASED]);
        (address != 0).then(|| Ip::v4(address))
    }

    pub fn client(&self) -> [u8; 6] {
        array(&self.0[CLIENT])
    }

    /// Option 53; 0 where the message is BOOTP without it.
    pub fn kind(&self) -> u8 {
        self.option(53).and_then(|data| data.first().copied()).unwrap_or(0)
    }

    /// The first address of an option: 54 the server, 50 the request, 3 the routers, 6 the name servers.
    pub fn address(&self, option: u8) -> Option<Ip> {
        be_at(self.option(option)?, 0, 4).map(|address| Ip::v4(address as u32))
    }

    fn option(&self, wanted: u8) -> Option<&'a [u8]> {
        let mut rest = &self.0[OPTIONS..];
        // 0 is padding of one byte, 255 the end.
        while let [kind, tail @ ..] = rest {
            rest = match kind {
                0 => tail,
                255 => return None,
                _ => {
                    let (length, data) = tail.split_first()?;
                    let (value, behind) = data.split_at_checked(usize::from(*length))?;
                    if *kind == wanted {
                        return Some(value);
                    }
                    behind
                }
            };
        }
        None
    }
}
