//! Satisfaction and effort scores (CSAT, CES): how many are satisfied, how many are not, and the
//! mean answer, by touchpoint, segment and period.
//!
//! ```text
//! top box     share of the highest scores: 4 and 5 of 5     Wilson's interval
//! bottom box  share of the lowest scores: 1 and 2 of 5      Wilson's interval
//! mean        of all scores                                 Student's t
//! ```
//!
//! [`CsatParams`] is where to begin; [`CsatParams::effort`] is for effort scores.

mod compare;
mod group;
mod params;
mod plan;
mod report;
mod report_table;

#[cfg(test)]
mod tests;

pub use group::CsatGroup;
pub(in crate::satisfaction) use group::Scoring;
pub use params::{Csat, CsatParams};
pub use report::CsatReport;
