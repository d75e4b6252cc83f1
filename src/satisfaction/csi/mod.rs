//! Customer satisfaction index: several items as one number from 0 to 100.
//!
//! ```text
//! s_j = 100 (answer - worst) / (best - worst)           composite of a respondent: sum of w_j s_j
//! CSI = mean of the composites,  standard error = sd of the composites / sqrt(n)
//! ```
//! with weights `w_j` that sum to 1. The standard error is that of composites of respondents, so
//! it keeps how the items of one person go together. There are three ways of treating items that
//! were left out, and a report has them side by side:
//!
//! | index | whose answers | standard error |
//! |---|---|---|
//! | `answered` | all who answered enough items, with the weights of these made to sum to 1 | yes |
//! | `complete` | those who answered all items | yes |
//! | `of_item_means` | every item of all who answered it | no; it is the one that [`changes`](CsiReport::changes) share out |
//!
//! Weights of items are equal, stated, or derived from the score of the survey: by correlation,
//! by regression, or by what each item adds to the explained variance (LMG). A weight that is not
//! above 0 is refused with the name of the item.
//!
//! Responses with weights, as raking gives them, have a weighted mean and the standard error of a
//! ratio by linearisation (Cochran 1977), which with equal weights is that of a plain mean.
//!
//! # The American Customer Satisfaction Index
//!
//! Its index of three items is the same with its three questions on scales from 1 to 10 and its
//! published weights, of complete answers; [`acsi`](crate::kernel::survey::acsi) is the formula for
//! three means that are known.
//!
//! ```
//! use customer_analytics::kernel::survey::{ItemWeights, acsi};
//! use customer_analytics::prelude::*;
//! use customer_analytics::satisfaction::csi::MissingItems;
//!
//! let answers = df!("overall" => [9, 7], "expected" => [8, 4], "ideal" => [5, 3])?;
//! let items = ["overall", "expected", "ideal"].map(|column| Question::new(column, Scale::ONE_TO_TEN));
//! let survey = SurveyResponses::new(answers.lazy(), &SurveyColumns::new().items(items))?;
//! let report = CsiParams::new()
//!     .stated_weights([("overall", 0.5), ("expected", 0.25), ("ideal", 0.25)])
//!     .missing_items(MissingItems::CompleteOnly)
//!     .run(&survey)?;
//! // Means 8, 6 and 4: 100 (0.5 * 7 + 0.25 * 5 + 0.25 * 3) / 9.
//! assert!((report.overall.csi.unwrap() - 550.0 / 9.0).abs() < 1e-12);
//! let weights = ItemWeights::new(&[2.0, 1.0, 1.0]).unwrap();
//! assert!((acsi([8.0, 6.0, 4.0], &weights).unwrap() - 550.0 / 9.0).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # References
//!
//! Fornell, C., Johnson, M. D., Anderson, E. W., Cha, J. and Bryant, B. E. (1996), The American
//! Customer Satisfaction Index, Journal of Marketing 60(4), 7-18. Cochran, W. G. (1977), Sampling
//! Techniques, 3rd ed.

mod changes;
mod derived;
mod group;
mod items;
mod params;
mod plan;
mod reading;
mod report;
mod report_table;
mod rows;
mod settings;

#[cfg(test)]
mod few_tests;
#[cfg(test)]
mod tests;

pub use changes::{CsiChange, CsiChanges, ItemContribution};
pub use derived::DerivedWeights;
pub use group::{CsiGroup, CsiMean, ItemScore};
pub use items::{CsiItem, CsiReliability};
pub use params::{Csi, CsiParams, ItemWeighting, MissingItems};
pub use reading::CsiReading;
pub use report::CsiReport;
pub use rows::CsiRows;
