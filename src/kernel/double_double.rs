//! Numbers held as the sum of two doubles, good to about 31 digits.
//!
//! Notation: a value is `high + low`, `high` the double next to it. The error of a sum or a
//! product of doubles is a double itself: D. E. Knuth (1997), The Art of Computer Programming
//! 2, 3rd ed., section 4.2.2, theorem B; T. J. Dekker (1971), Numerische Mathematik 18(3),
//! 224-242. Numbers split in halves take it without a fused instruction, which not every
//! processor that this is compiled for has.

use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// A value of twice the digits of a double.
///
/// Exact steps need factors between about 1e-140 and 1e290; beyond them the digits are those of
/// a double or fewer.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::double_double::DoubleDouble;
///
/// // A third three times, less 1, in doubles of (1/3): what rounding left.
/// let left = DoubleDouble::product(1.0 / 3.0, 3.0) - DoubleDouble::from(1.0);
/// assert_eq!(left.value(), -(0.5_f64.powi(54)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DoubleDouble {
    high: f64,
    low: f64,
}

impl DoubleDouble {
    /// The product of two doubles, exactly.
    #[must_use]
    #[inline]
    pub fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
        let low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
        Self { high, low }
    }

    /// This value times a double.
    #[must_use]
    #[inline]
    pub fn times(self, factor: f64) -> Self {
        let Self { high, low } = Self::product(self.high, factor);
        normal(high, low + self.low * factor)
    }

    /// The double next to it.
    #[must_use]
    #[inline]
    pub fn value(self) -> f64 {
        self.high
    }
}

impl From<f64> for DoubleDouble {
    #[inline]
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

impl Add for DoubleDouble {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        let (high, error) = two_sum(self.high, other.high);
        let (low, lowest) = two_sum(self.low, other.low);
        let Self { high, low } = normal(high, error + low);
        normal(high, low + lowest)
    }
}

impl AddAssign for DoubleDouble {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul for DoubleDouble {
    type Output = Self;

    #[inline]
    fn mul(self, other: Self) -> Self {
        let Self { high, low } = Self::product(self.high, other.high);
        normal(high, low + (self.high * other.low + self.low * other.high))
    }
}

impl Neg for DoubleDouble {
    type Output = Self;

    #[inline]
    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl Sub for DoubleDouble {
    type Output = Self;

    #[inline]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

/// A sum of two doubles and what rounding took of it.
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let other = sum - a;
    (sum, (a - (sum - other)) + (b - other))
}

/// The same of a large and a small number.
#[inline]
fn normal(large: f64, small: f64) -> DoubleDouble {
    let high = large + small;
    DoubleDouble { high, low: small - (high - large) }
}

/// Two numbers of half the digits each.
#[inline]
fn halves(x: f64) -> (f64, f64) {
    /// 2^27 + 1.
    const SPLITTER: f64 = 134_217_729.0;
    let scaled = SPLITTER * x;
    let high = scaled - (scaled - x);
    (high, x - high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: integers; (2^53 - 1)^2 = 2^106 - 2^54 + 1, and 2^106 - 2^54 is a double.
    #[test]
    fn products_are_exact() {
        let x = 9_007_199_254_740_991.0;
        let square = DoubleDouble::product(x, x);
        assert_eq!((square.high, square.low), (2.0_f64.powi(106) - 2.0_f64.powi(54), 1.0));
        assert_eq!((square - DoubleDouble::product(x - 1.0, x - 1.0)).value(), 2.0 * x - 1.0);
    }

    #[test]
    fn small_terms_survive_beside_large_ones() {
        let mut sum = DoubleDouble::default();
        [1e30, 1.0, 0.125, -1e30].into_iter().for_each(|term| sum += DoubleDouble::from(term));
        assert_eq!(sum.value(), 1.125);
        // Oracle: Python 3.11 `fractions`, 3 * Fraction(0.1) - Fraction(0.3).
        let tenths = DoubleDouble::from(0.1).times(3.0) - DoubleDouble::from(0.3);
        assert_eq!(tenths.value(), 2.0_f64.powi(-55));
        assert_eq!((-tenths).value(), -tenths.value());
        // (2^60 + 1)^2 - 2^120 - 2^61 = 1.
        let large = DoubleDouble::from(2.0_f64.powi(60)) + DoubleDouble::from(1.0);
        let rest = [-(2.0_f64.powi(120)), -(2.0_f64.powi(61))].map(DoubleDouble::from);
        assert_eq!(rest.into_iter().fold(large * large, |rest, term| rest + term).value(), 0.0, "31 digits, not 36");
        assert_eq!(large.times(3.0) - large - large - large, DoubleDouble::default());
    }
}
