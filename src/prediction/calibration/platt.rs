//! Calibration by one S-shaped curve.

use serde::{Deserialize, Serialize};

use super::calibrator::{CalibrationMap, Calibrator, ScoreScale};
use super::logistic_curve::{LogisticCurve, logit};
use super::rows::{Rows, refused, unusable};
use crate::error::Result;
use crate::kernel::evaluation::{RankedScores, ScoreRun, ScoreRuns, WeightedScores};
use crate::kernel::undefined::Undefined;

/// Calibration by a logistic regression of the labels on the scores, after Platt.
///
/// Two numbers are learned, so that some tens of rows of each class will do. On logits, the
/// default, it mends probabilities that are too sure or too timid; on plain scores it makes
/// probabilities of margins, points or ranks.
///
/// # References
///
/// J. C. Platt (1999), "Probabilistic outputs for support vector machines", in Advances in Large
/// Margin Classifiers, 61-74.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::calibration::{Platt, ScoreScale};
///
/// // One of four comes at a score of 0, three of four at 2.
/// let labels = [true, false, false, false, true, true, true, false];
/// let scores = [0.0, 0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0];
/// let calibrator = Platt::new().scale(ScoreScale::Score).smoothing(false).fit(&labels, &scores, None)?;
/// let prob = calibrator.apply(&[0.0, 1.0, 2.0])?;
/// assert!((prob[0] - 0.25).abs() < 1e-12 && (prob[1] - 0.5).abs() < 1e-12);
/// # Ok::<(), customer_analytics::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Platt {
    #[serde(default)]
    scale: ScoreScale,
    #[serde(default = "yes")]
    smoothing: bool,
}

fn yes() -> bool {
    true
}

impl Default for Platt {
    fn default() -> Self {
        Self::new()
    }
}

impl Platt {
    /// On logits of probabilities, with smoothed targets.
    pub fn new() -> Self {
        Self { scale: ScoreScale::default(), smoothing: true }
    }

    /// Chooses what the regression is on.
    pub fn scale(mut self, scale: ScoreScale) -> Self {
        self.scale = scale;
        self
    }

    /// Whether targets are `(N1 + 1) / (N1 + 2)` and `1 / (N0 + 2)` in place of 1 and 0, as Platt
    /// has it: it keeps the curve finite where the classes do not overlap; on by default. Without
    /// it this is the plain logistic recalibration.
    pub fn smoothing(mut self, smoothing: bool) -> Self {
        self.smoothing = smoothing;
        self
    }

    /// Learns the curve from labels and scores of rows that the model has not seen; whole-number
    /// weights are repeated rows.
    ///
    /// # Errors
    /// `Unusable` for slices of different lengths or no rows, scores that are NaN, infinite, all
    /// the same or, on logits, not above 0 and below 1; weights that are negative or not finite;
    /// rows of one class; classes that do not overlap, without smoothing.
    pub fn fit(&self, labels: &[bool], scores: &[f64], weights: Option<&[f64]>) -> Result<Calibrator> {
        let rows = Rows::of(labels, scores, weights)?;
        if self.scale == ScoreScale::Logit {
            let n_out = scores.iter().filter(|&&score| !(score > 0.0 && score < 1.0)).count();
            if n_out > 0 {
                return Err(unusable(format!(
                    "{n_out} score(s) are not above 0 and below 1, so that they have no logit; use \
                     `Platt::scale(ScoreScale::Score)` or `Isotonic`"
                )));
            }
        }
        let mut runs = runs(&rows).map_err(|reason| refused(&reason))?;
        if self.scale == ScoreScale::Logit {
            runs.iter_mut().for_each(|run| run.score = logit(run.score));
        }
        if self.smoothing {
            smooth(&mut runs);
        }
        let curve = LogisticCurve::through(&runs).map_err(|reason| match reason {
            Undefined::Separated => unusable(
                "the two classes do not overlap, so that no finite curve is the best; use `Platt::smoothing(true)` \
                 or `Isotonic`"
                    .to_owned(),
            ),
            reason => refused(&reason),
        })?;
        let LogisticCurve { centre, spread, intercept, slope, .. } = curve;
        let map = CalibrationMap::Platt { scale: self.scale, centre, spread, intercept, slope };
        Ok(Calibrator::new(map, rows.n_positives, rows.n_negatives))
    }
}

/// Distinct scores by rising score.
fn runs(rows: &Rows<'_>) -> Result<Vec<ScoreRun>, Undefined> {
    let mut runs = Vec::new();
    match rows.weights {
        None => RankedScores::of(rows.labels, rows.scores)?.for_each_ascending(|run| runs.push(run)),
        Some(weights) => {
            WeightedScores::of(rows.labels, rows.scores, weights)?.for_each_ascending(|run| runs.push(run));
        }
    }
    Ok(runs)
}

/// Takes a little of each class for the other.
fn smooth(runs: &mut [ScoreRun]) {
    let sum = |of: fn(&ScoreRun) -> f64| {
        let mut sum = crate::kernel::sum::CompensatedSum::default();
        runs.iter().for_each(|run| sum.add(of(run)));
        sum.value()
    };
    let (target1, target0) = (1.0 / (sum(|run| run.positives) + 2.0), 1.0 / (sum(|run| run.negatives) + 2.0));
    for run in runs {
        // What is lost to the other class is small, so it is subtracted and not what is left.
        let (to_negatives, to_positives) = (run.positives * target1, run.negatives * target0);
        run.positives = run.positives - to_negatives + to_positives;
        run.negatives = run.negatives - to_positives + to_negatives;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [bool; 12] = [true, false, true, true, false, false, true, false, false, false, true, false];
    const SCORES: [f64; 12] = [0.9, 0.9, 0.8, 0.7, 0.7, 0.7, 0.6, 0.4, 0.4, 0.3, 0.3, 0.1];

    /// Oracle: mpmath 1.4.1, 40 digits, Newton's method on the likelihood of the twelve rows, plain
    /// and with Platt's targets of 6/7 and 1/9; probabilities at 0.2 and 0.85.
    #[test]
    fn curves_are_those_of_maximum_likelihood() {
        for (scale, smoothing, expected) in ORACLE {
            let found = Platt::new().scale(scale).smoothing(smoothing).fit(&LABELS, &SCORES, None).unwrap();
            for (found, expected) in found.apply(&[0.2, 0.85]).unwrap().iter().zip(expected) {
                assert!((found - expected).abs() <= 1e-12 * expected, "{scale:?} {smoothing}: {found} {expected}");
            }
            assert_eq!((found.n_positives(), found.n_negatives()), (5, 7));
        }
    }

    #[test]
    fn weights_are_repeated_rows() {
        let weights: Vec<f64> = (0..12).map(|row| f64::from(row % 3)).collect();
        let repeat = |row: usize| std::iter::repeat_n(row, row % 3);
        let labels: Vec<bool> = (0..12).flat_map(repeat).map(|row| LABELS[row]).collect();
        let scores: Vec<f64> = (0..12).flat_map(repeat).map(|row| SCORES[row]).collect();
        let weighted = Platt::new().fit(&LABELS, &SCORES, Some(&weights)).unwrap();
        let repeated = Platt::new().fit(&labels, &scores, None).unwrap();
        assert_eq!(weighted.map(), repeated.map());
        assert_eq!(weighted.n_positives() + weighted.n_negatives(), 8);
    }

    #[test]
    fn what_cannot_be_learned_from_is_refused() {
        let of = |labels: &[bool], scores: &[f64], weights: Option<&[f64]>| {
            Platt::new().smoothing(false).fit(labels, scores, weights).unwrap_err().to_string()
        };
        let two = [true, false];
        assert_eq!(of(&two, &[0.5], None), "calibration: 2 label(s) but 1 score(s) or weight(s)");
        assert_eq!(
            of(&[true, true], &[0.5, 0.6], None),
            "calibration: the 2 row(s) with weight are of one class, and there is nothing to learn from; give rows of both"
        );
        assert!(of(&[], &[], None).contains("the 0 row(s) with weight are of one class"));
        assert!(of(&two, &[0.5, 0.6], Some(&[1.0, 0.0])).contains("the 1 row(s) with weight are of one class"));
        assert!(of(&two, &[0.5, f64::NAN], None).contains("1 score(s) are NaN or infinite"));
        assert!(of(&two, &[0.5, 0.6], Some(&[-1.0, 1.0])).contains("1 weight(s) are negative"));
        assert!(of(&two, &[0.5, 0.5], None).contains("all scores are the same"));
        assert!(of(&two, &[0.0, 1.0], None).contains("2 score(s) are not above 0 and below 1"));
        assert!(of(&two, &[0.9, 0.1], None).contains("use `Platt::smoothing(true)`"));
        assert!(Platt::new().fit(&two, &[0.9, 0.1], None).is_ok());
        let far = Platt::new().scale(ScoreScale::Score).fit(&two, &[-1.7e308, 1.7e308], None).unwrap_err();
        assert_eq!(far.to_string(), "calibration: the calibration is undefined: beyond the largest double");
    }

    const ORACLE: [(ScoreScale, bool, [f64; 2]); 4] = [
        (ScoreScale::Logit, false, [0.21087718482738022, 0.5951805411487324]),
        (ScoreScale::Logit, true, [0.2678396036806598, 0.5522650063641455]),
        (ScoreScale::Score, false, [0.195855759191282, 0.6016177895156383]),
        (ScoreScale::Score, true, [0.2548441547353636, 0.5577825798282433]),
    ];
}
