//! Calibration: probabilities that come as often as they say.
//!
//! [`Platt`] draws one S-shaped curve through scores and is right where little is known;
//! [`Isotonic`] follows any rising relation and wants a thousand rows and more. Both learn from
//! rows that the model has not seen, or the curve mends what the model has learned by heart. What
//! they learn is a [`Calibrator`], which is saved as JSON and applied to slices or inside a lazy
//! plan with the same numbers.
//!
//! Neither changes who ranks before whom, apart from the ties that [`Isotonic`] makes.

mod calibrator;
mod isotonic;
mod logistic_curve;
mod platt;
mod rows;

pub use calibrator::{CalibrationMap, Calibrator, ScoreScale};
pub use isotonic::Isotonic;
pub use platt::Platt;

pub(in crate::prediction) use logistic_curve::{Coefficient, LogisticCurve, intercept_in_the_large, logit};
pub(in crate::prediction) use rows::Rows;
