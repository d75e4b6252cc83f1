//! Shares of answers with Wilson's interval, and means of scores with Student's.

use serde::Serialize;

use super::weight_sums::{WeightSums, size_by_error};
use crate::kernel::interval::{Interval, mean_t, normal_critical, wilson_at};
use crate::kernel::undefined::Undefined;

/// A share of answers, 0..=1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Share {
    /// Answers it is a share of.
    pub n: u64,
    /// Answers that count, weighted or not.
    pub n_successes: u64,
    /// Kish's effective number of answers; `n` without weights.
    pub n_eff: f64,
    /// The share.
    pub estimate: f64,
    /// Its standard error: `sqrt(p (1 - p) / n)`, linearised with weights.
    pub std_error: f64,
    /// Wilson's interval; with weights that of as many unweighted answers as are as sure, the smaller
    /// one of `n_eff` and of the number that the standard error speaks of.
    pub interval: Interval,
}

impl Share {
    /// Of counts; the interval by the normal quantile.
    pub(super) fn of_counts(successes: u64, n: u64, z: f64) -> Result<Self, Undefined> {
        let interval = wilson_at(successes as f64, n as f64, z)?;
        let (n_eff, estimate, rest) = (n as f64, successes as f64 / n as f64, (n - successes) as f64 / n as f64);
        let std_error = (estimate * rest / n_eff).sqrt();
        Ok(Self { n, n_successes: successes, n_eff, estimate, std_error, interval })
    }

    /// Of sums of weights of those that count and of the others.
    pub(super) fn of_weights(successes: WeightSums, others: WeightSums, z: f64) -> Result<Self, Undefined> {
        let kinds = [successes, others];
        let total = WeightSums::checked_total(&kinds)?;
        let [estimate, rest] = kinds.map(|kind| kind.sum / total.sum);
        let std_error = WeightSums::linearised_error(&kinds, &[rest, -estimate], total.sum);
        let n_eff = total.effective();
        let size = size_by_error(n_eff, estimate * rest, std_error);
        let interval = wilson_at(estimate.min(1.0) * size, size, z)?;
        Ok(Self { n: total.n, n_successes: successes.n, n_eff, estimate, std_error, interval })
    }
}

/// The share of those who were asked that answered, with Wilson's interval.
///
/// # Errors
///
/// [`Undefined::TooFew`] when nobody was asked, [`Undefined::OutOfRange`] when more answered than were asked
/// and unless `0 < conf_level < 1`.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::response_rate;
///
/// let rate = response_rate(312, 1_000, 0.95)?;
/// assert_eq!(rate.estimate, 0.312);
/// assert!(rate.interval.low > 0.28 && rate.interval.high < 0.35);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn response_rate(n_responses: u64, n_invited: u64, conf_level: f64) -> Result<Share, Undefined> {
    if n_responses > n_invited {
        return Err(Undefined::OutOfRange);
    }
    Share::of_counts(n_responses, n_invited, normal_critical(conf_level)?)
}

/// A mean score, in the unit of the scale.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MeanScore {
    /// Answers.
    pub n: u64,
    /// Kish's effective number of answers; `n` without weights.
    pub n_eff: f64,
    /// The mean.
    pub estimate: f64,
    /// Standard deviation of the answers with the divisor `n - 1`, weighted `sum w - sum w^2 / sum w`;
    /// undefined for one answer.
    pub sd: Result<f64, Undefined>,
    /// Standard error of the mean: the standard deviation over the root of `n`, linearised with
    /// weights; undefined for one answer.
    pub std_error: Result<f64, Undefined>,
    /// Interval by Student's t, cut off at the ends of the scale; undefined for one answer, and
    /// [`Undefined::Constant`] when all answers are equal.
    pub interval: Result<Interval, Undefined>,
}

impl MeanScore {
    /// The interval belongs to `df` degrees of freedom and ends where the scale does.
    pub(crate) fn interval(
        (estimate, std_error): (f64, f64),
        df: f64,
        (lowest, highest): (f64, f64),
        conf_level: f64,
    ) -> Result<Interval, Undefined> {
        if std_error == 0.0 {
            return Err(Undefined::Constant);
        }
        if !(df > 0.0 && df.is_finite()) {
            return Err(Undefined::TooFew { n: 1, needed: 2 });
        }
        let ends = mean_t(estimate, std_error, df, conf_level)?;
        Ok(Interval { low: ends.low.max(lowest), high: ends.high.min(highest) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::interval::wilson;

    /// Oracle: statsmodels 0.15.0, `proportion_confint(312, 1000, method="wilson")`.
    #[test]
    fn response_rates_have_wilsons_interval() {
        let rate = response_rate(312, 1_000, 0.95).unwrap();
        assert!((rate.interval.low - 0.2840496860924683).abs() < 1e-13, "{rate:?}");
        assert!((rate.interval.high - 0.3413891750981004).abs() < 1e-13);
        assert!((rate.std_error - (0.312 * 0.688 / 1_000.0_f64).sqrt()).abs() < 1e-16);
        assert_eq!((rate.n, rate.n_successes, rate.n_eff), (1_000, 312, 1_000.0));
    }

    #[test]
    fn rates_that_cannot_be_say_why() {
        assert_eq!(response_rate(0, 0, 0.95), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(response_rate(2, 1, 0.95), Err(Undefined::OutOfRange));
        assert_eq!(response_rate(1, 2, 1.0), Err(Undefined::OutOfRange));
        let nobody = response_rate(0, 40, 0.95).unwrap();
        assert!(nobody.estimate == 0.0 && nobody.interval.low == 0.0 && nobody.interval.high > 0.08);
    }

    /// By hand: weights 3 and 1 that count, 1 and 1 that do not: p = 2/3, W^2 = 36;
    /// SE^2 = (10 / 9 + 2 * 4 / 9) / 36 = 1/18, which speaks of (2/9) 18 = 4 answers; n_eff = 3.
    #[test]
    fn weighted_shares_have_a_linearised_error() {
        let share =
            Share::of_weights(WeightSums::of([3.0, 1.0]), WeightSums::of([1.0, 1.0]), normal_critical(0.95).unwrap())
                .unwrap();
        assert!((share.estimate - 2.0 / 3.0).abs() < 1e-15 && (share.n_eff - 3.0).abs() < 1e-15);
        assert!((share.std_error - (1.0_f64 / 18.0).sqrt()).abs() < 1e-15);
        assert_eq!((share.n, share.n_successes), (4, 2));
        let expected = wilson(2.0, 3.0, 0.95).unwrap();
        assert!(
            (share.interval.low - expected.low).abs() < 1e-14 && (share.interval.high - expected.high).abs() < 1e-14
        );
    }
}
