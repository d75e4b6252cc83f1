//! One pass over the scores of a survey: counts of every answer by segment and period.
//!
//! ```text
//! plan    the score, the weight, and what makes segments and periods
//! reduce  for each cell the responses by score and, with weights, exact sums of w and w^2 by class
//! ```
//!
//! What the state takes depends on the number of cells and not on that of responses. Counts are
//! whole numbers and sums are exact, so rows may come in any order and in any parts.

mod reading;
mod rows;
mod settings;
mod weight_sums;

#[cfg(test)]
mod tests;

pub use reading::SurveyReading;
pub(crate) use reading::{CellTally, read};
pub use rows::SurveyRows;
pub(crate) use settings::TallySettings;
pub(in crate::satisfaction) use weight_sums::{WeightKind, kind_of, unusable_weights};
