//! Predictions of any estimator as numbers.

use ::linfa::dataset::Pr;

/// What an estimator predicts, as a number that evaluation and calibration take.
///
/// Labels are 0 and 1, of which curves have a single point in between: prefer estimators of
/// probabilities where there are any.
pub trait AsScore {
    /// The prediction as a double.
    fn as_score(&self) -> f64;
}

impl AsScore for f64 {
    fn as_score(&self) -> f64 {
        *self
    }
}

impl AsScore for f32 {
    fn as_score(&self) -> f64 {
        f64::from(*self)
    }
}

impl AsScore for Pr {
    fn as_score(&self) -> f64 {
        f64::from(**self)
    }
}

impl AsScore for bool {
    fn as_score(&self) -> f64 {
        f64::from(u8::from(*self))
    }
}

impl AsScore for usize {
    fn as_score(&self) -> f64 {
        *self as f64
    }
}
