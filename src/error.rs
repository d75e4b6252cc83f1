//! The one error type of the crate.
//!
//! Messages are one lower-case line, name the table, role, column or setting at fault,
//! and carry counts in place of values, so that they can be logged. Only the source of a
//! `Query` error, which is polars' own, can quote a cell of the data.

use polars::prelude::PolarsError;

/// Shorthand for results of this crate; with a second type it is the usual one, so that a
/// glob import of the prelude is in nobody's way.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, each with what a caller needs to mend it.
///
/// # Examples
///
/// ```
/// use chrono::NaiveDate;
/// use customer_analytics::segmentation::RfmParams;
///
/// let as_of = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
/// let refused = RfmParams::new(as_of).n_bins(1).check().unwrap_err();
/// assert!(refused.is_param());
/// assert_eq!(refused.to_string(), "rfm: `n_bins` must be in 2..=10, got 1");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The columns do not fit the roles; every problem of the table is listed at once.
    #[error("{table}: {} schema problem(s): {}", problems.len(), problems.join("; "))]
    Schema {
        /// The input table whose roles were checked.
        table: &'static str,
        /// One line per problem, naming role, column and type.
        problems: Vec<String>,
    },
    /// Rows lack something the analysis needs and was not told to do without.
    #[error("{analysis}: {rows} row(s) lack {needed}; {remedy}")]
    Incomplete {
        /// The analysis that refused.
        analysis: &'static str,
        /// How many rows are affected.
        rows: u64,
        /// What they lack.
        needed: &'static str,
        /// What the caller can do about it, in terms of this crate.
        remedy: &'static str,
    },
    /// The data are complete but the analysis cannot be done on them.
    #[error("{analysis}: {reason}")]
    Unusable {
        /// The analysis that refused.
        analysis: &'static str,
        /// Why, with the numbers that decided it.
        reason: String,
    },
    /// A setting is outside its documented range.
    #[error("{analysis}: `{param}` must be {expected}, got {got}")]
    Param {
        /// The analysis the setting belongs to.
        analysis: &'static str,
        /// The setting.
        param: &'static str,
        /// Its range, as documented.
        expected: String,
        /// What was given.
        got: String,
    },
    /// A computation left the range of its numbers.
    #[error("{analysis}: {verdict}")]
    Numeric {
        /// The analysis that stopped.
        analysis: &'static str,
        /// What happened, with its numbers.
        verdict: String,
    },
    /// polars failed to run a query; its own error is the source.
    #[error("{step}: query failed")]
    Query {
        /// The step whose query failed.
        step: &'static str,
        /// The error polars gave.
        #[source]
        source: Box<PolarsError>,
    },
    /// A file could not be read or written.
    #[error("{step}: cannot use file `{path}`: {reason}")]
    File {
        /// What was being done.
        step: &'static str,
        /// The path as given.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A saved model, map or job could not be understood.
    #[error("{what}: {reason}")]
    Format {
        /// What was being loaded.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// Whether a setting (not the data) has to be changed.
    #[must_use]
    pub fn is_param(&self) -> bool {
        matches!(self, Self::Param { .. })
    }

    /// Whether the data (columns or rows) have to be changed.
    #[must_use]
    pub fn is_data(&self) -> bool {
        matches!(self, Self::Schema { .. } | Self::Incomplete { .. } | Self::Unusable { .. })
    }

    /// Names the step in which polars failed.
    pub(crate) fn query(step: &'static str) -> impl FnOnce(PolarsError) -> Self {
        move |source| Self::Query { step, source: Box::new(source) }
    }

    /// A setting outside its range.
    pub(crate) fn param(
        analysis: &'static str,
        param: &'static str,
        expected: impl Into<String>,
        got: impl ToString,
    ) -> Self {
        Self::Param { analysis, param, expected: expected.into(), got: got.to_string() }
    }
}
