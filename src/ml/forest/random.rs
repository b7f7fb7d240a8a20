//! The two generators that scikit-learn's forest draws from: numpy's legacy Mersenne Twister and a 32-bit xorshift.

const WORDS: usize = 624;
const SHIFT: usize = 397;

/// MT19937, seeded and read as numpy's `RandomState(seed)` does (Matsumoto and Nishimura 1998).
pub struct MersenneTwister {
    state: [u32; WORDS],
    next: usize,
}

impl MersenneTwister {
    pub fn new(seed: u32) -> Self {
        let mut state = [seed; WORDS];
        for i in 1..WORDS {
            let last = state[i - 1];
            state[i] = (last ^ (last >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        MersenneTwister { state, next: WORDS }
    }

    pub fn next_u32(&mut self) -> u32 {
        if self.next == WORDS {
            self.refill();
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// A number in `0..=most`, drawn as `RandomState.randint` and `shuffle` draw it: masked, with rejection.
    /// Where `most` is 0 nothing is drawn.
    pub fn up_to(&mut self, most: u32) -> u32 {
        if most == 0 {
            return 0;
        }
        let mask = u32::MAX >> most.leading_zeros();
        loop {
            let drawn = self.next_u32() & mask;
            if drawn <= most {
                return drawn;
            }
        }
    }

    /// A number in [0, 1) with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        let high = f64::from(self.next_u32() >> 5);
        let low = f64::from(self.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    fn refill(&mut self) {
        for i in 0..WORDS {
            let word = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % WORDS] & 0x7fff_ffff);
            let twisted = (word >> 1) ^ if word & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + SHIFT) % WORDS] ^ twisted;
        }
        self.next = 0;
    }
}

/// The largest number `XorShift` gives, and the end of the range tree seeds are drawn from: 2³¹ - 1.
pub const LARGEST: u32 = 0x7fff_ffff;

/// Marsaglia's 32-bit xorshift (2003), which the tree splitter draws features and thresholds from.
pub struct XorShift(u32);

impl XorShift {
    pub fn new(seed: u32) -> Self {
        XorShift(seed)
    }

    /// A number in `0..=LARGEST`.
    pub fn draw(&mut self) -> u32 {
        let mut word = if self.0 == 0 { 1 } else { self.0 };
        word ^= word << 13;
        word ^= word >> 17;
        word ^= word << 5;
        self.0 = word;
        word & LARGEST
    }

    /// A number in `low..high`, by remainder.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.draw() as usize % (high - low)
    }

    /// A number between `low` and `high`.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        (high - low) * f64::from(self.draw()) / f64::from(LARGEST) + low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twister_gives_numpys_numbers() {
        // numpy.random.RandomState(42).randint(0, 2**31 - 1, size=3), then .uniform()
        let mut twister = MersenneTwister::new(42);
        let drawn = [0; 3].map(|_| twister.up_to(LARGEST - 1));
        assert_eq!(drawn, [1_608_637_542, 1_273_642_419, 1_935_803_228]);
        // numpy.random.RandomState(0).uniform()
        assert_eq!(MersenneTwister::new(0).unit(), 0.548_813_503_927_324_7);
    }

    #[test]
    fn an_empty_range_draws_nothing() {
        let mut twister = MersenneTwister::new(1);
        assert_eq!(twister.up_to(0), 0);
        assert_eq!(twister.next_u32(), MersenneTwister::new(1).next_u32());
    }

    #[test]
    fn a_zero_seed_still_moves() {
        assert_ne!(XorShift::new(0).draw(), 0);
    }
}
