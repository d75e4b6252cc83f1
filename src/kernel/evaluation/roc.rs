//! The receiver operating characteristic and the area under it.
//!
//! Notation: of `n1` positives and `n0` negatives, `tp` and `fp` have a score of the threshold or
//! above; `TPR = tp / n1`, `FPR = fp / n0`.
//!
//! ```text
//! AUC = (pairs in which the positive scores higher + 1/2 of the tied pairs) / (n1 n0)
//! Gini = 2 AUC - 1
//! ```
//! J. A. Hanley & B. J. McNeil (1982), Radiology 143(1), 29-36. Pairs are counted along the sorted
//! scores; counts are doubles, which hold every whole number up to 2^53, 9e15 pairs, and beyond
//! that the sum is compensated.

use serde::Serialize;

use super::ranked::ScoreRuns;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;

/// The chance that a positive scores higher than a negative, ties counting one half.
///
/// 0.5 is what chance gives, 1 a perfect order, 0 a perfectly wrong one.
///
/// # Errors
/// [`Undefined::OneGroup`] without positives or without negatives.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::{RankedScores, roc_auc};
///
/// let ranked = RankedScores::of(&[true, false, true], &[3.0, 2.0, 1.0])?;
/// assert_eq!(roc_auc(&ranked), Ok(0.5));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn roc_auc(scores: &impl ScoreRuns) -> Result<f64, Undefined> {
    let (won, pairs) = doubled_pairs(scores)?;
    Ok((won / pairs).min(1.0))
}

/// `2 AUC - 1`, from -1 to 1; also called Somers' D.
///
/// # Errors
/// As [`roc_auc`].
pub fn gini(scores: &impl ScoreRuns) -> Result<f64, Undefined> {
    // From pairs, so that an area near one half loses nothing.
    let (won, pairs) = doubled_pairs(scores)?;
    Ok(((2.0 * won - pairs) / pairs).clamp(-1.0, 1.0))
}

/// Twice the pairs won, ties counting one half, and twice all pairs.
fn doubled_pairs(scores: &impl ScoreRuns) -> Result<(f64, f64), Undefined> {
    let (positives, negatives) = scores.both()?;
    let (mut above, mut won) = (CompensatedSum::default(), CompensatedSum::default());
    scores.for_each_descending(|run| {
        won.add(run.negatives * (2.0 * above.value() + run.positives));
        above.add(run.positives);
    });
    let pairs = 2.0 * positives * negatives;
    if won.value().is_finite() && pairs.is_finite() { Ok((won.value(), pairs)) } else { Err(Undefined::Overflow) }
}

/// A corner of the curve: what share of either class a threshold takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RocPoint {
    /// Scores of this and above are predicted positive; `None` for the point that takes nothing.
    pub threshold: Option<f64>,
    /// Share of the positives that are taken.
    pub true_positive_rate: f64,
    /// Share of the negatives that are taken.
    pub false_positive_rate: f64,
}

/// The curve from (0, 0) to (1, 1), by falling threshold, without the points that lie on a
/// straight line between others.
///
/// # Errors
/// As [`roc_auc`].
pub fn roc_curve(scores: &impl ScoreRuns) -> Result<Vec<RocPoint>, Undefined> {
    let (positives, negatives) = scores.both()?;
    let (mut above1, mut above0) = (CompensatedSum::default(), CompensatedSum::default());
    let mut points = vec![RocPoint { threshold: None, true_positive_rate: 0.0, false_positive_rate: 0.0 }];
    let mut direction = (0.0, 0.0);
    scores.for_each_descending(|run| {
        above1.add(run.positives);
        above0.add(run.negatives);
        // The last corner moves on as long as the direction is the same.
        if points.len() > 1 && direction.0 * run.negatives == direction.1 * run.positives {
            points.pop();
        }
        direction = (run.positives, run.negatives);
        points.push(RocPoint {
            threshold: Some(run.score),
            true_positive_rate: (above1.value() / positives).min(1.0),
            false_positive_rate: (above0.value() / negatives).min(1.0),
        });
    });
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::evaluation::{RankedScores, WeightedScores};

    fn ranked(labels: &[u8], scores: &[f64]) -> RankedScores {
        RankedScores::of(&labels.iter().map(|&label| label == 1).collect::<Vec<_>>(), scores).unwrap()
    }

    /// Oracle: `twelve_rows_with_ties` of the reference metrics, 60 digits: 23 of 35 pairs.
    #[test]
    fn ties_count_one_half() {
        let scores = [0.9, 0.9, 0.8, 0.7, 0.7, 0.7, 0.6, 0.4, 0.4, 0.3, 0.3, 0.1];
        let ranked = ranked(&[1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0], &scores);
        assert_eq!((roc_auc(&ranked), gini(&ranked)), (Ok(0.6571428571428571), Ok(0.3142857142857143)));
    }

    #[test]
    fn all_tied_is_chance_and_either_end_is_reached() {
        assert_eq!(roc_auc(&ranked(&[1, 0, 0], &[7.0; 3])), Ok(0.5));
        assert_eq!(roc_auc(&ranked(&[1, 0], &[2.0, 1.0])), Ok(1.0));
        assert_eq!(gini(&ranked(&[1, 0], &[1.0, 2.0])), Ok(-1.0));
        assert_eq!(roc_auc(&ranked(&[1, 1], &[1.0, 2.0])), Err(Undefined::OneGroup));
        assert_eq!(roc_auc(&ranked(&[0], &[1.0])), Err(Undefined::OneGroup));
    }

    /// By hand: weights 2 and 1 of the positives, 1 and 3 of the negatives; of 12 pairs, 2 * 4 are
    /// won by the first, and the second ties with 1 and wins 3.
    #[test]
    fn weights_multiply_pairs() {
        let weighted =
            WeightedScores::of(&[true, true, false, false], &[0.9, 0.5, 0.5, 0.1], &[2.0, 1.0, 1.0, 3.0]).unwrap();
        assert_eq!(roc_auc(&weighted), Ok(11.5 / 12.0));
        let heavy = WeightedScores::of(&[true, false], &[1.0, 0.0], &[1e200, 1e200]).unwrap();
        assert_eq!(roc_auc(&heavy), Err(Undefined::Overflow));
    }

    #[test]
    fn the_curve_keeps_its_corners_only() {
        let points = roc_curve(&ranked(&[1, 1, 0, 0, 1, 0], &[6.0, 5.0, 4.0, 3.0, 2.0, 2.0])).unwrap();
        let found: Vec<_> = points.iter().map(|p| (p.threshold, p.true_positive_rate, p.false_positive_rate)).collect();
        let two_thirds = 2.0 / 3.0;
        let expected = [
            (None, 0.0, 0.0),
            (Some(5.0), two_thirds, 0.0),
            (Some(3.0), two_thirds, two_thirds),
            (Some(2.0), 1.0, 1.0),
        ];
        assert_eq!(found, expected);
    }
}
