//! One check of a table's rows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::cleaning::engine::step::check_distinct;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::frame::{Condition, column};

/// What is done with a row that fails a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The row stays and is counted.
    Report,
    /// The row goes into the quarantine.
    #[default]
    Quarantine,
}

/// What a check asks of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Requirement {
    /// That a condition holds; a row for which it is unknown is not judged.
    Condition(Condition),
    /// That the cell of a column is there: neither null nor NaN. A blank text is there.
    NotNull(String),
    /// That no other row has the same cells; a row that lacks one of them is not judged.
    Unique {
        /// The columns that have to differ together.
        columns: Vec<String>,
        /// Whether the first of equal rows, in source order, passes.
        #[serde(default)]
        keep_first: bool,
    },
    /// That the cell occurs in a column of another table; a missing cell is not judged.
    InTable {
        /// The column of the table that is cleaned.
        column: String,
        /// The name of the other table, as given with `CleaningInput::table`.
        table: String,
        /// The column of the other table.
        key: String,
    },
}

/// One check of a table's rows, with its name and what follows from failing it.
///
/// Without a say of its own a check follows the [`Checks`](crate::cleaning::Checks) it is in.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{Check, Checks, OnFailure};
/// use customer_analytics::frame::column;
///
/// let aged = Check::that("age in range", column("age").between(0, 120)).on_failure(OnFailure::Report);
/// let rule = Checks::new().with(aged.fail_above(0.05)).with(Check::unique(["id"]).named("one row per customer"));
/// let names: Vec<&str> = rule.checks().iter().map(Check::name).collect();
/// assert_eq!(names, ["age in range", "one row per customer"]);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Check {
    name: String,
    requires: Requirement,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_failure: Option<OnFailure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fail_above: Option<f64>,
}

impl Check {
    fn new(name: impl Into<String>, requires: Requirement) -> Self {
        Self { name: name.into(), requires, on_failure: None, fail_above: None }
    }

    /// That a condition holds.
    pub fn that(name: impl Into<String>, condition: Condition) -> Self {
        Self::new(name, Requirement::Condition(condition))
    }

    /// That a cell is neither null nor NaN.
    pub fn not_null(column: impl Into<String>) -> Self {
        let column = column.into();
        Self::new(format!("{column} not null"), Requirement::NotNull(column))
    }

    /// That no other row has the same cells; all rows of a repeated key fail.
    pub fn unique<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self::of_key(columns, false)
    }

    /// That no earlier row has the same cells; the first row of a repeated key passes.
    pub fn unique_keep_first<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self::of_key(columns, true)
    }

    fn of_key<S: Into<String>>(columns: impl IntoIterator<Item = S>, keep_first: bool) -> Self {
        let columns: Vec<String> = columns.into_iter().map(Into::into).collect();
        Self::new(format!("{} unique", columns.join(" and ")), Requirement::Unique { columns, keep_first })
    }

    /// That the cell of a column occurs in column `key` of the table of that name.
    pub fn in_table(column: impl Into<String>, table: impl Into<String>, key: impl Into<String>) -> Self {
        let (column, table, key) = (column.into(), table.into(), key.into());
        Self::new(format!("{column} in {table}.{key}"), Requirement::InTable { column, table, key })
    }

    /// Gives the check another name, as reports and the quarantine show it.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Chooses what is done with rows that fail.
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = Some(on_failure);
        self
    }

    /// Stops the job when more than this share of the rows fail, 0..=1.
    pub fn fail_above(mut self, share: f64) -> Self {
        self.fail_above = Some(share);
        self
    }

    /// The name, as reports and the quarantine show it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is asked of a row.
    #[must_use]
    pub fn requires(&self) -> &Requirement {
        &self.requires
    }

    /// What is done with rows that fail, unless the rule decides.
    pub(crate) fn on_failure_or(&self, of_rule: OnFailure) -> OnFailure {
        self.on_failure.unwrap_or(of_rule)
    }

    /// The share of failing rows that is allowed.
    pub(crate) fn most(&self) -> Option<f64> {
        self.fail_above
    }

    /// Whether rows are judged by other rows.
    pub(crate) fn compares_rows(&self) -> bool {
        matches!(self.requires, Requirement::Unique { .. })
    }

    /// What is asked of a row, as a condition, where it is one.
    pub(crate) fn condition(&self) -> Option<Condition> {
        match &self.requires {
            Requirement::Condition(condition) => Some(condition.clone()),
            Requirement::NotNull(name) => Some(column(name.as_str()).is_not_null()),
            _ => None,
        }
    }

    /// The columns that the check reads.
    pub(crate) fn columns(&self) -> BTreeSet<String> {
        match &self.requires {
            Requirement::Condition(condition) => condition.columns(),
            Requirement::Unique { columns, .. } => columns.iter().cloned().collect(),
            Requirement::NotNull(column) | Requirement::InTable { column, .. } => BTreeSet::from([column.clone()]),
        }
    }

    /// Checks the settings.
    pub(crate) fn check(&self) -> Result<()> {
        // Reasons are joined by semicolons, and have to come apart again.
        if self.name.trim().is_empty() || self.name.contains(';') || self.name.contains(char::is_control) {
            let expected = "a name of one line that is not blank and has no semicolon";
            return Err(Error::param(CLEANING, "checks.name", expected, format!("{:?}", self.name)));
        }
        check_share("checks.fail_above", self.fail_above)?;
        match &self.requires {
            Requirement::Condition(condition) => condition.check().map_err(|error| self.refused(error)),
            Requirement::Unique { columns, .. } if columns.is_empty() => {
                Err(Error::param(CLEANING, "checks.unique", "at least one column", format!("none in `{}`", self.name)))
            }
            Requirement::Unique { columns, .. } => check_distinct("checks.unique", columns),
            _ => Ok(()),
        }
    }

    /// What is wrong with a condition, with the check and the columns it is about.
    fn refused(&self, error: Error) -> Error {
        let Error::Param { param, expected, got, .. } = error else { return error };
        let columns: Vec<String> = self.columns().iter().map(|column| format!("`{column}`")).collect();
        let columns =
            if columns.is_empty() { "no column".to_owned() } else { format!("column {}", columns.join(", ")) };
        let expected = format!("a condition in which `{param}` has {expected}");
        Error::param(CLEANING, "checks.condition", expected, format!("{got} in check `{}` of {columns}", self.name))
    }
}

/// Refuses a share that is none; NaN is none.
pub(crate) fn check_share(param: &'static str, share: Option<f64>) -> Result<()> {
    match share {
        Some(share) if !(0.0..=1.0).contains(&share) => Err(Error::param(CLEANING, param, "in 0..=1", share)),
        _ => Ok(()),
    }
}
