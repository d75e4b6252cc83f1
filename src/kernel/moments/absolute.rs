//! The mean distance from the mean, in a second pass.

use super::super::exact_sum::ExactSum;
use super::super::undefined::Undefined;
use super::Extent;

/// Values below a mean, counted and summed, of one slice or of many; merging is exact.
///
/// ```text
/// sum |x - mean| = sum x - 2 sum of those below the mean + (number below - number above) mean
/// ```
///
/// The mean is two doubles, so that what it lost when it was rounded is in the result.
#[derive(Clone, Debug)]
pub struct AbsoluteSums {
    centre: f64,
    /// What is to be added to the centre.
    lost: f64,
    n_below: u64,
    /// Minus twice the sum of the values below.
    below: ExactSum,
}

impl AbsoluteSums {
    /// Values beyond this are refused, as sums of them are no doubles.
    const LARGEST: f64 = 1e280;

    /// An empty state for values whose extent is known.
    ///
    /// # Errors
    /// `TooFew` without values, `NotFinite` with an infinite one, `Overflow` with one beyond 1e280.
    pub fn about(extent: &Extent) -> Result<Self, Undefined> {
        extent.mean()?;
        let n = extent.n as f64;
        let total = extent.sum.value().filter(|_| extent.max.max(-extent.min) <= Self::LARGEST);
        let centre = total.ok_or(Undefined::Overflow)? / n;
        let mut rest = extent.sum.clone();
        add_product(&mut rest, -n, centre);
        let lost = rest.value().ok_or(Undefined::Overflow)? / n;
        Ok(Self { centre, lost, n_below: 0, below: ExactSum::default() })
    }

    /// Adds values that were part of the extent.
    pub fn add(&mut self, values: &[f64]) {
        for &value in values {
            if self.is_below(value) {
                self.n_below += 1;
                self.below.add(-2.0 * value);
            }
        }
    }

    /// Adds a value so many times.
    pub fn add_repeated(&mut self, value: f64, n: u64) {
        if self.is_below(value) {
            self.n_below += n;
            add_product(&mut self.below, -2.0 * n as f64, value);
        }
    }

    /// Adds another state about the same extent.
    #[must_use]
    pub fn merge(self, other: &Self) -> Self {
        Self { n_below: self.n_below + other.n_below, below: self.below.merge(&other.below), ..self }
    }

    #[inline(always)]
    fn is_below(&self, value: f64) -> bool {
        value < self.centre || value == self.centre && self.lost > 0.0
    }

    /// The mean distance, once all values of the extent have been added.
    ///
    /// # Errors
    /// `Overflow` beyond the largest double.
    pub fn mean(&self, extent: &Extent) -> Result<f64, Undefined> {
        if extent.min == extent.max {
            return Ok(0.0);
        }
        let mut sum = extent.sum.clone().merge(&self.below);
        let surplus = self.n_below as f64 - (extent.n - self.n_below) as f64;
        add_product(&mut sum, surplus, self.centre);
        sum.add(surplus * self.lost);
        let sum = sum.value().ok_or(Undefined::Overflow)?;
        Ok(sum.max(0.0) / extent.n as f64)
    }
}

/// Adds an exact product.
fn add_product(sum: &mut ExactSum, a: f64, b: f64) {
    let product = a * b;
    sum.add(product);
    sum.add(a.mul_add(b, -product));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::order::{Sorted, ascending};

    fn of(values: &[f64]) -> Result<f64, Undefined> {
        let extent = Extent::of(values);
        let mut sums = AbsoluteSums::about(&extent)?;
        sums.add(values);
        sums.mean(&extent)
    }

    #[test]
    fn what_is_undefined_says_why() {
        assert_eq!(of(&[]), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(of(&[1.0, f64::INFINITY]), Err(Undefined::NotFinite));
        assert_eq!(of(&[1.0, 1e281]), Err(Undefined::Overflow));
        assert_eq!(of(&[7.0]), Ok(0.0));
    }

    /// Oracle: python fractions, as for values in order: the mean is no double, the distance 4/9.
    #[test]
    fn a_mean_that_is_no_double_costs_nothing() {
        assert_eq!(of(&[1e15, 1e15, 1e15 + 1.0]), Ok(4.0 / 9.0));
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0, 5.0]), Ok(1.2));
    }

    proptest! {
        #[test]
        fn the_digits_are_those_of_values_in_order(values in prop::collection::vec(-1e9..1e9, 1..80), at in 0_usize..80) {
            let sorted = ascending(&values);
            let expected = Sorted::of_ascending(&sorted).unwrap().mean_absolute_deviation();
            prop_assert_eq!(of(&values), expected.clone());
            let extent = Extent::of(&values);
            let empty = AbsoluteSums::about(&extent).unwrap();
            let (left, right) = values.split_at(at.min(values.len()));
            let (mut first, mut second) = (empty.clone(), empty);
            first.add(left);
            right.iter().for_each(|&value| second.add_repeated(value, 1));
            prop_assert_eq!(second.merge(&first).mean(&extent), expected);
        }
    }
}
