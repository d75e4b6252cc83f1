//! linfa's isotonic regression as a calibrator.

use ::linfa::Dataset;
use ::linfa::traits::{Fit, Predict};
use ::linfa_linear::IsotonicRegression;
use ::ndarray::{Array1, Array2};

use super::error::{guarded, refused, unusable};
use crate::error::Result;
use crate::kernel::isotonic::{Interpolation, IsotonicBlock};
use crate::prediction::calibration::{CalibrationMap, Calibrator, Rows};

/// How far a step of linfa's may be from the share of events in its rows.
const SAME: f64 = 1e-9;

/// Calibration by linfa-linear's isotonic regression.
///
/// linfa-linear reads scores in the order in which rows are stored, does not put equal scores
/// together, and turns the curve round where scores and labels are negatively correlated. So the
/// rows are sorted and equal scores are made one before it sees them, and a curve that was turned
/// is refused. Its steps are then those of [`Isotonic`](crate::prediction::calibration::Isotonic);
/// but each is reached at its highest score only, where ours holds over all scores of the step.
/// Weights have seven digits.
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
    weight: f32,
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
    /// high scores mean fewer events.
    pub fn fit(self, labels: &[bool], scores: &[f64], weights: Option<&[f64]>) -> Result<Calibrator> {
        let rows = Rows::of(labels, scores, weights)?;
        let pooled = pooled(labels, scores, weights);
        let records: Vec<f64> = pooled.iter().map(|one| one.score).collect();
        let records = Array2::from_shape_vec((records.len(), 1), records).map_err(refused)?;
        let shares: Array1<f64> = pooled.iter().map(|one| one.share).collect();
        let dataset = Dataset::new(records, shares).with_weights(pooled.iter().map(|one| one.weight).collect());
        let fitted = guarded("fit", || IsotonicRegression::new().fit(&dataset))?.map_err(refused)?;
        let curve: Array1<f64> = guarded("predict", || fitted.predict(&dataset))?;
        let blocks = steps(&pooled, &curve)?;
        let map = CalibrationMap::Isotonic { between: Interpolation::Linear, blocks };
        Ok(Calibrator::new(map, rows.n_positives, rows.n_negatives))
    }
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
        Pooled { score: scores[rows[0]], share: events / (events + others), weight: (events + others) as f32 }
    };
    order.chunk_by(same).map(of_score).collect()
}

/// The steps of a curve that is straight between the highest scores of two steps: one ends where
/// the curve has come up to the share of events since the last.
fn steps(pooled: &[Pooled], curve: &Array1<f64>) -> Result<Vec<IsotonicBlock>> {
    let mut blocks: Vec<IsotonicBlock> = Vec::new();
    let (mut events, mut weight, mut low) = (0.0, 0.0, None);
    for (one, &value) in pooled.iter().zip(curve) {
        let own = f64::from(one.weight);
        events += own * one.share;
        weight += own;
        let first = *low.get_or_insert(one.score);
        let share = events / weight;
        if share > value + SAME {
            continue;
        }
        if share < value - SAME {
            return Err(turned());
        }
        match blocks.last_mut() {
            Some(last) if value <= last.value => {
                last.high = one.score;
                last.weight += weight;
            }
            // Only the first is flat from its lowest score on.
            last => {
                let low = if last.is_none() { first } else { one.score };
                blocks.push(IsotonicBlock { low, high: one.score, value: value.clamp(0.0, 1.0), weight });
            }
        }
        (events, weight, low) = (0.0, 0.0, None);
    }
    if weight > 0.0 { Err(turned()) } else { Ok(blocks) }
}

fn turned() -> crate::error::Error {
    unusable(
        "high scores mean fewer events, and the curve was turned round; turn the scores round, or use \
         `calibration::Isotonic`"
            .to_owned(),
    )
}
