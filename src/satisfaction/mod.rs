//! Satisfaction: scores of surveys with intervals, weights and tests.
//!
//! ```text
//! SurveyResponses ── one pass ──▶ counts by score, segment and period ──▶ scores, intervals, tests
//! ```
//!
//! [`csi`] makes indexes of several items.

mod cells;
pub mod csi;
mod groups;
mod period;
mod tally;

pub use groups::GroupKey;
pub use period::{PeriodLabel, SurveyPeriod};
pub use tally::{SurveyReading, SurveyRows};
