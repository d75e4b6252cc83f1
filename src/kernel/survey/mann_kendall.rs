//! Whether a series moves in one direction, whatever its shape.
//!
//! Notation: `x_1 ... x_n` in order of time; `S` the pairs that rise less the pairs that fall;
//! `t` the length of a run of equal values.
//!
//! ```text
//! var S = (n (n - 1) (2 n + 5) - sum t (t - 1) (2 t + 5)) / 18
//! z = (S - sign S) / sd S
//! ```
//! H. B. Mann (1945), "Nonparametric tests against trend", Econometrica 13(3), 245-259; ties:
//! M. G. Kendall & J. D. Gibbons (1990), Rank Correlation Methods, 5th ed., chapter 4.
//!
//! Of a short series the p-value is that of all orders of its values. How many orders have `k`
//! pairs that fall is the coefficient of `q^k` in a product of Gaussian binomials, one for each
//! run of equal values: P. A. MacMahon (1913), "The indices of permutations", American Journal
//! of Mathematics 35(3), 281-322.

use serde::Serialize;

use crate::kernel::distribution::normal;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// Length up to which all orders are counted; from there on the normal distribution is close.
const MOST_EXACT: usize = 50;

/// Where a p-value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PMethod {
    /// All orders of the values.
    Exact,
    /// The normal distribution, corrected for ties and continuity.
    Normal,
}

/// A test of a series against having no trend.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MannKendall {
    /// Values.
    pub n: u64,
    /// Pairs that rise less pairs that fall.
    pub s: i64,
    /// Its variance without a trend, corrected for ties.
    pub variance: f64,
    /// `S` as a share of the pairs that differ in time, -1..=1: Kendall's tau-a.
    pub tau: f64,
    /// Corrected for continuity.
    pub z: f64,
    /// Two-sided.
    pub p_value: PValue,
    /// Where it comes from.
    pub method: PMethod,
}

/// The Mann-Kendall test of values in order of time, evenly spaced or not.
///
/// It asks whether later values tend to be higher, or lower, than earlier ones; it takes no
/// normal distribution and no straight line, but values that do not depend on each other: where
/// one period follows from the one before, p-values are too small. Up to 50 values the p-value is
/// exact, ties included. O(n^2).
///
/// # Errors
/// `TooFew` under three values, `Constant` when all are equal, `NotFinite`.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::mann_kendall;
///
/// // Of 24 orders of four values one rises throughout and one falls.
/// let found = mann_kendall(&[31.0, 33.5, 34.0, 40.0])?;
/// assert_eq!(found.s, 6);
/// assert!((found.p_value.value() - 2.0 / 24.0).abs() < 1e-15);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn mann_kendall(values: &[f64]) -> Result<MannKendall, Undefined> {
    let n = values.len();
    if n < 3 {
        return Err(Undefined::TooFew { n: n as u64, needed: 3 });
    }
    if !values.iter().all(|value| value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let runs = runs_of_equal(values);
    if runs.len() == 1 {
        return Err(Undefined::Constant);
    }
    let s: i64 = pairs(values).map(|(before, after)| i64::from(after > before) - i64::from(after < before)).sum();
    let variance = variance_of_s(&runs);
    let z = (s - s.signum()) as f64 / variance.sqrt();
    let (p_value, method) =
        if n <= MOST_EXACT { (exact_p(s, &runs), PMethod::Exact) } else { (normal::two_sided(z)?, PMethod::Normal) };
    let n_pairs = (n * (n - 1) / 2) as f64;
    Ok(MannKendall { n: n as u64, s, variance, tau: s as f64 / n_pairs, z, p_value, method })
}

/// Every earlier value with every later one.
pub(super) fn pairs(values: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    values.iter().enumerate().flat_map(|(at, &after)| values[..at].iter().map(move |&before| (before, after)))
}

/// How often each value occurs.
pub(super) fn runs_of_equal(values: &[f64]) -> Vec<usize> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).collect()
}

/// The variance of `S` when every order of the values is as likely as any other.
pub(super) fn variance_of_s(runs: &[usize]) -> f64 {
    let term = |t: usize| (t * (t - 1)) as u128 * (2 * t + 5) as u128;
    let n: usize = runs.iter().sum();
    (term(n) - runs.iter().map(|&t| term(t)).sum::<u128>()) as f64 / 18.0
}

/// The share of all orders in which `S` is at least as far from 0.
fn exact_p(s: i64, runs: &[usize]) -> PValue {
    let mut falling = vec![1.0];
    let mut n = 0;
    for &run in runs {
        n += run;
        falling = product(&falling, &gaussian_binomial(n, run));
    }
    // S is the pairs that differ less twice those that fall, and its distribution is symmetric.
    let n_pairs = falling.len() as i64 - 1;
    let most_falling = (n_pairs - s.abs()) / 2;
    let tail: f64 = falling.iter().take(most_falling as usize + 1).sum();
    PValue::from_ln(if s == 0 { 0.0 } else { (2.0 * tail).ln() })
}

/// How likely it is that `k` equal values among `n` places are passed by `0, 1, ...` of the others.
fn gaussian_binomial(n: usize, k: usize) -> Vec<f64> {
    // By the value in the last place: one of the k, or another one, which they all have passed.
    let mut by_k: Vec<Vec<f64>> = vec![vec![1.0]; k + 1];
    by_k[1..].iter_mut().for_each(Vec::clear);
    for m in 1..=n {
        for j in (1..=k.min(m)).rev() {
            let share = j as f64 / m as f64;
            let mut next = vec![0.0; j * (m - j) + 1];
            next.iter_mut().zip(&by_k[j - 1]).for_each(|(cell, p)| *cell += share * p);
            next.iter_mut().skip(j).zip(&by_k[j]).for_each(|(cell, p)| *cell += (1.0 - share) * p);
            by_k[j] = next;
        }
    }
    by_k.pop().unwrap_or_default()
}

fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; a.len() + b.len() - 1];
    for (at, x) in a.iter().enumerate() {
        sums[at..].iter_mut().zip(b).for_each(|(sum, y)| *sum += x * y);
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every order of a few values.
    fn orders(values: &[f64]) -> Vec<Vec<f64>> {
        if values.len() < 2 {
            return vec![values.to_vec()];
        }
        let begin_with = |at: usize| {
            let mut rest = values.to_vec();
            let first = rest.remove(at);
            orders(&rest).into_iter().map(move |order| [vec![first], order].concat())
        };
        (0..values.len()).flat_map(begin_with).collect()
    }

    #[test]
    fn exact_p_values_are_those_of_all_orders() {
        for values in
            [&[3.0, 1.0, 2.0, 5.0, 4.0, 7.0][..], &[1.0, 1.0, 2.0, 3.0, 3.0, 3.0], &[2.0, 1.0, 2.0, 4.0, 3.0, 5.0, 5.0]]
        {
            let found = mann_kendall(values).unwrap();
            let orders = orders(values);
            let all: Vec<i64> = orders.iter().map(|order| mann_kendall(order).unwrap().s).collect();
            let extreme = all.iter().filter(|s| s.abs() >= found.s.abs()).count();
            let expected = extreme as f64 / all.len() as f64;
            assert!((found.p_value.value() - expected).abs() < 1e-14, "{values:?}");
            let variance = all.iter().map(|s| (s * s) as f64).sum::<f64>() / all.len() as f64;
            assert!((found.variance - variance).abs() < 1e-11);
        }
    }

    /// Oracle: scipy 1.17.1, `kendalltau(range(n), x, method="exact")`; S by hand.
    #[test]
    fn a_series_without_ties_agrees_with_scipy() {
        let values = [22.5, 23.0, 21.8, 24.1, 25.0, 24.7, 26.2, 25.9, 27.3, 24.9, 28.0, 27.7];
        let found = mann_kendall(&values).unwrap();
        assert_eq!((found.s, found.method), (48, PMethod::Exact));
        assert!((found.p_value.value() / 0.0004988835110362888 - 1.0).abs() < 1e-12, "{}", found.p_value.value());
    }

    /// Oracle: the formulas in mpmath 1.4.1; 60 values with ties, so the normal distribution.
    #[test]
    fn a_long_series_has_the_normal_p_value() {
        let values: Vec<f64> = (0..60).map(|k| f64::from(k * 37 % 11) + f64::from(k / 20)).collect();
        let found = mann_kendall(&values).unwrap();
        assert_eq!((found.s, found.method), (301, PMethod::Normal));
        assert!((found.variance / 24359.666666666667 - 1.0).abs() < 1e-15);
        assert!((found.z / 1.9221425120888866 - 1.0).abs() < 1e-14);
        assert!((found.p_value.value() / 0.054_587_828_088_438_64 - 1.0).abs() < 1e-13, "{}", found.p_value.value());
    }

    /// Where both are there they are close: 50 values, the most that are exact.
    #[test]
    fn the_normal_distribution_is_close_where_the_exact_one_ends() {
        let values: Vec<f64> = (0..50).map(|k| f64::from(k * 13 % 50) + 0.1 * f64::from(k)).collect();
        let found = mann_kendall(&values).unwrap();
        let normal = normal::two_sided(found.z).unwrap().value();
        assert!((found.p_value.value() / normal - 1.0).abs() < 0.02, "{} {normal}", found.p_value.value());
        let rising: Vec<f64> = (0..50).map(f64::from).collect();
        // 2 / 50!
        let log10 = mann_kendall(&rising).unwrap().p_value.log10();
        assert!((log10 - (2.0_f64.log10() - 64.483_074_872_472_01)).abs() < 1e-9, "{log10}");
    }

    #[test]
    fn what_has_no_trend_says_why() {
        assert_eq!(mann_kendall(&[1.0, 2.0]), Err(Undefined::TooFew { n: 2, needed: 3 }));
        assert_eq!(mann_kendall(&[1.0; 9]), Err(Undefined::Constant));
        assert_eq!(mann_kendall(&[1.0, f64::NAN, 2.0]), Err(Undefined::NotFinite));
        let flat = mann_kendall(&[1.0, 2.0, 2.0, 1.0]).unwrap();
        assert_eq!((flat.s, flat.z, flat.p_value.value()), (0, 0.0, 1.0));
    }

    proptest! {
        #[test]
        fn turning_time_round_turns_the_sign(mut values in prop::collection::vec((-9_i32..9).prop_map(f64::from), 3..60)) {
            let there = mann_kendall(&values);
            values.reverse();
            let back = mann_kendall(&values);
            prop_assert_eq!(there.as_ref().err(), back.as_ref().err());
            if let (Ok(there), Ok(back)) = (there, back) {
                prop_assert_eq!((there.s, there.z, there.p_value), (-back.s, -back.z, back.p_value));
            }
        }
    }
}
