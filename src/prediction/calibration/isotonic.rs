//! Calibration by any rising relation.

use serde::{Deserialize, Serialize};

use super::calibrator::{CalibrationMap, Calibrator};
use super::rows::{Rows, refused};
use crate::error::Result;
use crate::kernel::isotonic::{Interpolation, isotonic};

/// Calibration by the rising function that is closest to the labels in squares.
///
/// It follows any relation of scores and events, and no calibration that does not change the order
/// has a smaller Brier score on the rows it learns from. It takes a thousand rows and more not to
/// follow chance, and gives 0 and 1 where the scores at the ends are of one class, which the
/// log-loss does not forgive.
///
/// # References
///
/// B. Zadrozny & C. Elkan (2002), "Transforming classifier scores into accurate multiclass
/// probability estimates", Proceedings of KDD, 694-699.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::calibration::Isotonic;
///
/// let labels = [false, true, false, true, true];
/// let calibrator = Isotonic::new().fit(&labels, &[0.1, 0.2, 0.3, 0.6, 0.7], None)?;
/// assert_eq!(calibrator.apply(&[0.1, 0.25, 0.65])?, [0.0, 0.5, 1.0]);
/// # Ok::<(), customer_analytics::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Isotonic {
    #[serde(default)]
    between: Interpolation,
}

impl Isotonic {
    /// With straight lines between the steps.
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses what the curve is between two scores that it was learned from.
    pub fn between(mut self, between: Interpolation) -> Self {
        self.between = between;
        self
    }

    /// Learns the curve from labels and scores of rows that the model has not seen; whole-number
    /// weights are repeated rows. Scores are of any scale, and high ones mean the event.
    ///
    /// # Errors
    /// `Unusable` for slices of different lengths or no rows, scores that are NaN, infinite or all
    /// the same, weights that are negative or not finite, and rows of one class.
    pub fn fit(&self, labels: &[bool], scores: &[f64], weights: Option<&[f64]>) -> Result<Calibrator> {
        let rows = Rows::of(labels, scores, weights)?;
        let targets: Vec<f64> = labels.iter().map(|&label| f64::from(u8::from(label))).collect();
        let blocks = isotonic(scores, &targets, weights).map_err(|reason| refused(&reason))?;
        let map = CalibrationMap::Isotonic { between: self.between, blocks };
        Ok(Calibrator::new(map, rows.n_positives, rows.n_negatives))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::evaluation::{Binning, Ties};
    use crate::kernel::evaluation::{brier, calibration_table};

    #[test]
    fn steps_hold_until_the_next_starts() {
        let labels = [false, true, false, true, true];
        let calibrator =
            Isotonic::new().between(Interpolation::Step).fit(&labels, &[0.1, 0.2, 0.3, 0.6, 0.7], None).unwrap();
        assert_eq!(calibrator.apply(&[0.19, 0.2, 0.59, 0.6, -5.0]).unwrap(), [0.0, 0.5, 0.5, 1.0, 0.0]);
        let one = Isotonic::new().fit(&[true, true], &[0.1, 0.2], None).unwrap_err().to_string();
        assert!(one.contains("of one class"), "{one}");
    }

    proptest! {
        #[test]
        fn it_rises_and_costs_no_more_where_it_was_learned(
            rows in prop::collection::vec((any::<bool>(), 0_u8..=40), 2..80), turn in 0_usize..80
        ) {
            let columns = |rows: &[(bool, u8)]| -> (Vec<bool>, Vec<f64>) {
                rows.iter().map(|&(label, score)| (label, f64::from(score) / 40.0)).unzip()
            };
            let (labels, scores) = columns(&rows);
            let Ok(calibrator) = Isotonic::new().fit(&labels, &scores, None) else { return Ok(()) };
            let prob = calibrator.apply(&scores).unwrap();
            let (before, after) = (brier(&labels, &scores, None).unwrap(), brier(&labels, &prob, None).unwrap());
            prop_assert!(after <= before + 1e-15, "{} {}", before, after);
            let grid: Vec<f64> = (-4..=44).map(|k| f64::from(k) / 40.0).collect();
            prop_assert!(calibrator.apply(&grid).unwrap().is_sorted());
            // In sample it says what came.
            let total: f64 = prob.iter().sum();
            prop_assert!((total - labels.iter().filter(|&&label| label).count() as f64).abs() < 1e-12 * 80.0);
            let table = calibration_table(&labels, &prob, None, 1, Binning::EqualWidth, Ties::Share, 0.95).unwrap();
            prop_assert!(table.ece < 1e-14);
            let mut turned = rows.clone();
            turned.rotate_left(turn % rows.len());
            let (labels, scores) = columns(&turned);
            prop_assert_eq!(Isotonic::new().fit(&labels, &scores, None).unwrap(), calibrator);
        }
    }
}
