//! Order statistics of values that are known with the number of times each occurs.
//!
//! They are those of [`Sorted`](super::Sorted) to the last bit, out of the distinct values alone.

use super::runs::Modes;
use crate::kernel::interval::Interval;
use crate::kernel::quantile::{Place, QuantileType, between};
use crate::kernel::undefined::Undefined;

/// Values in ascending order with the number of them up to each.
#[derive(Clone, Debug, PartialEq)]
pub struct Tallied {
    values: Vec<f64>,
    up_to: Vec<u64>,
}

impl Tallied {
    /// Values, each with the number of times it occurs, in any order; those that do not occur
    /// are no values.
    ///
    /// # Errors
    /// `TooFew` without values, `NotFinite` when one is NaN or infinite.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::kernel::order::Tallied;
    ///
    /// let ratings = Tallied::of(vec![(5.0, 60), (1.0, 10), (4.0, 30)]).unwrap();
    /// assert_eq!((ratings.n(), ratings.median(), ratings.mad()), (100, Ok(5.0), Ok(0.0)));
    /// ```
    pub fn of(mut runs: Vec<(f64, u64)>) -> Result<Self, Undefined> {
        runs.retain(|run| run.1 > 0);
        if runs.is_empty() {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        if runs.iter().any(|run| !run.0.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        runs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut n = 0;
        let up_to = runs.iter().map(|run| {
            n += run.1;
            n
        });
        let up_to = up_to.collect();
        Ok(Self { values: runs.into_iter().map(|run| run.0 + 0.0).collect(), up_to })
    }

    /// Number of values.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.up_to.last().copied().unwrap_or_default()
    }

    /// Values with the number of times each occurs, ascending.
    pub fn runs(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let before = [0].iter().chain(&self.up_to);
        self.values.iter().zip(&self.up_to).zip(before).map(|((&value, up_to), before)| (value, up_to - before))
    }

    /// The order statistic at a place, counted from 0; `None` beyond the last.
    #[must_use]
    pub fn at(&self, place: u64) -> Option<f64> {
        self.values.get(self.up_to.partition_point(|&n| n <= place)).copied()
    }

    /// The quantile at a share; see [`QuantileType`] for the nine definitions.
    ///
    /// # Errors
    /// `OutOfRange` for a share outside 0..=1.
    pub fn quantile(&self, share: f64, quantile_type: QuantileType) -> Result<f64, Undefined> {
        let Place { below, part } = quantile_type.place(self.n() as usize, share).ok_or(Undefined::OutOfRange)?;
        let low = self.at(below as u64).ok_or(Undefined::OutOfRange)?;
        let Some(high) = self.at(below as u64 + 1).filter(|_| part > 0.0) else { return Ok(low) };
        between(low, high, part).ok_or(Undefined::NotFinite)
    }

    /// The middle value, or the mean of the two middle ones.
    ///
    /// # Errors
    /// None that can occur, as there is a value.
    pub fn median(&self) -> Result<f64, Undefined> {
        self.quantile(0.5, QuantileType::Type7)
    }

    /// The distance between the quartiles.
    ///
    /// # Errors
    /// `Overflow` beyond the largest double.
    pub fn iqr(&self, quantile_type: QuantileType) -> Result<f64, Undefined> {
        finite(self.quantile(0.75, quantile_type)? - self.quantile(0.25, quantile_type)?)
    }

    /// Where Tukey's fences stand, `multiplier` times the distance between the quartiles away
    /// from them.
    ///
    /// # Errors
    /// `Overflow` beyond the largest double, `OutOfRange` for a multiplier that is negative or
    /// no number.
    pub fn fences(&self, multiplier: f64, quantile_type: QuantileType) -> Result<Interval, Undefined> {
        if !(0.0..=f64::MAX).contains(&multiplier) {
            return Err(Undefined::OutOfRange);
        }
        let reach = multiplier * self.iqr(quantile_type)?;
        let low = finite(self.quantile(0.25, quantile_type)? - reach)?;
        Ok(Interval { low, high: finite(self.quantile(0.75, quantile_type)? + reach)? })
    }

    /// The median of the distances from the median; where that lies between two values, distances
    /// are taken from both of them.
    ///
    /// # Errors
    /// `Overflow` where a distance is beyond the largest double.
    pub fn mad(&self) -> Result<f64, Undefined> {
        let [low, high] = self.middle_distances();
        finite(if low == high { low } else { between(low, high, 0.5).unwrap_or(f64::INFINITY) })
    }

    /// The distances from the median on both sides of their middle; one twice where their number is odd.
    #[must_use]
    pub fn middle_distances(&self) -> [f64; 2] {
        let [low, high] = self.middle();
        let distances = self.runs().map(|(value, n)| {
            let (a, b) = ((value - low).abs(), (value - high).abs());
            let sum = a + b;
            // Halves, as the distance of the two largest doubles is none.
            let halves = (value / 2.0 - low / 2.0).abs() + (value / 2.0 - high / 2.0).abs();
            let mean = if sum.is_finite() { sum / 2.0 } else { halves };
            (if a == b { a } else { mean }, n)
        });
        let mut distances: Vec<(f64, u64)> = distances.collect();
        distances.sort_by(|a, b| a.0.total_cmp(&b.0));
        [(self.n() - 1) / 2, self.n() / 2].map(|place| {
            let mut n = 0;
            let reaches = distances.iter().find(|run| {
                n += run.1;
                n > place
            });
            reaches.map_or(f64::INFINITY, |run| run.0)
        })
    }

    /// The order statistics on both sides of the middle; one twice where the number of values is odd.
    #[must_use]
    pub fn middle(&self) -> [f64; 2] {
        [(self.n() - 1) / 2, self.n() / 2].map(|place| self.at(place).unwrap_or_default())
    }

    /// The most frequent values; of these the `most` smallest are listed.
    #[must_use]
    pub fn modes(&self, most: usize) -> Modes {
        let mut modes = Modes { values: Vec::new(), count: 0, n_modes: 0 };
        self.runs().for_each(|(value, n)| modes.consider(value, n, most));
        modes
    }

    /// Distinct values, where every run is of one.
    #[must_use]
    pub fn n_runs(&self) -> u64 {
        self.values.len() as u64
    }

    /// Values strictly below a point.
    #[must_use]
    pub fn n_below(&self, point: f64) -> u64 {
        self.values.partition_point(|&value| value < point).checked_sub(1).map_or(0, |at| self.up_to[at])
    }

    /// Values strictly above a point.
    #[must_use]
    pub fn n_above(&self, point: f64) -> u64 {
        let up_to = self.values.partition_point(|&value| value <= point).checked_sub(1);
        self.n() - up_to.map_or(0, |at| self.up_to[at])
    }
}

fn finite(value: f64) -> Result<f64, Undefined> {
    if value.is_finite() { Ok(value) } else { Err(Undefined::Overflow) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::order::{Sorted, ascending};

    /// Oracle: the same of all values in order.
    fn agree(values: &[f64]) {
        let sorted = ascending(values);
        let sample = Sorted::of_ascending(&sorted).unwrap();
        let tallied = Tallied::of(sample.runs().collect()).unwrap();
        let one_by_one = Tallied::of(values.iter().map(|&value| (value, 1)).collect()).unwrap();
        let bits = |value: Result<f64, Undefined>| value.map(f64::to_bits);
        for found in [&tallied, &one_by_one] {
            for quantile_type in QuantileType::ALL {
                for share in [0.0, 0.1, 0.25, 0.5, 0.77, 1.0] {
                    let expected = sample.quantile(share, quantile_type);
                    assert_eq!(bits(found.quantile(share, quantile_type)), bits(expected), "{values:?} {share}");
                }
                assert_eq!(bits(found.iqr(quantile_type)), bits(sample.iqr(quantile_type)));
                let fences = sample.fences(1.5, quantile_type).map(|fences| (fences.low, fences.high));
                assert_eq!(found.fences(1.5, quantile_type).map(|fences| (fences.low, fences.high)), fences);
            }
            assert_eq!(bits(found.mad()), bits(sample.mad()), "{values:?}");
            assert_eq!(found.n(), values.len() as u64);
            for point in [values[0], -1.0, 0.0, 1e300] {
                let expected = (sample.n_below(point), sample.n_above(point));
                assert_eq!((found.n_below(point), found.n_above(point)), expected);
            }
        }
        let expected = sample.frequencies(2).unwrap();
        assert_eq!((tallied.n_runs(), tallied.modes(2)), (expected.n_distinct, expected.modes));
    }

    #[test]
    fn counts_say_what_the_values_say() {
        agree(&[7.0]);
        agree(&[-0.0, 0.0]);
        agree(&[1.0, 2.0, 3.0, 4.0, 50.0]);
        agree(&[0.1; 9]);
        agree(&[-f64::MAX, f64::MAX]);
        agree(&[-f64::MAX, -f64::MAX, f64::MAX]);
        agree(&[-f64::MAX, -f64::MAX, f64::MAX, f64::MAX]);
        agree(&[f64::MAX, 1.0, 2.0, -f64::MAX]);
        agree(&[1.0, 1.0 + f64::EPSILON, 1.0 + 2.0 * f64::EPSILON, 1.0 + 7.0 * f64::EPSILON]);
        agree(&[5e-324, 1e-323, 0.0, -5e-324]);
    }

    #[test]
    fn what_does_not_occur_is_no_value() {
        assert_eq!(Tallied::of(vec![(3.0, 0)]), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(Tallied::of(vec![(f64::NAN, 1)]), Err(Undefined::NotFinite));
        let tallied = Tallied::of(vec![(2.0, 1), (3.0, 0), (1.0, 4)]).unwrap();
        assert_eq!(tallied.runs().collect::<Vec<_>>(), [(1.0, 4), (2.0, 1)]);
        assert_eq!((tallied.at(3), tallied.at(4), tallied.at(5)), (Some(1.0), Some(2.0), None));
        assert_eq!(tallied.quantile(1.5, QuantileType::Type7), Err(Undefined::OutOfRange));
        assert_eq!(tallied.fences(-1.0, QuantileType::Type7), Err(Undefined::OutOfRange));
    }

    proptest! {
        #[test]
        fn any_sample_agrees(values in prop::collection::vec((-20..20).prop_map(|i| f64::from(i) / 3.0), 1..60)) {
            agree(&values);
        }
    }
}
