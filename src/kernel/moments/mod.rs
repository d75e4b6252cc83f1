//! Moments of a sample to order four, weighted or not, with sums that no order changes.
//!
//! Notation: `n` values `x` with weights `w` (all 1 when there are none), `m` their mean as a
//! double, `z = (x - m) 2^-e` with `e` such that all `|z| <= 1`, and `s_k = sum w z^k`.
//!
//! Two passes: the first has the exact sum and the ends, the second the powers of the distances
//! from the mean. The mean is rounded, so what it lost, `d = s_1 / sum w`, is taken back from
//! every power: T. F. Chan, G. H. Golub & R. J. LeVeque (1983), "Algorithms for computing the
//! sample variance", The American Statistician 37(3), 242-247, equation 1.7, and its like for
//! the third and the fourth. Scaling by a power of two is exact, so that nothing overflows and
//! no subnormal vanishes.
//!
//! Skewness and kurtosis: D. N. Joanes & C. A. Gill (1998), "Comparing measures of sample
//! skewness and kurtosis", The Statistician 47(1), 183-189, types 1 to 3.

mod absolute;
mod centre;
mod extent;
mod spread;
mod sums;
mod weighted;

use serde::{Deserialize, Serialize};

use super::exact_sum::ExactSum;
use super::undefined::Undefined;
use super::weight::WeightKind;

pub use absolute::AbsoluteSums;
pub(super) use centre::Centre;
pub use extent::Extent;
pub use spread::Spread;
pub use sums::CentralSums;
use weighted::weighted_moments;

/// Values that one thread takes at a time; what is merged is exact, so that it changes nothing.
const PART: usize = 1 << 17;

/// Which skewness and kurtosis, by the number that Joanes and Gill give them.
///
/// ```text
/// type 1   g1 = m3 / m2^1.5                     g2 = m4 / m2^2 - 3
/// type 2   g1 sqrt(n (n-1)) / (n-2)             (n-1) ((n+1) g2 + 6) / ((n-2) (n-3))
/// type 3   g1 (1 - 1/n)^1.5                     (g2 + 3) (1 - 1/n)^2 - 3
/// ```
///
/// `m_k` is the mean of the k-th powers of the distances from the mean. Type 2 is unbiased
/// for normal data, and what pandas, Excel, SAS and SPSS give; type 1 is that of SciPy by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MomentType {
    /// Moments of the population.
    Type1,
    /// Adjusted for the size of the sample.
    #[default]
    Type2,
    /// With the variance that has `n - 1` below.
    Type3,
}

/// Moments to order four of one sample.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Size of the sample: rows, or the sum of frequency weights.
    n: f64,
    n_effective: f64,
    sum: Result<f64, Undefined>,
    mean: f64,
    is_constant: bool,
    centre: Centre,
    /// Mean powers 2 to 4 of the distances from the mean, in units of 2^exponent.
    central: [f64; 3],
    /// Variance of the mean in units of 2^(2 exponent); `None` for one value.
    mean_variance: Option<f64>,
}

impl Moments {
    /// The moments of these values.
    ///
    /// # Errors
    /// `TooFew` without values, `NotFinite` with NaN or an infinite one.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::kernel::moments::{MomentType, Moments};
    ///
    /// let moments = Moments::of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]).unwrap();
    /// assert_eq!(moments.mean(), 1e9 + 10.0);
    /// assert_eq!(moments.variance(), Ok(30.0));
    /// assert_eq!(moments.skewness(MomentType::Type1), Ok(0.0));
    /// ```
    pub fn of(values: &[f64]) -> Result<Self, Undefined> {
        if values.iter().any(|value| !value.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        let extent = Extent::of(values);
        let mut sums = CentralSums::about(&extent)?;
        sums.add(values);
        sums.moments(&extent)
    }

    /// The moments of weighted values; rows of weight 0 do not count.
    ///
    /// Frequency weights give what repeating the rows would give. Sampling weights estimate
    /// the moments of the population that was drawn from; the standard error of the mean is
    /// the linearised one, `sqrt(n/(n-1) sum w^2 (x - m)^2) / sum w`, which for equal weights is
    /// the usual one.
    ///
    /// # Errors
    /// `NotFinite` when a value or a weight is not finite or a weight is negative, or the slices
    /// differ in length, `NoWeight` when no weight is above 0.
    ///
    /// # References
    /// Cochran (1977), Sampling Techniques, equation 6.11 (a ratio of sums); Kish (1965), Survey
    /// Sampling, for the effective size `(sum w)^2 / sum w^2`.
    pub fn weighted(values: &[f64], weights: &[f64], kind: WeightKind) -> Result<Self, Undefined> {
        let is_usable = |(value, weight): (&f64, &f64)| value.is_finite() && weight.is_finite() && *weight >= 0.0;
        if values.len() != weights.len() || !values.iter().zip(weights).all(is_usable) {
            return Err(Undefined::NotFinite);
        }
        let rows: Vec<(f64, f64)> =
            values.iter().copied().zip(weights.iter().copied()).filter(|row| row.1 > 0.0).collect();
        if rows.is_empty() {
            return Err(Undefined::NoWeight);
        }
        Ok(weighted_moments(&rows, kind))
    }

    /// Size of the sample: values, or the sum of frequency weights.
    #[must_use]
    pub fn n(&self) -> f64 {
        self.n
    }

    /// Kish's effective size; that of the sample unless there are sampling weights.
    #[must_use]
    pub fn n_effective(&self) -> f64 {
        self.n_effective
    }

    /// The sum of the (weighted) values.
    ///
    /// # Errors
    /// `Overflow` beyond the largest double.
    pub fn sum(&self) -> Result<f64, Undefined> {
        self.sum.clone()
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The variance with `n - 1` below; 0 when all values are equal.
    ///
    /// # Errors
    /// `TooFew` under two values, `Overflow` beyond the largest double.
    pub fn variance(&self) -> Result<f64, Undefined> {
        self.at_least(2.0)?;
        finite(self.centre.grown(self.sample_variance(), 2))
    }

    /// The variance with `n` below.
    ///
    /// # Errors
    /// `Overflow` beyond the largest double.
    pub fn population_variance(&self) -> Result<f64, Undefined> {
        finite(self.centre.grown(self.central[0], 2))
    }

    /// The standard deviation with `n - 1` below; 0 when all values are equal.
    ///
    /// # Errors
    /// `TooFew` under two values, `Overflow` beyond the largest double.
    pub fn sd(&self) -> Result<f64, Undefined> {
        self.at_least(2.0)?;
        finite(self.centre.grown(self.sample_variance().sqrt(), 1))
    }

    /// The standard deviation with `n` below.
    ///
    /// # Errors
    /// `Overflow` beyond the largest double.
    pub fn population_sd(&self) -> Result<f64, Undefined> {
        finite(self.centre.grown(self.central[0].sqrt(), 1))
    }

    /// The standard error of the mean.
    ///
    /// # Errors
    /// `TooFew` under two values.
    pub fn std_error(&self) -> Result<f64, Undefined> {
        let variance = self.mean_variance.ok_or(Undefined::TooFew { n: self.n as u64, needed: 2 })?;
        finite(self.centre.grown(variance.sqrt(), 1))
    }

    /// The coefficient of variation, `sd / mean`; negative with a negative mean.
    ///
    /// # Errors
    /// `ZeroMean`, and those of [`sd`](Self::sd).
    pub fn cv(&self) -> Result<f64, Undefined> {
        let sd = self.sd()?;
        if self.mean == 0.0 { Err(Undefined::ZeroMean) } else { finite(sd / self.mean) }
    }

    /// Skewness of the type asked for.
    ///
    /// # Errors
    /// `Constant` when all values are equal; `TooFew` under two values, for type 2 under three.
    pub fn skewness(&self, moment_type: MomentType) -> Result<f64, Undefined> {
        let n = self.n;
        self.at_least(if moment_type == MomentType::Type2 { 3.0 } else { 2.0 })?;
        let [second, third, _] = self.spread()?;
        let skewness = third / (second * second.sqrt());
        Ok(match moment_type {
            MomentType::Type1 => skewness,
            MomentType::Type2 => skewness * (n * (n - 1.0)).sqrt() / (n - 2.0),
            MomentType::Type3 => skewness * (1.0 - 1.0 / n).powf(1.5),
        })
    }

    /// Kurtosis beyond that of the normal distribution, of the type asked for.
    ///
    /// # Errors
    /// `Constant` when all values are equal; `TooFew` under two values, for type 2 under four.
    pub fn excess_kurtosis(&self, moment_type: MomentType) -> Result<f64, Undefined> {
        let n = self.n;
        self.at_least(if moment_type == MomentType::Type2 { 4.0 } else { 2.0 })?;
        let [second, _, fourth] = self.spread()?;
        let kurtosis = fourth / (second * second);
        Ok(match moment_type {
            MomentType::Type1 => kurtosis - 3.0,
            MomentType::Type2 => (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * (kurtosis - 3.0) + 6.0),
            MomentType::Type3 => kurtosis * (1.0 - 1.0 / n).powi(2) - 3.0,
        })
    }

    fn sample_variance(&self) -> f64 {
        self.central[0] * self.n / (self.n - 1.0)
    }

    /// Central moments of values that are not all equal.
    fn spread(&self) -> Result<[f64; 3], Undefined> {
        if self.is_constant || self.central[0] == 0.0 { Err(Undefined::Constant) } else { Ok(self.central) }
    }

    fn at_least(&self, needed: f64) -> Result<(), Undefined> {
        if self.n >= needed { Ok(()) } else { Err(Undefined::TooFew { n: self.n as u64, needed: needed as u64 }) }
    }
}

fn finite(value: f64) -> Result<f64, Undefined> {
    if value.is_finite() { Ok(value) } else { Err(Undefined::Overflow) }
}

/// The mean, rounded once; `None` for no values or when one is not finite.
///
/// Where the sum is too large for a double, the mean is there all the same.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    Extent::of(values).mean().ok()
}

/// The standard deviation of a sample, with `n - 1` below; 0 when all values are equal.
///
/// `None` for fewer than two values or when one is not finite.
#[must_use]
pub fn sample_sd(values: &[f64]) -> Option<f64> {
    Moments::of(values).ok()?.sd().ok()
}

/// The standard deviation of a whole population, with `n` below; 0 when all are equal.
///
/// `None` for no values or when one is not finite.
#[must_use]
pub fn population_sd(values: &[f64]) -> Option<f64> {
    Moments::of(values).ok()?.population_sd().ok()
}

/// The mean distance from a centre, with an exact sum; `None` for no values, or when a
/// value or a distance is not finite.
#[must_use]
pub fn mean_absolute_deviation(values: &[f64], centre: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let n = values.len() as f64;
    let mut sum = ExactSum::default();
    values.iter().for_each(|value| sum.add((value - centre).abs()));
    sum.value().map(|sum| sum / n)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Oracle: by hand; 2, 4, 4, 4, 5, 5, 7, 9 is the textbook sample with population sd 2.
    #[test]
    fn moments_by_hand() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean(&values), Some(5.0));
        assert_eq!(population_sd(&values), Some(2.0));
        assert_eq!(sample_sd(&values), Some((32.0_f64 / 7.0).sqrt()));
        assert_eq!(mean_absolute_deviation(&values, 5.0), Some(1.5));
    }

    #[test]
    fn a_large_offset_costs_nothing() {
        let values = [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0];
        assert_eq!(sample_sd(&values), Some(30.0_f64.sqrt()));
        assert_eq!(sample_sd(&values.map(|value| value * 1e300)).map(f64::is_finite), None, "1e309 is no double");
    }

    #[test]
    fn the_largest_and_the_smallest_doubles_have_a_deviation() {
        assert_eq!(population_sd(&[f64::MAX, -f64::MAX]), Some(f64::MAX));
        assert_eq!(population_sd(&[5e-324, 15e-324]), Some(5e-324));
        assert_eq!(mean(&[f64::MAX, f64::MAX]), Some(f64::MAX));
    }

    #[test]
    fn equal_values_have_none() {
        assert_eq!(sample_sd(&[0.1; 7]), Some(0.0));
        assert_eq!(population_sd(&[-0.0, 0.0]), Some(0.0));
    }

    #[test]
    fn what_is_undefined_is_none() {
        assert_eq!((mean(&[]), sample_sd(&[]), sample_sd(&[1.0]), population_sd(&[])), (None, None, None, None));
        assert_eq!(population_sd(&[1.0]), Some(0.0));
        assert_eq!(mean_absolute_deviation(&[], 0.0), None);
        for bad in [f64::NAN, f64::INFINITY] {
            assert_eq!((mean(&[1.0, bad]), sample_sd(&[1.0, bad]), population_sd(&[bad])), (None, None, None));
            assert_eq!(mean_absolute_deviation(&[1.0, bad], 0.0), None);
        }
    }

    /// Oracle: by hand; 1, 2, 3, 10 have mean 4, squares 9 4 1 36, cubes -27 -8 -1 216, fourth
    /// powers 81 16 1 1296.
    #[test]
    fn higher_moments_by_hand() {
        let moments = Moments::of(&[1.0, 2.0, 3.0, 10.0]).unwrap();
        let close = |found: Result<f64, Undefined>, expected: f64| {
            let found = found.unwrap();
            assert!((found / expected - 1.0).abs() < 1e-15, "{found} {expected}");
        };
        let (g1, g2) = (45.0 / 12.5_f64.powf(1.5), 348.5 / 156.25 - 3.0);
        close(moments.skewness(MomentType::Type1), g1);
        close(moments.skewness(MomentType::Type2), g1 * 12.0_f64.sqrt() / 2.0);
        close(moments.skewness(MomentType::Type3), g1 * 0.75_f64.powf(1.5));
        close(moments.excess_kurtosis(MomentType::Type1), g2);
        close(moments.excess_kurtosis(MomentType::Type2), 3.0 / 2.0 * (5.0 * g2 + 6.0));
        close(moments.excess_kurtosis(MomentType::Type3), (g2 + 3.0) * 0.5625 - 3.0);
        close(moments.std_error(), (50.0_f64 / 3.0 / 4.0).sqrt());
        close(moments.cv(), (50.0_f64 / 3.0).sqrt() / 4.0);
        assert_eq!(moments.variance(), Ok(50.0 / 3.0));
        assert_eq!(moments.sum(), Ok(16.0));
    }

    /// Oracle: statistics do not change when a row is written twice rather than weighted 2.
    #[test]
    fn a_frequency_is_a_repetition() {
        let weighted =
            Moments::weighted(&[1.5, 4.0, -2.25, 9.0], &[2.0, 1.0, 3.0, 0.0], WeightKind::Frequency).unwrap();
        let repeated = Moments::of(&[1.5, 1.5, 4.0, -2.25, -2.25, -2.25]).unwrap();
        assert_eq!(weighted.n(), 6.0);
        assert_eq!((weighted.mean(), weighted.sum()), (repeated.mean(), repeated.sum()));
        let close = |a: Result<f64, Undefined>, b: Result<f64, Undefined>| {
            assert!((a.unwrap() / b.unwrap() - 1.0).abs() < 1e-14);
        };
        close(weighted.variance(), repeated.variance());
        close(weighted.std_error(), repeated.std_error());
        close(weighted.skewness(MomentType::Type2), repeated.skewness(MomentType::Type2));
        close(weighted.excess_kurtosis(MomentType::Type2), repeated.excess_kurtosis(MomentType::Type2));
    }

    /// Oracle: by hand; mean (2 * 1 + 1 * 4) / 3 = 2, distances -1 and 2,
    /// `SE^2 = 2/1 (2^2 1 + 1 4) / 9`, effective size 9 / 5.
    #[test]
    fn sampling_weights_by_hand() {
        for scale in [1.0, 1e-200, 1e200] {
            let weights = [2.0 * scale, scale];
            let moments = Moments::weighted(&[1.0, 4.0], &weights, WeightKind::Sampling).unwrap();
            assert_eq!((moments.n(), moments.mean()), (2.0, 2.0));
            assert!((moments.n_effective() - 1.8).abs() < 1e-15);
            assert!((moments.std_error().unwrap() - (16.0_f64 / 9.0).sqrt()).abs() < 1e-15);
            assert!((moments.variance().unwrap() - 4.0).abs() < 1e-15);
        }
        let equal = Moments::weighted(&[1.0, 4.0, 7.0], &[0.3; 3], WeightKind::Sampling).unwrap();
        let plain = Moments::of(&[1.0, 4.0, 7.0]).unwrap();
        assert!((equal.std_error().unwrap() / plain.std_error().unwrap() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn reasons_are_given() {
        let few = |n, needed| Err::<f64, _>(Undefined::TooFew { n, needed });
        assert_eq!(Moments::of(&[]).map(|moments| moments.mean()), few(0, 1));
        assert_eq!(Moments::of(&[f64::NAN]).map(|_| ()), Err(Undefined::NotFinite));
        let one = Moments::of(&[3.0]).unwrap();
        assert_eq!((one.mean(), one.variance(), one.std_error()), (3.0, few(1, 2), few(1, 2)));
        assert_eq!(one.population_variance(), Ok(0.0));
        let constant = Moments::of(&[0.1; 9]).unwrap();
        assert_eq!((constant.mean(), constant.variance(), constant.std_error()), (0.1, Ok(0.0), Ok(0.0)));
        assert_eq!(constant.skewness(MomentType::Type2), Err(Undefined::Constant));
        assert_eq!(constant.excess_kurtosis(MomentType::Type1), Err(Undefined::Constant));
        assert_eq!(Moments::of(&[1.0, 2.0]).unwrap().skewness(MomentType::Type2), few(2, 3));
        assert_eq!(Moments::of(&[1.0, 2.0, 4.0]).unwrap().excess_kurtosis(MomentType::Type2), few(3, 4));
        assert_eq!(Moments::of(&[-1.0, 1.0]).unwrap().cv(), Err(Undefined::ZeroMean));
        let wide = Moments::of(&[f64::MAX, -f64::MAX, f64::MAX]).unwrap();
        assert_eq!(wide.variance(), Err(Undefined::Overflow));
        assert!(wide.population_sd().is_ok() && wide.sum() == Ok(f64::MAX) && wide.skewness(MomentType::Type1).is_ok());
        let weighted = |weights: &[f64]| Moments::weighted(&[1.0, 2.0], weights, WeightKind::Sampling).map(|_| ());
        assert_eq!(weighted(&[0.0, 0.0]), Err(Undefined::NoWeight));
        assert_eq!(weighted(&[1.0, -1.0]), Err(Undefined::NotFinite));
        assert_eq!(weighted(&[1.0]), Err(Undefined::NotFinite));
    }

    /// Oracle: SciPy's definitions are free of units; so are ours, at both ends of the doubles.
    #[test]
    fn units_change_no_shape() {
        let values = [1.0, 2.0, 3.0, 10.0, 11.0];
        let plain = Moments::of(&values).unwrap();
        for unit in [1e-320, 1e-8, 1e290] {
            // Subnormals hold few digits: 1e-320 is a multiple of 5e-324.
            let scaled = Moments::of(&values.map(|value| value * unit)).unwrap();
            for moment_type in [MomentType::Type1, MomentType::Type2, MomentType::Type3] {
                let (a, b) = (scaled.skewness(moment_type).unwrap(), plain.skewness(moment_type).unwrap());
                assert!((a / b - 1.0).abs() < 1e-13, "{unit:e} {a} {b}");
                let (a, b) =
                    (scaled.excess_kurtosis(moment_type).unwrap(), plain.excess_kurtosis(moment_type).unwrap());
                assert!((a / b - 1.0).abs() < 1e-13, "{unit:e} {a} {b}");
            }
        }
    }

    proptest! {
        #[test]
        fn parts_give_what_the_whole_gives(values in prop::collection::vec(-1e6..1e6, 2..200), at in 0_usize..200) {
            let (left, right) = values.split_at(at.min(values.len()));
            let extent = Extent::of(right).merge(&Extent::of(left));
            let (mut first, mut second) = (CentralSums::about(&extent).unwrap(), CentralSums::about(&extent).unwrap());
            first.add(left);
            second.add(right);
            let (merged, whole) = (second.merge(&first).moments(&extent).unwrap(), Moments::of(&values).unwrap());
            prop_assert_eq!(format!("{merged:?}"), format!("{whole:?}"));
        }
    }

    proptest! {
        #[test]
        fn no_order_of_values_changes_a_bit(mut values in prop::collection::vec(-1e12..1e12, 2..60)) {
            let forwards = (mean(&values), sample_sd(&values));
            values.reverse();
            prop_assert_eq!((mean(&values), sample_sd(&values)), forwards);
        }
    }
}
