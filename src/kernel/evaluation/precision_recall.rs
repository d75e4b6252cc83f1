//! Precision beside recall, and the area under that curve.
//!
//! ```text
//! precision = tp / (tp + fp),  recall = tp / n1,  at each distinct score from the highest down
//! average precision = sum (recall_k - recall_k-1) precision_k
//! ```
//! Equal scores are one step. The trapezoid joins the points by straight lines from recall 0 and
//! precision 1 on, which is too kind to a model: J. Davis & M. Goadrich (2006), Proceedings of
//! ICML, 233-240; the step sum is not.

use serde::Serialize;

use super::ranked::{ScoreRun, ScoreRuns};
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;

/// What a threshold takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PrecisionRecallPoint {
    /// Scores of this and above are predicted positive.
    pub threshold: f64,
    /// Share of positives among what is taken.
    pub precision: f64,
    /// Share of the positives that is taken.
    pub recall: f64,
}

/// The average precision: the area under the steps of precision over recall.
///
/// Chance gives the share of positives; for rare events it tells more than the area under the ROC
/// curve.
///
/// # Errors
/// [`Undefined::OneGroup`] without positives or without negatives.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::{RankedScores, average_precision};
///
/// // Recall 1/2 at precision 1, then recall 1 at precision 2/3.
/// let ranked = RankedScores::of(&[true, false, true], &[3.0, 2.0, 1.0])?;
/// assert_eq!(average_precision(&ranked), Ok(0.5 + 0.5 * 2.0 / 3.0));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn average_precision(scores: &impl ScoreRuns) -> Result<f64, Undefined> {
    let mut area = CompensatedSum::default();
    let positives = walk(scores, |run, point| area.add(run.positives * point.precision))?;
    Ok((area.value() / positives).min(1.0))
}

/// The area under straight lines between the points of precision and recall.
///
/// # Errors
/// As [`average_precision`].
pub fn pr_auc_trapezoid(scores: &impl ScoreRuns) -> Result<f64, Undefined> {
    let (mut area, mut before) = (CompensatedSum::default(), 1.0);
    let positives = walk(scores, |run, point| {
        area.add(run.positives * (0.5 * (before + point.precision)));
        before = point.precision;
    })?;
    Ok((area.value() / positives).min(1.0))
}

/// Precision and recall at every distinct score, by falling threshold.
///
/// # Errors
/// As [`average_precision`].
pub fn precision_recall_curve(scores: &impl ScoreRuns) -> Result<Vec<PrecisionRecallPoint>, Undefined> {
    let mut points = Vec::new();
    walk(scores, |_, point| points.push(point))?;
    Ok(points)
}

/// Shows each run with the point it leads to; gives the number of positives.
fn walk(scores: &impl ScoreRuns, mut see: impl FnMut(ScoreRun, PrecisionRecallPoint)) -> Result<f64, Undefined> {
    let (positives, _) = scores.both()?;
    let (mut above1, mut above0) = (CompensatedSum::default(), CompensatedSum::default());
    scores.for_each_descending(|run| {
        above1.add(run.positives);
        above0.add(run.negatives);
        let (taken, false_ones) = (above1.value(), above0.value());
        // As `1 / (1 + fp / tp)` it would be rounded twice.
        let precision = taken / (taken + false_ones);
        let recall = (taken / positives).min(1.0);
        see(run, PrecisionRecallPoint { threshold: run.score, precision, recall });
    });
    Ok(positives)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::evaluation::{RankedScores, WeightedScores};

    /// Oracle: `twelve_rows_with_ties` of the reference metrics, 60 digits.
    #[test]
    fn ties_are_one_step() {
        let labels = [true, false, true, true, false, false, true, false, false, false, true, false];
        let scores = [0.9, 0.9, 0.8, 0.7, 0.7, 0.7, 0.6, 0.4, 0.4, 0.3, 0.3, 0.1];
        let ranked = RankedScores::of(&labels, &scores).unwrap();
        assert!((average_precision(&ranked).unwrap() - 0.5385281385281385).abs() < 2e-16);
        assert!((pr_auc_trapezoid(&ranked).unwrap() - 0.5803751803751803).abs() < 2e-16);
        let points = precision_recall_curve(&ranked).unwrap();
        assert_eq!(points.len(), 7);
        assert_eq!((points[1].threshold, points[1].precision, points[1].recall), (0.8, 2.0 / 3.0, 0.4));
        let weighted = WeightedScores::of(&labels, &scores, &[3.0; 12]).unwrap();
        assert!((average_precision(&weighted).unwrap() - 0.5385281385281385).abs() < 4e-16);
    }

    #[test]
    fn constant_scores_have_the_share_of_positives() {
        let ranked = RankedScores::of(&[true, false, false, false], &[1.0; 4]).unwrap();
        assert_eq!(average_precision(&ranked), Ok(0.25));
        assert_eq!(average_precision(&RankedScores::of(&[true], &[1.0]).unwrap()), Err(Undefined::OneGroup));
    }
}
