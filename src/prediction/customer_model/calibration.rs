//! Settings of the calibration of a model, and what came of it.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::frame::exact_number;
use crate::prediction::calibration::{Calibrator, Isotonic, Platt};

/// Which curve mends probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CalibrationMethod {
    /// One S-shaped curve; right where little is known.
    Platt(Platt),
    /// Any rising relation; wants a thousand rows and more.
    Isotonic(Isotonic),
}

impl CalibrationMethod {
    pub(super) fn fit(self, labels: &[bool], probs: &[f64], weights: Option<&[f64]>) -> Result<Calibrator> {
        match self {
            Self::Platt(platt) => platt.fit(labels, probs, weights),
            Self::Isotonic(isotonic) => isotonic.fit(labels, probs, weights),
        }
    }
}

/// Settings of a calibration: the curve, and the customers who are held out of the fit for it.
///
/// A curve is learned from customers that the model has not seen. Who is held out depends on the
/// customer's number and the seed alone: the same customers whatever the order of the rows, and
/// all rows of a customer together. Where rows have weights, they count in the curve as in the fit.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::customer_model::CalibrationParams;
///
/// let from_a_job_file: CalibrationParams = toml::from_str("method = { platt = {} }\nholdout_share = 0.2")?;
/// assert_eq!(from_a_job_file, CalibrationParams::platt().holdout_share(0.2));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct CalibrationParams {
    pub(super) method: CalibrationMethod,
    #[serde(default = "quarter", with = "exact_number::one")]
    pub(super) holdout_share: f64,
    #[serde(default)]
    pub(super) seed: u64,
}

fn quarter() -> f64 {
    0.25
}

impl CalibrationParams {
    /// By this curve.
    pub fn new(method: CalibrationMethod) -> Self {
        Self { method, holdout_share: quarter(), seed: 0 }
    }

    /// By one S-shaped curve.
    pub fn platt() -> Self {
        Self::new(CalibrationMethod::Platt(Platt::new()))
    }

    /// By any rising relation.
    pub fn isotonic() -> Self {
        Self::new(CalibrationMethod::Isotonic(Isotonic::new()))
    }

    /// Share of the customers that is held out, above 0 and below 1; 0.25 by default. Not used
    /// where rows for the calibration are given.
    pub fn holdout_share(mut self, holdout_share: f64) -> Self {
        self.holdout_share = holdout_share;
        self
    }

    /// Chooses other customers to hold out; 0 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    pub(in crate::prediction) fn check(&self, analysis: &'static str) -> Result<()> {
        if self.holdout_share > 0.0 && self.holdout_share < 1.0 {
            return Ok(());
        }
        Err(Error::param(analysis, "holdout_share", "above 0 and below 1", self.holdout_share))
    }
}

/// Which rows a calibration was learned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CalibrationSource {
    /// Customers of the training table who were held out of the fit.
    Holdout,
    /// A table that was given for it.
    Given,
}
