//! Data quality: what is in a table, what is missing, and what to clean first.
//!
//! One streamed pass over a `LazyFrame` measures five dimensions, after Wang and Strong
//! (1996) and the usual practice of data warehouses:
//!
//! | dimension | question | score, 0..=1 |
//! |---|---|---|
//! | completeness | are the cells filled? | mean over the columns of the share of cells that are |
//! | uniqueness | is each thing there once? | distinct keys among the rows with a whole key |
//! | validity | do cells keep to their rules? | mean over the expectations of one column of the share that pass |
//! | consistency | do cells agree with each other? | the same over the expectations of several columns |
//! | timeliness | is it recent? | share of rows with a date up to `as_of`; 0 when the newest is too old |
//!
//! A score without anything to measure is `None`, and says why. A report holds counts,
//! shapes of text, and the extremes of numbers and dates; it never holds a text of the data.
//!
//! Distinct values are told apart by the value itself, or for text of more than twelve
//! bytes by a hash of 127 bits: two of a billion texts share one with a chance below
//! 10^-20. That takes 40 to 75 bytes for each distinct value of a column, and 20 to 40 more
//! for text, up to the setting `max_distinct`.
//!
//! # References
//!
//! Wang, R. Y. and Strong, D. M. (1996), Beyond accuracy: what data quality means to data
//! consumers, Journal of Management Information Systems 12(4), 5-33.
//!
//! # Examples
//!
//! ```
//! use customer_analytics::frame::column;
//! use customer_analytics::prelude::*;
//! use customer_analytics::quality::QualityParams;
//!
//! let people = df!("id" => [1, 2, 2], "名" => [Some("王"), Some(" "), None], "age" => [34, -1, 51])?;
//! let report = QualityParams::new()
//!     .key(["id"])
//!     .expect("age is possible", column("age").between(0, 120))
//!     .run(&people.lazy())?;
//! assert_eq!(report.columns[1].n_missing, 2);
//! assert_eq!(report.key.as_ref().map(|key| key.n_duplicates), Some(1));
//! assert_eq!(report.expectations[0].n_fail, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cells;
mod change;
mod column_state;
mod days;
mod distinct;
mod finish;
mod hints;
mod params;
mod plan;
mod report;
mod report_table;
mod shapes;
mod state;
mod text_facts;

#[cfg(test)]
mod tests;

pub use change::{ColumnChange, QualityChange, compare};
pub use params::{Expectation, Quality, QualityParams};
pub use report::{
    ColumnQuality, DataQuality, ExpectationQuality, KeyQuality, PlaceholderCount, Scores, ShapeCount, Timeliness,
};
pub use state::QualityState;
