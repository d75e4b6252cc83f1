//! Settings of a regression.

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::errors::StandardErrors;
use super::fit;
use super::model::RegressionModel;
use super::weights::{ClassWeights, RegressionWeights, WeightMeaning};
use crate::error::{Error, Result};
use crate::frame::{FeatureTable, exact_number};
use crate::prediction::encoding::{Encoding, EncodingParams, LabelParams, MissingLabels};
use crate::solver::regression::{Family, RegressionOptions};

pub(super) const REGRESSION: &str = "regression";

/// Unchecked settings of a regression: what is predicted, how columns enter, how sure to be.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::regression::RegressionParams;
///
/// let frame = df!(
///     "plan" => ["a", "a", "a", "a", "b", "b", "b", "b"],
///     "left" => ["yes", "no", "no", "no", "yes", "yes", "yes", "no"],
/// )?;
/// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("left"))?;
/// let model = RegressionParams::logistic().fit(&table)?;
/// // One in four of plan a leaves, three in four of plan b: odds of 1/3 and of 3.
/// let plan = &model.coefficients()[1];
/// assert_eq!(plan.term, "plan[b]");
/// assert!((plan.ratio.unwrap() - 9.0).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct RegressionParams {
    #[serde(with = "exact_number::all")]
    pub(in crate::prediction) family: Family,
    #[serde(default)]
    pub(super) encoding: EncodingParams,
    #[serde(default)]
    pub(super) labels: LabelParams,
    #[serde(default)]
    pub(in crate::prediction) missing_target: MissingLabels,
    #[serde(default = "yes")]
    pub(super) fit_intercept: bool,
    #[serde(default, with = "exact_number::one")]
    pub(in crate::prediction) l2_penalty: f64,
    #[serde(default)]
    pub(in crate::prediction) firth: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) weights: Option<RegressionWeights>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::prediction) class_weights: Option<ClassWeights>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::prediction) offset: Option<Offset>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) clusters: Option<String>,
    #[serde(default)]
    pub(super) std_errors: StandardErrors,
    #[serde(default = "ninety_five", with = "exact_number::one")]
    pub(in crate::prediction) conf_level: f64,
    #[serde(default = "hundred")]
    pub(super) max_iter: u32,
    #[serde(default = "last_digit", with = "exact_number::one")]
    pub(super) tol: f64,
}

/// A column that enters with a coefficient of 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Offset {
    /// Added to the linear predictor as it is.
    Added(String),
    /// How long or how much each row was observed; its logarithm is added.
    Exposure(String),
}

impl Offset {
    /// The column.
    #[must_use]
    pub fn column(&self) -> &str {
        match self {
            Self::Added(column) | Self::Exposure(column) => column,
        }
    }
}

fn yes() -> bool {
    true
}

fn ninety_five() -> f64 {
    0.95
}

fn hundred() -> u32 {
    100
}

fn last_digit() -> f64 {
    1e-16
}

impl RegressionParams {
    fn new(family: Family) -> Self {
        Self {
            family,
            encoding: EncodingParams::default(),
            labels: LabelParams::default(),
            missing_target: MissingLabels::default(),
            fit_intercept: true,
            l2_penalty: 0.0,
            firth: false,
            weights: None,
            class_weights: None,
            offset: None,
            clusters: None,
            std_errors: StandardErrors::default(),
            conf_level: ninety_five(),
            max_iter: hundred(),
            tol: last_digit(),
        }
    }

    /// Yes or no, by logistic regression.
    pub fn logistic() -> Self {
        Self::new(Family::Binomial)
    }

    /// A number, by least squares.
    pub fn linear() -> Self {
        Self::new(Family::Gaussian)
    }

    /// A count, by Poisson regression with a logarithmic link.
    pub fn poisson() -> Self {
        Self::new(Family::Poisson)
    }

    /// An amount above 0, by Gamma regression with a logarithmic link.
    pub fn gamma() -> Self {
        Self::new(Family::Gamma)
    }

    /// An amount that is often 0, by Tweedie regression with a logarithmic link; the variance
    /// is a power of the mean, between 1 and 2.
    pub fn tweedie(power: f64) -> Self {
        Self::new(Family::Tweedie { power })
    }

    /// How features become columns; see [`EncodingParams`].
    pub fn encoding(mut self, encoding: EncodingParams) -> Self {
        self.encoding = encoding;
        self
    }

    /// Names the level of the target that is predicted, where it is no plain yes and no.
    pub fn positive(mut self, level: impl Into<String>) -> Self {
        self.labels = self.labels.positive(level);
        self
    }

    /// Chooses what becomes of rows without a target; they are refused by default.
    pub fn missing_target(mut self, missing: MissingLabels) -> Self {
        self.missing_target = missing;
        self
    }

    /// Whether there is a constant; there is by default.
    pub fn fit_intercept(mut self, fit_intercept: bool) -> Self {
        self.fit_intercept = fit_intercept;
        self
    }

    /// Holds the coefficients of the standardised columns back: half of it times their squares
    /// is taken off the log-likelihood. 0 by default; scikit-learn's `C` is its reciprocal.
    pub fn l2_penalty(mut self, l2_penalty: f64) -> Self {
        self.l2_penalty = l2_penalty;
        self
    }

    /// Firth's penalty, which keeps the coefficients of a logistic regression finite where
    /// columns separate the outcomes.
    pub fn firth(mut self, firth: bool) -> Self {
        self.firth = firth;
        self
    }

    /// Names a column of weights and what they stand for.
    pub fn weights(mut self, column: impl Into<String>, meaning: WeightMeaning) -> Self {
        self.weights = Some(RegressionWeights { column: column.into(), meaning });
        self
    }

    /// Weighs the two classes of a target. Probabilities then are those of the weighted table;
    /// the model says so.
    pub fn class_weights(mut self, weights: ClassWeights) -> Self {
        self.class_weights = Some(weights);
        self
    }

    /// Names a column that is added to the linear predictor, or whose logarithm is.
    pub fn offset(mut self, offset: Offset) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Names the column of groups within which rows are not independent; standard errors are
    /// those of clusters then.
    pub fn clusters(mut self, column: impl Into<String>) -> Self {
        self.clusters = Some(column.into());
        self
    }

    /// Chooses the standard errors.
    pub fn std_errors(mut self, std_errors: StandardErrors) -> Self {
        self.std_errors = std_errors;
        self
    }

    /// Confidence of the intervals, above 0 and below 1; 0.95 by default.
    pub fn conf_level(mut self, conf_level: f64) -> Self {
        self.conf_level = conf_level;
        self
    }

    /// Steps at the most, 1..=10000; 100 by default.
    pub fn max_iter(mut self, max_iter: u32) -> Self {
        self.max_iter = max_iter;
        self
    }

    /// Mean square of the last step of the linear predictor, 0..=1e-4; 1e-16 by default.
    pub fn tol(mut self, tol: f64) -> Self {
        self.tol = tol;
        self
    }

    /// The weights of rows that were not learned from, where rows have weights.
    pub(in crate::prediction) fn read_weights(&self, frame: &DataFrame) -> Result<Option<Vec<f64>>> {
        let Some(weights) = &self.weights else { return Ok(None) };
        match weights.role().problem(frame.schema()) {
            Some(problem) => Err(Error::Schema { table: REGRESSION, problems: vec![problem] }),
            None => weights.read(frame).map(Some),
        }
    }

    /// The column of the weights.
    pub(in crate::prediction) fn weights_column(&self) -> Option<&str> {
        self.weights.as_ref().map(|weights| weights.column.as_str())
    }

    /// Checks the settings and fits.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Regression::fit`].
    pub fn fit(self, table: &FeatureTable) -> Result<RegressionModel> {
        self.check()?.fit(table)
    }

    /// The distribution of the response.
    #[must_use]
    pub fn family(&self) -> Family {
        self.family
    }

    /// Checks every setting and returns the runnable regression.
    ///
    /// # Errors
    /// `Param` for a setting outside its range.
    pub fn check(self) -> Result<Regression> {
        let _: Encoding = self.encoding.clone().check()?;
        let refused = |param, expected: &str, got: String| Err(Error::param(REGRESSION, param, expected, got));
        if let Family::Tweedie { power } = self.family
            && !(power > 1.0 && power < 2.0)
        {
            return refused("power", "above 1 and below 2 (for 1 use `poisson`, for 2 `gamma`)", power.to_string());
        }
        if !(self.l2_penalty >= 0.0 && self.l2_penalty.is_finite()) {
            return refused("l2_penalty", "0 or above", self.l2_penalty.to_string());
        }
        if !(self.conf_level > 0.0 && self.conf_level < 1.0) {
            return refused("conf_level", "above 0 and below 1", self.conf_level.to_string());
        }
        if !(1..=10_000).contains(&self.max_iter) {
            return refused("max_iter", "in 1..=10000", self.max_iter.to_string());
        }
        if !(0.0..=1e-4).contains(&self.tol) {
            return refused("tol", "in 0..=1e-4", self.tol.to_string());
        }
        self.check_together()?;
        Ok(Regression(self))
    }

    /// Settings that exclude each other.
    fn check_together(&self) -> Result<()> {
        let refused = |param, expected: &str, got: &str| Err(Error::param(REGRESSION, param, expected, got));
        let is_logistic = self.family == Family::Binomial;
        if let Some(weights) = &self.class_weights {
            weights.check()?;
            if !is_logistic {
                return refused("class_weights", "unset but for logistic regression", "set");
            }
            if self.weights.is_some() {
                return refused("class_weights", "unset where rows have weights", "both");
            }
        }
        if self.firth && !is_logistic {
            return refused("firth", "false but for logistic regression", "true");
        }
        if self.firth && self.l2_penalty > 0.0 {
            return refused("firth", "false where `l2_penalty` is above 0", "true");
        }
        let is_precision = self.weights.as_ref().is_some_and(|weights| weights.meaning == WeightMeaning::Precision);
        if is_precision && self.family != Family::Gaussian {
            return refused("weights", "frequency or sampling but for linear regression", "precision");
        }
        if self.clusters.is_some() && !matches!(self.std_errors, StandardErrors::Auto | StandardErrors::Cluster) {
            return refused("std_errors", "auto or cluster where `clusters` is set", "another kind");
        }
        if self.clusters.is_none() && self.std_errors == StandardErrors::Cluster {
            return refused("clusters", "set for standard errors of clusters", "unset");
        }
        Ok(())
    }
}

/// Checked settings of a regression; the only type that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RegressionParams", into = "RegressionParams")]
#[must_use]
pub struct Regression(pub(super) RegressionParams);

impl Regression {
    /// Fits the regression to a table with a target; its columns are read once.
    ///
    /// # Errors
    /// `Schema` when the table names no target or lacks columns; `Unusable` for columns that
    /// cannot be computed with, for a target of one class or outside the family's range, and
    /// for columns that separate the outcomes; `Incomplete` for missing targets that are not
    /// to be dropped; `Numeric` when the steps come to no end; `Query` when the table cannot be
    /// read.
    pub fn fit(&self, table: &FeatureTable) -> Result<RegressionModel> {
        fit::fit(self, table)
    }

    /// The settings.
    pub fn params(&self) -> &RegressionParams {
        &self.0
    }

    pub(super) fn options(&self) -> RegressionOptions {
        let RegressionParams { max_iter, tol, l2_penalty, .. } = self.0;
        RegressionOptions { max_iter, tol, l2_penalty }
    }
}

impl TryFrom<RegressionParams> for Regression {
    type Error = Error;

    fn try_from(params: RegressionParams) -> Result<Self> {
        params.check()
    }
}

impl From<Regression> for RegressionParams {
    fn from(regression: Regression) -> Self {
        regression.0
    }
}
