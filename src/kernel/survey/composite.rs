//! Composites of respondents, summed as whole numbers.
//!
//! Notation: `c` the composite of a respondent, a number in 0..=1, as a whole number of 2^-46;
//! `n` respondents, `q` and `r` quotient and remainder of `sum c / n`.
//!
//! ```text
//! sum (c - mean)^2 = sum c^2 - 2 q sum c + n q^2 - r^2 / n
//! ```
//! All of it but the last term is exact, so that composites alike have a variance of 0.

use crate::kernel::undefined::Undefined;

/// Adding this to a number in 0..=1 leaves multiples of 2^-46 of it.
const GRID: f64 = 64.0;
/// What one is in these units.
pub(super) const ONE: f64 = (1_u64 << 46) as f64;

/// A number in 0..=1 as a whole number of 2^-46; of any other it is some whole number below 2^52.
#[inline(always)]
pub(super) fn units(share: f64) -> u64 {
    (share + GRID).to_bits() & ((1 << 52) - 1)
}

/// Count, sum and sum of squares of composites in 0..=1; for up to 2^34 of them.
///
/// Each composite is rounded once, to a multiple of 2^-46 or 1.4e-14. From there on everything
/// is a whole number, so merging and adding commute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompositeSums {
    n: u64,
    sum: u128,
    squares: u128,
}

impl CompositeSums {
    /// The sums of these composites.
    ///
    /// # Errors
    /// `OutOfRange` unless all are in 0..=1, which NaN is not.
    pub fn of(composites: &[f64]) -> Result<Self, Undefined> {
        if !composites.iter().all(|composite| (0.0..=1.0).contains(composite)) {
            return Err(Undefined::OutOfRange);
        }
        let mut sums = Self::default();
        composites.iter().for_each(|&composite| sums.add(units(composite)));
        Ok(sums)
    }

    /// Adds a composite in units.
    #[inline(always)]
    pub(super) fn add(&mut self, composite: u64) {
        self.n += 1;
        self.sum += u128::from(composite);
        self.squares += u128::from(composite) * u128::from(composite);
    }

    /// Adds other composites.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self { n: self.n + other.n, sum: self.sum + other.sum, squares: self.squares + other.squares }
    }

    /// Respondents.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The mean composite.
    ///
    /// # Errors
    /// `TooFew` without respondents.
    pub fn mean(&self) -> Result<f64, Undefined> {
        if self.n == 0 {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        Ok(self.sum as f64 / ONE / self.n as f64)
    }

    /// The variance, with `n - 1` below.
    ///
    /// # Errors
    /// `TooFew` under two respondents.
    pub fn variance(&self) -> Result<f64, Undefined> {
        if self.n < 2 {
            return Err(Undefined::TooFew { n: self.n, needed: 2 });
        }
        let sum = self.sum as i128;
        let squares = about_means(self.n, sum, sum, self.squares as i128) / ONE / ONE;
        Ok(squares / (self.n - 1) as f64)
    }

    /// The standard error of the mean, `sqrt(variance / n)`.
    ///
    /// # Errors
    /// As [`variance`](Self::variance).
    pub fn std_error(&self) -> Result<f64, Undefined> {
        Ok((self.variance()? / self.n as f64).sqrt())
    }
}

/// `sum (x - mean x)(y - mean y)` of whole numbers from their sums and the sum of their products.
pub(super) fn about_means(n: u64, sum_x: i128, sum_y: i128, sum_xy: i128) -> f64 {
    let whole_n = i128::from(n);
    let (quotient_x, rest_x) = (sum_x.div_euclid(whole_n), sum_x.rem_euclid(whole_n));
    let (quotient_y, rest_y) = (sum_y.div_euclid(whole_n), sum_y.rem_euclid(whole_n));
    let about_quotients = sum_xy - quotient_x * sum_y - quotient_y * sum_x + whole_n * quotient_x * quotient_y;
    let rests = rest_x * rest_y;
    match about_quotients.checked_mul(whole_n) {
        Some(times_n) => (times_n - rests) as f64 / n as f64,
        // So large that the rests are below its last digit.
        None => about_quotients as f64 - rests as f64 / n as f64,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Oracle: by hand; 0, 1/4 and 1 are whole numbers of units, with mean 5/12 and squares
    /// about it of 17/16 - 25/48 = 13/24.
    #[test]
    fn mean_and_variance_by_hand() {
        let sums = CompositeSums::of(&[0.0, 0.25, 1.0]).unwrap();
        assert_eq!(sums.n(), 3);
        assert!((sums.mean().unwrap() - 5.0 / 12.0).abs() < 1e-16);
        assert!((sums.variance().unwrap() - 13.0 / 48.0).abs() < 1e-16);
        assert!((sums.std_error().unwrap() - (13.0_f64 / 144.0).sqrt()).abs() < 1e-16);
    }

    #[test]
    fn composites_alike_have_no_variance() {
        let sums = CompositeSums::of(&[0.1; 1_000]).unwrap();
        assert_eq!(sums.variance(), Ok(0.0));
        assert!((sums.mean().unwrap() - 0.1).abs() < 1e-14);
    }

    #[test]
    fn what_is_not_there_says_why() {
        assert_eq!(CompositeSums::default().mean(), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(CompositeSums::of(&[0.5]).unwrap().variance(), Err(Undefined::TooFew { n: 1, needed: 2 }));
        for bad in [f64::NAN, -1e-9, 1.0 + 1e-9, f64::INFINITY] {
            assert_eq!(CompositeSums::of(&[0.5, bad]), Err(Undefined::OutOfRange));
        }
    }

    /// Oracle: by hand; half of 2^34 at 0 and half at 1.
    #[test]
    fn many_composites_do_not_overflow() {
        let one = CompositeSums::of(&[1.0]).unwrap();
        let mut sums = one.merge(CompositeSums::of(&[0.0]).unwrap());
        (0..33).for_each(|_| sums = sums.merge(sums));
        assert_eq!((sums.n(), sums.mean()), (1 << 34, Ok(0.5)));
        assert!((sums.variance().unwrap() - 0.25 * (1.0 + 2.0_f64.powi(-34))).abs() < 1e-16);
    }

    proptest! {
        #[test]
        fn order_and_merging_change_nothing(mut all in prop::collection::vec(0.0..=1.0, 0..50), at in 0_usize..50) {
            let whole = CompositeSums::of(&all).unwrap();
            let (left, right) = all.split_at(at.min(all.len()));
            prop_assert_eq!(CompositeSums::of(left).unwrap().merge(CompositeSums::of(right).unwrap()), whole);
            all.reverse();
            prop_assert_eq!(CompositeSums::of(&all).unwrap(), whole);
        }

        #[test]
        fn the_variance_is_that_of_two_passes(all in prop::collection::vec(0.0..=1.0, 2..50)) {
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            let squares: f64 = all.iter().map(|c| (c - mean).powi(2)).sum();
            let found = CompositeSums::of(&all).unwrap().variance().unwrap();
            prop_assert!((found - squares / (all.len() - 1) as f64).abs() < 1e-13);
        }
    }
}
