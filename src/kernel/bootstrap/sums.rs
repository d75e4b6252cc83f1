//! The bootstrap of statistics that are functions of sums over rows: means, shares, ratios,
//! covariances, correlations.
//!
//! Nothing but sums is kept of a sample, so that a replicate is one pass of draws and no index is
//! written down; the sums without a row are the whole sums minus that row.

use super::draw::Draw;
use super::replicates::{Replicates, replicates};
use super::{Bootstrap, BootstrapEstimate};
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::moments;
use crate::kernel::order::ascending;
use crate::kernel::undefined::Undefined;

/// The bootstrap of a statistic of `K` sums over rows.
///
/// `rows[i]` holds the terms of row `i`; `statistic` gets their sums over a sample and the number
/// of rows in it. A correlation takes `[x, y, x x, x y, y y]`, a ratio of means `[x, y]`. Values far
/// from zero are to be centred before, as squares lose the digits of what lies between them. Rows
/// stand in a canonical order, see [the module](super): with `Vec::sort_by` on all `K` terms,
/// for example.
///
/// # Errors
///
/// As for [`bootstrap`](super::bootstrap).
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::bootstrap::{Bootstrap, bootstrap_sums};
/// use customer_analytics::kernel::undefined::Undefined;
///
/// // Revenue per order, of customers with different numbers of orders.
/// let rows = [[5.0, 1.0], [12.0, 3.0], [20.0, 2.0], [31.0, 4.0]];
/// let ratio = |sums: &[f64; 2], _n: usize| Ok(sums[0] / sums[1]);
/// let result = bootstrap_sums(&rows, &Bootstrap::new(2_000, 1), ratio)?;
/// assert_eq!(result.estimate, 6.8);
/// assert!(result.interval.is_ok_and(|ends| 4.0 <= ends.low && ends.high <= 10.0));
/// # Ok::<(), Undefined>(())
/// ```
pub fn bootstrap_sums<const K: usize, S>(
    rows: &[[f64; K]],
    settings: &Bootstrap,
    statistic: S,
) -> Result<BootstrapEstimate, Undefined>
where
    S: Fn(&[f64; K], usize) -> Result<f64, Undefined> + Sync,
{
    let n = rows.len();
    if n == 0 {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    let whole = exact_sums(rows)?;
    let drawn = replicates(settings, || (), |(), draw| statistic(&drawn_sums(rows, draw), n));
    let without = |row: usize| {
        let mut rest = whole;
        rest.iter_mut().zip(rows[row]).for_each(|(sum, term)| *sum -= term);
        statistic(&rest, n - 1)
    };
    Replicates::new(statistic(&whole, n)?, drawn)?.summary(settings, n, without)
}

/// Sums of one sample, in the order of drawing.
fn drawn_sums<const K: usize>(rows: &[[f64; K]], draw: &mut Draw) -> [f64; K] {
    let mut sums = [0.0; K];
    for _ in 0..rows.len() {
        let row = &rows[draw.below(rows.len())];
        sums.iter_mut().zip(row).for_each(|(sum, term)| *sum += term);
    }
    sums
}

fn exact_sums<const K: usize>(rows: &[[f64; K]]) -> Result<[f64; K], Undefined> {
    if rows.iter().flatten().any(|term| !term.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let mut sums = [0.0; K];
    for (column, sum) in sums.iter_mut().enumerate() {
        let mut exact = ExactSum::default();
        rows.iter().for_each(|row| exact.add(row[column]));
        *sum = exact.value().ok_or(Undefined::Overflow)?;
    }
    Ok(sums)
}

/// The bootstrap of a mean; no order of the values changes a digit.
///
/// # Errors
///
/// [`Undefined::TooFew`] for no values or under two replicates, [`Undefined::NotFinite`] when a
/// value is not, [`Undefined::Overflow`] when their range is beyond the largest double, and
/// [`Undefined::OutOfRange`] for a confidence outside 0..1. Of equal values the interval is
/// undefined as [`Undefined::Constant`], while a percentile interval is that value twice.
pub fn bootstrap_mean(values: &[f64], settings: &Bootstrap) -> Result<BootstrapEstimate, Undefined> {
    if values.iter().any(|value| !value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let mean = moments::mean(values).ok_or(Undefined::TooFew { n: 0, needed: 1 })?;
    // Measured from the mean, sums of many draws lose nothing to where the values lie.
    let rows: Vec<[f64; 1]> = ascending(values).into_iter().map(|value| [value - mean]).collect();
    let n = rows.len() as f64;
    if rows.iter().any(|row| !(row[0].abs() <= f64::MAX / n)) {
        return Err(Undefined::Overflow);
    }
    let constant = values.iter().all(|&value| value == values[0]);
    let centred = |sums: &[f64; 1], n: usize| {
        if n == 0 {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        Ok(if constant { 0.0 } else { sums[0] / n as f64 })
    };
    let mut result = bootstrap_sums(&rows, settings, centred)?;
    // The estimate of the centred values is what rounding took from the mean.
    let offset = if constant { values[0] } else { mean };
    result.estimate += offset;
    if let Ok(ends) = &mut result.interval {
        ends.low += offset;
        ends.high += offset;
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::bootstrap::{BootstrapMethod, bootstrap};

    /// Oracle: all 27 samples of 0, 1, 5 by hand; sums and in how many of the samples each occurs.
    #[test]
    fn of_three_values_the_samples_are_the_27_there_are() {
        let expected = [(0, 1), (1, 3), (2, 3), (3, 1), (5, 3), (6, 6), (7, 3), (10, 3), (11, 3), (15, 1)];
        let settings = Bootstrap::new(270_000, 5);
        let rows = [[0.0], [1.0], [5.0]];
        let drawn = replicates(&settings, || (), |(), draw| Ok(drawn_sums(&rows, draw)[0]));
        let mut counts = [0_u32; 16];
        drawn.iter().for_each(|sum| counts[*sum.as_ref().unwrap() as usize] += 1);
        let mut chi_squared = 0.0;
        for (sum, ways) in expected {
            let expected = f64::from(ways) * 1e4;
            chi_squared += (f64::from(counts[sum]) - expected).powi(2) / expected;
        }
        assert_eq!(expected.iter().map(|&(sum, _)| counts[sum]).sum::<u32>(), 270_000);
        // Nine degrees of freedom: 45 is exceeded with probability 1e-6.
        assert!(chi_squared < 45.0, "{chi_squared}");
        // The variance of their mean is 14/3 over 3; 270,000 replicates leave 0.3 % of error.
        let result = bootstrap_mean(&[5.0, 0.0, 1.0], &settings).unwrap();
        assert!((result.std_error / (14.0_f64 / 9.0).sqrt() - 1.0).abs() < 5e-3);
        assert!(result.bias.abs() < 0.012);
        assert_eq!(result.estimate, 2.0);
        // 1/27 of the samples have a sum of 0, 5 in 27 one of 1 or less.
        let ends = bootstrap_mean(&[5.0, 0.0, 1.0], &settings.method(BootstrapMethod::Percentile)).unwrap().interval;
        let ends = ends.unwrap();
        assert!(ends.low.abs() < 1e-15 && (ends.high - 5.0).abs() < 1e-14, "{ends:?}");
    }

    const SKEWED: [f64; 20] =
        [1.2, 0.3, 5.6, 2.2, 0.1, 0.9, 3.3, 0.4, 12.5, 1.8, 0.7, 0.2, 2.9, 1.1, 0.5, 7.4, 0.6, 1.5, 4.1, 0.8];

    /// Oracle: scipy 1.17.1, `bootstrap` with 2,000,000 resamples. The 0.025 quantile of 200,000
    /// replicates has a standard error of sqrt(0.025 * 0.975 / 200,000) over the density, about 0.006
    /// standard errors of the mean at the lower and 0.012 at the upper end; the bound is four of those.
    #[test]
    fn intervals_agree_with_scipy_within_monte_carlo_error() {
        let settings = Bootstrap::new(200_000, 20);
        let (std_error, bound) = (SCIPY_STD_ERROR, 0.05 * SCIPY_STD_ERROR);
        for (method, low, high) in [
            (BootstrapMethod::Percentile, SCIPY_PERCENTILE.0, SCIPY_PERCENTILE.1),
            (BootstrapMethod::Bca, SCIPY_BCA.0, SCIPY_BCA.1),
        ] {
            let result = bootstrap_mean(&SKEWED, &settings.method(method)).unwrap();
            let ends = result.interval.unwrap();
            assert!((result.std_error / std_error - 1.0).abs() < 0.01);
            assert!((ends.low - low).abs() < bound && (ends.high - high).abs() < bound, "{method:?} {ends:?}");
        }
    }

    const SCIPY_STD_ERROR: f64 = 0.668_047_759;
    const SCIPY_PERCENTILE: (f64, f64) = (1.265, 3.855);
    const SCIPY_BCA: (f64, f64) = (1.445, 4.327_274);

    #[test]
    fn sums_and_rows_give_the_same_replicates() {
        let mut sorted = SKEWED;
        sorted.sort_by(f64::total_cmp);
        let settings = Bootstrap::new(500, 3);
        let by_rows = bootstrap(sorted.len(), &settings, |rows| {
            Ok(rows.iter().map(|&row| sorted[row]).sum::<f64>() / rows.len() as f64)
        });
        let (by_rows, by_sums) = (by_rows.unwrap(), bootstrap_mean(&SKEWED, &settings).unwrap());
        assert!((by_rows.std_error / by_sums.std_error - 1.0).abs() < 1e-12);
        let (a, b) = (by_rows.interval.unwrap(), by_sums.interval.unwrap());
        assert!((a.low - b.low).abs() < 1e-12 && (a.high - b.high).abs() < 1e-12);
    }

    /// A nominal 0.95 for means of 30 exponential values; the interval of 400 trials is -+0.03.
    #[test]
    fn intervals_of_skewed_samples_cover_about_as_often_as_they_say() {
        let mut covered = 0;
        for sample in 0..400 {
            let mut draw = Draw::of(99, sample);
            let values: Vec<f64> =
                (0..30).map(|_| -((draw.below(1 << 30) as f64 + 0.5) / 2.0_f64.powi(30)).ln()).collect();
            let ends = bootstrap_mean(&values, &Bootstrap::new(999, u64::from(sample))).unwrap().interval.unwrap();
            covered += u32::from(ends.low <= 1.0 && 1.0 <= ends.high);
        }
        // BCa covers 0.92 here: Efron & Tibshirani (1993) report 0.93 for such samples.
        assert!((356..=392).contains(&covered), "{covered} of 400");
    }

    /// Of ten zeros and ten ones, 0.1762 of the samples have ten ones. Counted to one side for the
    /// digits they lose, they would move the bias correction by 0.23.
    #[test]
    fn samples_equal_to_the_estimate_count_one_half_whatever_they_lose_to_rounding() {
        let (ends, tenths) = ([0.0, 1.0], [0.1, 0.8]);
        let mean = |pair: [f64; 2]| {
            let values: Vec<f64> = pair.iter().flat_map(|&value| [value; 10]).collect();
            bootstrap_mean(&values, &Bootstrap::new(20_000, 4)).unwrap().interval.unwrap()
        };
        let (ends, tenths) = (mean(ends), mean(tenths));
        assert!((ends.low - 0.3).abs() < 1e-9 && (ends.high - 0.7).abs() < 1e-9, "{ends:?}");
        assert!((tenths.low - 0.31).abs() < 1e-9 && (tenths.high - 0.59).abs() < 1e-9, "{tenths:?}");
    }

    #[test]
    fn threads_change_no_digit() {
        let settings = Bootstrap::new(300, 8);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| bootstrap_mean(&SKEWED, &settings).unwrap())
        };
        assert_eq!(on(1), on(4));
        assert_ne!(on(1), bootstrap_mean(&SKEWED, &Bootstrap::new(300, 9)).unwrap());
    }

    #[test]
    fn a_large_offset_costs_nothing() {
        let settings = Bootstrap::new(300, 8);
        let (near, far) = ([1.0, 2.0, 4.0, 9.0], [1e15 + 1.0, 1e15 + 2.0, 1e15 + 4.0, 1e15 + 9.0]);
        let (near, far) = (bootstrap_mean(&near, &settings).unwrap(), bootstrap_mean(&far, &settings).unwrap());
        assert!((near.std_error / far.std_error - 1.0).abs() < 1e-14);
    }

    #[test]
    fn what_has_no_interval_says_why() {
        let settings = Bootstrap::new(100, 1);
        let percentile = settings.method(BootstrapMethod::Percentile);
        let constant = bootstrap_mean(&[0.1; 7], &settings).unwrap();
        assert_eq!((constant.estimate, constant.std_error, constant.bias), (0.1, 0.0, 0.0));
        assert_eq!(constant.interval, Err(Undefined::Constant));
        let ends = bootstrap_mean(&[0.1; 7], &percentile).unwrap().interval.unwrap();
        assert_eq!((ends.low, ends.high), (0.1, 0.1));
        assert_eq!(bootstrap_mean(&[], &settings).unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(bootstrap_mean(&[1.0, f64::NAN], &settings).unwrap_err(), Undefined::NotFinite);
        assert_eq!(bootstrap_mean(&[f64::MAX, -f64::MAX], &settings).unwrap_err(), Undefined::Overflow);
        let one = bootstrap_mean(&[3.0], &settings).unwrap();
        assert_eq!(one.interval, Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(bootstrap_mean(&[1.0, 2.0], &settings.conf_level(1.0)).unwrap_err(), Undefined::OutOfRange);
        assert!(bootstrap_mean(&[1.0, 2.0], &Bootstrap::new(1, 1)).is_err());
    }

    /// A quarter of the samples of two values are twice the first: (1/2)^2.
    #[test]
    fn samples_without_a_statistic_are_counted() {
        let values = [0.0, 1.0];
        let ratio = |rows: &[usize]| match rows.iter().map(|&row| values[row]).sum::<f64>() {
            0.0 => Err(Undefined::NotPositive),
            sum => Ok(1.0 / sum),
        };
        let result = bootstrap(2, &Bootstrap::new(4_000, 2), ratio).unwrap();
        assert!((f64::from(result.n_undefined) / 4_000.0 - 0.25).abs() < 0.035, "{}", result.n_undefined);
        assert_eq!(result.interval, Err(Undefined::NotPositive), "nor is there one without the second row");
    }

    proptest! {
        #[test]
        fn no_order_of_values_changes_a_digit(mut values in prop::collection::vec(-1e6..1e6, 2..30), seed: u64) {
            let before = bootstrap_mean(&values, &Bootstrap::new(50, seed)).unwrap();
            values.reverse();
            prop_assert_eq!(bootstrap_mean(&values, &Bootstrap::new(50, seed)).unwrap(), before);
        }
    }
}
