//! Answers on a scale of whole numbers, counted.

use super::share::{MeanScore, Share};
use crate::kernel::interval::{normal_critical, tail_share};
use crate::kernel::undefined::Undefined;

/// How often each score of a scale was given.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::ScoreCounts;
///
/// // "How satisfied are you", 1 to 5: 2, 3, 10, 40 and 45 answers.
/// let answers = ScoreCounts::new(1, &[2, 3, 10, 40, 45]);
/// let mean = answers.mean(0.95)?;
/// assert_eq!((mean.n, mean.estimate), (100, 4.23));
/// // Satisfied are those who answered 4 or 5.
/// assert_eq!(answers.top_box(2, 0.95)?.estimate, 0.85);
/// assert_eq!(answers.bottom_box(2, 0.95)?.estimate, 0.05);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreCounts<'a> {
    lowest: i32,
    counts: &'a [u64],
}

impl<'a> ScoreCounts<'a> {
    /// Counts of all scores of a scale, in ascending order from its lowest.
    #[must_use]
    pub fn new(lowest: i32, counts: &'a [u64]) -> Self {
        Self { lowest, counts }
    }

    /// All answers.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.counts.iter().fold(0, |sum: u64, &count| sum.saturating_add(count))
    }

    /// The share of answers among the `k` highest scores of the scale.
    ///
    /// # Errors
    ///
    /// [`Undefined::TooFew`] when there are no answers, [`Undefined::OutOfRange`] unless `k` is from 1 to
    /// the number of scores and `0 < conf_level < 1`.
    pub fn top_box(&self, k: usize, conf_level: f64) -> Result<Share, Undefined> {
        self.top_box_at(k, normal_critical(conf_level)?)
    }

    /// [`top_box`](Self::top_box) by the normal quantile, for many shares of one confidence.
    pub(crate) fn top_box_at(&self, k: usize, z: f64) -> Result<Share, Undefined> {
        let from = self.counts.len().checked_sub(k).ok_or(Undefined::OutOfRange)?;
        self.share(&self.counts[from..], z)
    }

    /// The share of answers among the `k` lowest scores of the scale.
    ///
    /// # Errors
    ///
    /// As for [`top_box`](Self::top_box).
    pub fn bottom_box(&self, k: usize, conf_level: f64) -> Result<Share, Undefined> {
        self.bottom_box_at(k, normal_critical(conf_level)?)
    }

    /// [`bottom_box`](Self::bottom_box) by the normal quantile.
    pub(crate) fn bottom_box_at(&self, k: usize, z: f64) -> Result<Share, Undefined> {
        self.share(self.counts.get(..k).ok_or(Undefined::OutOfRange)?, z)
    }

    fn share(&self, of: &'a [u64], z: f64) -> Result<Share, Undefined> {
        if of.is_empty() {
            return Err(Undefined::OutOfRange);
        }
        Share::of_counts(Self { lowest: 0, counts: of }.n(), self.n(), z)
    }

    /// The mean score with its error.
    ///
    /// # Errors
    ///
    /// [`Undefined::TooFew`] when there are no answers, [`Undefined::OutOfRange`] unless
    /// `0 < conf_level < 1`.
    pub fn mean(&self, conf_level: f64) -> Result<MeanScore, Undefined> {
        tail_share(conf_level)?;
        let n = self.n();
        if n == 0 {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        // Steps above the lowest score, so that the sum is of whole numbers from 0.
        let steps: u128 = self.counts.iter().zip(0_u128..).map(|(&count, step)| u128::from(count) * step).sum();
        let (n_eff, above) = (n as f64, steps as f64 / n as f64);
        let sd = self.variance(n_eff, above).map(f64::sqrt);
        let std_error = sd.as_ref().map(|sd| sd / n_eff.sqrt()).map_err(Clone::clone);
        let estimate = f64::from(self.lowest) + above;
        let ends = (f64::from(self.lowest), f64::from(self.lowest) + (self.counts.len() - 1) as f64);
        let interval = std_error
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|&error| MeanScore::interval((estimate, error), n_eff - 1.0, ends, conf_level));
        Ok(MeanScore { n, n_eff, estimate, sd, std_error, interval })
    }

    /// With the divisor `n - 1`; squares about the mean, of which none is negative.
    fn variance(&self, n: f64, mean: f64) -> Result<f64, Undefined> {
        if n < 2.0 {
            return Err(Undefined::TooFew { n: 1, needed: 2 });
        }
        // The mean of equal answers need not be one of them after rounding.
        if self.counts.iter().filter(|&&count| count > 0).count() == 1 {
            return Ok(0.0);
        }
        let square = |(step, &count): (usize, &u64)| count as f64 * (step as f64 - mean).powi(2);
        Ok(self.counts.iter().enumerate().map(square).sum::<f64>() / (n - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::interval::{Interval, mean_t};
    use crate::kernel::moments;

    /// Oracle: numpy 2.4.6 and scipy 1.17.1 on the 100 scores: `std(ddof=1)`, `sem`, `t.interval`.
    #[test]
    fn the_mean_is_that_of_the_scores() {
        let found = ScoreCounts::new(1, &[2, 3, 10, 40, 45]).mean(0.95).unwrap();
        assert!((found.sd.unwrap() - 0.8973023543664173).abs() < 1e-14);
        assert!((found.std_error.unwrap() - 0.08973023543664173).abs() < 1e-15);
        let ends = found.interval.unwrap();
        assert!(
            (ends.low - 4.051955745776776).abs() < 1e-13 && (ends.high - 4.408044254223225).abs() < 1e-13,
            "{ends:?}"
        );
    }

    #[test]
    fn what_has_no_error_says_why() {
        assert_eq!(ScoreCounts::new(1, &[0; 5]).mean(0.95).unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(ScoreCounts::new(1, &[]).mean(0.95).unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
        let one = ScoreCounts::new(-3, &[0, 1, 0]).mean(0.95).unwrap();
        let too_few = Undefined::TooFew { n: 1, needed: 2 };
        assert_eq!((one.estimate, one.sd, one.std_error), (-2.0, Err(too_few.clone()), Err(too_few.clone())));
        assert_eq!(one.interval, Err(too_few));
        let equal = ScoreCounts::new(1, &[0, 0, 9, 0, 0]).mean(0.95).unwrap();
        assert_eq!((equal.estimate, equal.sd, equal.std_error), (3.0, Ok(0.0), Ok(0.0)));
        assert_eq!(equal.interval, Err(Undefined::Constant));
        assert_eq!(ScoreCounts::new(1, &[3, 2]).mean(f64::NAN).unwrap_err(), Undefined::OutOfRange);
    }

    #[test]
    fn boxes_lie_inside_the_scale() {
        let answers = ScoreCounts::new(0, &[1, 2, 3, 4]);
        assert_eq!(
            (answers.top_box(1, 0.9).unwrap().estimate, answers.bottom_box(1, 0.9).unwrap().estimate),
            (0.4, 0.1)
        );
        assert_eq!(answers.top_box(4, 0.9).unwrap().estimate, 1.0);
        for k in [0, 5, usize::MAX] {
            assert_eq!(answers.top_box(k, 0.9).unwrap_err(), Undefined::OutOfRange);
            assert_eq!(answers.bottom_box(k, 0.9).unwrap_err(), Undefined::OutOfRange);
        }
        assert_eq!(ScoreCounts::new(0, &[0, 0]).top_box(1, 0.9).unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
    }

    #[test]
    fn the_interval_of_a_mean_ends_with_the_scale() {
        let found = ScoreCounts::new(1, &[1, 0, 0, 0, 2]).mean(0.99).unwrap();
        assert_eq!(found.interval, Ok(Interval { low: 1.0, high: 5.0 }));
    }

    proptest! {
        #[test]
        fn counts_say_what_their_scores_say(counts in prop::collection::vec(0..40_u64, 2..12), lowest in -5..5) {
            let answers = ScoreCounts::new(lowest, &counts);
            prop_assume!(counts.iter().filter(|&&count| count > 0).count() > 1);
            let scores: Vec<f64> = counts.iter().zip(lowest..)
                .flat_map(|(&count, score)| std::iter::repeat_n(f64::from(score), count as usize)).collect();
            let found = answers.mean(0.9).unwrap();
            let (mean, sd) = (moments::mean(&scores).unwrap(), moments::sample_sd(&scores).unwrap());
            prop_assert!((found.estimate - mean).abs() < 1e-13);
            prop_assert!((found.sd.clone().unwrap() / sd - 1.0).abs() < 1e-13);
            let n = scores.len() as f64;
            let ends = mean_t(mean, sd / n.sqrt(), n - 1.0, 0.9).unwrap();
            let highest = f64::from(lowest) + (counts.len() - 1) as f64;
            let got = found.interval.unwrap();
            prop_assert!((got.low - ends.low.max(lowest.into())).abs() < 1e-11);
            prop_assert!((got.high - ends.high.min(highest)).abs() < 1e-11);
            for k in 1..counts.len() {
                let (top, bottom) = (answers.top_box(k, 0.9).unwrap(), answers.bottom_box(counts.len() - k, 0.9).unwrap());
                prop_assert!((top.estimate + bottom.estimate - 1.0).abs() < 1e-15);
                prop_assert!((top.interval.low + bottom.interval.high - 1.0).abs() < 1e-13);
            }
        }
    }
}
