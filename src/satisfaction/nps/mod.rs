//! Net promoter scores by segment and period, with intervals that hold what they say.
//!
//! ```text
//! promoters  9 and 10 of 10       NPS = 100 (share of promoters - share of detractors)
//! passives   7 and 8
//! detractors 0 to 6
//! ```
//!
//! [`NpsParams`] is where to begin; its result tells what it left out, and compares segments and
//! periods with tests.

mod compare;
mod decompose;
mod group;
mod params;
mod plan;
mod report;
mod report_table;

#[cfg(test)]
mod tests;

pub use compare::{NpsPeriodChange, NpsTests};
pub use decompose::NpsMixRate;
pub use group::NpsGroup;
pub(in crate::satisfaction) use group::Scoring;
pub use params::{Nps, NpsInterval, NpsParams, SegmentPopulation};
pub(in crate::satisfaction) use plan::{DETRACTORS, PASSIVES};
pub use report::NpsReport;
