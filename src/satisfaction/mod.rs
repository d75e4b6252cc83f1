//! Satisfaction: scores of surveys with intervals, weights and tests.
//!
//! ```text
//! SurveyResponses ── one pass ──▶ counts by score, segment and period ──▶ scores, intervals, tests
//! ```
//!
//! [`nps`] makes net promoter scores of any segments and periods; [`csi`] makes indexes of several
//! items.

mod cells;
pub mod csi;
mod groups;
pub mod nps;
mod period;
mod tally;

pub use groups::GroupKey;
pub use period::{PeriodLabel, SurveyPeriod};
pub use tally::{SurveyReading, SurveyRows};
