//! The rows that a calibrator learns from, checked.

use crate::error::{Error, Result};
use crate::kernel::undefined::Undefined;

/// The name in errors.
pub(super) const CALIBRATION: &str = "calibration";

/// Labels, scores and weights that a curve can be learned from.
#[derive(Clone, Copy)]
pub(in crate::prediction) struct Rows<'a> {
    pub(super) labels: &'a [bool],
    pub(super) scores: &'a [f64],
    pub(super) weights: Option<&'a [f64]>,
    /// Rows with weight in which the event happened.
    pub(in crate::prediction) n_positives: u64,
    /// Rows with weight in which it did not.
    pub(in crate::prediction) n_negatives: u64,
}

pub(super) fn unusable(reason: String) -> Error {
    Error::Unusable { analysis: CALIBRATION, reason }
}

/// What a kernel could not do, in words.
pub(super) fn refused(reason: &Undefined) -> Error {
    unusable(format!("the calibration is undefined: {reason}"))
}

impl<'a> Rows<'a> {
    /// # Errors
    /// `Unusable` for slices of different lengths, scores and weights that are not finite or
    /// negative, rows of one class and scores that are all the same.
    pub(in crate::prediction) fn of(labels: &'a [bool], scores: &'a [f64], weights: Option<&'a [f64]>) -> Result<Self> {
        let lengths = [scores.len(), weights.map_or(labels.len(), <[f64]>::len)];
        if let Some(n) = lengths.into_iter().find(|&n| n != labels.len()) {
            return Err(unusable(format!("{} label(s) but {n} score(s) or weight(s)", labels.len())));
        }
        let n_bad = scores.iter().filter(|score| !score.is_finite()).count();
        if n_bad > 0 {
            return Err(unusable(format!("{n_bad} score(s) are NaN or infinite; leave these rows out")));
        }
        let is_bad = |weight: &&f64| !(weight.is_finite() && **weight >= 0.0);
        let n_bad = weights.unwrap_or_default().iter().filter(is_bad).count();
        if n_bad > 0 {
            return Err(unusable(format!("{n_bad} weight(s) are negative, NaN or infinite; leave these rows out")));
        }
        let counts = |row: usize| weights.is_none_or(|weights| weights[row] > 0.0);
        let of_class =
            |class: bool| (0..labels.len()).filter(|&row| labels[row] == class && counts(row)).count() as u64;
        let (n_positives, n_negatives) = (of_class(true), of_class(false));
        if n_positives == 0 || n_negatives == 0 {
            let n = n_positives + n_negatives;
            return Err(unusable(format!(
                "the {n} row(s) with weight are of one class, and there is nothing to learn from; give rows of both"
            )));
        }
        let mut counted = (0..labels.len()).filter(|&row| counts(row)).map(|row| scores[row]);
        let first = counted.next();
        if counted.all(|score| Some(score) == first) {
            return Err(unusable("all scores are the same, so that there is no curve through them".to_owned()));
        }
        Ok(Self { labels, scores, weights, n_positives, n_negatives })
    }
}
