//! Satisfaction: scores of surveys with intervals, weights and tests.
//!
//! ```text
//! SurveyResponses ── one pass ──▶ counts by score, segment and period ──▶ scores, intervals, tests
//! ```
//!
//! [`nps`] makes net promoter scores of any segments and periods, [`csat`] shares of satisfied
//! customers and effort scores, [`csi`] indexes of several items; [`trend`] says how they move from
//! period to period. [`raking`] finds weights that give the responses the make-up of their population.

mod cells;
pub mod csat;
pub mod csi;
mod expressions;
mod groups;
pub mod nps;
mod period;
pub mod raking;
mod tally;
pub mod trend;

pub use expressions::{csat_expr, csat_scores_expr, nps_code_expr, nps_expr, nps_scores_expr};
pub use groups::GroupKey;
pub use period::{PeriodLabel, SurveyPeriod};
pub use tally::{SurveyReading, SurveyRows};
