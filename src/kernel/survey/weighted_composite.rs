//! Composites of respondents who stand for more than themselves.
//!
//! Notation: `w` the weight and `c` the composite of a respondent, `n` respondents.
//!
//! ```text
//! m = sum w c / sum w
//! SE^2 = n / (n - 1) sum w^2 (c - m)^2 / (sum w)^2         n_eff = (sum w)^2 / sum w^2
//! sum w^2 (c - m)^2 = sum w^2 c^2 - 2 m sum w^2 c + m^2 sum w^2
//! ```
//! Where nearly all composites are alike the last line is a small difference of large sums. So `w^2`
//! is rounded once, the same for all three of them, its products with `c` and `c^2` are added with 80
//! bits, and the difference is taken in twice the digits of a double.
//!
//! The error of a ratio by linearisation, drawn with replacement: W. G. Cochran (1977), Sampling
//! Techniques, 3rd ed., section 6.3 ff. With equal weights it is that of a plain mean. Effective
//! size: L. Kish (1965), Survey Sampling, section 11.7.

use super::composite::ONE;
use crate::kernel::binned_sum::BinnedSum;
use crate::kernel::double_double::DoubleDouble;
use crate::kernel::undefined::Undefined;

/// Bits behind the point of a composite.
const POINT: i32 = 46;
/// Bits behind the point that are kept of its square.
const SQUARE_POINT: i32 = 74;
const DROPPED: i32 = 2 * POINT - SQUARE_POINT;

/// Sums of weights and weighted composites; merging and adding commute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightedCompositeSums {
    n: u64,
    weight: BinnedSum,
    weighted: BinnedSum,
    /// Sums of `w^2`, `w^2 c`, `w^2 c^2`.
    squared: [BinnedSum; 3],
    least: u64,
    greatest: u64,
}

impl Default for WeightedCompositeSums {
    fn default() -> Self {
        let none = BinnedSum::default();
        Self { n: 0, weight: none, weighted: none, squared: [none; 3], least: u64::MAX, greatest: 0 }
    }
}

/// A number as one of about 1 and the exponent of a power of two.
pub(super) fn split(weight: f64) -> (f64, i32) {
    // Of a subnormal the exponent is that of the smallest normal, which serves.
    let exponent = ((weight.to_bits() >> 52 & 0x7ff) as i32 - 1023).max(-1022);
    let half = exponent / 2;
    (weight * 2.0_f64.powi(-half) * 2.0_f64.powi(half - exponent), exponent)
}

impl WeightedCompositeSums {
    /// The sums of composites in 0..=1 with their weights. What weighs 0 is left out.
    ///
    /// # Errors
    /// `OutOfRange` unless composites are in 0..=1 and weights not negative, and there are as
    /// many of them; `NotFinite` for weights that are NaN or infinite.
    pub fn of(composites: &[f64], weights: &[f64]) -> Result<Self, Undefined> {
        if !weights.iter().all(|weight| weight.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        let are_composites = composites.iter().all(|composite| (0.0..=1.0).contains(composite));
        if composites.len() != weights.len() || !are_composites || weights.iter().any(|&weight| weight < 0.0) {
            return Err(Undefined::OutOfRange);
        }
        let mut sums = Self::default();
        let rows = composites.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
        rows.for_each(|(&composite, &weight)| sums.add(super::composite::units(composite), weight));
        Ok(sums)
    }

    /// Adds a composite in units, with a weight above 0.
    #[inline]
    pub(super) fn add(&mut self, composite: u64, weight: f64) {
        let (w, exponent) = split(weight);
        let c = composite as f64 / ONE;
        self.n += 1;
        self.weight.add(weight);
        self.weighted.add_scaled(w * c, exponent);
        let [squares, first, second] = &mut self.squared;
        let (square, twice) = (w * w, 2 * exponent);
        squares.add_scaled(square, twice);
        let composite_square = u128::from(composite) * u128::from(composite);
        // Rounded and not cut off, so that millions of composites are not all off to one side.
        let rounded = (composite_square + (1 << (DROPPED - 1))) >> DROPPED;
        first.add_product(square, composite.into(), twice - POINT);
        second.add_product(square, rounded, twice - SQUARE_POINT);
        self.least = self.least.min(composite);
        self.greatest = self.greatest.max(composite);
    }

    /// Adds other composites.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let [a, b, c] = self.squared;
        let [d, e, f] = other.squared;
        Self {
            n: self.n + other.n,
            weight: self.weight.merge(other.weight),
            weighted: self.weighted.merge(other.weighted),
            squared: [a.merge(d), b.merge(e), c.merge(f)],
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
        }
    }

    /// Respondents with a weight above 0.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The sum of the weights.
    ///
    /// # Errors
    /// `Overflow` beyond the largest double.
    pub fn weight(&self) -> Result<f64, Undefined> {
        self.weight.value().ok_or(Undefined::Overflow)
    }

    /// Sums in units of a power of two near the largest weight: `w`, `w c`, and those of squares.
    fn in_units(&self) -> Result<(f64, f64, [DoubleDouble; 3]), Undefined> {
        if self.n == 0 {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        let exponent = self.weight.exponent();
        let once = |sum: &BinnedSum| sum.scaled(-exponent).ok_or(Undefined::Overflow);
        let twice = |sum: &BinnedSum| sum.scaled_exactly(-2 * exponent).ok_or(Undefined::Overflow);
        let [squares, first, second] = &self.squared;
        Ok((once(&self.weight)?, once(&self.weighted)?, [twice(squares)?, twice(first)?, twice(second)?]))
    }

    /// The weighted mean composite.
    ///
    /// # Errors
    /// `TooFew` without respondents.
    pub fn mean(&self) -> Result<f64, Undefined> {
        let (weight, weighted, _) = self.in_units()?;
        Ok((weighted / weight).clamp(self.least as f64 / ONE, self.greatest as f64 / ONE))
    }

    /// How many respondents of equal weight would say as much.
    ///
    /// # Errors
    /// `TooFew` without respondents.
    pub fn n_effective(&self) -> Result<f64, Undefined> {
        let (weight, _, [squares, ..]) = self.in_units()?;
        Ok((weight * weight / squares.value()).clamp(1.0, self.n as f64))
    }

    /// The standard error of the weighted mean.
    ///
    /// # Errors
    /// `TooFew` under two respondents.
    pub fn std_error(&self) -> Result<f64, Undefined> {
        if self.n < 2 {
            return Err(Undefined::TooFew { n: self.n, needed: 2 });
        }
        if self.least == self.greatest {
            return Ok(0.0);
        }
        let (weight, _, [squares, first, second]) = self.in_units()?;
        let mean = self.mean()?;
        let about_mean = second - first.times(2.0 * mean) + DoubleDouble::product(mean, mean) * squares;
        let about_mean = about_mean.value().max(0.0);
        let n = self.n as f64;
        Ok((about_mean * n / (n - 1.0)).sqrt() / weight)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::composite::CompositeSums;
    use super::*;

    /// Oracle: by hand; m = (1/4 + 2 * 3/4) / 3 = 7/12, sum w^2 (c - m)^2 = 1/9 + 4/36 = 2/9,
    /// SE^2 = 2 * 2/9 / 9.
    #[test]
    fn mean_and_error_by_hand() {
        let sums = WeightedCompositeSums::of(&[0.25, 0.75, 0.5], &[1.0, 2.0, 0.0]).unwrap();
        assert_eq!((sums.n(), sums.weight()), (2, Ok(3.0)));
        assert!((sums.mean().unwrap() - 7.0 / 12.0).abs() < 1e-15);
        assert!((sums.n_effective().unwrap() - 1.8).abs() < 1e-15);
        assert!((sums.std_error().unwrap() - 2.0 / 9.0).abs() < 1e-15);
    }

    /// Oracle: by hand; of `n` equal weights one composite lies `d` below all others, so the squares about the
    /// mean sum to d^2 (n - 1) / n, and the standard error is d / n.
    #[test]
    fn one_other_composite_among_millions_has_its_error() {
        for (weight, [most, other]) in [(1.0, [1.0, 0.96875]), (0.7, [0.90625, 0.875]), (3.3e-7, [0.5625, 1.0])] {
            let mut sums = WeightedCompositeSums::of(&[most], &[weight]).unwrap();
            (0..23).for_each(|_| sums = sums.merge(sums));
            let sums = sums.merge(WeightedCompositeSums::of(&[other], &[weight]).unwrap());
            let n = 8_388_609.0;
            assert_eq!(sums.n(), 8_388_609);
            let expected = f64::abs(most - other) / n;
            assert!((sums.std_error().unwrap() / expected - 1.0).abs() < 1e-12, "{weight}");
        }
    }

    #[test]
    fn what_is_not_there_says_why() {
        let none = WeightedCompositeSums::of(&[0.5], &[0.0]).unwrap();
        assert_eq!(none.mean(), Err(Undefined::TooFew { n: 0, needed: 1 }));
        let alike = WeightedCompositeSums::of(&[0.1; 3], &[0.3, 1.7, 2.9]).unwrap();
        assert_eq!(alike.std_error(), Ok(0.0));
        assert_eq!(
            WeightedCompositeSums::of(&[0.5], &[1.0]).unwrap().std_error(),
            Err(Undefined::TooFew { n: 1, needed: 2 })
        );
        assert_eq!(WeightedCompositeSums::of(&[0.5], &[-1.0]), Err(Undefined::OutOfRange));
        assert_eq!(WeightedCompositeSums::of(&[0.5], &[f64::INFINITY]), Err(Undefined::NotFinite));
        assert_eq!(WeightedCompositeSums::of(&[1.5], &[1.0]), Err(Undefined::OutOfRange));
        assert_eq!(WeightedCompositeSums::of(&[0.5], &[]), Err(Undefined::OutOfRange));
    }

    proptest! {
        #[test]
        fn equal_weights_change_nothing(all in prop::collection::vec(0.0..=1.0, 2..50), exponent in -1_060..1_000) {
            let weight = 2.0_f64.powi(exponent / 2) * 2.0_f64.powi(exponent - exponent / 2);
            let weighted = WeightedCompositeSums::of(&all, &vec![weight; all.len()]).unwrap();
            let plain = CompositeSums::of(&all).unwrap();
            prop_assert!((weighted.mean().unwrap() - plain.mean().unwrap()).abs() < 1e-15);
            prop_assert!((weighted.std_error().unwrap() - plain.std_error().unwrap()).abs() < 1e-13);
            prop_assert!((weighted.n_effective().unwrap() - all.len() as f64).abs() < 1e-10);
        }

        #[test]
        fn neither_order_nor_a_factor_changes_anything(
            mut rows in prop::collection::vec((0.0..=1.0, 0.001..1e3), 2..50),
            at in 0_usize..50,
        ) {
            let of = |rows: &[(f64, f64)], factor: f64| {
                let (composites, weights): (Vec<f64>, Vec<f64>) = rows.iter().map(|row| (row.0, row.1 * factor)).unzip();
                WeightedCompositeSums::of(&composites, &weights).unwrap()
            };
            let whole = of(&rows, 1.0);
            let (left, right) = rows.split_at(at.min(rows.len()));
            prop_assert_eq!(of(left, 1.0).merge(of(right, 1.0)), whole);
            rows.reverse();
            prop_assert_eq!(of(&rows, 1.0), whole);
            for factor in [2.0_f64.powi(-900), 2.0_f64.powi(900)] {
                let scaled = of(&rows, factor);
                prop_assert!((scaled.mean().unwrap() / whole.mean().unwrap() - 1.0).abs() < 1e-14);
                prop_assert!((scaled.std_error().unwrap() - whole.std_error().unwrap()).abs() < 1e-13);
            }
        }
    }
}
