//! Order statistics.
//!
//! Notation: `x_1 <= ... <= x_n` the sample in order, `Q(p)` its quantile at the share `p`.
//! Fences: J. W. Tukey (1977), Exploratory Data Analysis, chapter 2.

use serde::Serialize;

use crate::kernel::interval::Interval;
use crate::kernel::quantile::{QuantileType, between};
use crate::kernel::undefined::Undefined;

/// A sample in ascending order without NaN, as [`Sorter`](super::Sorter) makes it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sorted<'a> {
    values: &'a [f64],
}

/// Bounds beyond which values are outliers, and how many are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Fences {
    /// `Q(1/4) - k IQR`.
    pub low: f64,
    /// `Q(3/4) + k IQR`.
    pub high: f64,
    /// Values strictly below the lower fence.
    pub n_below: u64,
    /// Values strictly above the upper fence.
    pub n_above: u64,
}

impl<'a> Sorted<'a> {
    /// A view of values that are in ascending order already; `None` when they are not, or with NaN.
    #[must_use]
    pub fn of_ascending(values: &'a [f64]) -> Option<Self> {
        let is_ascending = values.windows(2).all(|pair| pair[0] <= pair[1]);
        (is_ascending && !values.first().is_some_and(|value| value.is_nan())).then_some(Self { values })
    }

    /// A view of values that have just been sorted.
    pub(super) fn trusted(values: &'a [f64]) -> Self {
        Self { values }
    }

    /// The values in ascending order.
    #[must_use]
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// Number of values.
    #[must_use]
    pub fn n(&self) -> usize {
        self.values.len()
    }

    /// The smallest and the largest value.
    pub(super) fn ends(&self) -> Result<(f64, f64), Undefined> {
        let ends = self.values.first().zip(self.values.last());
        ends.map(|(&first, &last)| (first, last)).ok_or(Undefined::TooFew { n: 0, needed: 1 })
    }

    /// A number of this sample, or why it is none.
    pub(super) fn defined(&self, number: f64) -> Result<f64, Undefined> {
        let (min, max) = self.ends()?;
        match (number.is_finite(), min.is_finite() && max.is_finite()) {
            (true, _) => Ok(number),
            (false, true) => Err(Undefined::Overflow),
            (false, false) => Err(Undefined::NotFinite),
        }
    }

    /// The smallest value; infinite where one is.
    ///
    /// # Errors
    /// `TooFew` without values.
    pub fn min(&self) -> Result<f64, Undefined> {
        self.ends().map(|(min, _)| min)
    }

    /// The largest value; infinite where one is.
    ///
    /// # Errors
    /// `TooFew` without values.
    pub fn max(&self) -> Result<f64, Undefined> {
        self.ends().map(|(_, max)| max)
    }

    /// The largest value less the smallest.
    ///
    /// # Errors
    /// `TooFew` without values, `NotFinite` with an infinite one, `Overflow` beyond the largest double.
    pub fn range(&self) -> Result<f64, Undefined> {
        let (min, max) = self.ends()?;
        self.defined(max - min)
    }

    /// The quantile at a share; see [`QuantileType`] for the nine definitions.
    ///
    /// # Errors
    /// `TooFew` without values, `OutOfRange` for a share outside 0..=1, `NotFinite` for a point
    /// between minus and plus infinity.
    pub fn quantile(&self, share: f64, quantile_type: QuantileType) -> Result<f64, Undefined> {
        self.ends()?;
        let place = quantile_type.place(self.n(), share).ok_or(Undefined::OutOfRange)?;
        let low = self.values[place.below];
        if place.part == 0.0 {
            return Ok(low);
        }
        between(low, self.values[place.below + 1], place.part).ok_or(Undefined::NotFinite)
    }

    /// Quantiles at several shares, in their order; each costs a look or two.
    #[must_use]
    pub fn quantiles(&self, shares: &[f64], quantile_type: QuantileType) -> Vec<Result<f64, Undefined>> {
        shares.iter().map(|&share| self.quantile(share, quantile_type)).collect()
    }

    /// The middle value, or the mean of the two middle ones.
    ///
    /// # Errors
    /// As [`quantile`](Self::quantile).
    pub fn median(&self) -> Result<f64, Undefined> {
        self.quantile(0.5, QuantileType::Type7)
    }

    /// The distance between the quartiles.
    ///
    /// # Errors
    /// As [`quantile`](Self::quantile), and `Overflow` beyond the largest double.
    pub fn iqr(&self, quantile_type: QuantileType) -> Result<f64, Undefined> {
        self.defined(self.quantile(0.75, quantile_type)? - self.quantile(0.25, quantile_type)?)
    }

    /// Tukey's fences, `multiplier` times the distance between the quartiles away from them;
    /// 1.5 is usual, 3 is for what is far out.
    ///
    /// # Errors
    /// As [`iqr`](Self::iqr), and `OutOfRange` for a multiplier that is negative or no number.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::kernel::order::Sorter;
    /// use customer_analytics::kernel::quantile::QuantileType;
    ///
    /// let mut sorter = Sorter::default();
    /// let sample = sorter.sort(&[1.0, 2.0, 3.0, 4.0, 50.0]).unwrap();
    /// let fences = sample.fences(1.5, QuantileType::Type7).unwrap();
    /// assert_eq!((fences.low, fences.high), (-1.0, 7.0));
    /// assert_eq!((fences.n_below, fences.n_above), (0, 1));
    /// ```
    pub fn fences(&self, multiplier: f64, quantile_type: QuantileType) -> Result<Fences, Undefined> {
        if !(0.0..=f64::MAX).contains(&multiplier) {
            return Err(Undefined::OutOfRange);
        }
        let reach = multiplier * self.iqr(quantile_type)?;
        let low = self.defined(self.quantile(0.25, quantile_type)? - reach)?;
        let high = self.defined(self.quantile(0.75, quantile_type)? + reach)?;
        Ok(self.beyond(Interval { low, high }))
    }

    /// How many values lie beyond two fences.
    #[must_use]
    pub fn beyond(&self, Interval { low, high }: Interval) -> Fences {
        Fences { low, high, n_below: self.n_below(low), n_above: self.n_above(high) }
    }

    /// Values strictly below a point.
    #[must_use]
    pub fn n_below(&self, point: f64) -> u64 {
        self.values.partition_point(|&value| value < point) as u64
    }

    /// Values strictly above a point.
    #[must_use]
    pub fn n_above(&self, point: f64) -> u64 {
        (self.n() - self.values.partition_point(|&value| value <= point)) as u64
    }

    /// Values equal to a point.
    #[must_use]
    pub fn n_equal(&self, point: f64) -> u64 {
        self.n() as u64 - self.n_below(point) - self.n_above(point)
    }

    /// Values further than a distance away from a point: with the mean and 3 standard deviations
    /// those with `|z| > 3`.
    #[must_use]
    pub fn n_beyond(&self, centre: f64, distance: f64) -> u64 {
        let below = self.values.partition_point(|&value| centre - value > distance);
        let within = self.values[below..].partition_point(|&value| value - centre <= distance);
        (self.n() - within) as u64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::order::ascending;

    const TYPE_7: QuantileType = QuantileType::Type7;

    /// Oracle: by hand.
    #[test]
    fn order_statistics_by_hand() {
        let values = ascending(&[4.0, 1.0, -2.0, 1.0, 9.0, 0.0]);
        let sample = Sorted::of_ascending(&values).unwrap();
        assert_eq!((sample.min(), sample.max(), sample.range()), (Ok(-2.0), Ok(9.0), Ok(11.0)));
        assert_eq!((sample.median(), sample.iqr(TYPE_7)), (Ok(1.0), Ok(3.0)));
        assert_eq!((sample.n_below(0.0), sample.n_equal(1.0), sample.n_above(1.0)), (1, 2, 2));
        assert_eq!((sample.n_beyond(1.0, 3.0), sample.n_beyond(1.0, 2.9), sample.n_beyond(0.0, -1.0)), (1, 3, 6));
        let fences = sample.fences(1.5, TYPE_7).unwrap();
        assert_eq!(fences, Fences { low: -4.25, high: 7.75, n_below: 0, n_above: 1 });
        assert_eq!(sample.quantiles(&[0.0, 1.0, 2.0], TYPE_7), [Ok(-2.0), Ok(9.0), Err(Undefined::OutOfRange)]);
    }

    #[test]
    fn what_has_no_order_statistics_says_why() {
        let empty = Sorted::of_ascending(&[]).unwrap();
        let few = Err(Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(
            (empty.min(), empty.median(), empty.iqr(TYPE_7), empty.range()),
            (few.clone(), few.clone(), few.clone(), few)
        );
        assert_eq!((empty.n_below(0.0), empty.n_above(0.0), empty.n_beyond(0.0, 0.0)), (0, 0, 0));
        let wide = Sorted::of_ascending(&[-f64::MAX, -f64::MAX, f64::MAX, f64::MAX]).unwrap();
        assert_eq!((wide.range(), wide.iqr(TYPE_7)), (Err(Undefined::Overflow), Err(Undefined::Overflow)));
        assert_eq!(wide.median(), Ok(0.0));
        let ends = Sorted::of_ascending(&[f64::NEG_INFINITY, 1.0, f64::INFINITY]).unwrap();
        assert_eq!((ends.median(), ends.max()), (Ok(1.0), Ok(f64::INFINITY)));
        assert_eq!(ends.range(), Err(Undefined::NotFinite));
        assert_eq!(ends.fences(1.5, TYPE_7).map(|_| ()), Err(Undefined::NotFinite));
        for multiplier in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(ends.fences(multiplier, TYPE_7).map(|_| ()), Err(Undefined::OutOfRange));
        }
        assert_eq!(Sorted::of_ascending(&[2.0, 1.0]), None);
        assert_eq!(Sorted::of_ascending(&[f64::NAN]), None);
    }

    #[test]
    fn constants_have_no_outliers() {
        let sample = Sorted::of_ascending(&[0.1; 5]).unwrap();
        let fences = sample.fences(1.5, TYPE_7).unwrap();
        assert_eq!((fences.low, fences.high, fences.n_below + fences.n_above), (0.1, 0.1, 0));
    }

    proptest! {
        #[test]
        fn counts_are_those_of_a_filter(values in prop::collection::vec((-20..20).prop_map(|i| f64::from(i) / 4.0), 0..60), point in -6.0..6.0, distance in 0.0..6.0) {
            let values = ascending(&values);
            let sample = Sorted::of_ascending(&values).unwrap();
            let count = |is: &dyn Fn(f64) -> bool| values.iter().filter(|&&value| is(value)).count() as u64;
            prop_assert_eq!(sample.n_below(point), count(&|value| value < point));
            prop_assert_eq!(sample.n_above(point), count(&|value| value > point));
            prop_assert_eq!(sample.n_beyond(point, distance), count(&|value| (value - point).abs() > distance));
        }
    }
}
