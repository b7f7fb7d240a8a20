//! Numbers that look random and are the same on every machine.

use flowglass::model::address::Address;

/// One kind of what is made up: its name, and how one is drawn.
pub type Kind<T> = (&'static str, fn(&mut Dice) -> T);

/// xorshift64* (Vigna 2016).
pub struct Dice(u64);

impl Dice {
    /// The n-th draw of a kind: every pair of name and number has its own run of numbers.
    pub fn new(name: &str, number: u64) -> Self {
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325 ^ number, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut dice = Dice(seed | 1);
        for _ in 0..8 {
            dice.next();
        }
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0 up to, and not, 1.
    pub fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.part()
    }

    /// As likely to lie between 1 and 10 as between 10 and 100.
    pub fn over(&mut self, low: f64, high: f64) -> f64 {
        low * (high / low).powf(self.part())
    }

    /// A whole number, both ends included.
    pub fn count(&mut self, low: u64, high: u64) -> u64 {
        low + (self.part() * (high - low + 1) as f64) as u64
    }

    /// A whole number by factors, both ends included.
    pub fn many(&mut self, low: u64, high: u64) -> u64 {
        self.over(low as f64, high as f64 + 1.0) as u64
    }

    pub fn chance(&mut self, share: f64) -> bool {
        self.part() < share
    }

    pub fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.count(0, of.len() as u64 - 1) as usize]
    }

    /// The gap to the next of events that come independently of each other.
    pub fn gap(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.part()).ln()
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.count(0, last as u64) as usize);
        }
    }

    pub fn client_port(&mut self) -> u16 {
        self.count(32_768, 60_999) as u16
    }

    /// An address on the internet: no special range begins so.
    pub fn outsider(&mut self) -> Address {
        let first = self.one_of(&[5u64, 23, 31, 45, 62, 77, 84, 91, 103, 118, 141, 156, 185, 193, 201, 212]);
        let [b, c, d] = [self.count(1, 250), self.count(1, 250), self.count(1, 250)];
        Address::parse(&format!("{first}.{b}.{c}.{d}")).unwrap()
    }
}
