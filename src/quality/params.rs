//! What to measure the quality of a table by.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use polars::prelude::LazyFrame;
use serde::{Deserialize, Serialize};

use super::report::DataQuality;
use super::text_facts::folded;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::Condition;

/// The name that errors give.
pub(super) const QUALITY: &str = "quality";

/// Distinct values that can be remembered for each column.
const DISTINCT: RangeInclusive<u32> = 1..=1_000_000_000;

/// A condition that every row is expected to meet, under a name for the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// What the report calls it.
    pub name: String,
    /// What every row is expected to meet.
    pub condition: Condition,
}

/// Unchecked settings of a data quality report; all of them can be left out.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::column;
/// use customer_analytics::quality::QualityParams;
///
/// let params = QualityParams::new().key(["id"]).placeholders(["N/A"]).expect("aged", column("age").ge(0));
/// let from_a_job_file: QualityParams = toml::from_str(
///     r#"key = ["id"]
///        placeholders = ["N/A"]
///        [[expectations]]
///        name = "aged"
///        condition = { compare = { left = { column = "age" }, op = "ge", right = { integer = 0 } } }"#,
/// )?;
/// assert_eq!(params, from_a_job_file);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[must_use]
pub struct QualityParams {
    key: Vec<String>,
    placeholders: Vec<String>,
    blank_is_missing: bool,
    max_distinct: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<TimeRole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age_days: Option<u32>,
    expectations: Vec<Expectation>,
}

/// The column whose dates tell how recent the rows are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeRole {
    pub(super) column: String,
    pub(super) as_of: NaiveDate,
}

impl Default for QualityParams {
    fn default() -> Self {
        Self {
            key: vec![],
            placeholders: vec![],
            blank_is_missing: true,
            max_distinct: 1_000_000,
            time: None,
            max_age_days: None,
            expectations: vec![],
        }
    }
}

impl QualityParams {
    /// Measures the columns, without a key, expectations or dates.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the columns that together tell the rows apart. Rows that lack one of them, or
    /// in which one is blank or a placeholder where such are missing, have no key and are
    /// counted.
    pub fn key<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.key = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Names texts that stand for a missing cell, such as `N/A` or `unknown`; none by
    /// default, as only the shop knows. Case and outer blanks do not count.
    pub fn placeholders<S: Into<String>>(mut self, texts: impl IntoIterator<Item = S>) -> Self {
        self.placeholders = texts.into_iter().map(Into::into).collect();
        self
    }

    /// Whether text that is empty or of white space alone is missing; it is by default.
    pub fn blank_is_missing(mut self, is_missing: bool) -> Self {
        self.blank_is_missing = is_missing;
        self
    }

    /// How many distinct values are remembered for each column, 1,000,000 by default. A
    /// column with more has no count of them, and says so. The key is always counted whole.
    pub fn max_distinct(mut self, n: u32) -> Self {
        self.max_distinct = n;
        self
    }

    /// Names the Date or Datetime column that tells how recent the rows are, and the day up
    /// to which they should go.
    pub fn time(mut self, column: impl Into<String>, as_of: NaiveDate) -> Self {
        self.time = Some(TimeRole { column: column.into(), as_of });
        self
    }

    /// How many days the newest row can lie before `as_of` without being late.
    pub fn max_age_days(mut self, days: u32) -> Self {
        self.max_age_days = Some(days);
        self
    }

    /// Adds a condition that every row is expected to meet: a matter of validity when it
    /// reads one column, of consistency when it reads several.
    pub fn expect(mut self, name: impl Into<String>, condition: Condition) -> Self {
        self.expectations.push(Expectation { name: name.into(), condition });
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when a column of the key or a name is given twice, a placeholder or a name is
    /// blank, `max_distinct` is outside 1..=1,000,000,000, `max_age_days` is given without a
    /// time, or a condition cannot be meant.
    pub fn check(self) -> Result<Quality> {
        let refused = |param, expected: &str, got: String| Err(Error::param(QUALITY, param, expected, got));
        if let Some(name) = repeated(self.key.iter()) {
            return refused("key", "made of distinct columns", format!("`{name}` twice"));
        }
        if self.placeholders.iter().any(|text| text.trim().is_empty()) {
            return refused("placeholders", "texts that are not blank (see `blank_is_missing`)", "a blank one".into());
        }
        if !DISTINCT.contains(&self.max_distinct) {
            return refused("max_distinct", "in 1..=1000000000", self.max_distinct.to_string());
        }
        if self.max_age_days.is_some() && self.time.is_none() {
            return refused("max_age_days", "given with a `time` column", "none".into());
        }
        if self.expectations.iter().any(|expectation| expectation.name.trim().is_empty()) {
            return refused("expectations", "named", "a blank name".into());
        }
        if let Some(name) = repeated(self.expectations.iter().map(|expectation| &expectation.name)) {
            return refused("expectations", "under distinct names", format!("`{name}` twice"));
        }
        self.expectations.iter().try_for_each(|expectation| expectation.condition.check())?;
        Ok(Quality(self))
    }

    /// Checks the settings and measures a table.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, frame: &LazyFrame) -> Result<DataQuality> {
        self.check()?.run(frame)
    }
}

fn repeated<'a>(names: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    let mut seen = BTreeSet::new();
    names.into_iter().find(|name| !seen.insert(name.as_str())).map(String::as_str)
}

/// Checked settings of a data quality report; the only type that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "QualityParams", into = "QualityParams")]
#[must_use]
pub struct Quality(QualityParams);

impl Quality {
    pub(super) fn key(&self) -> &[String] {
        &self.0.key
    }

    /// Placeholders as they are compared.
    pub(super) fn placeholders(&self) -> BTreeSet<String> {
        self.0.placeholders.iter().map(|text| folded(text).into_owned()).collect()
    }

    pub(super) fn blank_is_missing(&self) -> bool {
        self.0.blank_is_missing
    }

    pub(super) fn max_distinct(&self) -> usize {
        self.0.max_distinct as usize
    }

    pub(super) fn time(&self) -> Option<&TimeRole> {
        self.0.time.as_ref()
    }

    pub(super) fn max_age_days(&self) -> Option<u32> {
        self.0.max_age_days
    }

    pub(super) fn expectations(&self) -> &[Expectation] {
        &self.0.expectations
    }
}

impl TryFrom<QualityParams> for Quality {
    type Error = Error;

    fn try_from(params: QualityParams) -> Result<Self> {
        params.check()
    }
}

impl From<Quality> for QualityParams {
    fn from(quality: Quality) -> Self {
        quality.0
    }
}
