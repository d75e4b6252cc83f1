//! Quantiles of weighted values.
//!
//! Notation: distinct values `x_1 < ... < x_k` with weights `w_i`, `W` their sum, and the share
//! `t_i = (w_1 + ... + w_i) / W` of the weight up to `x_i`.
//!
//! Frequency weights give the quantiles of the sample in which every row is repeated. Sampling
//! weights: A. Akinshin (2023), "Weighted quantile estimators", arXiv:2304.07265, with L. Kish's
//! effective size `n* = W^2 / sum w^2` in the place of `n`:
//!
//! ```text
//! types 1, 2   the inverse of t: the first x_i with t_i >= p; type 2 the mean of x_i and x_(i+1) where t_i = p
//! type 3       the first x_i with t_i >= p - 1/(2 n*); where they are equal and n* t_i is not even, the next
//! types 4 - 9  sum x_i (F(t_i) - F(t_(i-1))),  F(t) = n* t - h + 1 within 0..=1,  h the position of the type
//! ```
//! A quantile is so a mean over a window of one effective value, 1 / n* of the weight.

use super::between;
use super::quantile_type::{QuantileType, without_rounding};
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::order::{OrderedRows, RowSorter};
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;

/// Equal values of at most so many rows have their weights added in ascending order.
const FEW_TIES: usize = 16;

/// Distinct values in ascending order with the weight up to each, ready for any number of quantiles.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedSample {
    values: Vec<f64>,
    weights: Cumulated,
}

/// The weight up to each value.
#[derive(Clone, Debug, PartialEq)]
enum Cumulated {
    /// Rows, which stand for themselves or for a whole number of them.
    Rows(Vec<u64>),
    /// Sampling weights that are not all equal.
    Shares { up_to: Vec<f64>, n_effective: f64 },
}

impl WeightedSample {
    /// Values with the weight of each; rows of weight 0 do not count.
    ///
    /// Sampling weights that are all equal weigh nothing, and give the digits of the plain sample.
    ///
    /// # Errors
    /// `NotFinite` when a value is NaN or a weight is not finite; `OutOfRange` for a weight that
    /// is negative, or for a frequency that is not whole, for more or fewer weights than values
    /// and for frequencies that add up to more than 2^53; `NoWeight` when all weights are 0;
    /// `TooFew` without rows. Infinite values have their places.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::kernel::quantile::{QuantileType, WeightedSample};
    /// use customer_analytics::kernel::weight::WeightKind;
    ///
    /// let sample = WeightedSample::of(&[10.0, 20.0, 30.0], &[1.0, 2.0, 1.0], WeightKind::Frequency).unwrap();
    /// assert_eq!(sample.quantile(0.25, QuantileType::Type7), Ok(17.5));
    /// assert_eq!(sample.median(), Ok(20.0));
    /// ```
    pub fn of(values: &[f64], weights: &[f64], kind: WeightKind) -> Result<Self, Undefined> {
        check(values, weights, kind)?;
        let weighted: Vec<usize> = (0..values.len()).filter(|&row| weights[row] > 0.0).collect();
        let first = weights[*weighted.first().ok_or(Undefined::NoWeight)?];
        let kept: Vec<f64> = weighted.iter().map(|&row| values[row]).collect();
        let weights: Vec<f64> = weighted.iter().map(|&row| weights[row]).collect();
        let mut sorter = RowSorter::default();
        let rows = sorter.sort(&kept)?;
        let values = rows.runs().filter_map(|mut run| run.next()).map(|row| kept[row as usize] + 0.0).collect();
        let is_equal = weights.iter().all(|&weight| weight == first);
        let weights = match kind {
            WeightKind::Frequency => counts(rows, |row| weights[row as usize] as u64)?,
            WeightKind::Sampling if is_equal => counts(rows, |_| 1)?,
            WeightKind::Sampling => shares(rows, &weights)?,
        };
        Ok(Self { values, weights })
    }

    /// The quantile at a share.
    ///
    /// # Errors
    /// `OutOfRange` for a share outside 0..=1, `NotFinite` where infinite values of both signs
    /// would have to be added.
    pub fn quantile(&self, share: f64, quantile_type: QuantileType) -> Result<f64, Undefined> {
        if !(0.0..=1.0).contains(&share) {
            return Err(Undefined::OutOfRange);
        }
        match &self.weights {
            Cumulated::Rows(up_to) => self.repeated(up_to, share, quantile_type),
            Cumulated::Shares { up_to, n_effective } => match quantile_type {
                QuantileType::Type1 | QuantileType::Type2 | QuantileType::Type3 => {
                    self.inverse(up_to, *n_effective, share, quantile_type)
                }
                _ => self.window(up_to, *n_effective, share, quantile_type),
            },
        }
    }

    /// The quantile of type 7 at one half.
    ///
    /// # Errors
    /// As [`quantile`](Self::quantile).
    pub fn median(&self) -> Result<f64, Undefined> {
        self.quantile(0.5, QuantileType::Type7)
    }

    /// Kish's effective size; for frequency weights their sum.
    #[must_use]
    pub fn n_effective(&self) -> f64 {
        match &self.weights {
            Cumulated::Rows(up_to) => up_to.last().map_or(0.0, |&n| n as f64),
            Cumulated::Shares { n_effective, .. } => *n_effective,
        }
    }

    /// The quantile of the sample with every row repeated.
    fn repeated(&self, up_to: &[u64], share: f64, quantile_type: QuantileType) -> Result<f64, Undefined> {
        let n = up_to.last().copied().unwrap_or_default() as usize;
        let place = quantile_type.place(n, share).ok_or(Undefined::OutOfRange)?;
        let statistic = |place: usize| self.values[up_to.partition_point(|&n| n <= place as u64)];
        let low = statistic(place.below);
        if place.part == 0.0 {
            return Ok(low);
        }
        between(low, statistic(place.below + 1), place.part).ok_or(Undefined::NotFinite)
    }

    /// The inverse of the weighted distribution function.
    fn inverse(&self, up_to: &[f64], n: f64, share: f64, quantile_type: QuantileType) -> Result<f64, Undefined> {
        let share = if quantile_type == QuantileType::Type3 { share - 0.5 / n } else { share };
        let nearly = 4.0 * f64::EPSILON * share.abs();
        let last = up_to.len() - 1;
        let at = up_to.partition_point(|&t| t < share - nearly).min(last);
        let is_between = share > 0.0 && (up_to[at] - share).abs() <= nearly && at < last;
        let is_even = without_rounding(n * up_to[at]) % 2.0 == 0.0;
        match quantile_type {
            QuantileType::Type2 if is_between => {
                between(self.values[at], self.values[at + 1], 0.5).ok_or(Undefined::NotFinite)
            }
            QuantileType::Type3 if is_between && !is_even => Ok(self.values[at + 1]),
            _ => Ok(self.values[at]),
        }
    }

    /// The mean over a window of one effective value.
    fn window(&self, up_to: &[f64], n: f64, share: f64, quantile_type: QuantileType) -> Result<f64, Undefined> {
        let position = quantile_type.position(n, share).clamp(1.0, n);
        let reached = |t: f64| (n * t - position + 1.0).clamp(0.0, 1.0);
        let mut at = up_to.partition_point(|&t| reached(t) == 0.0);
        let (mut sum, mut before) = (CompensatedSum::default(), 0.0);
        let first = self.values[at.min(up_to.len() - 1)];
        let mut last = first;
        while before < 1.0 && at < up_to.len() {
            // All of the weight is reached at the last value, whatever rounding says.
            let now = if at + 1 == up_to.len() { 1.0 } else { reached(up_to[at]) };
            last = self.values[at];
            if now - before == 1.0 {
                return Ok(last);
            }
            if now > before {
                sum.add((now - before) * last);
            }
            (before, at) = (now, at + 1);
        }
        if !first.is_finite() || !last.is_finite() {
            let is_one_sided = first.is_finite() || last.is_finite() || first == last;
            return if is_one_sided { Ok(first + last) } else { Err(Undefined::NotFinite) };
        }
        Ok(sum.value().clamp(first, last))
    }
}

/// Refuses what weights cannot be.
fn check(values: &[f64], weights: &[f64], kind: WeightKind) -> Result<(), Undefined> {
    if values.len() != weights.len() {
        return Err(Undefined::OutOfRange);
    }
    if values.is_empty() {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    if values.iter().any(|value| value.is_nan()) || weights.iter().any(|weight| !weight.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let may_be = |weight: f64| match kind {
        WeightKind::Frequency => weight >= 0.0 && weight <= (1_u64 << 53) as f64 && weight.fract() == 0.0,
        WeightKind::Sampling => weight >= 0.0,
    };
    if weights.iter().all(|&weight| may_be(weight)) { Ok(()) } else { Err(Undefined::OutOfRange) }
}

/// How many rows there are up to each value.
fn counts(rows: OrderedRows<'_>, n_of: impl Fn(u32) -> u64) -> Result<Cumulated, Undefined> {
    let mut n = 0_u64;
    let up_to = rows.runs().map(|mut run| {
        n = run.try_fold(n, |n, row| n.checked_add(n_of(row)).filter(|&n| n <= 1 << 53))?;
        Some(n)
    });
    up_to.collect::<Option<_>>().map(Cumulated::Rows).ok_or(Undefined::OutOfRange)
}

/// The share of the weight up to each value.
fn shares(rows: OrderedRows<'_>, weights: &[f64]) -> Result<Cumulated, Undefined> {
    // In units near the largest weight neither a sum nor a square overflows.
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let unit = 2.0_f64.powi(-((largest.to_bits() >> 52) as i32 - 1023).clamp(-1_000, 1_000));
    let (mut sum, mut squares) = (CompensatedSum::default(), ExactSum::default());
    let mut ties = Vec::new();
    let mut up_to: Vec<f64> = Vec::new();
    for run in rows.runs() {
        ties.clear();
        ties.extend(run.map(|row| weights[row as usize] * unit));
        ties.iter().for_each(|weight| squares.add(weight * weight));
        if ties.len() <= FEW_TIES {
            ties.sort_unstable_by(f64::total_cmp);
            ties.iter().for_each(|&weight| sum.add(weight));
        } else {
            sum.add(ExactSum::of(&ties).value().ok_or(Undefined::Overflow)?);
        }
        up_to.push(sum.value());
    }
    let total = sum.value();
    up_to.iter_mut().for_each(|weight| *weight /= total);
    let squares = squares.value().ok_or(Undefined::Overflow)?;
    Ok(Cumulated::Shares { up_to, n_effective: (total * total / squares).max(1.0) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::order::{Sorted, ascending};

    const SHARES: [f64; 6] = [0.0, 0.1, 0.25, 0.5, 0.9, 1.0];

    fn sample(values: &[f64], weights: &[f64], kind: WeightKind) -> WeightedSample {
        WeightedSample::of(values, weights, kind).unwrap()
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-13 * (1.0 + expected.abs()), "{found} {expected}");
    }

    /// Oracle: mpmath 1.4.1, the definition with 40 digits.
    #[test]
    fn sampling_weights_agree_with_exact_arithmetic() {
        let (values, weights) = ([25.0, 9.0, 1.0, 16.0, 4.0], [1.5, 1.0, 2.0, 3.0, 0.5]);
        let sample = sample(&values, &weights, WeightKind::Sampling);
        close(sample.n_effective(), 64.0 / 16.5);
        for (quantile_type, expected) in QuantileType::ALL[3..].iter().zip(EXACT) {
            for (share, expected) in SHARES.into_iter().zip(expected) {
                close(sample.quantile(share, *quantile_type).unwrap(), expected);
            }
        }
    }

    const EXACT: [[f64; 6]; 6] = [
        [
            1.0909090909090908,
            1.0909090909090908,
            1.0909090909090908,
            9.242424242424242,
            19.054545454545455,
            22.545454545454547,
        ],
        [
            1.0909090909090908,
            1.0909090909090908,
            3.787878787878788,
            14.196969696969697,
            22.545454545454547,
            22.545454545454547,
        ],
        [
            1.0909090909090908,
            1.0909090909090908,
            1.7878787878787878,
            14.196969696969697,
            22.545454545454547,
            22.545454545454547,
        ],
        [
            1.0909090909090908,
            2.3333333333333335,
            5.946969696969697,
            14.196969696969697,
            19.954545454545453,
            22.545454545454547,
        ],
        [
            1.0909090909090908,
            1.0909090909090908,
            3.121212121212121,
            14.196969696969697,
            22.545454545454547,
            22.545454545454547,
        ],
        [
            1.0909090909090908,
            1.0909090909090908,
            3.287878787878788,
            14.196969696969697,
            22.545454545454547,
            22.545454545454547,
        ],
    ];

    /// Oracle: by hand; weights up to 1, 4, 9 are 1, 2, 4 of 4, so that n* = 16 / 6.
    #[test]
    fn the_inverse_of_the_distribution_by_hand() {
        let sample = sample(&[1.0, 4.0, 9.0], &[0.1, 0.1, 0.2], WeightKind::Sampling);
        let of = |quantile_type| {
            [0.0, 0.25, 0.3, 0.5, 0.51, 1.0].map(|share| sample.quantile(share, quantile_type).unwrap())
        };
        assert_eq!(of(QuantileType::Type1), [1.0, 1.0, 4.0, 4.0, 9.0, 9.0]);
        assert_eq!(of(QuantileType::Type2), [1.0, 2.5, 4.0, 6.5, 9.0, 9.0]);
        // Half an effective value is 0.1875 of the weight.
        assert_eq!(of(QuantileType::Type3), [1.0, 1.0, 1.0, 4.0, 4.0, 9.0]);
        assert_eq!(sample.quantile(0.6875, QuantileType::Type3), Ok(9.0), "n* t = 4/3 is not even");
    }

    #[test]
    fn what_is_undefined_says_why() {
        let of = |values: &[f64], weights: &[f64], kind| WeightedSample::of(values, weights, kind).map(|_| ());
        for kind in [WeightKind::Frequency, WeightKind::Sampling] {
            assert_eq!(of(&[], &[], kind), Err(Undefined::TooFew { n: 0, needed: 1 }));
            assert_eq!(of(&[1.0, 2.0], &[0.0, 0.0], kind), Err(Undefined::NoWeight));
            assert_eq!(of(&[1.0], &[1.0, 1.0], kind), Err(Undefined::OutOfRange));
            assert_eq!(of(&[1.0], &[-1.0], kind), Err(Undefined::OutOfRange));
            assert_eq!(of(&[f64::NAN], &[1.0], kind), Err(Undefined::NotFinite));
            assert_eq!(of(&[1.0], &[f64::INFINITY], kind), Err(Undefined::NotFinite));
        }
        assert_eq!(of(&[1.0], &[1.5], WeightKind::Frequency), Err(Undefined::OutOfRange));
        assert_eq!(of(&[1.0; 3], &[4e15; 3], WeightKind::Frequency), Err(Undefined::OutOfRange));
        let one = sample(&[3.0], &[0.7], WeightKind::Sampling);
        assert_eq!((one.median(), one.n_effective()), (Ok(3.0), 1.0));
        assert_eq!(one.quantile(1.1, QuantileType::Type7), Err(Undefined::OutOfRange));
    }

    #[test]
    fn infinite_values_have_places_and_weigh() {
        let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        let plain = sample(&[low, 1.0, 2.0, high], &[1.0, 3.0, 3.0, 1.0], WeightKind::Sampling);
        for quantile_type in QuantileType::ALL {
            // Type 3 is half an effective value, which is more than the last one weighs, below it.
            let largest = if quantile_type == QuantileType::Type3 { 2.0 } else { high };
            assert_eq!(plain.quantile(1.0, quantile_type), Ok(largest));
            assert!(plain.quantile(0.5, quantile_type).is_ok_and(f64::is_finite), "{quantile_type:?}");
        }
        let ends = sample(&[low, high], &[1.0, 2.0], WeightKind::Sampling);
        assert_eq!(ends.median(), Err(Undefined::NotFinite));
        let extreme = sample(&[-f64::MAX, f64::MAX], &[1e308, 1.7e308], WeightKind::Sampling);
        assert!(extreme.median().is_ok_and(f64::is_finite));
        let tiny = sample(&[1.0, 2.0], &[5e-324, 1e-323], WeightKind::Sampling);
        close(tiny.n_effective(), 1.8);
    }

    fn values() -> impl Strategy<Value = Vec<(f64, u32)>> {
        prop::collection::vec(((-9..9).prop_map(f64::from), 0..5_u32), 1..40)
    }

    proptest! {
        #[test]
        fn frequencies_repeat_rows(rows in values(), share in 0.0..=1.0) {
            prop_assume!(rows.iter().any(|row| row.1 > 0));
            let (values, weights): (Vec<f64>, Vec<f64>) = rows.iter().map(|row| (row.0, f64::from(row.1))).unzip();
            let repeated: Vec<f64> = rows.iter().flat_map(|row| vec![row.0; row.1 as usize]).collect();
            let sorted = ascending(&repeated);
            let plain = Sorted::of_ascending(&sorted).unwrap();
            let weighted = sample(&values, &weights, WeightKind::Frequency);
            for quantile_type in QuantileType::ALL {
                prop_assert_eq!(weighted.quantile(share, quantile_type), plain.quantile(share, quantile_type));
            }
        }

        #[test]
        fn equal_weights_weigh_nothing(rows in values(), weight in 1e-3..1e3, share in 0.0..=1.0) {
            let values: Vec<f64> = rows.iter().map(|row| row.0).collect();
            let sorted = ascending(&values);
            let plain = Sorted::of_ascending(&sorted).unwrap();
            let equal = sample(&values, &vec![weight; values.len()], WeightKind::Sampling);
            // One weight that differs by a rounding takes the other way to all but the same.
            let mut nearly = vec![weight; values.len()];
            nearly[0] *= 1.0 + f64::EPSILON;
            let nearly = sample(&values, &nearly, WeightKind::Sampling);
            for quantile_type in QuantileType::ALL {
                let expected = plain.quantile(share, quantile_type);
                prop_assert_eq!(equal.quantile(share, quantile_type), expected.clone());
                let (found, expected) = (nearly.quantile(share, quantile_type).unwrap(), expected.unwrap());
                prop_assert!((found - expected).abs() < 1e-10, "{:?}: {} {}", quantile_type, found, expected);
            }
        }

        #[test]
        fn neither_a_factor_nor_the_order_of_rows_matters(rows in values(), factor in 1e-3..1e3, share in 0.0..=1.0) {
            prop_assume!(rows.iter().any(|row| row.1 > 0));
            let (values, weights): (Vec<f64>, Vec<f64>) = rows.iter().map(|row| (row.0, f64::from(row.1) / 7.0)).unzip();
            let scaled: Vec<f64> = weights.iter().map(|weight| weight * factor).collect();
            let (plain, scaled) = (sample(&values, &weights, WeightKind::Sampling), sample(&values, &scaled, WeightKind::Sampling));
            let (back, back_weights): (Vec<f64>, Vec<f64>) = values.iter().copied().zip(weights).rev().unzip();
            prop_assert_eq!(&sample(&back, &back_weights, WeightKind::Sampling), &plain);
            for quantile_type in QuantileType::ALL {
                let [a, b] = [&plain, &scaled].map(|sample| sample.quantile(share, quantile_type).unwrap());
                prop_assert!((a - b).abs() < 1e-10, "{:?}: {} {}", quantile_type, a, b);
            }
        }
    }
}
