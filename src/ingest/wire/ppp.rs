//! PPP in HDLC-like framing, and its protocol field alone (RFC 1661, RFC 1662).

/// A frame whose protocol field is complete.
#[derive(Debug, Clone, Copy)]
pub struct Ppp<'a> {
    protocol: u16,
    payload: &'a [u8],
}

impl<'a> Ppp<'a> {
    /// Address and control bytes may be there or compressed away; the protocol has one byte or two.
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(&[0xff, 0x03]).or(bytes.strip_prefix(&[0x0f, 0x00])).unwrap_or(bytes);
        match *bytes {
            // An odd first byte ends the field: protocol field compression.
            [short, ref payload @ ..] if short & 1 == 1 => Some(Ppp { protocol: short.into(), payload }),
            [high, low, ref payload @ ..] => Some(Ppp { protocol: u16::from_be_bytes([high, low]), payload }),
            _ => None,
        }
    }

    /// 0x0021 IPv4, 0x0057 IPv6, 0x0281 MPLS.
    pub fn protocol(&self) -> u16 {
        self.protocol
    }

    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }
}
