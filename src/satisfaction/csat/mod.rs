//! Satisfaction and effort scores (CSAT, CES): how many are satisfied, how many are not, and the
//! mean answer, by touchpoint, segment and period.
//!
//! ```text
//! top box     share of the highest scores: 4 and 5 of 5     Wilson's interval
//! bottom box  share of the lowest scores: 1 and 2 of 5      Wilson's interval
//! mean        of all scores                                 Student's t
//! ```
//!
//! A survey has one score. For another question name it the score of the same roles, in a second
//! `SurveyResponses` over the same table: `SurveyResponses::new(table, &columns.clone().score(other))`.
//!
//! [`CsatParams`] is where to begin; how it moves from period to period is told by
//! [`trend`](super::trend), of mean answers and of the shares of both boxes.
//!
//! # Effort scores
//!
//! [`CsatParams::effort`] is the customer effort score: "the company made it easy for me", agreed
//! with from 1 to 7. The score is the mean answer, or the share of 5 to 7, who had it easy, beside
//! that of 1 to 3, who had it hard. Where the question was the other way round, and 1 the least
//! effort, the answers are turned round first, so that more is better here as everywhere.
//!
//! ```
//! use customer_analytics::polars::prelude::{col, lit};
//! use customer_analytics::prelude::*;
//!
//! let easy = Question::new("easy", Scale::ONE_TO_SEVEN).not_applicable([9]);
//! let columns = SurveyColumns::new().score(easy).touchpoint("touchpoint");
//! let answers = df!(
//!     "easy" => [7, 6, 5, 2, 9, 4, 3, 1],
//!     "touchpoint" => ["web", "web", "web", "web", "web", "phone", "phone", "phone"],
//! )?;
//! let survey = SurveyResponses::new(answers.clone().lazy(), &columns)?;
//! let report = CsatParams::effort().by(["touchpoint"]).run(&survey)?;
//! let web = report.segment(&["web"]).unwrap();
//! assert_eq!((web.n, web.mean, web.top_box.unwrap().estimate), (4, Some(5.0), 0.75));
//! assert_eq!(report.segment(&["phone"]).unwrap().bottom_box.unwrap().n_successes, 2);
//!
//! // "How much effort did it take?", from 1 for none to 7; the code for no answer is turned too.
//! let turned = answers.lazy().with_column((lit(8) - col("easy")).alias("easy"));
//! let columns = columns.score(Question::new("easy", Scale::ONE_TO_SEVEN).not_applicable([-1]));
//! let report = CsatParams::effort().by(["touchpoint"]).run(&SurveyResponses::new(turned, &columns)?)?;
//! assert_eq!(report.segment(&["web"]).unwrap().mean, Some(3.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # References
//!
//! Dixon, M., Freeman, K. and Toman, N. (2010), Stop trying to delight your customers, Harvard Business
//! Review 88(7/8), 116-122. Wilson, E. B. (1927), Probable inference, the law of succession, and
//! statistical inference, Journal of the American Statistical Association 22, 209-212.

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
