//! Settings of a model of churn.

use serde::{Deserialize, Serialize};

use super::CHURN;
use super::model::ChurnModel;
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::prediction::customer_model::{CalibrationParams, FitSettings, Trained, fit_settings};
use crate::prediction::regression::{Regression, RegressionParams};
use crate::prediction::snapshot::Snapshot;

/// Unchecked settings of a model of who leaves: a logistic regression, calibrated on request.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::churn::ChurnParams;
///
/// let frame = df!(
///     "plan" => ["monthly", "monthly", "monthly", "monthly", "yearly", "yearly", "yearly", "yearly"],
///     "left" => ["yes", "yes", "yes", "no", "yes", "no", "no", "no"],
/// )?;
/// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("left"))?;
/// let model = ChurnParams::new().fit(&table)?;
/// // Three in four monthly customers leave and one in four yearly ones: odds of 3 and of 1/3.
/// assert!((model.drivers().drivers[0].ratio.unwrap() - 1.0 / 9.0).abs() < 1e-9);
/// let prob = model.predict(&table)?.values()[0].unwrap();
/// assert!((prob - 0.75).abs() < 1e-12);
///
/// let from_a_job_file: ChurnParams = serde_json::from_str(r#"{"l2_penalty": 1.0, "conf_level": 0.9}"#)?;
/// assert_eq!(from_a_job_file, ChurnParams::new().l2_penalty(1.0).conf_level(0.9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ChurnParams {
    #[serde(flatten)]
    pub(super) fit: FitSettings,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) calibration: Option<CalibrationParams>,
}

impl ChurnParams {
    /// Every feature as its type says, no penalty, no calibration.
    pub fn new() -> Self {
        Self::default()
    }

    fit_settings!();

    /// Mends the probabilities on customers that the model has not seen. A logistic regression
    /// that fits needs none; class weights and penalties make it needed.
    pub fn calibration(mut self, calibration: CalibrationParams) -> Self {
        self.calibration = Some(calibration);
        self
    }

    /// Checks every setting and returns the model that can be fitted.
    ///
    /// # Errors
    /// `Param` for a setting outside its range.
    pub fn check(self) -> Result<Churn> {
        let _: Regression = self.fit.of(RegressionParams::logistic()).check()?;
        self.calibration.iter().try_for_each(|calibration| calibration.check(CHURN))?;
        Ok(Churn(self))
    }

    /// Checks and fits.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and [`Churn::fit`].
    pub fn fit(self, table: &FeatureTable) -> Result<ChurnModel> {
        self.check()?.fit(table)
    }
}

/// Checked settings of a model of who leaves; the only type that can be fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ChurnParams", into = "ChurnParams")]
#[must_use]
pub struct Churn(pub(super) ChurnParams);

impl Churn {
    /// The settings.
    pub fn params(&self) -> &ChurnParams {
        &self.0
    }

    /// Fits the model to customers of whom it is known who left.
    ///
    /// With a calibration some customers are held out of the fit for it, by a hash of their number.
    ///
    /// # Errors
    /// Those of [`Regression::fit`]; with a calibration `Schema` when no customer's number is
    /// named, `Incomplete` for rows without one, and `Unusable` when no curve can be learned from
    /// those held out.
    pub fn fit(&self, table: &FeatureTable) -> Result<ChurnModel> {
        let trained = Trained::fit(CHURN, &self.regression()?, self.0.calibration.as_ref(), table)?;
        Ok(ChurnModel::new(self.clone(), trained))
    }

    /// The same with the rows of the calibration given, such as those of a later month.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit); `Param` when no calibration is set.
    pub fn fit_and_calibrate(&self, table: &FeatureTable, calibration: &FeatureTable) -> Result<ChurnModel> {
        let params = self.0.calibration.as_ref();
        let trained = Trained::fit_and_calibrate(CHURN, &self.regression()?, params, table, calibration)?;
        Ok(ChurnModel::new(self.clone(), trained))
    }

    /// Fits the model to a snapshot, whose days are kept for the model card.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit).
    pub fn fit_snapshot(&self, snapshot: &Snapshot) -> Result<ChurnModel> {
        Ok(self.fit(snapshot.table())?.snapshot(snapshot.report()))
    }

    fn regression(&self) -> Result<Regression> {
        self.0.fit.of(RegressionParams::logistic()).check()
    }
}

impl TryFrom<ChurnParams> for Churn {
    type Error = Error;

    fn try_from(params: ChurnParams) -> Result<Self> {
        params.check()
    }
}

impl From<Churn> for ChurnParams {
    fn from(churn: Churn) -> Self {
        churn.0
    }
}
