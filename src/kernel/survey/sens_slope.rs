//! How fast a series moves: the median slope of all pairs.
//!
//! Notation: `N` pairs of values at different times, `var S` the variance of Mann and Kendall's
//! statistic, `z` the normal value of the confidence; `t` and `u` the lengths of runs of equal times
//! and of equal values among `n`.
//!
//! ```text
//! slope = median of (x_j - x_i) / (t_j - t_i)
//! interval: from the slope of rank (N - C) / 2 to that of rank (N + C) / 2 + 1,  C = z sd S
//! var S = (n (n - 1) (2 n + 5) - sum t (t - 1) (2 t + 5) - sum u (u - 1) (2 u + 5)) / 18
//!         + sum t (t - 1) (t - 2) sum u (u - 1) (u - 2) / (9 n (n - 1) (n - 2))
//!         + sum t (t - 1) sum u (u - 1) / (2 n (n - 1))
//! ```
//! P. K. Sen (1968), "Estimates of the regression coefficient based on Kendall's tau", Journal of
//! the American Statistical Association 63(324), 1379-1389; ranks rounded to whole ones. Variance
//! with ties in both: M. G. Kendall & J. D. Gibbons (1990), Rank Correlation Methods, 5th ed.,
//! chapter 4.

use serde::Serialize;

use super::mann_kendall::{runs_of_equal, variance_of_s};
use crate::kernel::interval::{Interval, normal_critical};
use crate::kernel::quantile::median;
use crate::kernel::undefined::Undefined;

/// The median slope of a series.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SensSlope {
    /// Change for one unit of time.
    pub slope: f64,
    /// The line of that slope through the medians of values and times, at time 0.
    pub intercept: f64,
    /// Where the slope lies with the asked confidence; `TooFew` where so few values allow no
    /// interval of that confidence.
    pub interval: Result<Interval, Undefined>,
}

/// Sen's slope of values at times.
///
/// Outliers move it little: up to 29% of the values can be wild. Values at equal times make no
/// pair. O(n^2 log n).
///
/// # Errors
/// `TooFew` under two values, or when there are not as many times as values; `NotFinite`;
/// `Constant` when all times or all values are equal; `Overflow`; `OutOfRange` unless `0 < conf_level < 1`.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::sens_slope;
///
/// // Six slopes of 2, and four that the last value spoils.
/// let found = sens_slope(&[1.0, 2.0, 3.0, 4.0, 5.0], &[10.0, 12.0, 14.0, 16.0, 90.0], 0.95)?;
/// assert_eq!(found.slope, 2.0);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn sens_slope(times: &[f64], values: &[f64], conf_level: f64) -> Result<SensSlope, Undefined> {
    let n = values.len();
    if n < 2 || times.len() != n {
        return Err(Undefined::TooFew { n: n.min(times.len()) as u64, needed: n.max(2) as u64 });
    }
    if !times.iter().chain(values).all(|value| value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let critical = normal_critical(conf_level)?;
    if values.iter().all(|value| *value == values[0]) {
        return Err(Undefined::Constant);
    }
    let slope = |(i, j): (usize, usize)| (values[j] - values[i]) / (times[j] - times[i]);
    let apart = (0..n).flat_map(|j| (0..j).map(move |i| (i, j))).filter(|&(i, j)| times[i] != times[j]);
    let mut slopes: Vec<f64> = apart.map(slope).collect();
    if slopes.is_empty() {
        return Err(Undefined::Constant);
    }
    if !slopes.iter().all(|slope| slope.is_finite()) {
        return Err(Undefined::Overflow);
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let middle = |of: &[f64]| median(&mut of.to_vec()).ok_or(Undefined::Overflow);
    let slope = middle(&slopes)?;
    let intercept = middle(values)? - slope * middle(times)?;
    let interval = interval(&slopes, times, values, critical);
    if intercept.is_finite() { Ok(SensSlope { slope, intercept, interval }) } else { Err(Undefined::Overflow) }
}

/// The slopes of two ranks; none where they would lie beyond the first and the last.
fn interval(slopes: &[f64], times: &[f64], values: &[f64], critical: f64) -> Result<Interval, Undefined> {
    let variance = variance_between(times, values);
    let n_slopes = slopes.len() as f64;
    let low = (0.5 * (n_slopes - critical * variance.sqrt())).round();
    let high = (0.5 * (n_slopes + critical * variance.sqrt())).round();
    // Of a variance that is no number the ranks are none either.
    if !(low >= 1.0 && high < n_slopes) {
        let n = values.len() as u64;
        return Err(Undefined::TooFew { n, needed: needed(critical).max(n + 1) });
    }
    Ok(Interval { low: slopes[low as usize - 1], high: slopes[high as usize] })
}

/// The variance of `S` with ties in both.
fn variance_between(times: &[f64], values: &[f64]) -> f64 {
    let (times, values) = (runs_of_equal(times), runs_of_equal(values));
    let n = times.iter().sum::<usize>();
    let alone = variance_of_s(&vec![1; n]);
    let (of_times, of_values) = (alone - variance_of_s(&times), alone - variance_of_s(&values));
    let pairs = |runs: &[usize]| runs.iter().map(|&t| (t * (t - 1)) as f64).sum::<f64>();
    let triples = |runs: &[usize]| runs.iter().map(|&t| (t * (t - 1)) as f64 * (t as f64 - 2.0)).sum::<f64>();
    let n = n as f64;
    // Two values make no triple.
    let of_triples = triples(&times) * triples(&values) / (9.0 * n * (n - 1.0) * (n - 2.0).max(1.0));
    alone - of_times - of_values + of_triples + pairs(&times) * pairs(&values) / (2.0 * n * (n - 1.0))
}

/// Values from which on there is an interval of that confidence, without ties.
fn needed(critical: f64) -> u64 {
    let is_enough = |n: &u64| {
        let n = *n as f64;
        let n_pairs = 0.5 * n * (n - 1.0);
        let sd = (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
        (0.5 * (n_pairs - critical * sd)).round() >= 1.0
    };
    (3..10_000).find(is_enough).unwrap_or(10_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Oracle: scipy 1.17.1, `theilslopes(x, t, 0.95)`.
    #[test]
    fn slope_and_interval_agree_with_scipy() {
        let values = [22.5, 23.0, 21.8, 24.1, 25.0, 24.7, 26.2, 25.9, 27.3, 24.9, 28.0, 27.7];
        let times: Vec<f64> = (0..12).map(f64::from).collect();
        let found = sens_slope(&times, &values, 0.95).unwrap();
        let ends = found.interval.unwrap();
        for (got, expected) in [found.slope, found.intercept, ends.low, ends.high].into_iter().zip([
            0.5166666666666668,
            22.10833333333333,
            0.3857142857142856,
            0.6399999999999999,
        ]) {
            assert!((got - expected).abs() < 1e-13, "{got} {expected}");
        }
        // Uneven times, with ties in times and values.
        let values = [5.0, 7.0, 7.0, 8.0, 12.0, 11.0, 11.0, 15.0];
        let found = sens_slope(&[0.0, 1.0, 1.0, 2.5, 4.0, 6.0, 7.0, 9.0], &values, 0.9).unwrap();
        let ends = found.interval.unwrap();
        for (got, expected) in [found.slope, found.intercept, ends.low, ends.high].into_iter().zip([
            1.0,
            6.25,
            0.6666666666666666,
            1.6666666666666667,
        ]) {
            assert!((got - expected).abs() < 1e-13, "{got} {expected}");
        }
    }

    /// Oracle: by hand and by all 120 orders; the variance is 4. Without the products of ties it would be
    /// -2/3, of which there is no root.
    #[test]
    fn ties_in_times_and_values_have_the_variance_of_all_orders() {
        let (times, values) = ([0.0, 0.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0, 2.0]);
        assert!((variance_between(&times, &values) - 4.0).abs() < 1e-14);
        let found = sens_slope(&times, &values, 0.95).unwrap();
        assert_eq!((found.slope, found.interval), (1.0, Err(Undefined::TooFew { n: 5, needed: 6 })));
        // All 720 orders: 20.1.
        let several = variance_between(&[0.0, 0.0, 0.0, 1.0, 1.0, 2.0], &[1.0, 1.0, 2.0, 2.0, 2.0, 3.0]);
        assert!((several - 20.1).abs() < 1e-14);
    }

    #[test]
    fn values_that_do_not_move_have_no_slope() {
        assert_eq!(sens_slope(&[0.0, 1.0, 2.0], &[40.0; 3], 0.95), Err(Undefined::Constant));
        assert_eq!(sens_slope(&[0.0, 1.0], &[0.0, -0.0], 0.95), Err(Undefined::Constant));
    }

    #[test]
    fn few_values_have_a_slope_and_no_interval() {
        let found = sens_slope(&[0.0, 1.0, 2.0, 3.0], &[1.0, 3.0, 2.0, 5.0], 0.95).unwrap();
        assert_eq!(found.interval, Err(Undefined::TooFew { n: 4, needed: 5 }));
        let five = sens_slope(&[0.0, 1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 5.0, 4.0], 0.95).unwrap();
        assert!(five.interval.is_ok());
    }

    #[test]
    fn what_has_no_slope_says_why() {
        assert_eq!(sens_slope(&[1.0], &[1.0], 0.95), Err(Undefined::TooFew { n: 1, needed: 2 }));
        assert_eq!(sens_slope(&[1.0, 2.0], &[1.0, 2.0, 3.0], 0.95), Err(Undefined::TooFew { n: 2, needed: 3 }));
        assert_eq!(sens_slope(&[1.0, 1.0], &[1.0, 2.0], 0.95), Err(Undefined::Constant));
        assert_eq!(sens_slope(&[1.0, 2.0], &[1.0, f64::NAN], 0.95), Err(Undefined::NotFinite));
        assert_eq!(sens_slope(&[0.0, 1e-300], &[-1e300, 1e300], 0.95), Err(Undefined::Overflow));
        assert_eq!(sens_slope(&[1.0, 2.0], &[1.0, 2.0], 1.0), Err(Undefined::OutOfRange));
    }

    proptest! {
        #[test]
        fn a_line_added_is_a_slope_added(values in prop::collection::vec(-9.0_f64..9.0, 8..30), by in -5.0_f64..5.0) {
            let times: Vec<f64> = (0..values.len()).map(|at| at as f64).collect();
            let tilted: Vec<f64> = values.iter().zip(&times).map(|(value, time): (&f64, &f64)| value + by * time).collect();
            let (flat, tilted) = (sens_slope(&times, &values, 0.9).unwrap(), sens_slope(&times, &tilted, 0.9).unwrap());
            prop_assert!((tilted.slope - flat.slope - by).abs() < 1e-12);
            let (flat, tilted) = (flat.interval.unwrap(), tilted.interval.unwrap());
            prop_assert!((tilted.low - flat.low - by).abs() < 1e-12 && (tilted.high - flat.high - by).abs() < 1e-12);
        }
    }
}
