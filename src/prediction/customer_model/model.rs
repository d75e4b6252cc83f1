//! A trained model with what it was defined by, and its saved form.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::calibration::CalibrationParams;
use super::trained::Trained;
use crate::error::{Error, Result};
use crate::frame::saved::SavedForm;
use crate::prediction::regression::Family;

/// The settings that a sort of model is defined by.
pub(in crate::prediction) trait Definition: Serialize + DeserializeOwned {
    /// How its models are saved.
    const FORM: SavedForm;

    /// The family of its regression.
    fn family(&self) -> Family;

    /// How its probabilities are calibrated, if they are.
    fn calibration(&self) -> Option<&CalibrationParams>;
}

/// A trained model with what it was defined by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedModel<D>", bound(deserialize = "D: Definition"))]
pub(in crate::prediction) struct CustomerModel<D> {
    format: u32,
    pub(in crate::prediction) definition: D,
    /// Rows left out before the fit because they spent nothing.
    #[serde(skip_serializing_if = "is_zero")]
    pub(in crate::prediction) n_without_purchase: u64,
    pub(in crate::prediction) trained: Trained,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// A model as written, before its check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "D: Definition"))]
struct SavedModel<D> {
    format: u32,
    definition: D,
    #[serde(default)]
    n_without_purchase: u64,
    trained: Trained,
}

impl<D: Definition> TryFrom<SavedModel<D>> for CustomerModel<D> {
    type Error = Error;

    fn try_from(saved: SavedModel<D>) -> Result<Self> {
        let SavedModel { format, definition, n_without_purchase, trained } = saved;
        D::FORM.check(format)?;
        match trained.problem(definition.family(), definition.calibration().is_some()) {
            Some(reason) => Err(D::FORM.refused(reason)),
            None => Ok(Self { format, definition, n_without_purchase, trained }),
        }
    }
}

impl<D: Definition> CustomerModel<D> {
    pub(in crate::prediction) fn new(definition: D, trained: Trained) -> Self {
        Self { format: D::FORM.format, definition, n_without_purchase: 0, trained }
    }

    pub(in crate::prediction) fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    pub(in crate::prediction) fn from_json(text: &str) -> Result<Self> {
        D::FORM.read(text)
    }
}

/// The methods that models of any definition have, for types that hold a [`CustomerModel`].
macro_rules! model_methods {
    () => {
        /// Tells the model card the day of the training, which is never read from the clock.
        #[must_use]
        pub fn training_date(mut self, date: chrono::NaiveDate) -> Self {
            self.0.trained.facts.training_date = Some(date);
            self
        }

        /// Tells the model card the days of the snapshot that the model was trained on.
        #[must_use]
        pub fn snapshot(mut self, report: &crate::prediction::snapshot::SnapshotReport) -> Self {
            self.0.trained.facts.snapshot = Some(report.into());
            self
        }

        /// The regression behind it, with errors, tests and intervals of all coefficients.
        #[must_use]
        pub fn regression(&self) -> &crate::prediction::regression::RegressionModel {
            &self.0.trained.model
        }

        /// The curve that mends the probabilities; `None` without calibration.
        #[must_use]
        pub fn calibrator(&self) -> Option<&crate::prediction::calibration::Calibrator> {
            self.0.trained.calibrator.as_ref()
        }

        /// The model as JSON.
        #[must_use]
        pub fn to_json(&self) -> String {
            self.0.to_json()
        }

        /// Reads a model that [`to_json`](Self::to_json) wrote.
        ///
        /// # Errors
        /// `Format` when it is damaged, or saved by a version this one does not know.
        pub fn from_json(text: &str) -> crate::error::Result<Self> {
            crate::prediction::customer_model::CustomerModel::from_json(text).map(Self)
        }
    };
}

pub(in crate::prediction) use model_methods;
