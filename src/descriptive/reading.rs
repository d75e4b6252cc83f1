//! Whether a table is held in memory or streams by, and what that costs in accuracy.

use serde::{Deserialize, Serialize};

use crate::kernel::sketch::HyperLogLog;

/// The largest `max_distinct`.
pub(super) const MOST_COUNTED: u32 = 1 << 24;

/// How the rows of a table are read.
///
/// # Examples
///
/// ```
/// use customer_analytics::descriptive::{DescribeParams, Reading};
///
/// let from_a_job_file: DescribeParams = toml::from_str("reading = { streamed = { max_distinct = 1000 } }")?;
/// let params = DescribeParams::new().reading(Reading::Streamed { max_distinct: 1_000 });
/// assert_eq!(params, from_a_job_file);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Reading {
    /// Once, with the columns that are described in memory. Everything is exact.
    #[default]
    InMemory,
    /// Batch by batch, in memory that does not grow with the rows, so that a table may be larger
    /// than memory.
    ///
    /// The query runs twice where numbers have many distinct values, and has to give the same rows
    /// both times: a file does, a random sample does not. Counts, moments and ends are those of a table in memory to the last bit. So is
    /// everything else of a column with few distinct values. Of one with more, modes are not known
    /// and the number of distinct values is an estimate; quantiles and what is made of them are exact as
    /// long as the values near them, about one in fifty, can be kept in the second pass, and
    /// estimates with stated bounds where they cannot. The bounds are shares of the values, so that many
    /// values that lie far from 0 and near each other are better streamed without their offset. Of values beyond 1e280 the mean distance
    /// from the mean is not known.
    ///
    /// Levels are counted one by one up to the same number, and while their texts take no more than
    /// 64 bytes for each of that number, or 16 KB in all. Of a column or a segment with more of them the
    /// number of levels is an estimate and nothing else is known of them; lengths and blanks of texts
    /// are exact for any number. Days with rows are counted up to 50,000, 136 years of them,
    /// in the whole and in each segment; of more the ends, the span and the days of the week are exact
    /// and the rest is not known.
    ///
    /// A column takes no more than 0.2 MB and 800 bytes for each of `max_distinct`, 50 MB by default;
    /// a column of a segment 0.8 MB, and one of dates 1.2 MB. Rows cannot be weighted.
    Streamed {
        /// Distinct values of a column up to which they are counted one by one; in each segment
        /// a sixteenth of them. Near its quantiles sixteen times as many are kept, in a segment four times.
        #[serde(default = "default_max_distinct")]
        max_distinct: u32,
    },
}

impl Reading {
    /// Batch by batch, with up to 65,536 distinct values of a column counted one by one.
    #[must_use]
    pub fn streamed() -> Self {
        Self::Streamed { max_distinct: default_max_distinct() }
    }
}

fn default_max_distinct() -> u32 {
    1 << 16
}

/// A summary of bounded size that an estimate was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sketch {
    /// Counts of values in buckets of a constant relative width: Masson, Rim and Lee (2019).
    DdSketch,
    /// The longest runs of zeros among hashes: Flajolet and others (2007).
    HyperLogLog,
}

/// How far estimated quantiles, and what is made of them, can be from those of the values.
///
/// Bounds, not standard errors: no data exceed them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QuantileError {
    /// What they were estimated from.
    pub sketch: Sketch,
    /// Of the median and each quantile, as a share of it; of one that lies between a negative
    /// and a positive value, as a share of the larger of them in size.
    pub relative: f64,
    /// Of the distance between the quartiles, in units of the column. Tukey's fences are off by
    /// their multiplier times that and the error of a quartile; values beyond
    /// the fences that are reported are counted exactly.
    pub iqr: Option<f64>,
    /// Of the median distance from the median, in units of the column.
    pub mad: Option<f64>,
}

/// How far an estimated number of distinct values is likely to be from their number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DistinctError {
    /// What it was estimated from.
    pub sketch: Sketch,
    /// Its standard error, as a share of it: two in three estimates are within it.
    pub relative_std_error: f64,
}

impl DistinctError {
    /// Of the sketch that streams are counted with.
    pub(super) fn of_sketch() -> Self {
        Self { sketch: Sketch::HyperLogLog, relative_std_error: HyperLogLog::RELATIVE_STD_ERROR }
    }
}
