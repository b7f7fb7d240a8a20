//! What all blocks share: type, length, byte order and options.

/// The type of a section header; it reads the same in both byte orders.
pub const SECTION: u32 = 0x0a0d_0d0a;
pub const INTERFACE: u32 = 1;
pub const OLD_PACKET: u32 = 2;
pub const SIMPLE_PACKET: u32 = 3;
pub const PACKET: u32 = 6;

/// Type and length.
pub const HEADER: usize = 8;
/// The smallest block: its header, and the length once more at the end.
pub const SMALLEST: u32 = 12;

/// A section's byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Big,
    Little,
}

impl Order {
    /// The order that a section header at the start of `bytes` announces.
    pub fn of_section(bytes: &[u8]) -> Option<Self> {
        if bytes.get(..4)? != SECTION.to_be_bytes() {
            return None;
        }
        match *bytes.get(8..12)? {
            [0x1a, 0x2b, 0x3c, 0x4d] => Some(Order::Big),
            [0x4d, 0x3c, 0x2b, 0x1a] => Some(Order::Little),
            _ => None,
        }
    }

    /// The number in up to eight bytes.
    #[inline]
    pub fn number(self, bytes: &[u8]) -> u64 {
        let append = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self {
            Order::Big => bytes.iter().fold(0, append),
            Order::Little => bytes.iter().rev().fold(0, append),
        }
    }

    /// The number at a place, where the bytes reach that far.
    #[inline]
    pub fn at(self, bytes: &[u8], at: usize, length: usize) -> Option<u64> {
        Some(self.number(bytes.get(at..at + length)?))
    }

    /// The value of an option, in bytes that begin with the options.
    pub fn option(self, mut options: &[u8], wanted: u64) -> Option<&[u8]> {
        loop {
            let code = self.at(options, 0, 2)?;
            let length = self.at(options, 2, 2)? as usize;
            match code {
                0 => return None,
                _ if code == wanted => return options.get(4..4 + length),
                _ => options = options.get(4 + length.next_multiple_of(4)..)?,
            }
        }
    }
}
