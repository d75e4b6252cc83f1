//! Satisfaction: scores of surveys with intervals, weights and tests.
//!
//! ```text
//! SurveyResponses ── one pass ──▶ counts by score, segment and period ──▶ scores, intervals, tests
//! ```
//!
//! [`nps`] makes net promoter scores of any segments and periods; [`csi`] makes indexes of several
//! items; [`csat`] makes shares of satisfied customers, and effort scores.

mod cells;
pub mod csat;
pub mod csi;
mod expressions;
mod groups;
pub mod nps;
mod period;
mod tally;

pub use expressions::{csat_expr, csat_scores_expr, nps_code_expr, nps_expr, nps_scores_expr};
pub use groups::GroupKey;
pub use period::{PeriodLabel, SurveyPeriod};
pub use tally::{SurveyReading, SurveyRows};
