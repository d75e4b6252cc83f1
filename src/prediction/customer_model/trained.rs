//! A regression with its calibration and the facts of its training.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::calibration::{CalibrationParams, CalibrationSource};
use super::drivers::Drivers;
use super::holdout;
use super::scores::CustomerScores;
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::columns::{CUSTOMER, MEAN, PROB};
use crate::frame::numbers::Numbers;
use crate::frame::{FeatureTable, ToDataFrame};
use crate::prediction::calibration::Calibrator;
use crate::prediction::decision::{Offer, Prospects, WinBack, WinBackList};
use crate::prediction::encoding::MissingLabels;
use crate::prediction::evaluation::{BinaryEvaluation, BinaryReport, RegressionEvaluation, RegressionReport};
use crate::prediction::model_card::TrainingFacts;
use crate::prediction::regression::{Family, Offset, Regression, RegressionModel};

/// The column of the customer's number.
pub(super) fn customer_of<'t>(analysis: &'static str, table: &'t FeatureTable, what_for: &str) -> Result<&'t str> {
    table.customer_id().ok_or_else(|| Error::Schema {
        table: analysis,
        problems: vec![format!("no customer_id is named {what_for}; name one by `FeatureColumns::customer_id`")],
    })
}

/// A regression with its calibration and the facts of its training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::prediction) struct Trained {
    pub(in crate::prediction) model: RegressionModel,
    pub(in crate::prediction) calibrator: Option<Calibrator>,
    pub(in crate::prediction) calibrated_on: Option<CalibrationSource>,
    pub(in crate::prediction) facts: TrainingFacts,
}

/// Rows with what came and what was predicted.
struct Judged<T> {
    actual: Vec<T>,
    predicted: Vec<f64>,
    /// What each row counts for, where that was asked for and rows have weights.
    weights: Option<Vec<f64>>,
    n_missing_actual: u64,
    n_missing_predictions: u64,
}

impl Trained {
    /// Fits to a table, of which some customers are held out where the probabilities are calibrated.
    pub(in crate::prediction) fn fit(
        analysis: &'static str,
        regression: &Regression,
        calibration: Option<&CalibrationParams>,
        table: &FeatureTable,
    ) -> Result<Self> {
        match calibration {
            None => Ok(Self::new(regression.fit(table)?)),
            Some(params) => {
                let (fitted, held_out) = holdout::split(analysis, params, table)?;
                Self::new(regression.fit(&fitted)?).calibrated(params, &held_out, CalibrationSource::Holdout)
            }
        }
    }

    fn new(model: RegressionModel) -> Self {
        Self { model, calibrator: None, calibrated_on: None, facts: TrainingFacts::default() }
    }

    /// Fits to a table and calibrates on another.
    pub(in crate::prediction) fn fit_and_calibrate(
        analysis: &'static str,
        regression: &Regression,
        calibration: Option<&CalibrationParams>,
        table: &FeatureTable,
        others: &FeatureTable,
    ) -> Result<Self> {
        let Some(params) = calibration else {
            return Err(Error::param(analysis, "calibration", "set where rows are given for it", "unset"));
        };
        Self::new(regression.fit(table)?).calibrated(params, others, CalibrationSource::Given)
    }

    fn calibrated(
        mut self,
        params: &CalibrationParams,
        others: &FeatureTable,
        source: CalibrationSource,
    ) -> Result<Self> {
        let judged = self.judged_event(others, true)?;
        let Judged { actual, predicted, weights, .. } = &judged;
        self.calibrator = Some(params.method.fit(actual, predicted, weights.as_deref())?);
        self.calibrated_on = Some(source);
        Ok(self)
    }

    /// The columns of a table that a prediction and these others need, read once, and the same
    /// table over them.
    fn in_memory(
        &self,
        analysis: &'static str,
        table: &FeatureTable,
        others: &[&str],
    ) -> Result<(DataFrame, FeatureTable)> {
        let mut names = self.model.encoder().features();
        let offset = self.model.definition().offset.as_ref().map(Offset::column);
        for name in offset.into_iter().chain(table.customer_id()).chain(others.iter().copied()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        // What is not there is told by the step that needs it.
        names.retain(|name| table.schema().contains(name));
        let columns: Vec<Expr> = names.into_iter().map(col).collect();
        let frame = collect(analysis, table.lazy().select(columns))?;
        let table = table.with_frame(frame.clone().lazy());
        Ok((frame, table))
    }

    /// Predictions, calibrated where the model is.
    pub(in crate::prediction) fn predict(&self, table: &FeatureTable) -> Result<CustomerScores> {
        let predictions = self.model.predict(table)?;
        let mut values = predictions.values();
        if let Some(calibrator) = &self.calibrator {
            let present: Vec<f64> = values.iter().copied().flatten().collect();
            let mut calibrated = calibrator.apply(&present)?.into_iter();
            values.iter_mut().flatten().zip(&mut calibrated).for_each(|(value, prob)| *value = prob);
        }
        let frame = predictions.to_dataframe();
        let customers = frame.column(CUSTOMER).ok().map(|column| column.as_materialized_series().clone());
        Ok(CustomerScores::new(customers, values, predictions.counts().clone(), self.output()))
    }

    /// The name of a prediction in frames.
    fn output(&self) -> &'static str {
        if self.model.family() == Family::Binomial { PROB } else { MEAN }
    }

    /// The same as an expression.
    pub(in crate::prediction) fn score_expr(&self) -> Result<Expr> {
        let score = self.model.score_expr()?;
        Ok(match &self.calibrator {
            None => score,
            Some(calibrator) => calibrator.expr(score).alias(self.output()),
        })
    }

    fn target_of<'t>(&self, table: &'t FeatureTable) -> Result<&'t str> {
        table.target().ok_or_else(|| Error::Schema {
            table: "features",
            problems: vec!["no target is named; name the column of what came by `FeatureColumns::target`".to_owned()],
        })
    }

    /// What came beside what was predicted, of rows that have both, as they are or with the weights
    /// that the settings name.
    fn judged_event(&self, table: &FeatureTable, is_weighted: bool) -> Result<Judged<bool>> {
        let target = self.target_of(table)?;
        let params = self.model.definition();
        let weights = params.weights_column().filter(|_| is_weighted);
        let others: Vec<&str> = std::iter::once(target).chain(weights).collect();
        let (frame, table) = self.in_memory("evaluation", table, &others)?;
        let Some(coding) = self.model.labels() else {
            let reason = "the model predicts no event".to_owned();
            return Err(Error::Unusable { analysis: "evaluation", reason });
        };
        let labels = coding.read(&frame, target, params.missing_target)?;
        let mut actual: Vec<Option<bool>> = vec![None; frame.height()];
        match labels.kept() {
            None => actual.iter_mut().zip(labels.values()).for_each(|(cell, &label)| *cell = Some(label)),
            Some(kept) => {
                let pairs = kept.iter().zip(labels.values());
                pairs.for_each(|(&row, &label)| actual[row as usize] = Some(label));
            }
        }
        let weights = if is_weighted { params.read_weights(&frame)? } else { None };
        Ok(Judged::of(actual, self.predict(&table)?.values(), weights.as_deref()))
    }

    /// The same for amounts.
    fn judged_amount(&self, table: &FeatureTable) -> Result<Judged<f64>> {
        let target = self.target_of(table)?;
        let (frame, table) = self.in_memory("evaluation", table, &[target])?;
        let numbers = Numbers::of("evaluation", &frame, target)?;
        let aligned = numbers.aligned();
        let actual = (0..frame.height()).map(|row| aligned.cell(row).filter(|amount| !amount.is_nan())).collect();
        Ok(Judged::of(actual, self.predict(&table)?.values(), None))
    }

    /// How well probabilities tell who had the event.
    pub(in crate::prediction) fn evaluate_event(
        &self,
        table: &FeatureTable,
        evaluation: &BinaryEvaluation,
    ) -> Result<BinaryReport> {
        let judged = self.judged_event(table, false)?;
        let mut report = evaluation.evaluate(&judged.actual, &judged.predicted)?;
        report.n_missing_labels = judged.n_missing_actual;
        report.n_missing_predictions = judged.n_missing_predictions;
        Ok(report)
    }

    /// How far predicted amounts are from what came.
    pub(in crate::prediction) fn evaluate_amount(
        &self,
        table: &FeatureTable,
        evaluation: &RegressionEvaluation,
    ) -> Result<RegressionReport> {
        let judged = self.judged_amount(table)?;
        if judged.n_missing_actual > 0 && self.model.definition().missing_target == MissingLabels::Error {
            return Err(Error::Incomplete {
                analysis: "evaluation",
                rows: judged.n_missing_actual,
                needed: "an amount",
                remedy: "filter them out, or leave them out by `missing_target(MissingLabels::Drop)`",
            });
        }
        let mut report = evaluation.evaluate(&judged.actual, &judged.predicted)?;
        report.n_missing = judged.n_missing_actual + judged.n_missing_predictions;
        Ok(report)
    }

    pub(in crate::prediction) fn drivers(&self, outcome: &str) -> Drivers {
        Drivers::of(&self.model, outcome)
    }

    /// Whom to contact, with what adds to the log-odds of each.
    pub(in crate::prediction) fn contact_list(
        &self,
        analysis: &'static str,
        table: &FeatureTable,
        worth: Option<&str>,
        list: &WinBack,
    ) -> Result<WinBackList> {
        if self.model.needs_calibration() && self.calibrator.is_none() {
            let reason =
                "classes were weighted, so that the probabilities are not those of customers and no money can \
                          be counted with them; set `calibration`, or leave `class_weights` out"
                    .to_owned();
            return Err(Error::Unusable { analysis, reason });
        }
        customer_of(analysis, table, "for the list")?;
        let others: Vec<&str> = worth.into_iter().collect();
        let (frame, table) = self.in_memory(analysis, table, &others)?;
        let scores = self.predict(&table)?.to_dataframe();
        let found = self.model.contributions(&table)?;
        let parts = found.features().iter().enumerate();
        let contributions: Vec<(String, Vec<f64>)> =
            parts.map(|(place, feature)| (feature.clone(), found.of(place).to_vec())).collect();
        let mut prospects = Prospects::new(&scores, CUSTOMER, PROB)?.contributions(&contributions)?.cells(&frame)?;
        if let Some(worth) = worth {
            prospects = prospects.worths(&frame, worth)?;
        }
        list.select(&prospects)
    }

    /// Refuses a list for another event than the model's.
    pub(in crate::prediction) fn check_offer(analysis: &'static str, list: &WinBack, leaving: bool) -> Result<()> {
        let is_retention = matches!(list.params().offer, Offer::Retention(_));
        match (is_retention, leaving) {
            (true, false) => Err(Error::param(analysis, "offer", "a `PurchaseOffer`", "a `RetentionOffer`")),
            (false, true) => Err(Error::param(analysis, "offer", "a `RetentionOffer`", "a `PurchaseOffer`")),
            _ => Ok(()),
        }
    }

    /// What a damaged file could say that no fit does.
    pub(in crate::prediction) fn problem(&self, family: Family, is_calibrated: bool) -> Option<String> {
        if self.model.family() != family {
            return Some("its regression is of another family than its settings say".to_owned());
        }
        let has = self.calibrator.is_some();
        (has != is_calibrated || has != self.calibrated_on.is_some())
            .then(|| "its settings and its calibration do not go together".to_owned())
    }
}

impl<T> Judged<T> {
    fn of(actual: Vec<Option<T>>, predicted: &[Option<f64>], weights: Option<&[f64]>) -> Self {
        let mut judged = Self {
            actual: Vec::new(),
            predicted: Vec::new(),
            weights: weights.map(|_| Vec::new()),
            n_missing_actual: 0,
            n_missing_predictions: 0,
        };
        for (row, (actual, predicted)) in actual.into_iter().zip(predicted).enumerate() {
            match (actual, predicted) {
                (None, _) => judged.n_missing_actual += 1,
                (Some(_), None) => judged.n_missing_predictions += 1,
                (Some(actual), Some(predicted)) => {
                    judged.actual.push(actual);
                    judged.predicted.push(*predicted);
                    judged.weights.iter_mut().zip(weights).for_each(|(own, weights)| own.push(weights[row]));
                }
            }
        }
        judged
    }
}
