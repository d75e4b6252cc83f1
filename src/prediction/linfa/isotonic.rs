//! linfa's isotonic regression as a calibrator.

use ::linfa::traits::{Fit, Predict};
use ::linfa::{Dataset, DatasetBase};
use ::linfa_linear::IsotonicRegression;
use ::ndarray::{Array1, Array2, Axis, concatenate};

use super::error::{guarded, refused, unusable};
use crate::error::Result;
use crate::kernel::isotonic::{Interpolation, IsotonicBlock};
use crate::prediction::calibration::{CalibrationMap, Calibrator, Rows};

/// Calibration by linfa-linear's isotonic regression.
///
/// linfa-linear reads scores in the order in which rows are stored, does not put equal scores
/// together, and turns the curve round where scores and labels are negatively correlated. So the
/// rows are sorted and equal scores are made one before it sees them, and scores that it would
/// turn round are refused. What it gives is taken as it is: a step is reached at its highest score
/// only, and version 0.8.1 puts one step too many together whenever it goes back for a later row
/// that is too low. [`Isotonic`](crate::prediction::calibration::Isotonic) does not, and is never
/// further from the labels in squares. Weights have seven digits, beside the largest one.
///
/// # References
///
/// M. J. Best & N. Chakravarti (1990), "Active set algorithms for isotonic regression; a unifying
/// framework", Mathematical Programming 47, 425-439.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::linfa::LinfaIsotonic;
///
/// let labels = [false, true, false, true, true];
/// let calibrator = LinfaIsotonic::new().fit(&labels, &[0.1, 0.2, 0.3, 0.6, 0.7], None)?;
/// assert_eq!(calibrator.apply(&[0.1, 0.3, 0.65])?, [0.0, 0.5, 1.0]);
/// // Halfway between the scores of the ends of two steps.
/// assert!((calibrator.apply(&[0.2])?[0] - 0.25).abs() < 1e-12);
/// # Ok::<(), customer_analytics::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct LinfaIsotonic {}

/// The rows of one score.
struct Pooled {
    score: f64,
    /// Share of the weight that has the event.
    share: f64,
    weight: f64,
}

impl LinfaIsotonic {
    /// There is nothing to set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Learns the curve from labels and scores of rows that the model has not seen.
    ///
    /// # Errors
    /// `Unusable` as of [`Isotonic::fit`](crate::prediction::calibration::Isotonic::fit), and where
    /// high scores do not mean more events.
    pub fn fit(self, labels: &[bool], scores: &[f64], weights: Option<&[f64]>) -> Result<Calibrator> {
        let rows = Rows::of(labels, scores, weights)?;
        let pooled = pooled(labels, scores, weights);
        if !pooled.iter().map(|one| one.weight).sum::<f64>().is_finite() {
            return Err(unusable("weights add up beyond the largest double; divide all by a power of ten".to_owned()));
        }
        let records: Vec<f64> = pooled.iter().map(|one| one.score).collect();
        let records = Array2::from_shape_vec((records.len(), 1), records).map_err(refused)?;
        let shares: Array1<f64> = pooled.iter().map(|one| one.share).collect();
        if !is_rising(&records, &shares)? {
            return Err(turned());
        }
        let dataset = Dataset::new(records, shares).with_weights(single_weights(&pooled));
        let fitted = guarded("fit", || IsotonicRegression::new().fit(&dataset))?.map_err(refused)?;
        let curve: Array1<f64> = guarded("predict", || fitted.predict(&dataset))?;
        let blocks = steps(&pooled, &curve)?;
        let map = CalibrationMap::Isotonic { between: Interpolation::Linear, blocks };
        Ok(Calibrator::new(map, rows.n_positives, rows.n_negatives))
    }
}

/// Whether linfa-linear takes the relation as rising, by the sign that it goes by.
fn is_rising(records: &Array2<f64>, shares: &Array1<f64>) -> Result<bool> {
    let both = concatenate(Axis(1), &[records.view(), shares.view().insert_axis(Axis(1))]).map_err(refused)?;
    let correlation = guarded("fit", || DatasetBase::from(both).pearson_correlation())?;
    Ok(correlation.get_coeffs()[0] >= 0.0)
}

/// The rows by rising score, those of equal scores as one.
fn pooled(labels: &[bool], scores: &[f64], weights: Option<&[f64]>) -> Vec<Pooled> {
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let mut order: Vec<usize> = (0..labels.len()).filter(|&row| weight(row) > 0.0).collect();
    // Weights of one score and class are added in their own order, so that of the rows is no matter.
    order.sort_by(|&a, &b| {
        let key = |row: usize| (scores[row] + 0.0, weight(row));
        let ((score_a, weight_a), (score_b, weight_b)) = (key(a), key(b));
        score_a.total_cmp(&score_b).then(labels[a].cmp(&labels[b])).then(weight_a.total_cmp(&weight_b))
    });
    let same = |&a: &usize, &b: &usize| scores[a] == scores[b];
    let of_score = |rows: &[usize]| {
        let of = |class: bool| rows.iter().filter(|&&row| labels[row] == class).map(|&row| weight(row)).sum::<f64>();
        let (events, others) = (of(true), of(false));
        Pooled { score: scores[rows[0]], share: events / (events + others), weight: events + others }
    };
    order.chunk_by(same).map(of_score).collect()
}

/// Weights in the precision that linfa has, moved by a power of two so that the largest is near 1;
/// none is 0.
fn single_weights(pooled: &[Pooled]) -> Array1<f32> {
    let largest = pooled.iter().fold(0.0, |largest: f64, one| largest.max(one.weight));
    let unit = largest.log2().floor().max(-1_000.0).exp2();
    pooled.iter().map(|one| ((one.weight / unit) as f32).max(f32::MIN_POSITIVE)).collect()
}

/// The curve as its points, those of equal values as one: it is straight between any two of them.
fn steps(pooled: &[Pooled], curve: &Array1<f64>) -> Result<Vec<IsotonicBlock>> {
    let mut blocks: Vec<IsotonicBlock> = Vec::new();
    for (one, &value) in pooled.iter().zip(curve) {
        match blocks.last_mut() {
            Some(last) if value < last.value => return Err(turned()),
            Some(last) if value == last.value => {
                last.high = one.score;
                last.weight += one.weight;
            }
            _ => blocks.push(IsotonicBlock { low: one.score, high: one.score, value, weight: one.weight }),
        }
    }
    Ok(blocks)
}

fn turned() -> crate::error::Error {
    unusable(
        "high scores do not mean more events, and linfa-linear would turn the curve round; turn the scores round, or use \
         `calibration::Isotonic`"
            .to_owned(),
    )
}
