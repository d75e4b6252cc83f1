//! Sums that carry their rounding error along.

/// A compensated sum: Neumaier (1974), ZAMM 54, 39-51.
///
/// The error of the result is about one rounding, whatever the number of terms, unless
/// they cancel almost entirely. Its digits depend on the order: use it on sorted input,
/// and [`Money`](super::money::Money) where the order is not fixed.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompensatedSum {
    sum: f64,
    error: f64,
}

impl CompensatedSum {
    /// The sum of some numbers.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> f64 {
        let mut sum = Self::default();
        values.into_iter().for_each(|value| sum.add(value));
        sum.value()
    }

    /// Adds one term.
    #[inline]
    pub fn add(&mut self, x: f64) {
        let next = self.sum + x;
        let lost = if self.sum.abs() >= x.abs() { (self.sum - next) + x } else { (x - next) + self.sum };
        self.error += lost;
        self.sum = next;
    }

    /// The sum so far.
    #[must_use]
    pub fn value(self) -> f64 {
        self.sum + self.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: exact arithmetic by hand.
    #[test]
    fn small_terms_survive_beside_large_ones() {
        let mut sum = CompensatedSum::default();
        for x in [1e16, 1.0, 1.0, -1e16] {
            sum.add(x);
        }
        assert_eq!(sum.value(), 2.0);
    }
}
