//! Descriptive statistics of a table, as a whole and by segment.
//!
//! A [`Describe`] gives for every column what its type allows: numbers their moments, order
//! statistics and counts. Sums are exact and moments are taken about the mean, so that an offset
//! of 1e9 or a unit of 1e-8 costs no digit; every definition that has variants is a setting, and
//! the result says which it was. A statistic that is undefined is `None`, with its reason.
//!
//! | column | is described by |
//! |---|---|
//! | numbers, decimals, booleans (0 and 1), durations (seconds) | [`NumericSummary`] |
//! | text, categories, booleans | [`CategoricalSummary`] |
//! | text | [`TextSummary`] |
//! | dates, datetimes on the wall clock of their zone | [`TemporalSummary`] |
//! | times of day, lists, structs, bytes, null alone | its nulls, which are counted |
//!
//! A [`Description`] is a table to read when it is shown, and three tidy frames:
//! [`to_dataframe`](crate::frame::ToDataFrame::to_dataframe), [`levels`](Description::levels) and
//! [`months`](Description::months).
//!
//! A table that is larger than memory can [stream](Reading::Streamed) by; what is an estimate has
//! its error beside it, and what is not known its reason.
//!
//! | in a stream | is as in memory, to the last bit | else |
//! |---|---|---|
//! | counts, ends, moments | always | |
//! | quantiles, fences, MAD | while the values near them can be kept | estimates with bounds |
//! | distinct values and modes of numbers | up to `max_distinct` values | their number estimated, no modes |
//! | levels, entropy, modes | up to `max_distinct` levels | their number estimated, the rest not known |
//! | days with rows, gaps, months, median date | up to 50,000 days | not known |
//! | first and last instant, weekdays, lengths and blanks of text | always | |
//!
//!
//! Whether segments differ, and by how much, is for [`compare`] to say.
//!
//! # Examples
//!
//! ```
//! use customer_analytics::descriptive::DescribeParams;
//! use customer_analytics::prelude::*;
//!
//! let customers = df!("contract" => ["yearly", "monthly", "monthly"], "age" => [Some(50), Some(31), None])?;
//! let described = DescribeParams::new().by(["contract"]).run(&customers.lazy())?;
//! let age = described.column("age").and_then(|column| column.numeric.as_ref()).unwrap();
//! assert_eq!((age.n, age.n_null, age.mean), (2, 1, Some(40.5)));
//! let monthly = described.segment(&["monthly"]).unwrap();
//! assert_eq!(monthly.n_rows, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod categorical;
pub mod compare;
mod days;
mod description;
mod description_frame;
mod description_table;
mod groups;
#[cfg(test)]
mod level_laws;
mod level_table;
mod numeric;
mod params;
mod plan;
mod reading;
mod streamed;
mod tallied;
mod tally;
mod temporal;
mod text;
mod weights;

pub use categorical::{CategoricalSummary, LevelModes, LevelShare, RareLevels, RestOfLevels};
pub use compare::{Compare, CompareParams, Comparison};
pub use description::{ColumnDescription, Definitions, Description, SegmentDescription};
pub use numeric::{NumericSummary, QuantileValue, UndefinedStatistics};
pub use params::{Describe, DescribeParams};
pub use reading::{DistinctError, QuantileError, Reading, Sketch};
pub use temporal::{Gap, MonthCount, TemporalSummary};
pub use text::TextSummary;
