//! Segments compared: does a column differ between them, and by how much.
//!
//! A [`Compare`] takes every column that it can and gives it, by its type and the number of
//! segments in the table, tests with the sizes of effects beside their p-values:
//!
//! | column | two segments | more |
//! |---|---|---|
//! | numbers, decimals, durations (seconds) | **Welch's t** with the difference of means, Cohen's d and Hedges' g; Mann-Whitney; Levene about medians (Brown & Forsythe) | **Welch's analysis of variance** with eta and omega squared; Kruskal-Wallis with epsilon squared; Levene |
//! | booleans, two-level text and categories, columns with an [`event`](CompareParams::event) | **two proportions** with Newcombe's interval, risk and odds ratio, Cohen's h | **chi-squared** with Cramér's V |
//! | other text and categories | **chi-squared** with Cramér's V | the same |
//!
//! The test in bold is the primary one of its column, the first of those chosen by
//! [`tests`](CompareParams::tests) that fits. The p-values of the primary tests of all columns are
//! one family and adjusted together; beside them p-values are as they are. The pairs of segments
//! of one column make a family of their own for each test.
//!
//! Of two segments the later is compared with the earlier one in the order of their values (`Yes`
//! with `No`), unless a [`reference`](CompareParams::reference) is named: a difference is the
//! segment less the one it is compared with.
//!
//! Rows without a segment are left out and counted, and so are, column by column, cells that are
//! null, NaN or infinite. A segment with too few values of a column stays out of its tests, with
//! the reason; a test without an answer has its reason in place of one. Rows are not weighted:
//! settings that name weights are refused.
//!
//! # References
//!
//! The tests are those of [`kernel::hypothesis`](crate::kernel::hypothesis), which name their
//! sources; the words for sizes are J. Cohen's (1988), Statistical Power Analysis for the
//! Behavioral Sciences.
//!
//! # Examples
//!
//! ```
//! use customer_analytics::descriptive::compare::{CompareParams, EffectName, TestName};
//! use customer_analytics::prelude::*;
//!
//! let customers = df!(
//!     "churned" => ["no", "no", "no", "yes", "yes", "yes"],
//!     "spend" => [1.0, 2.0, 3.0, 2.0, 4.0, 6.0],
//!     "vip" => [true, true, false, false, false, false],
//! )?;
//! let compared = CompareParams::new("churned").run(&customers.lazy())?;
//! let spend = compared.column("spend").unwrap();
//! // Variances 4 and 1: (4 - 2) / sqrt(4 / 3 + 1 / 3).
//! let welch = spend.findings.test(TestName::WelchT).unwrap();
//! assert!((welch.statistic - 2.0 / (5.0_f64 / 3.0).sqrt()).abs() < 1e-14);
//! let vip = compared.column("vip").unwrap();
//! let difference = vip.findings.effect(EffectName::DifferenceOfProportions).unwrap();
//! assert_eq!(difference.estimate, -2.0 / 3.0);
//! println!("{compared}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod categories;
mod column_data;
mod comparison;
mod comparison_frame;
mod comparison_table;
mod findings;
#[cfg(test)]
mod laws;
mod magnitude;
mod numbers;
mod params;
mod plan;
mod segments;
mod test_name;
#[cfg(test)]
mod tests;

pub use crate::kernel::hypothesis::{EffectName, StatisticName};
pub use comparison::{
    ColumnComparison, ColumnKind, ComparedSegment, Comparison, ComparisonDefinitions, Contrast, MeanOfSegment,
    PairComparison, SegmentSummary, ShareOfSegment,
};
pub use findings::{EffectResult, ExpectedCounts, Findings, TestResult, UndefinedFinding};
pub use magnitude::{EffectSize, Magnitude};
pub use params::{Compare, CompareParams};
pub use test_name::TestName;
