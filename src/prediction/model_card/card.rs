//! The card of a model.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::facts::TrainingSnapshot;
use super::figures::{CardEvaluation, CardFigure, of_fit};
use crate::frame::readable::{grouped, shown_names, shown_text};
use crate::prediction::calibration::CalibrationMap;
use crate::prediction::customer_model::{CalibrationSource, Trained};
use crate::prediction::regression::{Family, TrainingRows, collinear_words};

/// A feature of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CardFeature {
    /// Its column.
    pub feature: String,
    /// Columns of the design that are made of it; 0 where all training rows have one level.
    pub n_columns: u64,
    /// The level that the others are compared with.
    pub reference: Option<String>,
    /// Training cells without a value.
    pub n_missing: u64,
    /// Training cells that got the median or the most frequent level.
    pub n_imputed: u64,
}

/// What a model is, what it was trained on, and how well it does.
///
/// Its `Display` is Markdown. Saved and read by serde.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::churn::ChurnParams;
///
/// let frame = df!(
///     "plan" => ["a", "a", "a", "a", "b", "b", "b", "b"],
///     "left" => ["yes", "no", "no", "no", "yes", "yes", "yes", "no"],
/// )?;
/// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("left"))?;
/// let model = ChurnParams::new().fit(&table)?.training_date("2026-06-30".parse()?);
/// let card = model.card();
/// assert_eq!((card.rows.n_fitted, card.rows.n_positive), (8, Some(4)));
/// assert!(card.to_string().contains("| trained on | 2026-06-30 |"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ModelCard {
    /// What kind of model it is.
    pub model: String,
    /// What it predicts, in words.
    pub predicts: String,
    /// How, in words.
    pub method: String,
    /// The day it was trained on, as the caller gave it.
    pub training_date: Option<NaiveDate>,
    /// The column it learned.
    pub target: String,
    /// Rows that were read, left out for each reason, and fitted.
    pub rows: TrainingRows,
    /// Rows that were left out before, in words, with their numbers.
    pub left_out_before: Vec<String>,
    /// Its features in their order.
    pub features: Vec<CardFeature>,
    /// The days of its snapshot, where it is known.
    pub snapshot: Option<TrainingSnapshot>,
    /// How well it fits its own rows.
    pub fit: Vec<CardFigure>,
    /// How it did on other rows, where that was attached.
    pub evaluation: Option<CardEvaluation>,
    /// What a user has to know.
    pub notes: Vec<String>,
    /// All settings, as a job file has them.
    pub settings: serde_json::Value,
}

/// What a kind of model says of itself.
pub(in crate::prediction) struct Subject {
    pub(in crate::prediction) model: &'static str,
    pub(in crate::prediction) predicts: String,
    pub(in crate::prediction) left_out_before: Vec<String>,
    pub(in crate::prediction) settings: serde_json::Value,
}

impl ModelCard {
    pub(in crate::prediction) fn of(trained: &Trained, subject: Subject) -> Self {
        let model = &trained.model;
        Self {
            model: subject.model.to_owned(),
            predicts: subject.predicts,
            method: method(trained),
            training_date: trained.facts.training_date,
            target: model.target().to_owned(),
            rows: model.training_rows(),
            left_out_before: subject.left_out_before,
            features: features(trained),
            snapshot: trained.facts.snapshot.clone(),
            fit: of_fit(model.family(), model.statistics()),
            evaluation: trained.facts.evaluation.clone(),
            notes: notes(trained),
            settings: subject.settings,
        }
    }
}

fn method(trained: &Trained) -> String {
    let regression = match trained.model.family() {
        Family::Gaussian => "linear regression".to_owned(),
        Family::Binomial => "logistic regression".to_owned(),
        Family::Poisson => "Poisson regression with a logarithmic link".to_owned(),
        Family::Gamma => "Gamma regression with a logarithmic link".to_owned(),
        Family::Tweedie { power } => format!("Tweedie regression of power {power} with a logarithmic link"),
    };
    let Some(calibrator) = &trained.calibrator else { return regression };
    let n = grouped(calibrator.n_positives() + calibrator.n_negatives());
    let from = match trained.calibrated_on {
        Some(CalibrationSource::Given) => "rows given for it",
        _ => "rows held out of the fit",
    };
    let with_event = grouped(calibrator.n_positives());
    let curve = match calibrator.map() {
        CalibrationMap::Platt { .. } => "Platt",
        CalibrationMap::Isotonic { .. } => "isotonic",
    };
    format!("{regression}, {curve} calibration on {n} {from}, {with_event} of them with the event")
}

fn features(trained: &Trained) -> Vec<CardFeature> {
    let encoder = trained.model.encoder();
    let counts = trained.model.encoding_counts();
    let feature = |one: &crate::prediction::encoding::FeatureCounts| CardFeature {
        feature: one.feature.clone(),
        n_columns: encoder.terms().iter().filter(|term| term.feature == one.feature).count() as u64,
        reference: encoder.reference(&one.feature).map(str::to_owned),
        n_missing: one.n_missing,
        n_imputed: one.n_imputed,
    };
    counts.features.iter().map(feature).collect()
}

fn notes(trained: &Trained) -> Vec<String> {
    let model = &trained.model;
    let listed = |names: Vec<&str>| shown_names(&names.into_iter().map(shown_text).collect::<Vec<_>>());
    let mut notes = Vec::new();
    if model.needs_calibration() && trained.calibrator.is_none() {
        notes.push("Classes were weighted: the probabilities are not those of customers.".to_owned());
    }
    if !model.aliased().is_empty() {
        notes.push(format!("Columns that those before them determine: {}.", listed(model.aliased())));
    }
    notes.extend(collinear_words(model.collinear_features()).map(|words| format!("{words}.")));
    let constant = model.encoder().without_columns();
    if !constant.is_empty() {
        notes.push(format!("Features of one level, without effect: {}.", listed(constant)));
    }
    if model.definition().l2_penalty > 0.0 {
        notes.push("An L2 penalty holds the coefficients back; intervals do not cover unpenalised effects.".to_owned());
    }
    if model.definition().firth {
        notes.push("Firth's penalty keeps the coefficients finite.".to_owned());
    }
    if trained.facts.evaluation.is_none() {
        notes.push("No evaluation on other rows is attached.".to_owned());
    }
    notes
}
