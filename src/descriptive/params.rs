//! What to describe, and by which definitions.

use serde::{Deserialize, Serialize};

use super::description::Description;
use super::reading::{MOST_COUNTED, Reading};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::weights::WeightRole;
use crate::kernel::moments::MomentType;
use crate::kernel::quantile::QuantileType;
use crate::kernel::weight::WeightKind;
use polars::prelude::LazyFrame;

/// The name that errors give.
pub(super) const DESCRIBE: &str = "describe";

/// Unchecked settings of a description; all of them can be left out.
///
/// # Examples
///
/// ```
/// use customer_analytics::descriptive::DescribeParams;
///
/// let params = DescribeParams::new().columns(["age", "spend"]).by(["contract"]).quantiles([0.1, 0.9]);
/// let from_a_job_file: DescribeParams = toml::from_str(
///     r#"columns = ["age", "spend"]
///        by = ["contract"]
///        quantiles = [0.1, 0.9]"#,
/// )?;
/// assert_eq!(params, from_a_job_file);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[must_use]
pub struct DescribeParams {
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<String>>,
    by: Vec<String>,
    quantiles: Vec<f64>,
    quantile_type: QuantileType,
    moment_type: MomentType,
    conf_level: f64,
    fence_multiplier: f64,
    n_levels: u32,
    rare_share: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<WeightRole>,
    reading: Reading,
}

impl Default for DescribeParams {
    fn default() -> Self {
        Self {
            columns: None,
            by: vec![],
            quantiles: vec![0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99],
            quantile_type: QuantileType::default(),
            moment_type: MomentType::default(),
            conf_level: 0.95,
            fence_multiplier: 1.5,
            n_levels: 10,
            rare_share: 0.01,
            weights: None,
            reading: Reading::default(),
        }
    }
}

impl DescribeParams {
    /// Describes every column of the whole table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Describes these columns, in this order; all of the table by default.
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Describes every combination of the values of these columns by itself, after the whole;
    /// rows that lack one of them are a segment of their own. None by default.
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.by = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Which quantiles, as shares in 0..=1; 1, 5, 10, 25, 50, 75, 90, 95 and 99% by default.
    pub fn quantiles(mut self, shares: impl IntoIterator<Item = f64>) -> Self {
        self.quantiles = shares.into_iter().collect();
        self
    }

    /// How quantiles lie between two values, and with them quartiles and fences; type 7 by
    /// default.
    pub fn quantile_type(mut self, quantile_type: QuantileType) -> Self {
        self.quantile_type = quantile_type;
        self
    }

    /// Which skewness and kurtosis; type 2 by default.
    pub fn moment_type(mut self, moment_type: MomentType) -> Self {
        self.moment_type = moment_type;
        self
    }

    /// Confidence of the intervals for the mean, 0.95 by default.
    pub fn conf_level(mut self, level: f64) -> Self {
        self.conf_level = level;
        self
    }

    /// How many interquartile ranges beyond the quartiles Tukey's fences stand; 1.5 by default,
    /// 3 for what is far out.
    pub fn fence_multiplier(mut self, multiplier: f64) -> Self {
        self.fence_multiplier = multiplier;
        self
    }

    /// How many of the most frequent levels and modes are listed, 10 by default.
    pub fn n_levels(mut self, n: u32) -> Self {
        self.n_levels = n;
        self
    }

    /// Levels with a smaller share of the filled cells than this are rare; 0.01 by default.
    pub fn rare_share(mut self, share: f64) -> Self {
        self.rare_share = share;
        self
    }

    /// Weights the rows by a column. Moments, quantiles and the shares of the listed levels are
    /// weighted; counts, modes, entropy, dates and which levels are listed go by rows. Rows of
    /// weight 0 or without one are left out and counted.
    pub fn weights(mut self, column: impl Into<String>, kind: WeightKind) -> Self {
        self.weights = Some(WeightRole { column: column.into(), kind });
        self
    }

    /// Whether columns are held in memory, which is the default, or stream by batch after batch,
    /// so that a table may be larger than memory.
    ///
    /// ```
    /// use customer_analytics::descriptive::{DescribeParams, Reading};
    ///
    /// let params = DescribeParams::new().reading(Reading::streamed());
    /// # assert!(params.check().is_ok());
    /// ```
    pub fn reading(mut self, reading: Reading) -> Self {
        self.reading = reading;
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when a column is named twice, a share is outside 0..=1, a quantile is asked for
    /// twice, `conf_level` is not between 0 and 1, `fence_multiplier` not a number from 0 on,
    /// `max_distinct` of a stream not in 1..=16777216, or weights are to be streamed.
    pub fn check(self) -> Result<Describe> {
        let refused = |param, expected: &str, got: String| Err(Error::param(DESCRIBE, param, expected, got));
        for (param, names) in [("columns", self.columns.as_deref().unwrap_or_default()), ("by", &self.by)] {
            if let Some(name) = (1..names.len()).find(|&at| names[..at].contains(&names[at])) {
                return refused(param, "made of distinct columns", format!("`{}` twice", names[name]));
            }
        }
        if self.columns.as_ref().is_some_and(Vec::is_empty) {
            return refused("columns", "at least one column (leave it out for all)", "none".into());
        }
        if let Some(share) = self.quantiles.iter().find(|share| !(0.0..=1.0).contains(*share)) {
            return refused("quantiles", "in 0..=1", share.to_string());
        }
        if let Some(at) = (1..self.quantiles.len()).find(|&at| self.quantiles[..at].contains(&self.quantiles[at])) {
            return refused("quantiles", "distinct", format!("{} twice", self.quantiles[at]));
        }
        if !(self.conf_level > 0.0 && self.conf_level < 1.0) {
            return refused("conf_level", "between 0 and 1", self.conf_level.to_string());
        }
        if !(self.fence_multiplier >= 0.0 && self.fence_multiplier.is_finite()) {
            return refused("fence_multiplier", "a number from 0 on", self.fence_multiplier.to_string());
        }
        if !(0.0..=1.0).contains(&self.rare_share) {
            return refused("rare_share", "in 0..=1", self.rare_share.to_string());
        }
        if let Reading::Streamed { max_distinct } = self.reading {
            if !(1..=MOST_COUNTED).contains(&max_distinct) {
                return refused("max_distinct", "in 1..=16777216", max_distinct.to_string());
            }
            if self.weights.is_some() {
                return refused("reading", "in memory with weights", "streamed".into());
            }
        }
        Ok(Describe(self))
    }

    /// Checks the settings and describes a table.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, frame: &LazyFrame) -> Result<Description> {
        self.check()?.run(frame)
    }
}

/// Checked settings of a description; the only type that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DescribeParams", into = "DescribeParams")]
#[must_use]
pub struct Describe(DescribeParams);

impl Describe {
    pub(super) fn columns(&self) -> Option<&[String]> {
        self.0.columns.as_deref()
    }

    pub(super) fn by(&self) -> &[String] {
        &self.0.by
    }

    pub(super) fn quantiles(&self) -> &[f64] {
        &self.0.quantiles
    }

    pub(super) fn quantile_type(&self) -> QuantileType {
        self.0.quantile_type
    }

    pub(super) fn moment_type(&self) -> MomentType {
        self.0.moment_type
    }

    pub(super) fn conf_level(&self) -> f64 {
        self.0.conf_level
    }

    pub(super) fn fence_multiplier(&self) -> f64 {
        self.0.fence_multiplier
    }

    pub(super) fn n_levels(&self) -> usize {
        self.0.n_levels as usize
    }

    pub(super) fn rare_share(&self) -> f64 {
        self.0.rare_share
    }

    pub(super) fn weights(&self) -> Option<&WeightRole> {
        self.0.weights.as_ref()
    }

    pub(super) fn reading(&self) -> Reading {
        self.0.reading
    }
}

impl TryFrom<DescribeParams> for Describe {
    type Error = Error;

    fn try_from(params: DescribeParams) -> Result<Self> {
        params.check()
    }
}

impl From<Describe> for DescribeParams {
    fn from(describe: Describe) -> Self {
        describe.0
    }
}
