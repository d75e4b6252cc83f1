//! Evaluation: how well predictions tell what came.
//!
//! [`BinaryEvaluation`] judges probabilities or scores of an event on rows that the model has not
//! seen, [`BinaryEvaluation::compare`] two models on the same rows, and [`RegressionEvaluation`]
//! amounts. Each result is a report in words, a struct of figures, and tidy frames; a figure that
//! is undefined says why. The functions of slices are in
//! [`kernel::evaluation`](crate::kernel::evaluation), with weights where these have a meaning.

mod binary;
mod binary_display;
mod binary_frames;
mod comparison;
mod input;
mod params;
mod regression;
mod regression_display;

pub use binary::{BinaryReport, CalibrationCoefficient, ThresholdReport};
pub use comparison::ModelComparison;
pub use params::{BinaryEvaluation, BinaryEvaluationParams};
pub use regression::{RegressionEvaluation, RegressionEvaluationParams, RegressionReport};

mod folds;

pub use folds::{CrossValidation, CrossValidationParams, FoldRule, Folds, Periods, Split};
