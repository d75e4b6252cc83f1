//! Scores of probabilities: what they cost on average.
//!
//! Notation: `y` the label as 0 or 1, `p` its probability, `w` the weight of a row.
//!
//! ```text
//! Brier = sum w (p - y)^2 / sum w,   skill = 1 - Brier / (b (1 - b)),  b the share of positives
//! log-loss = -sum w (y ln p + (1 - y) ln (1 - p)) / sum w
//! ```
//! Both are proper: telling what one believes is best. G. W. Brier (1950), Monthly Weather Review
//! 78(1), 1-3; T. Gneiting & A. E. Raftery (2007), Journal of the American Statistical Association
//! 102, 359-378. Sums are exact, so that no order of the rows changes a digit.

use super::sums::{check_weights, mean_over, probabilities, same_length, sums_over};
use crate::kernel::undefined::Undefined;

/// The mean squared distance of probabilities from what came, 0 to 1.
///
/// # Errors
/// [`Undefined::TooFew`] for no rows or slices of two lengths, [`Undefined::NotFinite`] for NaN,
/// [`Undefined::OutOfRange`] for a probability outside 0..=1 or a negative weight,
/// [`Undefined::NoWeight`] where all weights are 0.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::brier;
///
/// assert_eq!(brier(&[true, false], &[0.75, 0.5], None), Ok((0.0625 + 0.25) / 2.0));
/// ```
pub fn brier(labels: &[bool], prob: &[f64], weights: Option<&[f64]>) -> Result<f64, Undefined> {
    checked(labels, prob)?;
    mean_over(prob.len(), weights, |row| squared(labels[row], prob[row]))
}

/// How much smaller the Brier score is than that of giving everybody the share of positives:
/// 1 is perfect, 0 no better than that, below 0 worse.
///
/// # Errors
/// Those of [`brier`]; [`Undefined::OneGroup`] when the event happened always or never.
pub fn brier_skill(labels: &[bool], prob: &[f64], weights: Option<&[f64]>) -> Result<f64, Undefined> {
    checked(labels, prob)?;
    if let Some(weights) = weights {
        same_length(labels.len(), weights.len())?;
        check_weights(weights)?;
    }
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let [loss, positives, negatives] = sums_over(labels.len(), |row| {
        let weight = weight(row);
        let (positive, negative) = if labels[row] { (weight, 0.0) } else { (0.0, weight) };
        [weight * squared(labels[row], prob[row]), positive, negative]
    });
    let value = |sum: &crate::kernel::exact_sum::ExactSum| sum.value().ok_or(Undefined::Overflow);
    let (loss, positives, negatives) = (value(&loss)?, value(&positives)?, value(&negatives)?);
    if positives == 0.0 || negatives == 0.0 {
        return Err(Undefined::OneGroup);
    }
    let reference = positives / (positives + negatives) * negatives;
    if reference.is_finite() { Ok(1.0 - loss / reference) } else { Err(Undefined::Overflow) }
}

/// The mean logarithmic loss, in nats; 0 is perfect.
///
/// Probabilities are taken as they are: there is no clipping that would turn a model that was
/// certain and wrong into one that was merely bad.
///
/// # Errors
/// Those of [`brier`]; [`Undefined::Overflow`] where a probability of 0 or 1 was wrong, as the
/// loss is infinite then.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::log_loss;
///
/// assert_eq!(log_loss(&[true, false], &[0.5, 0.5], None), Ok(2.0_f64.ln()));
/// assert!(log_loss(&[true, false], &[0.0, 0.5], None).is_err());
/// ```
pub fn log_loss(labels: &[bool], prob: &[f64], weights: Option<&[f64]>) -> Result<f64, Undefined> {
    checked(labels, prob)?;
    mean_over(prob.len(), weights, |row| logarithmic(labels[row], prob[row]))
}

pub(super) fn checked(labels: &[bool], prob: &[f64]) -> Result<(), Undefined> {
    same_length(labels.len(), prob.len())?;
    probabilities(prob)
}

#[inline]
pub(super) fn squared(label: bool, prob: f64) -> f64 {
    let miss = if label { 1.0 - prob } else { prob };
    miss * miss
}

/// Infinite where a certainty was wrong.
#[inline]
pub(super) fn logarithmic(label: bool, prob: f64) -> f64 {
    // Minus zero where nothing was lost.
    0.0 - if label { prob.ln() } else { (-prob).ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: `twelve_rows_with_ties` of the reference metrics, 60 digits.
    #[test]
    fn losses_are_those_of_the_reference() {
        let labels = [true, false, true, true, false, false, true, false, false, false, true, false];
        let prob = [0.9, 0.9, 0.8, 0.7, 0.7, 0.7, 0.6, 0.4, 0.4, 0.3, 0.3, 0.1];
        assert!((brier(&labels, &prob, None).unwrap() - 0.25).abs() < 1e-16);
        assert!((brier_skill(&labels, &prob, None).unwrap() + 0.028571428571428567).abs() < 3e-16);
        assert!((log_loss(&labels, &prob, None).unwrap() - 0.7161829039814294).abs() < 2e-16);
    }

    #[test]
    fn certainties_cost_nothing_when_right_and_everything_when_wrong() {
        assert_eq!(log_loss(&[true, false], &[1.0, 0.0], None), Ok(0.0));
        assert_eq!(log_loss(&[true, false], &[1.0, 1.0], None), Err(Undefined::Overflow));
        assert_eq!(brier(&[true, false], &[1.0, 1.0], None), Ok(0.5));
        // A row without weight is not there.
        assert_eq!(log_loss(&[true, false], &[1.0, 1.0], Some(&[1.0, 0.0])), Ok(0.0));
        // Far below what 1 - p can tell from 1.
        assert_eq!(log_loss(&[false], &[1e-300], None), Ok(1e-300));
    }

    #[test]
    fn skill_is_told_beside_the_share_of_positives() {
        assert_eq!(brier_skill(&[true, false, false, false], &[0.25; 4], None), Ok(0.0));
        assert_eq!(brier_skill(&[true, false], &[1.0, 0.0], Some(&[3.0, 1.0])), Ok(1.0));
        assert_eq!(brier_skill(&[true, true], &[0.5; 2], None), Err(Undefined::OneGroup));
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        for loss in [brier, brier_skill, log_loss] {
            assert_eq!(loss(&[], &[], None), Err(Undefined::TooFew { n: 0, needed: 1 }));
            assert_eq!(loss(&[true], &[1.5], None), Err(Undefined::OutOfRange));
            assert_eq!(loss(&[true], &[f64::NAN], None), Err(Undefined::NotFinite));
            assert_eq!(loss(&[true, false], &[0.5, 0.5], Some(&[1.0, -1.0])), Err(Undefined::OutOfRange));
        }
    }
}
