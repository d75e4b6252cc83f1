//! Measures of spread and centre that an ordered sample gives in linear time or less.
//!
//! Notation: `x_1 <= ... <= x_n`, `m` the median; `g = floor(s n)` values of each tail are cut
//! off, or replaced by the nearest one that stays, for a share `s` per tail. MAD: F. R. Hampel
//! (1974), JASA 69(346), 383-393. Trimmed and winsorised means: J. W. Tukey & D. H. McLaughlin
//! (1963), Sankhya A 25(3), 331-352.

use std::iter::repeat_n;

use super::sorted::Sorted;
use super::sum::exact_sum;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::quantile::between;
use crate::kernel::undefined::Undefined;

/// What makes the MAD of normal values their standard deviation: `1 / Φ^-1(3/4)`.
pub const MAD_TO_SD: f64 = 1.482_602_218_505_602;

impl Sorted<'_> {
    /// The exact sum of the values, which leaves infinite ones undefined.
    #[must_use]
    pub fn exact_sum(&self) -> ExactSum {
        exact_sum(self.values(), 1.0)
    }

    /// The median of the distances from the median.
    ///
    /// The distances below the median and those above it are in order already, so that their
    /// middle is found by halving, with no second sort. Where the median lies between two values,
    /// distances are taken from both of them, as their mean may be no double.
    ///
    /// # Errors
    /// `TooFew` without values, `NotFinite` where the median or the distance in the middle is
    /// infinite, `Overflow` where a distance is beyond the largest double.
    pub fn mad(&self) -> Result<f64, Undefined> {
        self.defined(self.median()?)?;
        let n = self.n();
        let (left, right) = (self.values()[(n - 1) / 2], self.values()[n / 2]);
        let distance = |place: usize| {
            let value = self.values()[place];
            let (a, b) = ((value - left).abs(), (value - right).abs());
            let sum = a + b;
            if a == b || sum.is_finite() {
                return if a == b { a } else { sum / 2.0 };
            }
            (value / 2.0 - left / 2.0).abs() + (value / 2.0 - right / 2.0).abs()
        };
        let (low, high) = middle_distances(n, distance);
        let middle = if n % 2 == 1 { Some(low) } else { between(low, high, 0.5) };
        self.defined(middle.ok_or(Undefined::NotFinite)?)
    }

    /// The MAD times [`MAD_TO_SD`], which for normal values estimates the standard deviation.
    ///
    /// # Errors
    /// As [`mad`](Self::mad).
    pub fn mad_scaled(&self) -> Result<f64, Undefined> {
        self.defined(self.mad()? * MAD_TO_SD)
    }

    /// The mean distance from the mean, which is not rounded on the way.
    ///
    /// ```text
    /// sum |x - mean| = sum x - 2 sum of those below the mean + (number below - number above) mean
    /// ```
    ///
    /// # Errors
    /// `TooFew` without values, `NotFinite` with an infinite one, `Overflow` where the result is
    /// beyond the largest double.
    pub fn mean_absolute_deviation(&self) -> Result<f64, Undefined> {
        let (min, max) = self.ends()?;
        if !min.is_finite() || !max.is_finite() {
            return Err(Undefined::NotFinite);
        }
        if min == max {
            return Ok(0.0);
        }
        let (n, unit) = (self.n() as f64, unit(min, max));
        let total = exact_sum(self.values(), unit);
        let centre = total.value().ok_or(Undefined::Overflow)? / n;
        let mut rest = total.clone();
        add_product(&mut rest, -n, centre);
        // What the mean lost when it was rounded.
        let lost = rest.value().ok_or(Undefined::Overflow)? / n;
        let below = self.values().partition_point(|&value| (value * unit, 0.0) < (centre, lost));
        let mut sum = total.merge(&exact_sum(&self.values()[..below], -2.0 * unit));
        let surplus = below as f64 - (self.n() - below) as f64;
        add_product(&mut sum, surplus, centre);
        sum.add(surplus * lost);
        self.defined(sum.value().ok_or(Undefined::Overflow)?.max(0.0) / n / unit)
    }

    /// The mean of what is left when a share of the values, less than one half, is cut off at
    /// each end; whole values only, `floor(share n)` of them.
    ///
    /// # Errors
    /// `TooFew` without values, `OutOfRange` for a share outside 0..0.5, `NotFinite` where an
    /// infinite value is left.
    pub fn trimmed_mean(&self, share: f64) -> Result<f64, Undefined> {
        let kept = self.kept(share)?;
        let (low, high) = (kept[0], kept[kept.len() - 1]);
        let unit = unit(low, high);
        let sum = exact_sum(kept, unit).value().ok_or(Undefined::NotFinite)?;
        Ok((sum / kept.len() as f64 / unit).clamp(low, high))
    }

    /// The mean after a share of the values at each end, less than one half, has been replaced
    /// by the nearest value that stays; whole values only, `floor(share n)` of them.
    ///
    /// # Errors
    /// As [`trimmed_mean`](Self::trimmed_mean).
    pub fn winsorised_mean(&self, share: f64) -> Result<f64, Undefined> {
        let (kept, n_cut) = self.winsorised(share)?;
        let (low, high) = (kept[0], kept[kept.len() - 1]);
        let unit = unit(low, high);
        let mut sum = exact_sum(kept, unit);
        add_product(&mut sum, n_cut as f64, low * unit);
        add_product(&mut sum, n_cut as f64, high * unit);
        let centre = sum.value().ok_or(Undefined::Overflow)? / self.n() as f64 / unit;
        Ok(centre.clamp(low, high))
    }

    /// The variance, with `n - 1` below, of the sample that [`winsorised_mean`](Self::winsorised_mean)
    /// is the mean of; what the standard error of a trimmed mean is made of.
    ///
    /// # Errors
    /// As [`trimmed_mean`](Self::trimmed_mean); `TooFew` for under two values, `Overflow` beyond
    /// the largest double.
    pub fn winsorised_variance(&self, share: f64) -> Result<f64, Undefined> {
        let (kept, n_cut) = self.winsorised(share)?;
        if self.n() < 2 {
            return Err(Undefined::TooFew { n: self.n() as u64, needed: 2 });
        }
        let (low, high) = (kept[0], kept[kept.len() - 1]);
        if low == high {
            return Ok(0.0);
        }
        let n = self.n() as f64;
        let centre = self.winsorised_mean(share)?;
        // Distances in a unit that none of them overflows in, over the longest one, so that no
        // square of them vanishes.
        let unit = unit(low, high);
        let distance = |value: f64| value * unit - centre * unit;
        let reach = distance(high).max(-distance(low));
        let (mut squares, mut rest) = (ExactSum::default(), ExactSum::default());
        let ends = repeat_n(low, n_cut).chain(repeat_n(high, n_cut));
        for value in kept.iter().copied().chain(ends) {
            let share = distance(value) / reach;
            squares.add(share * share);
            rest.add(share);
        }
        let (squares, rest) = (squares.value().unwrap_or_default(), rest.value().unwrap_or_default());
        let reach = reach / unit;
        self.defined((squares - rest * rest / n) / (n - 1.0) * reach * reach)
    }

    /// The values but for a share at each end.
    fn kept(&self, share: f64) -> Result<&[f64], Undefined> {
        self.ends()?;
        if !(0.0..0.5).contains(&share) {
            return Err(Undefined::OutOfRange);
        }
        // A product that should be whole may lie a little below: 0.29 * 100.
        let n_cut = (share * self.n() as f64 * (1.0 + 4.0 * f64::EPSILON)).floor() as usize;
        let n_cut = n_cut.min((self.n() - 1) / 2);
        Ok(&self.values()[n_cut..self.n() - n_cut])
    }

    /// The values that stay as they are, and how many at each end are replaced.
    fn winsorised(&self, share: f64) -> Result<(&[f64], usize), Undefined> {
        let kept = self.kept(share)?;
        let are_finite = kept[0].is_finite() && kept[kept.len() - 1].is_finite();
        if are_finite { Ok((kept, (self.n() - kept.len()) / 2)) } else { Err(Undefined::NotFinite) }
    }
}

/// The distances at the places `(n - 1) / 2` and `n / 2` of all in order, where `distance` falls
/// up to the place `n / 2` and rises from there.
fn middle_distances(n: usize, distance: impl Fn(usize) -> f64) -> (f64, f64) {
    let split = n / 2;
    let left = |i: usize| if i < split { distance(split - 1 - i) } else { f64::INFINITY };
    let right = |i: usize| if split + i < n { distance(split + i) } else { f64::INFINITY };
    let place = (n - 1) / 2;
    // How many of the distances up to the place are on the left.
    let (mut least, mut most) = ((place + 1).saturating_sub(n - split), split.min(place + 1));
    while least < most {
        let middle = least.midpoint(most);
        if left(middle) < right(place - middle) {
            least = middle + 1;
        } else {
            most = middle;
        }
    }
    let of_left = least.checked_sub(1).map_or(0.0, left);
    let of_right = place.checked_sub(least).map_or(0.0, right);
    (of_left.max(of_right), left(least).min(right(place + 1 - least)))
}

/// What values are multiplied by so that sums of them are doubles.
fn unit(min: f64, max: f64) -> f64 {
    if max.max(-min) > 1e280 { 2.0_f64.powi(-100) } else { 1.0 }
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
    use crate::kernel::order::ascending;

    fn sample(values: &[f64]) -> Sorted<'static> {
        Sorted::of_ascending(ascending(values).leak()).unwrap()
    }

    fn close(found: Result<f64, Undefined>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() <= 1e-15 * expected.abs(), "{found} {expected}");
    }

    /// Oracle: by hand; distances from 3 are 2 1 0 1 47, from 2.5 they are 1.5 0.5 0.5 7.5.
    #[test]
    fn the_mad_by_hand() {
        assert_eq!(sample(&[1.0, 2.0, 3.0, 4.0, 50.0]).mad(), Ok(1.0));
        assert_eq!(sample(&[1.0, 2.0, 3.0, 10.0]).mad(), Ok(1.0));
        assert_eq!(sample(&[7.0]).mad(), Ok(0.0));
        assert_eq!(sample(&[0.0, 0.0, 0.0, 5.0]).mad(), Ok(0.0));
        assert_eq!(sample(&[1.0, 2.0, 3.0, 4.0, 50.0]).mad_scaled(), Ok(MAD_TO_SD));
    }

    /// Oracle: exact arithmetic; the median is half a unit in the last place between two values.
    #[test]
    fn a_median_between_two_doubles_costs_the_mad_nothing() {
        let step = f64::EPSILON;
        let values = [1.0, 1.0 + step, 1.0 + 2.0 * step, 1.0 + 7.0 * step];
        assert_eq!(sample(&values).mad(), Ok(step));
    }

    /// Oracle: by hand; mean 3, distances 2 1 0 1 2 and with an offset the same.
    #[test]
    fn the_mean_absolute_deviation_by_hand() {
        for offset in [0.0, 1e9, -1e15] {
            let values = [1.0, 2.0, 3.0, 4.0, 5.0].map(|value| value + offset);
            assert_eq!(sample(&values).mean_absolute_deviation(), Ok(1.2));
        }
        assert_eq!(sample(&[0.1; 7]).mean_absolute_deviation(), Ok(0.0));
        assert_eq!(sample(&[-f64::MAX, f64::MAX]).mean_absolute_deviation(), Ok(f64::MAX));
        assert_eq!(sample(&[0.0, 1e-323]).mean_absolute_deviation(), Ok(5e-324));
    }

    /// Oracle: python fractions: the mean of 1e9, 1e9 and 1e9 + 1 is no double, the mean distance
    /// from it is 4/9.
    #[test]
    fn a_mean_that_is_no_double_costs_nothing() {
        close(sample(&[1e9, 1e9, 1e9 + 1.0]).mean_absolute_deviation(), 4.0 / 9.0);
        close(sample(&[1e15, 1e15, 1e15 + 1.0]).mean_absolute_deviation(), 4.0 / 9.0);
    }

    /// Oracle: by hand; of 0 1 2 3 100 one is cut off at each end, so that 1 2 3 or 1 1 2 3 3 are left.
    #[test]
    fn trimmed_and_winsorised_means_by_hand() {
        let values = [100.0, 0.0, 2.0, 1.0, 3.0];
        assert_eq!(sample(&values).trimmed_mean(0.2), Ok(2.0));
        assert_eq!(sample(&values).trimmed_mean(0.19), Ok(21.2));
        assert_eq!(sample(&values).winsorised_mean(0.2), Ok(2.0));
        assert_eq!(sample(&values).winsorised_variance(0.2), Ok(1.0));
        close(sample(&values).winsorised_variance(0.0), 1941.7);
        let hundred: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(sample(&hundred).kept(0.29).unwrap().len(), 42);
        assert_eq!(sample(&[1.0, 3.0]).trimmed_mean(0.499_999_999_999_999_94), Ok(2.0));
    }

    #[test]
    fn infinite_values_harm_only_what_calculates_with_them() {
        let values = [f64::NEG_INFINITY, 1.0, 2.0, 3.0, f64::INFINITY];
        assert_eq!(sample(&values).mad(), Ok(1.0));
        assert_eq!(sample(&values).trimmed_mean(0.2), Ok(2.0));
        assert_eq!(sample(&values).winsorised_mean(0.2), Ok(2.0));
        assert_eq!(sample(&values).trimmed_mean(0.1), Err(Undefined::NotFinite));
        assert_eq!(sample(&values).winsorised_variance(0.0), Err(Undefined::NotFinite));
        assert_eq!(sample(&values).mean_absolute_deviation(), Err(Undefined::NotFinite));
        assert_eq!(sample(&[1.0, f64::INFINITY]).mad(), Err(Undefined::NotFinite));
        assert_eq!(sample(&[f64::INFINITY; 3]).mad(), Err(Undefined::NotFinite));
    }

    #[test]
    fn the_ends_of_the_doubles_overflow_only_where_the_answer_does() {
        let wide = [-f64::MAX, -f64::MAX, f64::MAX, f64::MAX];
        assert_eq!(sample(&wide).mad(), Ok(f64::MAX));
        assert_eq!(sample(&wide).mad_scaled(), Err(Undefined::Overflow));
        assert_eq!(sample(&[f64::MAX; 5]).trimmed_mean(0.2), Ok(f64::MAX));
        assert_eq!(sample(&wide).winsorised_mean(0.25), Ok(0.0));
        assert_eq!(sample(&wide).winsorised_variance(0.0), Err(Undefined::Overflow));
        close(sample(&[1e-160, 3e-160, 5e-160]).winsorised_variance(0.0), 4e-320);
        assert_eq!(sample(&[0.0, 5e-324]).winsorised_variance(0.0), Ok(0.0));
    }

    #[test]
    fn what_is_undefined_says_why() {
        let few = |n, needed| Err(Undefined::TooFew { n, needed });
        assert_eq!(sample(&[]).mad(), few(0, 1));
        assert_eq!(sample(&[]).mean_absolute_deviation(), few(0, 1));
        assert_eq!(sample(&[]).trimmed_mean(0.1), few(0, 1));
        assert_eq!(sample(&[1.0]).winsorised_variance(0.1), few(1, 2));
        for share in [-0.1, 0.5, f64::NAN] {
            assert_eq!(sample(&[1.0]).trimmed_mean(share), Err(Undefined::OutOfRange));
        }
    }

    proptest! {
        /// Oracle: the distances sorted a second time.
        #[test]
        fn the_mad_is_the_median_of_sorted_distances(values in prop::collection::vec((-40..40).prop_map(|i| f64::from(i) / 4.0), 1..60)) {
            let median = sample(&values).median().unwrap();
            let distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
            prop_assert_eq!(sample(&values).mad(), sample(&distances).median());
        }

        /// Oracle: the definition, in multiples of 1/4 and so without rounding but for the mean's.
        #[test]
        fn deviations_are_those_of_the_definition(values in prop::collection::vec((-40..40).prop_map(|i| f64::from(i) / 4.0), 2..60), share in 0.0..0.49) {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let expected = values.iter().map(|value| (value - mean).abs()).sum::<f64>() / n;
            let found = sample(&values).mean_absolute_deviation().unwrap();
            prop_assert!((found - expected).abs() <= 1e-14 * (1.0 + expected));
            let sorted = ascending(&values);
            let whole = sample(&values);
            let kept = whole.kept(share).unwrap();
            let (low, high) = (kept[0], kept[kept.len() - 1]);
            let n_cut = ((share * n * (1.0 + 4.0 * f64::EPSILON)) as usize).min((values.len() - 1) / 2);
            let clipped: Vec<f64> = sorted.iter().map(|value| value.clamp(sorted[n_cut], sorted[values.len() - 1 - n_cut])).collect();
            prop_assert_eq!((low, high), (sorted[n_cut], sorted[values.len() - 1 - n_cut]));
            let mean = clipped.iter().sum::<f64>() / n;
            let variance = clipped.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
            prop_assert!((sample(&values).winsorised_mean(share).unwrap() - mean).abs() <= 1e-13);
            prop_assert!((sample(&values).winsorised_variance(share).unwrap() - variance).abs() <= 1e-12 * (1.0 + variance));
        }
    }
}
