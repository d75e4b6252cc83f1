//! How far apart the scores of the two classes are: Kolmogorov and Smirnov's distance.

use serde::Serialize;

use super::ranked::ScoreRuns;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;

/// The largest gap between the shares of positives and of negatives above one threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Separation {
    /// `max |TPR - FPR|` over all thresholds, 0..=1: the KS statistic.
    pub ks: f64,
    /// `max (TPR - FPR)`, at least 0; less than `ks` only where scores rank the wrong way. It is
    /// Youden's J at its best.
    pub ks_one_sided: f64,
    /// The highest threshold at which `ks_one_sided` is reached, positive being predicted from
    /// there up.
    pub threshold: f64,
}

/// The KS statistic of scores, and the threshold where it lies.
///
/// # Errors
/// [`Undefined::OneGroup`] without positives or without negatives.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::{RankedScores, separation};
///
/// // From 0.8 up there are both positives and one of the three negatives.
/// let ranked = RankedScores::of(&[true, false, true, false, false], &[0.9, 0.85, 0.8, 0.5, 0.1])?;
/// let found = separation(&ranked)?;
/// assert_eq!((found.ks, found.threshold), (2.0 / 3.0, 0.8));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn separation(scores: &impl ScoreRuns) -> Result<Separation, Undefined> {
    let (positives, negatives) = scores.both()?;
    let (mut above1, mut above0) = (CompensatedSum::default(), CompensatedSum::default());
    // Gaps times `n1 n0`: whole numbers, so that equal gaps are found equal.
    let (mut highest, mut lowest, mut threshold) = (f64::NEG_INFINITY, 0.0_f64, 0.0);
    scores.for_each_descending(|run| {
        above1.add(run.positives);
        above0.add(run.negatives);
        let gap = above1.value() * negatives - above0.value() * positives;
        if gap > highest {
            (highest, threshold) = (gap, run.score);
        }
        lowest = lowest.min(gap);
    });
    let pairs = positives * negatives;
    if !pairs.is_finite() {
        return Err(Undefined::Overflow);
    }
    let share = |gap: f64| (gap.max(0.0) / pairs).min(1.0);
    Ok(Separation { ks: share(highest.max(-lowest)), ks_one_sided: share(highest), threshold })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::evaluation::RankedScores;

    /// By hand: at every threshold but the last there are more negatives than positives.
    #[test]
    fn scores_that_rank_the_wrong_way_are_far_apart_too() {
        let ranked = RankedScores::of(&[false, false, true], &[3.0, 2.0, 1.0]).unwrap();
        let found = separation(&ranked).unwrap();
        assert_eq!((found.ks, found.ks_one_sided, found.threshold), (1.0, 0.0, 1.0));
        let tied = RankedScores::of(&[false, true], &[3.0, 3.0]).unwrap();
        assert_eq!(separation(&tied).map(|found| (found.ks, found.threshold)), Ok((0.0, 3.0)));
        let one = RankedScores::of(&[true], &[3.0]).unwrap();
        assert_eq!(separation(&one), Err(Undefined::OneGroup));
    }

    /// By hand: after the first score and after the third the gap is one half.
    #[test]
    fn of_equal_gaps_the_higher_threshold_counts() {
        let ranked = RankedScores::of(&[true, false, true, false], &[4.0, 3.0, 2.0, 1.0]).unwrap();
        assert_eq!(separation(&ranked).map(|found| (found.ks, found.threshold)), Ok((0.5, 4.0)));
    }
}
