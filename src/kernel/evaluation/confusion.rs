//! What a threshold gets right and wrong.

use serde::Serialize;

use super::sums::same_length;
use crate::kernel::undefined::Undefined;

/// Rows by what was predicted and what came.
///
/// Every share is undefined where it has nothing to be a share of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Confusion {
    /// Predicted, and it came.
    pub true_positives: u64,
    /// Predicted, and it did not come.
    pub false_positives: u64,
    /// Not predicted, and it did not come.
    pub true_negatives: u64,
    /// Not predicted, and it came.
    pub false_negatives: u64,
}

/// Counts what a threshold gets right; a score of the threshold or above predicts the event.
///
/// # Errors
/// [`Undefined::TooFew`] for no rows or slices of two lengths, [`Undefined::NotFinite`] for NaN.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::confusion;
///
/// let found = confusion(&[true, true, false, false], &[0.9, 0.2, 0.5, 0.1], 0.5)?;
/// assert_eq!((found.precision(), found.recall()), (Ok(0.5), Ok(0.5)));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn confusion(labels: &[bool], scores: &[f64], threshold: f64) -> Result<Confusion, Undefined> {
    same_length(labels.len(), scores.len())?;
    if threshold.is_nan() || scores.iter().fold(false, |any, score| any | score.is_nan()) {
        return Err(Undefined::NotFinite);
    }
    // By label and prediction, without a branch.
    let mut counts = [0_u64; 4];
    for (&label, &score) in labels.iter().zip(scores) {
        counts[2 * usize::from(label) + usize::from(score >= threshold)] += 1;
    }
    let [true_negatives, false_positives, false_negatives, true_positives] = counts;
    Ok(Confusion { true_positives, false_positives, true_negatives, false_negatives })
}

/// `part / whole`, where there is a whole.
fn share(part: u128, whole: u128) -> Result<f64, Undefined> {
    if whole == 0 { Err(Undefined::TooFew { n: 0, needed: 1 }) } else { Ok(part as f64 / whole as f64) }
}

impl Confusion {
    /// From the four counts.
    #[must_use]
    pub fn new(true_positives: u64, false_positives: u64, true_negatives: u64, false_negatives: u64) -> Self {
        Self { true_positives, false_positives, true_negatives, false_negatives }
    }

    fn cells(&self) -> [u128; 4] {
        [self.true_positives, self.false_positives, self.true_negatives, self.false_negatives].map(u128::from)
    }

    /// Rows.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.true_positives + self.false_positives + self.true_negatives + self.false_negatives
    }

    /// Rows in which the event was predicted.
    #[must_use]
    pub fn n_predicted(&self) -> u64 {
        self.true_positives + self.false_positives
    }

    /// Share of the rows that are right: `(tp + tn) / n`.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] without rows.
    pub fn accuracy(&self) -> Result<f64, Undefined> {
        let [tp, fp, tn, false_negatives] = self.cells();
        share(tp + tn, tp + fp + tn + false_negatives)
    }

    /// Share of the predicted that came: `tp / (tp + fp)`.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] when nothing was predicted.
    pub fn precision(&self) -> Result<f64, Undefined> {
        let [tp, fp, ..] = self.cells();
        share(tp, tp + fp)
    }

    /// Share of what came that was predicted, also called sensitivity: `tp / (tp + fn)`.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] when nothing came.
    pub fn recall(&self) -> Result<f64, Undefined> {
        let [tp, _, _, false_negatives] = self.cells();
        share(tp, tp + false_negatives)
    }

    /// Share of what did not come that was not predicted: `tn / (tn + fp)`.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] when everything came.
    pub fn specificity(&self) -> Result<f64, Undefined> {
        let [_, fp, tn, _] = self.cells();
        share(tn, tn + fp)
    }

    /// Share of the not predicted that did not come: `tn / (tn + fn)`.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] when everything was predicted.
    pub fn negative_predictive_value(&self) -> Result<f64, Undefined> {
        let [_, _, tn, false_negatives] = self.cells();
        share(tn, tn + false_negatives)
    }

    /// Harmonic mean of precision and recall: `2 tp / (2 tp + fp + fn)`.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] when nothing was predicted and nothing came.
    pub fn f1(&self) -> Result<f64, Undefined> {
        let [tp, fp, _, false_negatives] = self.cells();
        share(2 * tp, 2 * tp + fp + false_negatives)
    }

    /// Mean of recall and specificity.
    ///
    /// # Errors
    /// [`Undefined::OneGroup`] when everything came, or nothing.
    pub fn balanced_accuracy(&self) -> Result<f64, Undefined> {
        match (self.recall(), self.specificity()) {
            (Ok(recall), Ok(specificity)) => Ok(0.5 * (recall + specificity)),
            _ => Err(Undefined::OneGroup),
        }
    }

    /// The correlation of prediction and outcome, -1 to 1: B. W. Matthews (1975), Biochimica et
    /// Biophysica Acta 405(2), 442-451.
    ///
    /// # Errors
    /// [`Undefined::Constant`] when all predictions or all outcomes are the same.
    pub fn matthews_correlation(&self) -> Result<f64, Undefined> {
        let [tp, fp, tn, false_negatives] = self.cells();
        let predicted = (tp + fp) as f64 * (tn + false_negatives) as f64;
        let came = (tp + false_negatives) as f64 * (tn + fp) as f64;
        if predicted == 0.0 || came == 0.0 {
            return Err(Undefined::Constant);
        }
        let difference = (tp * tn) as i128 - (fp * false_negatives) as i128;
        Ok((difference as f64 / predicted.sqrt() / came.sqrt()).clamp(-1.0, 1.0))
    }

    /// Agreement of prediction and outcome beyond chance: J. Cohen (1960), Educational and
    /// Psychological Measurement 20(1), 37-46.
    ///
    /// # Errors
    /// [`Undefined::Constant`] when all predictions and all outcomes are the same one.
    pub fn cohen_kappa(&self) -> Result<f64, Undefined> {
        let [tp, fp, tn, false_negatives] = self.cells();
        let chance = (tp + fp) * (fp + tn) + (tp + false_negatives) * (false_negatives + tn);
        if chance == 0 {
            return Err(Undefined::Constant);
        }
        let difference = (tp * tn) as i128 - (fp * false_negatives) as i128;
        Ok(2.0 * difference as f64 / chance as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Result<f64, Undefined>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() <= 2e-16 * expected.abs(), "{found} {expected}");
    }

    /// Oracle: `telco_test` at 0.3 of the reference metrics, 60 digits.
    #[test]
    fn shares_are_those_of_the_reference() {
        let found = Confusion::new(278, 242, 792, 94);
        close(found.accuracy(), 0.7610241820768137);
        close(found.precision(), 0.5346153846153846);
        close(found.recall(), 0.7473118279569892);
        close(found.specificity(), 0.7659574468085106);
        close(found.f1(), 0.6233183856502242);
        close(found.balanced_accuracy(), 0.7566346373827499);
        close(found.matthews_correlation(), 0.4689844832364814);
        close(found.cohen_kappa(), 0.45528507780719313);
        close(found.negative_predictive_value(), 792.0 / 886.0);
    }

    #[test]
    fn the_threshold_itself_is_positive() {
        let labels = [true, false, true, false];
        let scores = [0.5, 0.5, f64::NEG_INFINITY, f64::INFINITY];
        assert_eq!(confusion(&labels, &scores, 0.5), Ok(Confusion::new(1, 2, 0, 1)));
        assert_eq!(confusion(&labels, &scores, f64::NAN), Err(Undefined::NotFinite));
        assert_eq!(confusion(&labels, &[0.1, 0.2, 0.3, f64::NAN], 0.5), Err(Undefined::NotFinite));
        assert_eq!(confusion(&[], &[], 0.5), Err(Undefined::TooFew { n: 0, needed: 1 }));
    }

    #[test]
    fn shares_of_nothing_are_undefined() {
        let none = Err(Undefined::TooFew { n: 0, needed: 1 });
        let silent = Confusion::new(0, 0, 5, 2);
        assert_eq!((silent.precision(), silent.recall(), silent.f1()), (none.clone(), Ok(0.0), Ok(0.0)));
        assert_eq!(silent.matthews_correlation(), Err(Undefined::Constant));
        assert_eq!(silent.cohen_kappa(), Ok(0.0));
        let all = Confusion::new(3, 0, 0, 0);
        assert_eq!((all.specificity(), all.negative_predictive_value()), (none.clone(), none.clone()));
        assert_eq!((all.balanced_accuracy(), all.cohen_kappa()), (Err(Undefined::OneGroup), Err(Undefined::Constant)));
        assert_eq!(Confusion::default().accuracy(), none);
        // Counts whose products are beyond 64 bits.
        let many = Confusion::new(1 << 40, 0, 1 << 40, 0);
        assert_eq!(many.matthews_correlation(), Ok(1.0));
    }
}
