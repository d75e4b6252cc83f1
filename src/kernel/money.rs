//! Exact sums of money, whatever the order of the rows.
//!
//! Notation: `x` an amount as a double, `q = 10^-6` the grid of prices, `u = 10^-18` the
//! unit of the sum. A total is an integer number of `u` in 128 bits, so adding is exact,
//! commutative and associative: chunking, threads and row order change no digit.
//!
//! An amount within four rounding errors of a multiple of `q` is taken as that multiple.
//! So 0.1 + 0.2 equals 0.3, and 3 x 2.55 computed in doubles counts as 7.65, the number
//! that was on the invoice. Any other amount is rounded to the nearest `u`.

/// Units of `10^-18` per whole unit of money.
const UNITS: i128 = 1_000_000_000_000_000_000;
/// Grid points of `10^-6` per whole unit of money.
const GRID: f64 = 1e6;
/// Units per grid point.
const UNITS_PER_POINT: i128 = 1_000_000_000_000;
/// Largest distance from the grid, relative to the amount: four rounding errors of 2^-53.
const SNAP: f64 = 4.0 * (f64::EPSILON / 2.0);
/// Adding and subtracting this rounds a double below 2^51 to the nearest integer.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Beyond this many grid points a double no longer resolves the grid.
const GRID_LIMIT: f64 = 2_251_799_813_685_248.0;

/// Largest amount of one row that a total takes, about 10^15.
pub const LARGEST_AMOUNT: f64 = 1e15;

/// An exact total of money; add in any order, merge in any grouping.
///
/// Holds up to 1.7 x 10^20 with a resolution of 10^-18.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(i128);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The amount of one row; `None` unless it is finite and at most [`LARGEST_AMOUNT`].
    #[inline]
    #[must_use]
    pub fn of(amount: f64) -> Option<Self> {
        let points = amount * GRID;
        if points.abs() < GRID_LIMIT {
            let nearest = (points + ROUND) - ROUND;
            if (points - nearest).abs() <= points.abs() * SNAP {
                return Some(Self(i128::from(nearest as i64) * UNITS_PER_POINT));
            }
        }
        Self::off_grid(amount)
    }

    /// The amount to the nearest unit, from its 53-bit significand in exact integers.
    #[cold]
    fn off_grid(amount: f64) -> Option<Self> {
        if !(amount.abs() <= LARGEST_AMOUNT) {
            return None;
        }
        let bits = amount.abs().to_bits();
        let (field, fraction) = ((bits >> 52) as i32, i128::from(bits & ((1 << 52) - 1)));
        let (significand, exponent) =
            if field == 0 { (fraction, -1074) } else { (fraction | (1 << 52), field - 1075) };
        // significand < 2^53 and UNITS < 2^60, so the product stays below 2^113.
        let scaled = significand * UNITS;
        let magnitude = match exponent {
            0.. => scaled << exponent,
            -113..=-1 => (scaled + (1 << (-exponent - 1))) >> -exponent,
            _ => 0,
        };
        Some(Self(if amount < 0.0 { -magnitude } else { magnitude }))
    }

    /// The sum; `None` when it leaves the range.
    #[inline]
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; `None` when it leaves the range.
    #[inline]
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The double nearest to the total; equal totals give equal doubles.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let points = self.0 / UNITS_PER_POINT;
        if points * UNITS_PER_POINT == self.0 && points.unsigned_abs() <= 1 << 53 {
            // One correctly rounded division of exact operands.
            return points as f64 / GRID;
        }
        self.to_f64_by_text()
    }

    /// Correct rounding of any total by the standard library's decimal reader.
    #[cold]
    fn to_f64_by_text(self) -> f64 {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let (whole, rest) = (magnitude / UNITS as u128, magnitude % UNITS as u128);
        format!("{sign}{whole}.{rest:018}").parse().unwrap_or(f64::NAN)
    }

    /// Whether the total is above zero.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(amounts: &[f64]) -> f64 {
        amounts.iter().fold(Money::ZERO, |sum, &x| sum.checked_add(Money::of(x).unwrap()).unwrap()).to_f64()
    }

    /// Oracle: decimal arithmetic by hand.
    #[test]
    fn decimal_prices_add_as_on_paper() {
        assert_eq!(total(&[0.1, 0.2]), 0.3);
        assert_eq!(total(&[3.0 * 2.55, -7.65]), 0.0);
        assert_eq!(total(&[1e15, 0.001, -1e15]), 0.001);
        assert_eq!(total(&[80_995.0 * 2.08, -53_594.36]), 114_875.24);
    }

    /// Oracle: python, Fraction(1/3) rounded to 10^-18, times three, rounded to a double.
    #[test]
    fn amounts_off_the_price_grid_keep_eighteen_decimals() {
        assert_eq!(total(&[1.0 / 3.0]), 1.0 / 3.0);
        assert_eq!(total(&[1.0 / 3.0; 3]), 1.0);
        assert_eq!(total(&[-1.0 / 3.0]), -1.0 / 3.0);
        assert_eq!(total(&[1e-12 / 3.0]), 3.33333e-13);
        assert_eq!(total(&[5e-324]), 0.0);
    }

    #[test]
    fn any_order_gives_the_same_bits() {
        let amounts: Vec<f64> = (1..2_000).map(|i| (f64::from(i) * 0.37).sin() * 10f64.powi(i % 12)).collect();
        let mut reversed = amounts.clone();
        reversed.reverse();
        assert_eq!(total(&amounts).to_bits(), total(&reversed).to_bits());
    }

    #[test]
    fn what_cannot_be_added_exactly_is_refused() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.1e15] {
            assert_eq!(Money::of(bad), None);
        }
        assert!(Money(i128::MAX).checked_add(Money(1)).is_none());
    }
}
