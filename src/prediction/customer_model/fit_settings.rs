//! Settings that models of churn and of purchases hand on to their regression.

use serde::{Deserialize, Serialize};

use crate::frame::exact_number;
use crate::prediction::encoding::{EncodingParams, MissingLabels};
use crate::prediction::regression::{ClassWeights, RegressionParams, StandardErrors, WeightMeaning};

/// Settings of a fit without its family; they stand beside the others of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::prediction) struct FitSettings {
    #[serde(default)]
    pub(in crate::prediction) encoding: EncodingParams,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::prediction) positive: Option<String>,
    #[serde(default)]
    pub(in crate::prediction) missing_target: MissingLabels,
    #[serde(default, with = "exact_number::one")]
    pub(in crate::prediction) l2_penalty: f64,
    #[serde(default)]
    pub(in crate::prediction) firth: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::prediction) weights: Option<RowWeights>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::prediction) class_weights: Option<ClassWeights>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::prediction) clusters: Option<String>,
    #[serde(default)]
    pub(in crate::prediction) std_errors: StandardErrors,
    #[serde(default = "ninety_five", with = "exact_number::one")]
    pub(in crate::prediction) conf_level: f64,
}

/// A column of weights and what they stand for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::prediction) struct RowWeights {
    pub(in crate::prediction) column: String,
    pub(in crate::prediction) meaning: WeightMeaning,
}

fn ninety_five() -> f64 {
    0.95
}

impl Default for FitSettings {
    fn default() -> Self {
        Self {
            encoding: EncodingParams::default(),
            positive: None,
            missing_target: MissingLabels::default(),
            l2_penalty: 0.0,
            firth: false,
            weights: None,
            class_weights: None,
            clusters: None,
            std_errors: StandardErrors::default(),
            conf_level: ninety_five(),
        }
    }
}

impl FitSettings {
    /// These settings for a regression of a family.
    pub(in crate::prediction) fn of(&self, family: RegressionParams) -> RegressionParams {
        let mut regression = family
            .encoding(self.encoding.clone())
            .missing_target(self.missing_target)
            .l2_penalty(self.l2_penalty)
            .firth(self.firth)
            .std_errors(self.std_errors)
            .conf_level(self.conf_level);
        if let Some(level) = &self.positive {
            regression = regression.positive(level);
        }
        if let Some(weights) = &self.weights {
            regression = regression.weights(&weights.column, weights.meaning);
        }
        if let Some(weights) = self.class_weights {
            regression = regression.class_weights(weights);
        }
        if let Some(column) = &self.clusters {
            regression = regression.clusters(column);
        }
        regression
    }
}

/// The methods that set them, for settings that hold them as `fit`.
macro_rules! fit_settings {
    () => {
        /// How features become columns; see [`EncodingParams`](crate::prediction::encoding::EncodingParams).
        pub fn encoding(mut self, encoding: crate::prediction::encoding::EncodingParams) -> Self {
            self.fit.encoding = encoding;
            self
        }

        /// Names the level of the target that is predicted, where it is no plain yes and no.
        pub fn positive(mut self, level: impl Into<String>) -> Self {
            self.fit.positive = Some(level.into());
            self
        }

        /// Chooses what becomes of rows without a target; they are refused by default.
        pub fn missing_target(mut self, missing: crate::prediction::encoding::MissingLabels) -> Self {
            self.fit.missing_target = missing;
            self
        }

        /// Holds coefficients back, which steadies a model of many columns and few rows; see
        /// [`RegressionParams::l2_penalty`](crate::prediction::regression::RegressionParams::l2_penalty).
        pub fn l2_penalty(mut self, l2_penalty: f64) -> Self {
            self.fit.l2_penalty = l2_penalty;
            self
        }

        /// Firth's penalty, for columns that separate the outcomes.
        pub fn firth(mut self, firth: bool) -> Self {
            self.fit.firth = firth;
            self
        }

        /// Names a column of weights and what they stand for.
        pub fn weights(
            mut self,
            column: impl Into<String>,
            meaning: crate::prediction::regression::WeightMeaning,
        ) -> Self {
            let column = column.into();
            self.fit.weights = Some(crate::prediction::customer_model::RowWeights { column, meaning });
            self
        }

        /// Weighs the two classes. Probabilities then are not those of customers until they are
        /// calibrated, and lists that count money refuse them.
        pub fn class_weights(mut self, weights: crate::prediction::regression::ClassWeights) -> Self {
            self.fit.class_weights = Some(weights);
            self
        }

        /// Names the column of groups within which rows are not independent, such as customers
        /// who are there at several cutoffs; standard errors allow for it.
        pub fn clusters(mut self, column: impl Into<String>) -> Self {
            self.fit.clusters = Some(column.into());
            self
        }

        /// Chooses the standard errors.
        pub fn std_errors(mut self, std_errors: crate::prediction::regression::StandardErrors) -> Self {
            self.fit.std_errors = std_errors;
            self
        }

        /// Confidence of the intervals, above 0 and below 1; 0.95 by default.
        pub fn conf_level(mut self, conf_level: f64) -> Self {
            self.fit.conf_level = conf_level;
            self
        }
    };
}

pub(in crate::prediction) use fit_settings;
