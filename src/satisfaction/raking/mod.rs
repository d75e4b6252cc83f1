//! Weights that give the responses the make-up of their population.
//!
//! Of customers who answer, the old and the satisfied are often too many. Where the shares of the
//! population are known, by age or by region, raking finds the weights that give every level of
//! every margin its share and change the responses as little as that allows.
//!
//! ```text
//! SurveyResponses ── one pass ──▶ responses by combination of levels ── fitting ──▶ a factor each
//! weight of a response = factor of its levels · its own weight, where it has one, over the mean
//! ```
//!
//! What it costs is told by the design effect: of 1,000 responses with a design effect of 1.25
//! intervals are as wide as of 800. Bounds keep factors from growing large, as far as the margins
//! allow it.
//!
//! # References
//!
//! The method is that of [`rake`](crate::kernel::survey::rake), which names its sources.
//!
//! # Examples
//!
//! ```
//! use customer_analytics::frame::{Question, Scale, SurveyColumns, SurveyResponses};
//! use customer_analytics::prelude::*;
//! use customer_analytics::satisfaction::raking::RakingParams;
//!
//! let answers = df!("score" => [9, 10, 8, 2], "sex" => ["m", "m", "m", "f"])?;
//! let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN)).segments(["sex"]);
//! let survey = SurveyResponses::new(answers.lazy(), &columns)?;
//! let raked = RakingParams::new().margin("sex", [("f", 0.5), ("m", 0.5)]).run(&survey)?;
//! assert_eq!(raked.max_weight, 2.0); // one woman stands for two
//! // The weights are a column of the table, to be named as its weight.
//! let weighted = SurveyResponses::new(raked.weighted(&survey)?, &columns.weight("raking_weight"))?;
//! # let _ = weighted;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod finish;
mod params;
mod plan;
mod reading;
mod report;
mod report_table;
mod weights;

#[cfg(test)]
mod tests;

pub use params::{MarginTargets, MissingLevels, Raking, RakingParams};
pub use reading::RakingReading;
pub use report::{RakedLevel, RakedMargin, RakingCell, RakingReport, RakingRows};
