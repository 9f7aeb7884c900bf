//! Choices that follow a seed, so that a run can be repeated.

use std::ops::RangeInclusive;

/// A SplitMix64 generator (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Every scenario draws from a source of its own: neither the order nor the choice of the others
    /// changes what it does.
    pub fn of(seed: u64, scenario: &str) -> Self {
        let mut random = Self(seed);
        for byte in scenario.bytes() {
            random.0 = random.next() ^ u64::from(byte);
        }
        random
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        let count = range.end() - range.start() + 1;
        range.start() + self.next() % count
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = self.within(0..=of.len() as u64 - 1);
        &of[at as usize]
    }
}
