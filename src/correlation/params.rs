//! What is correlated, and how.

use std::collections::BTreeSet;

use polars::prelude::{DataType, LazyFrame, Schema};
use serde::{Deserialize, Serialize};

use super::matrix::CorrelationMatrix;
use super::method::{Control, LeftOut, Method, Missing, Reading};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::weights::WeightRole;
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::weight::WeightKind;

/// The name that errors give.
pub(super) const CORRELATION: &str = "correlation";

/// Columns that are held fixed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    pub(super) columns: Vec<String>,
    pub(super) control: Control,
}

/// Unchecked settings of a correlation; all of them can be left out.
///
/// # Examples
///
/// ```
/// use customer_analytics::correlation::{CorrelationParams, Method, Missing};
/// use customer_analytics::kernel::multiplicity::Multiplicity;
///
/// let params = CorrelationParams::new()
///     .columns(["age", "spend", "visits"])
///     .method(Method::Spearman)
///     .missing(Missing::Listwise)
///     .multiplicity(Multiplicity::Holm);
/// let from_a_job_file: CorrelationParams = toml::from_str(
///     r#"columns = ["age", "spend", "visits"]
///        method = "spearman"
///        missing = "listwise"
///        multiplicity = "holm""#,
/// )?;
/// assert_eq!(params, from_a_job_file);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[must_use]
pub struct CorrelationParams {
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    categorical: Vec<String>,
    method: Method,
    missing: Missing,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<WeightRole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<Given>,
    conf_level: f64,
    multiplicity: Multiplicity,
    max_levels: u32,
}

impl Default for CorrelationParams {
    fn default() -> Self {
        Self {
            columns: None,
            target: None,
            categorical: vec![],
            method: Method::Auto,
            missing: Missing::Pairwise,
            weights: None,
            given: None,
            conf_level: 0.95,
            multiplicity: Multiplicity::None,
            max_levels: 100,
        }
    }
}

fn owned<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

impl CorrelationParams {
    /// Correlates every pair of all columns that can be, by the kinds of the two.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the columns to correlate; all that can be by default. Columns that cannot are
    /// then a refusal, and by default they are left out and listed with the reason.
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.columns = Some(owned(columns));
        self
    }

    /// Correlates the other columns with this one alone, in place of every pair.
    pub fn with(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// Names columns of numbers or times whose values stand for categories, such as the number
    /// of a shop or a month. Text is categorical anyway.
    pub fn categorical<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.categorical = owned(columns);
        self
    }

    /// What to correlate by; by default the kinds of the two columns decide.
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Which rows a pair is correlated over: by default those that both its columns have.
    pub fn missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    /// Names a column of weights, and what they stand for. Rows whose weight is missing or 0 are
    /// left out and counted. Ranks take no weights.
    pub fn weights(mut self, column: impl Into<String>, kind: WeightKind) -> Self {
        self.weights = Some(WeightRole { column: column.into(), kind });
        self
    }

    /// Holds columns fixed: partial correlations, by Pearson or Spearman.
    pub fn given<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.given = Some(Given { columns: owned(columns), control: Control::Partial });
        self
    }

    /// Takes what these columns say out of the others and not of the target: semi-partial
    /// correlations, by Pearson or Spearman. Their squares are what each column by itself adds to
    /// the share of the target's variance that these columns explain.
    pub fn semi_partial<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.given = Some(Given { columns: owned(columns), control: Control::SemiPartial });
        self
    }

    /// How sure the intervals are, 0.95 by default.
    pub fn conf_level(mut self, conf_level: f64) -> Self {
        self.conf_level = conf_level;
        self
    }

    /// How p-values are adjusted for the number of pairs; not by default.
    pub fn multiplicity(mut self, multiplicity: Multiplicity) -> Self {
        self.multiplicity = multiplicity;
        self
    }

    /// The most categories a column can have, 100 by default; one with more, as an id has, is
    /// left out and listed.
    pub fn max_levels(mut self, n: u32) -> Self {
        self.max_levels = n;
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when a column is named twice or in two parts; fewer than two columns are named;
    /// `categorical`, `given` or `weights` does not go with the method; `semi_partial` has no
    /// target; `conf_level` is not between 0 and 1 or `max_levels` not in 2..=1,000,000.
    pub fn check(self) -> Result<Correlation> {
        self.check_names()?;
        self.check_method()?;
        let refused = |param, expected: &str, got: String| Err(Error::param(CORRELATION, param, expected, got));
        if !(self.conf_level > 0.0 && self.conf_level < 1.0) {
            return refused("conf_level", "between 0 and 1, without them", self.conf_level.to_string());
        }
        if !(2..=1_000_000).contains(&self.max_levels) {
            return refused("max_levels", "in 2..=1000000", self.max_levels.to_string());
        }
        Ok(Correlation(self))
    }

    fn check_names(&self) -> Result<()> {
        let refused = |param, expected: &str, got: String| Err(Error::param(CORRELATION, param, expected, got));
        let given = self.given.as_ref().map_or(&[][..], |given| &given.columns);
        let columns = self.columns.as_deref().unwrap_or_default();
        for (param, names) in [("columns", columns), ("categorical", &self.categorical), ("given", given)] {
            if let Some(name) = repeated(names) {
                return refused(param, "distinct columns", format!("`{name}` twice"));
            }
        }
        let is_correlated = |name: &String| columns.contains(name) || self.target.as_ref() == Some(name);
        if let Some(name) = given.iter().find(|name| is_correlated(name)) {
            return refused("given", "columns that are not correlated themselves", format!("`{name}`"));
        }
        if let Some(name) = self.categorical.iter().find(|name| given.contains(name)) {
            return refused("categorical", "columns that are correlated", format!("`{name}`, which is given"));
        }
        if let Some(WeightRole { column, .. }) = &self.weights
            && (is_correlated(column) || given.contains(column))
        {
            return refused("weights", "a column that is not correlated itself", format!("`{column}`"));
        }
        if self.given.is_some() && given.is_empty() {
            return refused("given", "at least one column", "none".into());
        }
        let n_others = columns.iter().filter(|name| self.target.as_ref() != Some(name)).count();
        let needed = if self.target.is_some() { 1 } else { 2 };
        if self.columns.is_some() && n_others < needed {
            let expected = if needed == 2 { "at least two columns" } else { "at least one column beside the target" };
            return refused("columns", expected, n_others.to_string());
        }
        Ok(())
    }

    fn check_method(&self) -> Result<()> {
        let name = self.method.name();
        let refused = |param, expected: String, got: String| Err(Error::param(CORRELATION, param, expected, got));
        if let (true, Some(column)) = (self.method.is_of_numbers_alone(), self.categorical.first()) {
            let expected = format!("left out for `method` {name}, which takes numbers");
            return refused("categorical", expected, format!("`{column}`"));
        }
        if let (true, Some(role)) = (self.method.is_of_ranks(), &self.weights) {
            let expected = format!("left out for `method` {name}, as ranks take no weights");
            return refused("weights", expected, format!("`{}`", role.column));
        }
        let Some(given) = &self.given else { return Ok(()) };
        if !matches!(self.method, Method::Pearson | Method::Spearman) {
            return refused("given", "with `method` pearson or spearman".into(), format!("`method` {name}"));
        }
        if given.control == Control::SemiPartial && self.target.is_none() {
            let expected = "with a target (`with`), which it leaves as it is";
            return refused("semi_partial", expected.into(), "none".into());
        }
        Ok(())
    }

    /// Checks the settings and correlates the columns of a table.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, frame: &LazyFrame) -> Result<CorrelationMatrix> {
        self.check()?.run(frame)
    }
}

fn repeated(names: &[String]) -> Option<&str> {
    let mut seen = BTreeSet::new();
    names.iter().find(|name| !seen.insert(name.as_str())).map(String::as_str)
}

/// Checked settings of a correlation; the only type that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "CorrelationParams", into = "CorrelationParams")]
#[must_use]
pub struct Correlation(CorrelationParams);

impl Correlation {
    pub(super) fn named(&self) -> &[String] {
        self.0.columns.as_deref().unwrap_or_default()
    }

    pub(super) fn target(&self) -> Option<&str> {
        self.0.target.as_deref()
    }

    pub(super) fn categorical(&self) -> &[String] {
        &self.0.categorical
    }

    pub(super) fn method(&self) -> Method {
        self.0.method
    }

    pub(super) fn missing(&self) -> Missing {
        self.0.missing
    }

    pub(super) fn weights(&self) -> Option<&WeightRole> {
        self.0.weights.as_ref()
    }

    pub(super) fn given(&self) -> &[String] {
        self.0.given.as_ref().map_or(&[], |given| &given.columns)
    }

    pub(super) fn control(&self) -> Option<Control> {
        self.0.given.as_ref().map(|given| given.control)
    }

    pub(super) fn conf_level(&self) -> f64 {
        self.0.conf_level
    }

    pub(super) fn multiplicity(&self) -> Multiplicity {
        self.0.multiplicity
    }

    pub(super) fn max_levels(&self) -> u32 {
        self.0.max_levels
    }

    /// The columns to correlate: those named, or all that have no other part.
    pub(super) fn columns_of(&self, schema: &Schema) -> Vec<String> {
        let has_part = |name: &str| {
            self.given().iter().any(|given| given == name) || self.weights().is_some_and(|role| role.column == name)
        };
        let mut names = self.named().to_vec();
        if names.is_empty() {
            names = schema.iter_names().map(ToString::to_string).filter(|name| !has_part(name)).collect();
        }
        if let Some(target) = self.target().filter(|target| !names.iter().any(|name| name == target)) {
            names.push(target.to_owned());
        }
        names
    }

    /// What a column is read as, or why it is left out.
    pub(super) fn reading(&self, name: &str, dtype: &DataType) -> std::result::Result<Reading, LeftOut> {
        self.method().reading(dtype, self.categorical().iter().any(|column| column == name))
    }
}

impl TryFrom<CorrelationParams> for Correlation {
    type Error = Error;

    fn try_from(params: CorrelationParams) -> Result<Self> {
        params.check()
    }
}

impl From<Correlation> for CorrelationParams {
    fn from(correlation: Correlation) -> Self {
        correlation.0
    }
}
