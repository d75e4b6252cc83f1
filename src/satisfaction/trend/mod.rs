//! How a score moves from period to period, and whether that is more than chance.
//!
//! ```text
//! NpsReport, CsatReport, CsiReport, ... ── PeriodScores ──▶ one series for all responses, one for each segment
//! ```
//!
//! | question | answer |
//! |---|---|
//! | did the score change from one period to the next | z test of two independent samples as the report makes it, p-values of a series adjusted together |
//! | does it rise or fall over all periods | Mann-Kendall's test |
//! | how fast | Sen's slope, the median slope of all pairs of periods |
//! | is one period more than the usual coming and going | control limits, by Laney's chart |
//!
//! A period that the responses do not cover to both its ends is shown with its score, and stays
//! out of tests, slope and limits unless asked for.
//!
//! With many responses every small change is significant; that it is more than what the series
//! does all the time is told by the control limits.
//!
//! # References
//!
//! The methods are those of [`kernel::survey`](crate::kernel::survey), which name their sources.
//!
//! # Examples
//!
//! ```
//! use customer_analytics::frame::{Question, Scale, SurveyColumns, SurveyResponses};
//! use customer_analytics::prelude::*;
//! use customer_analytics::satisfaction::SurveyPeriod;
//! use customer_analytics::satisfaction::csi::CsiParams;
//! use customer_analytics::satisfaction::trend::TrendParams;
//!
//! let answers = df!("quality" => [1, 2, 2, 3, 3, 4, 4, 5], "wave" => [1, 1, 2, 2, 3, 3, 4, 4])?;
//! let columns = SurveyColumns::new().items([Question::new("quality", Scale::ONE_TO_FIVE)]).wave("wave");
//! let survey = SurveyResponses::new(answers.lazy(), &columns)?;
//! let trend = TrendParams::new().of(&CsiParams::new().period(SurveyPeriod::Wave).run(&survey)?)?;
//! // 12.5, 37.5, 62.5, 87.5: all pairs rise, by 25 from wave to wave.
//! assert_eq!(trend.series[0].slope.as_ref().unwrap().slope, 25.0);
//! assert_eq!(trend.series[0].mann_kendall.unwrap().s, 6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod params;
mod report;
mod report_table;
mod scores;
mod series;

#[cfg(test)]
mod tests;

pub use params::{IncompletePeriods, Trend, TrendParams};
pub use report::TrendReport;
pub use scores::{BoxScores, PeriodScore, PeriodScores};
pub use series::{PeriodChange, TrendPoint, TrendSeries};
