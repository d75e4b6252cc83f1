//! Satisfaction: scores of surveys with intervals, weights and tests.
//!
//! ```text
//! SurveyResponses ── one pass ──▶ counts by score, segment and period ──▶ scores, intervals, tests
//! ```
//!
//! [`nps`] makes net promoter scores of any segments and periods, [`csi`] indexes of several items,
//! [`csat`] shares of satisfied customers and effort scores; [`trend`] says how they move from period
//! to period, [`paired`] how the same people changed their minds. [`response`] tells who answered and
//! who did not, [`raking`] finds weights that give the responses the make-up of their population, and
//! [`SampleSizeParams`] plans how many to ask. What drives a score is told by key drivers of the same
//! answers, for which [`nps`] has an example.

mod cells;
mod checks;
pub mod csat;
pub mod csi;
mod expressions;
mod groups;
mod no_score;
pub mod nps;
pub mod paired;
mod period;
pub mod raking;
pub mod response;
mod sample_size;
mod tally;
pub mod trend;

pub use expressions::{csat_expr, csat_scores_expr, nps_code_expr, nps_expr, nps_scores_expr};
pub use groups::GroupKey;
pub use no_score::NoScore;
pub use period::{PeriodLabel, SurveyPeriod};
pub use sample_size::{SampleSizeGoal, SampleSizeParams, SampleSizePlan};
pub use tally::{SurveyReading, SurveyRows};
