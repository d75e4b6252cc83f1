//! What to compare, between which segments and by which tests.

use std::collections::BTreeMap;

use polars::prelude::LazyFrame;
use serde::{Deserialize, Serialize};

use super::comparison::Comparison;
use super::test_name::TestName;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::kernel::multiplicity::Multiplicity;

/// The name that errors give.
pub(super) const COMPARE: &str = "compare";

/// Unchecked settings of a comparison.
///
/// # Examples
///
/// ```
/// use customer_analytics::descriptive::compare::{CompareParams, TestName};
/// use customer_analytics::kernel::multiplicity::Multiplicity;
///
/// let params = CompareParams::new("contract")
///     .columns(["age", "spend"])
///     .tests([TestName::WelchAnova, TestName::KruskalWallis])
///     .multiplicity(Multiplicity::BenjaminiHochberg)
///     .reference("monthly");
/// let from_a_job_file: CompareParams = toml::from_str(
///     r#"by = ["contract"]
///        columns = ["age", "spend"]
///        tests = ["welch_anova", "kruskal_wallis"]
///        multiplicity = "benjamini_hochberg"
///        reference = ["monthly"]"#,
/// )?;
/// assert_eq!(params, from_a_job_file);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct CompareParams {
    by: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tests: Option<Vec<TestName>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    events: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<Vec<String>>,
    #[serde(default)]
    pairwise: bool,
    #[serde(default = "default_multiplicity")]
    multiplicity: Multiplicity,
    #[serde(default = "default_conf_level")]
    conf_level: f64,
    #[serde(default = "default_min_rows")]
    min_rows: u64,
    #[serde(default = "default_n_levels")]
    n_levels: u32,
}

fn default_multiplicity() -> Multiplicity {
    Multiplicity::Holm
}

fn default_conf_level() -> f64 {
    0.95
}

fn default_min_rows() -> u64 {
    2
}

fn default_n_levels() -> u32 {
    10
}

impl CompareParams {
    /// Compares the segments that the values of a column make.
    pub fn new(segment_column: impl Into<String>) -> Self {
        Self::by([segment_column])
    }

    /// Compares the segments that the combinations of the values of several columns make.
    pub fn by<S: Into<String>>(segment_columns: impl IntoIterator<Item = S>) -> Self {
        Self {
            by: segment_columns.into_iter().map(Into::into).collect(),
            columns: None,
            tests: None,
            events: BTreeMap::new(),
            reference: None,
            pairwise: false,
            multiplicity: default_multiplicity(),
            conf_level: default_conf_level(),
            min_rows: default_min_rows(),
            n_levels: default_n_levels(),
        }
    }

    /// Compares these columns, in this order; by default all that have numbers or levels, but
    /// those that make the segments.
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Does these tests, on every column that they fit; the first that fits a column is its
    /// primary one. By default they go by the type of the column and the number of segments, as
    /// the table of [`compare`](super) says. Pairs of segments have those of them that are made for
    /// two, or the usual ones where there are none.
    pub fn tests(mut self, tests: impl IntoIterator<Item = TestName>) -> Self {
        self.tests = Some(tests.into_iter().collect());
        self
    }

    /// Compares how often a column has this level, against all others: `event("status",
    /// "cancelled")`. Numbers and dates are written as their text, `event("is_senior", "1")`.
    ///
    /// Booleans are compared by `true`, other columns of two levels by the one that comes last in
    /// the order of their bytes, unless said here.
    pub fn event(mut self, column: impl Into<String>, level: impl Into<String>) -> Self {
        self.events.insert(column.into(), level.into());
        self
    }

    /// Compares every other segment with the one of this value, in pairs; with two segments it
    /// decides which of them the other is compared with.
    pub fn reference(self, segment: impl Into<String>) -> Self {
        self.reference_key([segment])
    }

    /// The same for segments of several columns, one value for each.
    pub fn reference_key<S: Into<String>>(mut self, key: impl IntoIterator<Item = S>) -> Self {
        self.reference = Some(key.into_iter().map(Into::into).collect());
        self
    }

    /// Compares all pairs of segments besides, the later with the earlier one; not by default.
    pub fn pairwise(mut self, pairwise: bool) -> Self {
        self.pairwise = pairwise;
        self
    }

    /// How p-values are adjusted: those of the primary tests of all columns together, and those of
    /// the pairs of one column for each test. Holm's by default.
    pub fn multiplicity(mut self, multiplicity: Multiplicity) -> Self {
        self.multiplicity = multiplicity;
        self
    }

    /// Confidence of the intervals, 0.95 by default.
    pub fn conf_level(mut self, level: f64) -> Self {
        self.conf_level = level;
        self
    }

    /// A segment with fewer values of a column stays out of its tests, with the reason; 2 by
    /// default.
    pub fn min_rows(mut self, n: u64) -> Self {
        self.min_rows = n;
        self
    }

    /// How many of the most frequent levels of a column are listed for each segment, 10 by
    /// default. All of them are tested.
    pub fn n_levels(mut self, n: u32) -> Self {
        self.n_levels = n;
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when no column makes the segments, a column or test is named twice or there are
    /// none, a column is to be compared that makes the segments, an event is one of a column that
    /// is not compared, the reference has not one value for each segment column or comes with
    /// `pairwise`, `conf_level` is not between 0 and 1, or `min_rows` is 0.
    pub fn check(self) -> Result<Compare> {
        self.check_columns()?;
        let refused = |param, expected: &str, got: String| Err(Error::param(COMPARE, param, expected, got));
        if let Some(tests) = &self.tests {
            if tests.is_empty() {
                return refused("tests", "at least one test (leave it out for the usual ones)", "none".into());
            }
            if let Some(at) = (1..tests.len()).find(|&at| tests[..at].contains(&tests[at])) {
                return refused("tests", "distinct", format!("`{}` twice", tests[at].as_str()));
            }
        }
        if let Some(key) = &self.reference {
            if key.len() != self.by.len() {
                let expected = format!("one value for each of the {} segment column(s)", self.by.len());
                return refused("reference", &expected, key.len().to_string());
            }
            if self.pairwise {
                return refused(
                    "pairwise",
                    "false beside `reference`, which every segment is compared with",
                    "true".into(),
                );
            }
        }
        if !(self.conf_level > 0.0 && self.conf_level < 1.0) {
            return refused("conf_level", "between 0 and 1", self.conf_level.to_string());
        }
        if self.min_rows == 0 {
            return refused("min_rows", "at least 1", "0".into());
        }
        Ok(Compare(self))
    }

    fn check_columns(&self) -> Result<()> {
        let refused = |param, expected: &str, got: String| Err(Error::param(COMPARE, param, expected, got));
        if self.by.is_empty() {
            return refused("by", "at least one column, whose values make the segments", "none".into());
        }
        let columns = self.columns.as_deref().unwrap_or_default();
        for (param, names) in [("by", self.by.as_slice()), ("columns", columns)] {
            if let Some(name) = (1..names.len()).find(|&at| names[..at].contains(&names[at])) {
                return refused(param, "made of distinct columns", format!("`{}` twice", names[name]));
            }
        }
        if self.columns.is_some() && columns.is_empty() {
            return refused("columns", "at least one column (leave it out for all)", "none".into());
        }
        if let Some(name) = columns.iter().find(|name| self.by.contains(name)) {
            return refused("columns", "others than those that make the segments", format!("`{name}`"));
        }
        let is_compared = |name: &String| !self.by.contains(name) && (columns.is_empty() || columns.contains(name));
        if let Some(name) = self.events.keys().find(|name| !is_compared(name)) {
            return refused("events", "of columns that are compared", format!("`{name}`"));
        }
        Ok(())
    }

    /// Checks the settings and compares the segments of a table.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, frame: &LazyFrame) -> Result<Comparison> {
        self.check()?.run(frame)
    }
}

/// Checked settings of a comparison; the only type that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "CompareParams", into = "CompareParams")]
#[must_use]
pub struct Compare(CompareParams);

impl Compare {
    pub(super) fn by(&self) -> &[String] {
        &self.0.by
    }

    pub(super) fn columns(&self) -> Option<&[String]> {
        self.0.columns.as_deref()
    }

    pub(super) fn tests(&self) -> Option<&[TestName]> {
        self.0.tests.as_deref()
    }

    pub(super) fn events(&self) -> &BTreeMap<String, String> {
        &self.0.events
    }

    pub(super) fn reference(&self) -> Option<&[String]> {
        self.0.reference.as_deref()
    }

    pub(super) fn pairwise(&self) -> bool {
        self.0.pairwise
    }

    pub(super) fn multiplicity(&self) -> Multiplicity {
        self.0.multiplicity
    }

    pub(super) fn conf_level(&self) -> f64 {
        self.0.conf_level
    }

    pub(super) fn min_rows(&self) -> u64 {
        self.0.min_rows
    }

    pub(super) fn n_levels(&self) -> usize {
        self.0.n_levels as usize
    }
}

impl TryFrom<CompareParams> for Compare {
    type Error = Error;

    fn try_from(params: CompareParams) -> Result<Self> {
        params.check()
    }
}

impl From<Compare> for CompareParams {
    fn from(compare: Compare) -> Self {
        compare.0
    }
}
