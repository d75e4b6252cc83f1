//! Evaluation: how well predictions tell what came.

mod folds;

pub use folds::{CrossValidation, CrossValidationParams, FoldRule, Folds, Periods, Split};
