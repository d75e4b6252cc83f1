//! Validation: what a regression is worth on customers that it has not learned from, in folds.
//!
//! [`Regression::cross_validate`](super::regression::Regression::cross_validate) predicts every
//! customer by a model that has learned from others, encoding included, and judges the
//! predictions fold by fold and all together.
//! [`PenaltySearch::cross_validate`](super::regression::PenaltySearch::cross_validate) tells which
//! penalty predicts best, and the largest that predicts as well as can be told.

mod choice_display;
mod cross_validation;
mod display;
mod figures;
mod penalty_choice;
mod result;

pub use figures::{Figure, Metric};
pub use penalty_choice::{JudgedPenalty, PenaltyChoice};
pub use result::{CrossValidatedRegression, FoldResult, MetricSummary};

/// The name in errors.
const VALIDATION: &str = "cross-validation";

#[cfg(test)]
mod tests;
