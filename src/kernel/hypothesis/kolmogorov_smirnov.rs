//! Whether two groups have the same distribution at all.
//!
//! Notation: `F_i` the distribution function of group `i`, `D = max |F_1 - F_2|` over the values.
//! Reading the pooled values in order is a path from `(0, 0)` to `(n1, n2)`, one step per value;
//! without an effect all paths are equally likely. `Q(i, j)` is the share of the paths to
//! `(i, j)` that were as far apart as `D` at the end of some run of equal values:
//!
//! ```text
//! Q(i, j) = 1                                              where |i / n1 - j / n2| >= D after a run
//! Q(i, j) = i / (i + j) Q(i - 1, j) + j / (i + j) Q(i, j - 1)       elsewhere
//! p = Q(n1, n2);  for many values  P(K >= D sqrt(n1 n2 / (n1 + n2))), K Kolmogorov's
//! ```
//! J. L. Hodges (1958), "The significance probability of the Smirnov two-sample test", Arkiv for
//! Matematik 3(43), 469-486; with ties: G. Schröer & D. Trenkler (1995), Computational
//! Statistics & Data Analysis 20, 185-202. Nothing is subtracted, so that the tail keeps its digits.

use serde::Serialize;

use super::outcome::Test;
use super::pooled::each_value;
use super::spread::{all_finite, compared};
use crate::kernel::distribution::kolmogorov;
use crate::kernel::order::ascending;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// Pairs of values up to which the p-value is exact.
const MOST_EXACT: u128 = 10_000_000;
/// Natural logarithm of 2^1000, which stands for 1 among path shares, so that smaller ones fit.
const LN_ONE: f64 = 1_000.0 * std::f64::consts::LN_2;

/// Two distributions compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct KolmogorovSmirnov {
    /// Members of the first group.
    pub n1: u64,
    /// Members of the second group.
    pub n2: u64,
    /// D with its two-sided p-value.
    pub test: Test,
    /// Whether the p-value is the exact one given the ties, rather than the limit for many values.
    pub is_exact: bool,
}

/// The two-sample Kolmogorov-Smirnov test.
///
/// Two-sided. The p-value is exact up to ten million pairs of values, also with ties; above that,
/// and below 1e-600, it is Kolmogorov's limit, which is a little too large with ties. Equal groups
/// of one value have `D = 0` and `p = 1`. O(n log n), and O(n1 n2) where exact.
///
/// # Errors
///
/// [`Undefined::OneGroup`] when a group has no values, [`Undefined::NotFinite`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::hypothesis::kolmogorov_smirnov_test;
///
/// // Two of the six ways to order two and two values keep them apart.
/// let result = kolmogorov_smirnov_test(&[1.0, 2.0], &[3.0, 4.0])?;
/// assert_eq!(result.test.statistic, 1.0);
/// assert!((result.test.p_value.value() - 2.0 / 6.0).abs() < 1e-14);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn kolmogorov_smirnov_test(a: &[f64], b: &[f64]) -> Result<KolmogorovSmirnov, Undefined> {
    all_finite(&[a, b])?;
    compared(&[a, b])?;
    let paths = Paths::of(&ascending(a), &ascending(b));
    let exact = if paths.count() <= MOST_EXACT { paths.exact_p() } else { None };
    let d = paths.largest as f64 / paths.count() as f64;
    let p_value = match exact {
        Some(p_value) => p_value,
        None => kolmogorov::two_sample(d, a.len() as u64, b.len() as u64)?,
    };
    Ok(KolmogorovSmirnov {
        n1: a.len() as u64,
        n2: b.len() as u64,
        test: Test::d(d, p_value),
        is_exact: exact.is_some(),
    })
}

/// The path that two groups take, and how far it strays.
#[derive(Clone, Debug)]
struct Paths {
    n1: usize,
    n2: usize,
    /// `D n1 n2`, a whole number.
    largest: u128,
    /// Whether a run of equal values ends after so many values.
    ends: Vec<bool>,
}

impl Paths {
    fn of(a: &[f64], b: &[f64]) -> Self {
        let mut paths = Self { n1: a.len(), n2: b.len(), largest: 0, ends: vec![false; a.len() + b.len() + 1] };
        let (mut i, mut j) = (0, 0);
        each_value(a, b, |count1, count2| {
            (i, j) = (i + count1 as usize, j + count2 as usize);
            paths.largest = paths.largest.max(paths.apart(i, j));
            paths.ends[i + j] = true;
        });
        paths
    }

    fn count(&self) -> u128 {
        self.n1 as u128 * self.n2 as u128
    }

    /// `|i / n1 - j / n2|` times `n1 n2`.
    fn apart(&self, i: usize, j: usize) -> u128 {
        (i as u128 * self.n2 as u128).abs_diff(j as u128 * self.n1 as u128)
    }

    /// `None` when it is too small for the doubles it is worked out in.
    fn exact_p(&self) -> Option<PValue> {
        if self.largest == 0 {
            return Some(PValue::from_ln(0.0));
        }
        // Products are below 1e15 here.
        let (n1, n2, largest) = (self.n1 as u64, self.n2 as u64, self.largest as u64);
        let one = 2.0_f64.powi(1000);
        let reciprocals: Vec<f64> = (0..self.ends.len()).map(|steps| 1.0 / steps.max(1) as f64).collect();
        let mut shares = vec![0.0; self.n2 + 1];
        for i in 0..=self.n1 {
            let mut left = 0.0;
            for (j, share) in shares.iter_mut().enumerate() {
                let strays = self.ends[i + j] && (i as u64 * n2).abs_diff(j as u64 * n1) >= largest;
                left = if strays { one } else { (i as f64 * *share + j as f64 * left) * reciprocals[i + j] };
                *share = left;
            }
        }
        // Where steps on the way fell below the normal doubles, their digits are gone.
        let share = *shares.last().filter(|&&share| share > 1e-290)?;
        // The difference of logarithms costs digits, so it is for what would underflow.
        let p = share / one;
        Some(PValue::from_ln(if p > 1e-300 { p.ln() } else { share.ln() - LN_ONE }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Oracle: scipy 1.17.1, `ks_2samp(x, y, method="exact")`.
    #[test]
    fn without_ties_the_test_agrees_with_scipy() {
        let x = [0.61, 0.29, 0.06, 0.59, -1.73, -0.74, 0.51, -0.56, 0.39, 1.64, 0.05, -0.06];
        let y = [-1.95, 1.41, 1.92, -0.84, 2.61, 1.12, 2.17, 1.33, 0.97];
        let result = kolmogorov_smirnov_test(&x, &y).unwrap();
        assert!(result.is_exact);
        assert!((result.test.statistic - 25.0 / 36.0).abs() < 1e-15, "{}", result.test.statistic);
        assert!((result.test.p_value.value() / SCIPY_P - 1.0).abs() < 1e-12);
    }

    /// p of the samples above.
    const SCIPY_P: f64 = 0.007_192_188_616_337_224;

    /// Oracle: every way to give three of the pooled values to the first group, counted.
    fn p_by_counting(a: &[f64], b: &[f64]) -> f64 {
        let pooled: Vec<f64> = a.iter().chain(b).copied().collect();
        let d = Paths::of(&ascending(a), &ascending(b)).largest;
        let (mut ways, mut as_far) = (0_u32, 0_u32);
        for chosen in 0_u32..1 << pooled.len() {
            if chosen.count_ones() as usize != a.len() {
                continue;
            }
            let part = |first: bool| {
                let of_group = pooled.iter().enumerate().filter(|(at, _)| (chosen >> at & 1 == 1) == first);
                ascending(&of_group.map(|(_, &value)| value).collect::<Vec<f64>>())
            };
            ways += 1;
            as_far += u32::from(Paths::of(&part(true), &part(false)).largest >= d);
        }
        f64::from(as_far) / f64::from(ways)
    }

    #[test]
    fn far_out_the_tail_keeps_its_digits() {
        let (a, b): (Vec<f64>, Vec<f64>) = ((0..800).map(f64::from).collect(), (800..1_700).map(f64::from).collect());
        let result = kolmogorov_smirnov_test(&a, &b).unwrap();
        assert_eq!((result.test.statistic, result.is_exact), (1.0, true));
        // Two of the binomial(1700, 800) ways: mpmath 1.4.1, log10(2 / binomial(1700, 800)).
        assert!((result.test.p_value.log10() / LOG10_APART - 1.0).abs() < 1e-12, "{}", result.test.p_value.log10());
    }

    const LOG10_APART: f64 = -508.459_292_374_237_3;

    #[test]
    fn many_values_take_the_limit() {
        let a: Vec<f64> = (0..4_000).map(f64::from).collect();
        let b: Vec<f64> = (0..4_000).map(|i| f64::from(i) + 100.5).collect();
        let result = kolmogorov_smirnov_test(&a, &b).unwrap();
        assert!(!result.is_exact);
        assert_eq!(result.test.statistic, 101.0 / 4_000.0);
    }

    #[test]
    fn groups_alike_have_no_distance() {
        let result = kolmogorov_smirnov_test(&[7.0; 3], &[7.0; 2]).unwrap();
        assert_eq!((result.test.statistic, result.test.p_value.value()), (0.0, 1.0));
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        assert_eq!(kolmogorov_smirnov_test(&[], &[1.0]).unwrap_err(), Undefined::OneGroup);
        assert_eq!(kolmogorov_smirnov_test(&[], &[]).unwrap_err(), Undefined::TooFew { n: 0, needed: 2 });
        assert_eq!(kolmogorov_smirnov_test(&[f64::NAN], &[1.0]).unwrap_err(), Undefined::NotFinite);
        assert_eq!(kolmogorov_smirnov_test(&[f64::INFINITY], &[1.0]).unwrap_err(), Undefined::NotFinite);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn the_exact_p_counts_all_orders(
            a in prop::collection::vec((0_i32..5).prop_map(f64::from), 1..6),
            b in prop::collection::vec((0_i32..5).prop_map(f64::from), 1..6),
        ) {
            let result = kolmogorov_smirnov_test(&a, &b).unwrap();
            prop_assert!((result.test.p_value.value() - p_by_counting(&a, &b)).abs() < 1e-13);
            let swapped = kolmogorov_smirnov_test(&b, &a).unwrap();
            prop_assert_eq!(swapped.test.statistic, result.test.statistic);
        }
    }
}
