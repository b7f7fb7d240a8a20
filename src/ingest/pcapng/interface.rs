//! An interface of a section: its link type and how its times are written.

use super::block::Order;

const LINK: usize = 0;
const SNAP_LENGTH: usize = 4;
const OPTIONS: usize = 8;

const RESOLUTION: u64 = 9;
const OFFSET: u64 = 14;

/// What an interface description block says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interface {
    pub link: u16,
    /// Captured bytes per packet at most; 0 for no limit.
    pub snap_length: u32,
    unit: Unit,
    /// Seconds to add to every time.
    offset: i64,
}

/// One tick of the interface's clock: a power of ten or of two of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Decimal(u32),
    Binary(u32),
}

impl Interface {
    /// Reads the body of an interface description block.
    pub fn check(order: Order, body: &[u8]) -> Option<Self> {
        let options = body.get(OPTIONS..)?;
        let unit = match order.option(options, RESOLUTION) {
            Some([power]) if power & 0x80 != 0 => Unit::Binary(u32::from(power & 0x7f)),
            Some([power]) => Unit::Decimal(u32::from(*power)),
            _ => Unit::Decimal(6),
        };
        let offset = order.option(options, OFFSET).filter(|value| value.len() == 8);
        Some(Interface {
            link: order.at(body, LINK, 2)? as u16,
            snap_length: order.at(body, SNAP_LENGTH, 4)? as u32,
            unit,
            offset: offset.map_or(0, |value| order.number(value) as i64),
        })
    }

    /// Ticks of this interface's clock as nanoseconds since 1970, kept within what 64 bits hold.
    #[inline]
    pub fn time(&self, ticks: u64) -> i64 {
        let nanoseconds = match self.unit {
            Unit::Decimal(6) => i128::from(ticks) * 1000,
            Unit::Decimal(power @ 0..=9) => i128::from(ticks) * 10i128.pow(9 - power),
            // From 10^28 on even the largest count is less than a nanosecond.
            Unit::Decimal(power) => i128::from(ticks) / 10i128.pow((power - 9).min(38)),
            Unit::Binary(power) => (i128::from(ticks) * 1_000_000_000) >> power.min(127),
        };
        let whole = nanoseconds + i128::from(self.offset) * 1_000_000_000;
        whole.clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(unit: Unit) -> Interface {
        Interface { link: 1, snap_length: 0, unit, offset: 0 }
    }

    #[test]
    fn ticks_of_every_resolution_are_nanoseconds() {
        for (unit, ticks, nanoseconds) in [
            (Unit::Decimal(0), 2, 2_000_000_000),
            (Unit::Decimal(6), 1_500_000, 1_500_000_000),
            (Unit::Decimal(9), 7, 7),
            (Unit::Decimal(12), 7_999, 7),
            (Unit::Decimal(127), u64::MAX, 0),
            (Unit::Binary(10), 512, 500_000_000),
            (Unit::Binary(127), u64::MAX, 0),
            (Unit::Decimal(0), u64::MAX, i64::MAX),
        ] {
            assert_eq!(interface(unit).time(ticks), nanoseconds, "{unit:?}");
        }
        assert_eq!(Interface { offset: -1, ..interface(Unit::Decimal(9)) }.time(5), -999_999_995);
    }
}
