//! Exact sums of money, whatever the order of the rows.
//!
//! Notation: `x` an amount as a double, `q = 10^-6` the grid of prices, `u = 10^-18` the
//! unit of the sum. A total is an integer number of `u` in 128 bits, so adding is exact,
//! commutative and associative: chunking, threads and row order change no digit.
//!
//! An amount within four rounding errors of a multiple of `q` is taken as that multiple;
//! above 2 x 10^9, where doubles no longer resolve `q`, of a multiple of 0.01; above
//! 2 x 10^13 as it is. So 0.1 + 0.2 equals 0.3, and 3 x 2.55 computed in doubles counts as
//! 7.65, the number that was on the invoice. Any other amount is rounded to the nearest `u`.

/// Units of `10^-18` per whole unit of money.
const UNITS: i128 = 1_000_000_000_000_000_000;
/// Grid points of `10^-6` per whole unit of money.
const GRID: f64 = 1e6;
/// Units per grid point.
const UNITS_PER_POINT: i128 = 1_000_000_000_000;
/// Grid points of `10^-2` per whole unit of money, for large amounts.
const CENTS: f64 = 1e2;
/// Largest distance from the grid, relative to the amount: four rounding errors of 2^-53.
const SNAP: f64 = 4.0 * (f64::EPSILON / 2.0);
/// Adding and subtracting this rounds a double below 2^51 to the nearest integer.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Beyond this many grid points a double no longer resolves the grid.
const GRID_LIMIT: f64 = 2_251_799_813_685_248.0;

/// Largest amount of one row that a total takes, about 10^15.
pub const LARGEST_AMOUNT: f64 = 1e15;

/// The amount in points of the price grid; `None` when it is off the grid or too large for it.
///
/// Sums of points are exact, and half the size of [`Money`].
#[inline]
#[must_use]
pub fn points_of(amount: f64) -> Option<i64> {
    let points = amount * GRID;
    let nearest = (points + ROUND) - ROUND;
    let on_grid = points.abs() < GRID_LIMIT && (points - nearest).abs() <= points.abs() * SNAP;
    on_grid.then_some(nearest as i64)
}

/// The double nearest to a number of points.
#[inline]
#[must_use]
pub fn points_to_f64(points: i64) -> f64 {
    if points.unsigned_abs() <= 1 << 53 {
        // One correctly rounded division of exact operands.
        points as f64 / GRID
    } else {
        Money::of_points(points).to_f64_by_text()
    }
}

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
        match points_of(amount) {
            Some(points) => Some(Self::of_points(points)),
            None => Self::off_grid(amount),
        }
    }

    /// A whole number of grid points.
    #[inline]
    #[must_use]
    pub fn of_points(points: i64) -> Self {
        Self(i128::from(points) * UNITS_PER_POINT)
    }

    /// The amount to the nearest unit, from its 53-bit significand in exact integers.
    #[cold]
    fn off_grid(amount: f64) -> Option<Self> {
        if !(amount.abs() <= LARGEST_AMOUNT) {
            return None;
        }
        let cents = amount * CENTS;
        if (GRID_LIMIT / GRID..GRID_LIMIT / CENTS).contains(&amount.abs()) {
            let nearest = (cents + ROUND) - ROUND;
            if (cents - nearest).abs() <= cents.abs() * SNAP {
                return Some(Self(i128::from(nearest as i64) * (UNITS / 100)));
            }
        }
        let bits = amount.abs().to_bits();
        let (field, fraction) = ((bits >> 52) as i32, i128::from(bits & ((1 << 52) - 1)));
        let (significand, exponent) = if field == 0 { (fraction, -1074) } else { (fraction | (1 << 52), field - 1075) };
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
        match i64::try_from(self.0 / UNITS_PER_POINT) {
            Ok(points) if Self::of_points(points) == self => points_to_f64(points),
            _ => self.to_f64_by_text(),
        }
    }

    /// Correct rounding of any total by the standard library's decimal reader.
    #[cold]
    fn to_f64_by_text(self) -> f64 {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let (whole, rest) = (magnitude / UNITS as u128, magnitude % UNITS as u128);
        format!("{sign}{whole}.{rest:018}").parse().unwrap_or(f64::NAN)
    }

    /// The total so many times over; `None` when it leaves the range.
    #[must_use]
    pub fn checked_times(self, count: u64) -> Option<Self> {
        self.0.checked_mul(i128::from(count)).map(Self)
    }

    /// The total per unit of a count, rounded to the nearest unit; `None` when `count` is zero.
    ///
    /// Dividing units rather than doubles, three orders of 29.90 have the mean of one.
    #[must_use]
    pub fn mean(self, count: u64) -> Option<Self> {
        let count = i128::from(count);
        let half = if self.0 < 0 { -(count / 2) } else { count / 2 };
        (count > 0).then(|| Self((self.0 + half) / count))
    }

    /// This total as a share of another; `None` when that is zero. Equal shares give equal
    /// doubles, as the fraction is reduced first.
    #[must_use]
    pub fn share_of(self, other: Self) -> Option<f64> {
        let divisor = greatest_common_divisor(self.0.unsigned_abs(), other.0.unsigned_abs()) as i128;
        (other.0 != 0).then(|| (self.0 / divisor) as f64 / (other.0 / divisor) as f64)
    }

    /// The totals as whole numbers in the same proportions, as small as they can be.
    #[must_use]
    pub fn proportions(totals: &[Self]) -> Vec<i128> {
        let divisor = totals.iter().fold(0, |divisor, total| greatest_common_divisor(divisor, total.0.unsigned_abs()));
        totals.iter().map(|total| total.0 / (divisor.max(1) as i128)).collect()
    }

    /// Whether the total is above zero.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }
}

/// Euclid's algorithm; 0 only for two zeros.
fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
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

    /// Oracle: decimal arithmetic by hand.
    #[test]
    fn means_and_shares_are_those_on_paper() {
        let mean = |total: f64, n| Money::of(total).unwrap().mean(n).map(Money::to_f64);
        assert_eq!(mean(29.9 * 3.0, 3), Some(29.9));
        assert_eq!(mean(-10.0, 4), Some(-2.5));
        assert_eq!(mean(1.0, 0), None);
        let share = |a: f64, b: f64| Money::of(a).unwrap().share_of(Money::of(b).unwrap());
        assert_eq!(share(0.4, 0.1), share(4.0, 1.0));
        assert_eq!((share(0.1, 0.4), share(1.0, 0.0)), (Some(0.25), None));
        let weights = [0.5, 0.3, 0.2].map(|weight| Money::of(weight).unwrap());
        assert_eq!(Money::proportions(&weights), [5, 3, 2]);
    }

    /// Oracle: decimal arithmetic by hand.
    #[test]
    fn cents_of_large_amounts_add_as_on_paper() {
        assert_eq!(total(&[3_000_000_000.10, -0.10, -3_000_000_000.0]), 0.0);
        assert_eq!(total(&[2_500_000_000.10; 3]), 7_500_000_000.3);
        assert_eq!(total(&[20_000_000_000_000.05, -20_000_000_000_000.0]), 0.05);
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

    /// Oracle: python, Decimal(9007199254740993) / 10**6 as a double.
    #[test]
    fn points_are_the_money_they_stand_for() {
        for amount in [0.0, -0.0, 0.1 + 0.2, -7.65, 2.0e9, 123_456.789_012] {
            assert_eq!(points_of(amount).map(Money::of_points), Money::of(amount), "{amount}");
        }
        for off_grid in [1.0 / 3.0, 1e-7, 2.3e9, f64::NAN, f64::INFINITY] {
            assert_eq!(points_of(off_grid), None, "{off_grid}");
        }
        assert_eq!(points_to_f64(-1_234_567), -1.234567);
        assert_eq!(points_to_f64(9_007_199_254_740_993), 9_007_199_254.740993);
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
