//! A fitted regression: what it was fitted to, what it says, and its saved form.

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::coefficients::{self, Coefficient};
use super::marginal::MarginalEffect;
use super::params::{Regression, RegressionParams};
use super::statistics::FitStatistics;
use super::training::TrainingRows;
use crate::error::{Error, Result};
use crate::frame::exact_number;
use crate::frame::saved::read_saved;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::prediction::encoding::{Encoder, EncodingCounts, LabelCoding};
use crate::solver::regression::Family;

/// The version of the saved form.
const FORMAT: u32 = 1;
const WHAT: &str = "regression model";

/// A fitted regression.
///
/// Holds no row of the table, but the levels of its categories. Saved as JSON with its version;
/// a model that is read back gives the same numbers.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::regression::{RegressionModel, RegressionParams};
///
/// let frame = df!("visits" => [1.0, 2.0, 3.0, 4.0, 5.0], "spend" => [12.0, 14.0, 17.0, 17.0, 20.0])?;
/// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("spend"))?;
/// let model = RegressionParams::linear().fit(&table)?;
/// // Least squares by hand: slope 1.9, intercept 10.3.
/// let slope = &model.coefficients()[1];
/// assert!((slope.estimate.unwrap() - 1.9).abs() < 1e-12);
///
/// let again = RegressionModel::from_json(&model.to_json())?;
/// assert_eq!(again.predict(&table)?.values(), model.predict(&table)?.values());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedModel")]
pub struct RegressionModel {
    format: u32,
    definition: Regression,
    encoder: Encoder,
    fitted: Fitted,
}

/// What a fit has found; columns are those of the design, the intercept first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fitted {
    pub(super) target: String,
    pub(super) labels: Option<LabelCoding>,
    pub(super) rows: TrainingRows,
    pub(super) encoding_counts: EncodingCounts,
    #[serde(with = "exact_number::many")]
    pub(super) coefficients: Vec<f64>,
    pub(super) aliased: Vec<usize>,
    #[serde(with = "exact_number::all")]
    pub(super) covariance: SymmetricMatrix,
    #[serde(with = "exact_number::all")]
    pub(super) vif: Vec<Option<f64>>,
    #[serde(with = "exact_number::all")]
    pub(super) marginal_effects: Vec<Option<MarginalEffect>>,
    #[serde(with = "exact_number::all")]
    pub(super) statistics: FitStatistics,
}

/// A model as written, before its check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedModel {
    format: u32,
    definition: Regression,
    encoder: Encoder,
    fitted: Fitted,
}

impl TryFrom<SavedModel> for RegressionModel {
    type Error = Error;

    fn try_from(saved: SavedModel) -> Result<Self> {
        let SavedModel { format, definition, encoder, fitted } = saved;
        check_format(format)?;
        let model = Self { format, definition, encoder, fitted };
        model.check()?;
        Ok(model)
    }
}

fn refused(reason: impl Into<String>) -> Error {
    Error::Format { what: WHAT, reason: reason.into() }
}

/// Refuses a model that another version has saved.
fn check_format(format: u32) -> Result<()> {
    match format {
        FORMAT => Ok(()),
        other => Err(refused(format!("saved in format {other}, but this version reads format {FORMAT}"))),
    }
}

impl RegressionModel {
    /// The model with its numbers as they are read back once saved: reading JSON can change the
    /// last bit of a setting, and a model is to be the same before and after.
    pub(super) fn new(definition: Regression, encoder: Encoder, fitted: Fitted) -> Result<Self> {
        const MOST_READINGS: usize = 8;
        let mut model = Self { format: FORMAT, definition, encoder, fitted };
        for _ in 0..MOST_READINGS {
            let read = Self::from_json(&model.to_json())?;
            if read == model {
                break;
            }
            model = read;
        }
        Ok(model)
    }

    /// What a damaged file could say that no fit does.
    fn check(&self) -> Result<()> {
        let n = self.encoder.terms().len() + usize::from(self.has_intercept());
        let fitted = &self.fitted;
        let lengths =
            [fitted.coefficients.len(), fitted.covariance.order(), fitted.vif.len(), fitted.marginal_effects.len()];
        if lengths.iter().any(|&length| length != n) {
            return Err(refused(format!("it has {n} columns, but not a coefficient and an error for each")));
        }
        if !fitted.coefficients.iter().all(|value| value.is_finite()) || !fitted.covariance.is_finite() {
            return Err(refused("a coefficient or an error is not finite"));
        }
        if fitted.aliased.iter().any(|&column| column >= n) {
            return Err(refused("an aliased column is none of its columns"));
        }
        let is_logistic = self.family() == Family::Binomial;
        if is_logistic != fitted.labels.is_some() {
            return Err(refused("labels go with logistic regression and with no other"));
        }
        Ok(())
    }

    /// How it was defined.
    pub fn definition(&self) -> &RegressionParams {
        self.definition.params()
    }

    /// The column it predicts.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.fitted.target
    }

    /// How labels were read; `None` but for logistic regression.
    #[must_use]
    pub fn labels(&self) -> Option<&LabelCoding> {
        self.fitted.labels.as_ref()
    }

    /// The distribution of the target.
    #[must_use]
    pub fn family(&self) -> Family {
        self.definition.params().family
    }

    /// How features become columns.
    #[must_use]
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Rows that were read, left out and learned from.
    #[must_use]
    pub fn training_rows(&self) -> TrainingRows {
        self.fitted.rows
    }

    /// Cells of the training table that were missing.
    #[must_use]
    pub fn encoding_counts(&self) -> &EncodingCounts {
        &self.fitted.encoding_counts
    }

    /// How well it fits the rows it was fitted to.
    #[must_use]
    pub fn statistics(&self) -> &FitStatistics {
        &self.fitted.statistics
    }

    /// Whether probabilities are those of a table in which classes were weighted, and not those
    /// of customers; calibrate them before they are used as such.
    #[must_use]
    pub fn needs_calibration(&self) -> bool {
        self.definition.params().class_weights.is_some()
    }

    /// Coefficients with errors, tests and intervals, the intercept first.
    #[must_use]
    pub fn coefficients(&self) -> Vec<Coefficient> {
        coefficients::coefficients(self)
    }

    /// The same as a frame with a row for each.
    #[must_use]
    pub fn coefficients_frame(&self) -> DataFrame {
        coefficients::to_dataframe(&self.coefficients())
    }

    /// The covariance of the coefficients, in their order; aliased ones have zeros.
    #[must_use]
    pub fn covariance(&self) -> &SymmetricMatrix {
        &self.fitted.covariance
    }

    /// Names of the columns that those before them determine.
    #[must_use]
    pub fn aliased(&self) -> Vec<&str> {
        let first = usize::from(self.has_intercept());
        let terms = self.encoder.terms();
        self.fitted
            .aliased
            .iter()
            .filter_map(|&column| terms.get(column.checked_sub(first)?))
            .map(|term| term.name.as_str())
            .collect()
    }

    /// The model as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a model that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// `Format` when it is damaged, or saved by a version this one does not know.
    pub fn from_json(text: &str) -> Result<Self> {
        read_saved(text, WHAT, "no saved regression model", check_format)
    }

    pub(super) fn fitted(&self) -> &Fitted {
        &self.fitted
    }

    pub(super) fn has_intercept(&self) -> bool {
        self.definition.params().fit_intercept
    }

    /// Confidence of the intervals.
    #[must_use]
    pub fn conf_level(&self) -> f64 {
        self.definition.params().conf_level
    }

    /// The intercept (0 without one) and the coefficients of the terms.
    pub(super) fn split_coefficients(&self) -> (f64, &[f64]) {
        match self.fitted.coefficients.split_first() {
            Some((intercept, terms)) if self.has_intercept() => (*intercept, terms),
            _ => (0.0, &self.fitted.coefficients),
        }
    }
}
