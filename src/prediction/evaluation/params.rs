//! Settings of the evaluation of an event.

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::binary::BinaryReport;
use super::comparison::ModelComparison;
use super::input::{EVALUATION, Judged, same_rows};
use crate::error::{Error, Result};
use crate::kernel::evaluation::{Binning, IntervalScale, Ties};
use crate::prediction::encoding::{LabelParams, MissingLabels};

/// Unchecked settings of the evaluation of an event.
///
/// # Examples
///
/// ```
/// use customer_analytics::polars::prelude::*;
/// use customer_analytics::prediction::evaluation::BinaryEvaluationParams;
///
/// let frame = df!(
///     "流失" => ["是", "否", "是", "否", "否", "否"],
///     "prob" => [0.9, 0.6, 0.7, 0.3, 0.2, 0.1],
/// )?;
/// let report = BinaryEvaluationParams::new().n_bins(3).evaluate_frame(&frame, "流失", "prob")?;
/// // Both who left score higher than all who stayed.
/// assert_eq!(report.roc_auc, Ok(1.0));
/// // The upper third holds all of them, three times what a third of the rows would by chance.
/// assert_eq!(report.lift.as_ref().map(|table| table[0].lift), Ok(Some(3.0)));
/// println!("{report}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct BinaryEvaluationParams {
    #[serde(default = "level")]
    pub(super) conf_level: f64,
    #[serde(default = "ten")]
    pub(super) n_bins: u32,
    #[serde(default = "ten")]
    pub(super) n_calibration_bins: u32,
    #[serde(default)]
    pub(super) binning: Binning,
    #[serde(default)]
    pub(super) ties: Ties,
    #[serde(default = "half")]
    pub(super) thresholds: Vec<f64>,
    #[serde(default)]
    pub(super) auc_interval: IntervalScale,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) positive: Option<String>,
    #[serde(default)]
    pub(super) missing: MissingLabels,
}

pub(super) fn level() -> f64 {
    0.95
}

pub(super) fn ten() -> u32 {
    10
}

fn half() -> Vec<f64> {
    vec![0.5]
}

impl Default for BinaryEvaluationParams {
    fn default() -> Self {
        Self::new()
    }
}

impl BinaryEvaluationParams {
    /// Deciles, ten calibration bins of equal width, the threshold 0.5, confidence 0.95.
    pub fn new() -> Self {
        Self {
            conf_level: level(),
            n_bins: ten(),
            n_calibration_bins: ten(),
            binning: Binning::default(),
            ties: Ties::default(),
            thresholds: half(),
            auc_interval: IntervalScale::default(),
            positive: None,
            missing: MissingLabels::default(),
        }
    }

    /// Sets the confidence of intervals; 0.95 by default.
    pub fn conf_level(mut self, conf_level: f64) -> Self {
        self.conf_level = conf_level;
        self
    }

    /// Sets the groups of the lift table, 2 to 1,000; 10 by default.
    pub fn n_bins(mut self, n_bins: u32) -> Self {
        self.n_bins = n_bins;
        self
    }

    /// Sets the bins of the calibration table and the groups of Hosmer and Lemeshow's test, 3 to
    /// 1,000; 10 by default.
    pub fn n_calibration_bins(mut self, n_bins: u32) -> Self {
        self.n_calibration_bins = n_bins;
        self
    }

    /// Chooses calibration bins of equal width or of equal count; width by default.
    pub fn binning(mut self, binning: Binning) -> Self {
        self.binning = binning;
        self
    }

    /// Chooses what becomes of rows with equal scores on both sides of a cut between groups; they
    /// are shared by default.
    pub fn ties(mut self, ties: Ties) -> Self {
        self.ties = ties;
        self
    }

    /// Sets the thresholds at which right and wrong predictions are counted; 0.5 by default.
    pub fn thresholds(mut self, thresholds: impl Into<Vec<f64>>) -> Self {
        self.thresholds = thresholds.into();
        self
    }

    /// Chooses the scale of the interval of the area under the curve; logits by default.
    pub fn auc_interval(mut self, scale: IntervalScale) -> Self {
        self.auc_interval = scale;
        self
    }

    /// Names the level of the label column that is predicted; yes in any spelling by default.
    pub fn positive(mut self, level: impl Into<String>) -> Self {
        self.positive = Some(level.into());
        self
    }

    /// Chooses what becomes of rows without a label or a prediction; refused by default.
    pub fn missing(mut self, missing: MissingLabels) -> Self {
        self.missing = missing;
        self
    }

    /// Checks every setting and returns the runnable evaluation.
    ///
    /// # Errors
    /// `Param` for a setting outside its range.
    pub fn check(self) -> Result<BinaryEvaluation> {
        check_level(self.conf_level)?;
        check_bins("n_bins", self.n_bins, 2)?;
        check_bins("n_calibration_bins", self.n_calibration_bins, 3)?;
        if let Some(bad) = self.thresholds.iter().find(|threshold| !threshold.is_finite()) {
            return Err(Error::param(EVALUATION, "thresholds", "finite numbers", bad));
        }
        Ok(BinaryEvaluation(self))
    }

    /// Checks and evaluates in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and [`BinaryEvaluation::evaluate`].
    pub fn evaluate(self, labels: &[bool], prob: &[f64]) -> Result<BinaryReport> {
        self.check()?.evaluate(labels, prob)
    }

    /// Checks and evaluates two columns of a frame.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and [`BinaryEvaluation::evaluate_frame`].
    pub fn evaluate_frame(self, frame: &DataFrame, label: &str, prob: &str) -> Result<BinaryReport> {
        self.check()?.evaluate_frame(frame, label, prob)
    }

    /// Checks and compares two models in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and [`BinaryEvaluation::compare`].
    pub fn compare(self, labels: &[bool], first: &[f64], second: &[f64]) -> Result<ModelComparison> {
        self.check()?.compare(labels, first, second)
    }
}

pub(super) fn check_level(conf_level: f64) -> Result<()> {
    if conf_level > 0.0 && conf_level < 1.0 {
        return Ok(());
    }
    Err(Error::param(EVALUATION, "conf_level", "above 0 and below 1", conf_level))
}

pub(super) fn check_bins(param: &'static str, n_bins: u32, least: u32) -> Result<()> {
    const MOST: u32 = 1_000;
    if (least..=MOST).contains(&n_bins) {
        return Ok(());
    }
    Err(Error::param(EVALUATION, param, format!("in {least}..={MOST}"), n_bins))
}

/// Checked settings of the evaluation of an event; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "BinaryEvaluationParams", into = "BinaryEvaluationParams")]
pub struct BinaryEvaluation(pub(super) BinaryEvaluationParams);

impl TryFrom<BinaryEvaluationParams> for BinaryEvaluation {
    type Error = Error;

    fn try_from(params: BinaryEvaluationParams) -> Result<Self> {
        params.check()
    }
}

impl From<BinaryEvaluation> for BinaryEvaluationParams {
    fn from(checked: BinaryEvaluation) -> Self {
        checked.0
    }
}

impl BinaryEvaluation {
    /// The settings.
    pub fn params(&self) -> &BinaryEvaluationParams {
        &self.0
    }

    /// Judges probabilities, or any scores, row by row beside what came.
    ///
    /// Scores outside 0..=1 leave the measures of probabilities undefined, and the others as they
    /// are. Rows of one class leave most of the report undefined.
    ///
    /// # Errors
    /// `Unusable` for no rows, slices of different lengths, and scores that are NaN.
    pub fn evaluate(&self, labels: &[bool], prob: &[f64]) -> Result<BinaryReport> {
        same_rows(labels.len(), prob.len())?;
        let n_nan = prob.iter().filter(|prob| prob.is_nan()).count();
        if n_nan > 0 {
            return Err(Error::Unusable {
                analysis: EVALUATION,
                reason: format!("{n_nan} prediction(s) are NaN; leave these rows out"),
            });
        }
        BinaryReport::of(&self.0, labels, prob)
    }

    /// Judges a column of probabilities beside a column of labels in any spelling: booleans, 0 and
    /// 1, Yes and No, 是 and 否.
    ///
    /// # Errors
    /// Those of [`LabelParams::read`] and [`evaluate`](Self::evaluate); `Query` when the column of
    /// predictions is not there or not of numbers; `Incomplete` for rows without a prediction that
    /// are not to be left out.
    pub fn evaluate_frame(&self, frame: &DataFrame, label: &str, prob: &str) -> Result<BinaryReport> {
        let mut reader = LabelParams::new().missing(self.0.missing);
        if let Some(level) = &self.0.positive {
            reader = reader.positive(level);
        }
        let Judged { labels, predictions, n_missing_labels, n_missing_predictions } =
            Judged::read(&reader, frame, label, prob, self.0.missing)?;
        let mut report = self.evaluate(&labels, &predictions)?;
        (report.n_missing_labels, report.n_missing_predictions) = (n_missing_labels, n_missing_predictions);
        Ok(report)
    }

    /// Compares two models on the same rows: areas under the curve by DeLong's test, Brier scores
    /// and log-losses by their paired differences.
    ///
    /// # Errors
    /// `Unusable` for no rows, slices of different lengths, and scores that are NaN.
    pub fn compare(&self, labels: &[bool], first: &[f64], second: &[f64]) -> Result<ModelComparison> {
        same_rows(labels.len(), first.len())?;
        same_rows(labels.len(), second.len())?;
        let n_nan = first.iter().chain(second).filter(|prob| prob.is_nan()).count();
        if n_nan > 0 {
            return Err(Error::Unusable {
                analysis: EVALUATION,
                reason: format!("{n_nan} prediction(s) are NaN; leave these rows out"),
            });
        }
        Ok(ModelComparison::of(self.0.conf_level, labels, first, second))
    }
}
