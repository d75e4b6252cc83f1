//! Evaluation of predicted amounts.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::input::{EVALUATION, cells, check_missing, same_rows};
use super::params::{check_bins, ten};
use crate::error::{Error, Result};
use crate::frame::columns::{
    BIN, CUMULATIVE_VALUE_SHARE, ESTIMATE, HIGH, LOW, MEAN_ACTUAL, MEAN_PREDICTED, METRIC, N, UNDEFINED,
};
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::evaluation::{
    Deviance, RegressionBin, RegressionErrors, mean_deviance, regression_bins, regression_errors,
};
use crate::kernel::undefined::Undefined;
use crate::prediction::encoding::MissingLabels;

/// Unchecked settings of the evaluation of predicted amounts.
///
/// # Examples
///
/// ```
/// use customer_analytics::polars::prelude::*;
/// use customer_analytics::prediction::evaluation::RegressionEvaluationParams;
///
/// let frame = df!("spend" => [0.0, 10.0, 20.0, 50.0], "predicted" => [5.0, 10.0, 25.0, 40.0])?;
/// let report = RegressionEvaluationParams::new().n_bins(2).evaluate_frame(&frame, "spend", "predicted")?;
/// assert_eq!((report.errors.bias.clone(), report.errors.mae.clone()), (Ok(0.0), Ok(5.0)));
/// assert_eq!(report.bins.as_ref().map(|bins| bins[0].mean_actual), Ok(Some(35.0)));
/// println!("{report}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct RegressionEvaluationParams {
    #[serde(default = "ten")]
    n_bins: u32,
    #[serde(default)]
    deviances: Vec<Deviance>,
    #[serde(default)]
    missing: MissingLabels,
}

impl Default for RegressionEvaluationParams {
    fn default() -> Self {
        Self::new()
    }
}

impl RegressionEvaluationParams {
    /// Deciles, no deviance, missing cells refused.
    pub fn new() -> Self {
        Self { n_bins: ten(), deviances: Vec::new(), missing: MissingLabels::default() }
    }

    /// Sets the groups of the table of amounts beside predictions, 2 to 1,000; 10 by default.
    pub fn n_bins(mut self, n_bins: u32) -> Self {
        self.n_bins = n_bins;
        self
    }

    /// Adds mean deviances: Poisson for counts, Gamma for amounts above 0, Tweedie for spend of
    /// which much is 0.
    pub fn deviances(mut self, deviances: impl Into<Vec<Deviance>>) -> Self {
        self.deviances = deviances.into();
        self
    }

    /// Chooses what becomes of rows without an amount or a prediction; refused by default.
    pub fn missing(mut self, missing: MissingLabels) -> Self {
        self.missing = missing;
        self
    }

    /// Checks every setting and returns the runnable evaluation.
    ///
    /// # Errors
    /// `Param` for a setting outside its range.
    pub fn check(self) -> Result<RegressionEvaluation> {
        check_bins("n_bins", self.n_bins, 2)?;
        for deviance in &self.deviances {
            match deviance {
                Deviance::Tweedie { power } if !(*power > 1.0 && *power < 2.0) => {
                    return Err(Error::param(EVALUATION, "power", "above 1 and below 2", power));
                }
                _ => {}
            }
        }
        Ok(RegressionEvaluation(self))
    }

    /// Checks and evaluates in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and [`RegressionEvaluation::evaluate`].
    pub fn evaluate(self, actual: &[f64], predicted: &[f64]) -> Result<RegressionReport> {
        self.check()?.evaluate(actual, predicted)
    }

    /// Checks and evaluates two columns of a frame.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and [`RegressionEvaluation::evaluate_frame`].
    pub fn evaluate_frame(self, frame: &DataFrame, actual: &str, predicted: &str) -> Result<RegressionReport> {
        self.check()?.evaluate_frame(frame, actual, predicted)
    }
}

/// Checked settings of the evaluation of predicted amounts; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RegressionEvaluationParams", into = "RegressionEvaluationParams")]
pub struct RegressionEvaluation(RegressionEvaluationParams);

impl TryFrom<RegressionEvaluationParams> for RegressionEvaluation {
    type Error = Error;

    fn try_from(params: RegressionEvaluationParams) -> Result<Self> {
        params.check()
    }
}

impl From<RegressionEvaluation> for RegressionEvaluationParams {
    fn from(checked: RegressionEvaluation) -> Self {
        checked.0
    }
}

impl RegressionEvaluation {
    /// The settings.
    pub fn params(&self) -> &RegressionEvaluationParams {
        &self.0
    }

    /// Judges predicted amounts beside what came, row by row.
    ///
    /// # Errors
    /// `Unusable` for no rows, slices of different lengths, and numbers that are not finite.
    pub fn evaluate(&self, actual: &[f64], predicted: &[f64]) -> Result<RegressionReport> {
        same_rows(actual.len(), predicted.len())?;
        let n_bad = actual.iter().chain(predicted).filter(|value| !value.is_finite()).count();
        let unusable = |reason: String| Error::Unusable { analysis: EVALUATION, reason };
        if n_bad > 0 {
            return Err(unusable(format!(
                "{n_bad} amount(s) or prediction(s) are NaN or infinite; leave these rows out"
            )));
        }
        let deviance = |&deviance: &Deviance| (deviance, mean_deviance(actual, predicted, None, deviance));
        Ok(RegressionReport {
            errors: regression_errors(actual, predicted, None).map_err(|reason| unusable(reason.to_string()))?,
            deviances: self.0.deviances.iter().map(deviance).collect(),
            bins: regression_bins(actual, predicted, self.0.n_bins),
            n_missing: 0,
        })
    }

    /// Judges a column of predictions beside a column of amounts.
    ///
    /// # Errors
    /// `Query` when a column is not there or not of numbers; `Incomplete` for rows that lack one of
    /// both and are not to be left out; those of [`evaluate`](Self::evaluate).
    pub fn evaluate_frame(&self, frame: &DataFrame, actual: &str, predicted: &str) -> Result<RegressionReport> {
        let (amounts, predictions) = (cells(frame, actual)?, cells(frame, predicted)?);
        let whole: (Vec<f64>, Vec<f64>) =
            amounts.iter().zip(&predictions).filter_map(|(amount, prediction)| amount.zip(*prediction)).unzip();
        let n_missing = (frame.height() - whole.0.len()) as u64;
        check_missing(n_missing, self.0.missing)?;
        Ok(RegressionReport { n_missing, ..self.evaluate(&whole.0, &whole.1)? })
    }
}

/// How far predicted amounts are from what came; a figure that is undefined says why.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RegressionReport {
    /// Errors, shares of variance and rank correlation.
    pub errors: RegressionErrors,
    /// Mean deviances, in the order they were asked for.
    pub deviances: Vec<(Deviance, Result<f64, Undefined>)>,
    /// Groups of equal size, from the highest predictions down.
    pub bins: Result<Vec<RegressionBin>, Undefined>,
    /// Rows left out because they lack an amount or a prediction.
    pub n_missing: u64,
}

impl RegressionReport {
    /// Every figure with its name, in a fixed order.
    pub(in crate::prediction) fn figures(&self) -> Vec<(String, Result<f64, Undefined>)> {
        let errors = &self.errors;
        let plain = [
            ("mean_actual", &errors.mean_actual),
            ("mean_predicted", &errors.mean_predicted),
            ("bias", &errors.bias),
            ("mae", &errors.mae),
            ("mse", &errors.mse),
            ("rmse", &errors.rmse),
            ("r_squared", &errors.r_squared),
            ("spearman", &errors.spearman),
            ("wape", &errors.wape),
            ("smape", &errors.smape),
        ];
        let mut figures: Vec<_> = plain.into_iter().map(|(name, figure)| (name.to_owned(), figure.clone())).collect();
        figures.push(("mape".to_owned(), errors.mape.clone().map(|mape| mape.value)));
        let deviance = |(deviance, value): &(Deviance, Result<f64, Undefined>)| {
            let name = match deviance {
                Deviance::Tweedie { power } => format!("tweedie_deviance_{power}"),
                Deviance::Gamma => "gamma_deviance".to_owned(),
                _ => "poisson_deviance".to_owned(),
            };
            (name, value.clone())
        };
        figures.extend(self.deviances.iter().map(deviance));
        figures
    }

    /// The groups of equal size, one row each; empty where they are undefined.
    #[must_use]
    pub fn bins_frame(&self) -> DataFrame {
        let bins = self.bins.as_deref().unwrap_or_default();
        let number = |of: fn(&RegressionBin) -> Option<f64>| bins.iter().map(of).collect::<Vec<_>>();
        frame_of(vec![
            Series::new(BIN.into(), bins.iter().map(|bin| bin.bin).collect::<Vec<_>>()),
            Series::new(N.into(), bins.iter().map(|bin| bin.n).collect::<Vec<_>>()),
            Series::new(LOW.into(), number(|bin| bin.predicted.map(|ends| ends.low))),
            Series::new(HIGH.into(), number(|bin| bin.predicted.map(|ends| ends.high))),
            Series::new(MEAN_PREDICTED.into(), number(|bin| bin.mean_predicted)),
            Series::new(MEAN_ACTUAL.into(), number(|bin| bin.mean_actual)),
            Series::new(CUMULATIVE_VALUE_SHARE.into(), number(|bin| bin.cumulative_share)),
        ])
    }
}

impl ToDataFrame for RegressionReport {
    /// One row per figure; `undefined` says why an estimate is null. The groups have a frame of
    /// their own: [`bins_frame`](RegressionReport::bins_frame).
    fn to_dataframe(&self) -> DataFrame {
        let figures = self.figures();
        frame_of(vec![
            Series::new(METRIC.into(), figures.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>()),
            Series::new(ESTIMATE.into(), figures.iter().map(|(_, figure)| figure.clone().ok()).collect::<Vec<_>>()),
            Series::new(
                UNDEFINED.into(),
                figures.iter().map(|(_, figure)| figure.as_ref().err().map(Undefined::to_string)).collect::<Vec<_>>(),
            ),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params() -> RegressionEvaluationParams {
        RegressionEvaluationParams::new()
    }

    #[test]
    fn rows_that_lack_something_are_refused_or_counted() {
        let frame = df!(
            "金额" => [Some(1.0), None, Some(3.0), Some(4.0)],
            "p" => [Some(1.0), Some(2.0), Some(f64::NAN), Some(5.0)]
        )
        .unwrap();
        let refused = params().evaluate_frame(&frame, "金额", "p").unwrap_err().to_string();
        assert!(refused.starts_with("evaluation: 2 row(s) lack an amount or a prediction"), "{refused}");
        let report = params().missing(MissingLabels::Drop).evaluate_frame(&frame, "金额", "p").unwrap();
        assert_eq!((report.errors.n, report.n_missing, report.errors.bias.clone()), (2, 2, Ok(0.5)));
        assert!(report.to_string().contains("2 left out"), "{report}");
    }

    #[test]
    fn figures_and_groups_are_frames() {
        let deviances = [Deviance::Poisson, Deviance::Gamma, Deviance::Tweedie { power: 1.5 }];
        let report = params().n_bins(2).deviances(deviances).evaluate(&[0.0, 2.0], &[1.5, 2.0]).unwrap();
        let frame = report.to_dataframe();
        assert_eq!(frame.shape(), (14, 3));
        let estimates = frame.column(ESTIMATE).unwrap().f64().unwrap().to_vec();
        assert_eq!(estimates[11], Some(1.5));
        assert_eq!(estimates[12], None);
        assert_eq!(frame.column(UNDEFINED).unwrap().str().unwrap().get(12), Some("a value is not positive"));
        let bins = report.bins_frame();
        assert_eq!(bins.column(MEAN_ACTUAL).unwrap().f64().unwrap().to_vec(), [Some(2.0), Some(0.0)]);
        let text = report.to_string();
        assert!(text.starts_with("evaluation: 2 rows"), "{text}");
        assert!(text.contains("gamma_deviance: undefined, a value is not positive"), "{text}");
        assert!(text.contains("poisson_deviance"), "{text}");
    }

    #[test]
    fn what_cannot_be_judged_is_refused() {
        let refused = |actual: &[f64], predicted: &[f64]| params().evaluate(actual, predicted).unwrap_err().to_string();
        assert_eq!(refused(&[], &[]), "evaluation: there are no rows");
        assert_eq!(refused(&[1.0], &[]), "evaluation: 1 row(s) came but 0 were predicted");
        assert_eq!(
            refused(&[1.0], &[f64::INFINITY]),
            "evaluation: 1 amount(s) or prediction(s) are NaN or infinite; leave these rows out"
        );
        let power = params().deviances([Deviance::Tweedie { power: 2.0 }]).check().unwrap_err().to_string();
        assert_eq!(power, "evaluation: `power` must be above 1 and below 2, got 2");
        assert!(params().n_bins(0).check().is_err());
        assert!(serde_json::from_str::<RegressionEvaluation>(r#"{"n_bins": 1}"#).is_err());
    }
}
