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
//!
//! | question | answer |
//! |---|---|
//! | do segments differ, and which | [`NpsReport::test_segments`], [`NpsReport::compare`] |
//! | did the score change, or is it noise | [`NpsReport::changes`], and over many periods [`trend`](super::trend) |
//! | did people change their minds, or did other people answer | [`NpsReport::decompose`]; [`paired`](super::paired) where people are known |
//! | what drives it | key drivers of the codes -100, 0 and 100, see below |
//!
//! # What drives the score
//!
//! The score is the mean of a code: 100 of a promoter, 0 of a passive, -100 of a detractor. So with
//! that code as their target [key drivers](crate::correlation::KeyDriversParams) share out what moves the
//! score: [`nps_code_expr`](super::nps_code_expr) makes the code, and
//! [`SurveyResponses::answers`](crate::frame::SurveyResponses::answers) the ratings, from which
//! codes such as 0 for "not applicable" have to be gone.
//!
//! ```
//! use customer_analytics::correlation::ImportanceMethod;
//! use customer_analytics::prelude::*;
//! use customer_analytics::satisfaction::nps_code_expr;
//!
//! let table = df!(
//!     "recommend" => [3, 8, 7, 10, 0], "price" => [1, 2, 1, 2, 0], "staff" => [4, 4, 5, 5, 3],
//! )?;
//! let item = |column| Question::new(column, Scale::ONE_TO_FIVE).not_applicable([0]);
//! let columns = SurveyColumns::new()
//!     .score(Question::new("recommend", Scale::ZERO_TO_TEN))
//!     .items([item("price"), item("staff")]);
//! let survey = SurveyResponses::new(table.lazy(), &columns)?;
//!
//! let points = nps_code_expr(&columns, &NpsParams::new())?.alias("points");
//! let drivers = KeyDriversParams::new("points", ["price", "staff"]).scale(1.0, 5.0);
//! let report = drivers.run(&survey.answers().with_column(points))?;
//! // -100, 0, 0 and 100 of those who rated both: one step up of either is worth 100 points.
//! let price = &report.drivers[0];
//! assert!((price.importance(ImportanceMethod::Lmg).unwrap().share.unwrap() - 0.5).abs() < 1e-12);
//! assert_eq!((report.n_rows_used, price.performance), (4, Some(12.5)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compare;
mod compare_table;
#[cfg(test)]
mod compare_tests;
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
