//! Random numbers that are the same on every machine and in every year.

/// `SplitMix64`: Steele, Lea & Flood (2014), OOPSLA. Integers only, and of the floating
/// operations division and square root, which IEEE 754 rounds the same way everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let n = high.abs_diff(low) + 1;
        low + (self.next() % n) as i64
    }

    /// True `n` times in `of`.
    pub fn chance(&mut self, n: i64, of: i64) -> bool {
        self.between(1, of) <= n
    }

    /// One of the items; the first of none would be a mistake in the caller.
    pub fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.between(0, items.len() as i64 - 1) as usize]
    }

    /// 1 or more, with a tail like that of incomes (Pareto, exponent 2): half are 1, one in
    /// a hundred is 10 or more.
    pub fn heavy_tailed(&mut self, most: i64) -> i64 {
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let drawn = 1.0 / (1.0 - uniform).sqrt();
        (drawn as i64).min(most)
    }
}
