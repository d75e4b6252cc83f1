//! Descriptive statistics of a table, as a whole and by segment.
//!
//! A [`Describe`] gives for every column what its type allows: numbers their moments, order
//! statistics and counts. Sums are exact and moments are taken about the mean, so that an offset
//! of 1e9 or a unit of 1e-8 costs no digit; every definition that has variants is a setting, and
//! the result says which it was. A statistic that is undefined is `None`, with its reason.
//!
//! A table that is larger than memory can [stream](Reading::Streamed) by: moments and counts are
//! the same to the last bit, and so are quantiles while the values near them can be kept; what is
//! an estimate has its error beside it.
//!
//! Booleans are described as 0 and 1, durations in seconds, decimals as the nearest double.
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

mod description;
mod groups;
mod numeric;
mod params;
mod plan;
mod reading;
mod streamed;
mod tallied;
mod weights;

pub use description::{ColumnDescription, Definitions, Description, SegmentDescription};
pub use numeric::{NumericSummary, QuantileValue, UndefinedStatistics};
pub use params::{Describe, DescribeParams};
pub use reading::{DistinctError, QuantileError, Reading, Sketch};
