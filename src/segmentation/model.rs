//! Fitted thresholds, stored and used again next month.

use chrono::NaiveDate;
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::dimension::Dimension;
use super::measures::CustomerMeasures;
use super::params::{Scheme, ValueScore, ValueScoreParams};
use super::plan::complete_values;
use super::scores::ValueScores;
use super::thresholds::{Thresholds, apply};
use crate::activity::ActivityTable;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::TransactionLog;
use crate::frame::columns::SEGMENT;
use crate::frame::saved::SavedForm;
use crate::kernel::binning::Step;

const FORM: SavedForm = SavedForm { what: "value model", no_such: "not a saved model", format: 1 };

/// Thresholds fitted to one set of customers, to score others by the same measure.
///
/// Refitting every month scores customers against each other; a stored model scores them
/// against the month it was fitted, so that a segment can grow.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::segmentation::{CustomerMeasures, Dimension, ValueModel, ValueScoreParams};
///
/// let as_of = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
/// let table = df!("id" => [1_i64, 2, 3, 4], "margin" => [10.0, 20.0, 30.0, 40.0])?;
/// let measures = CustomerMeasures::from_frame(table.clone().lazy(), "id", &["margin"])?;
/// let scores = ValueScoreParams::new(as_of, [Dimension::own("margin")]).n_bins(2).score(&measures)?;
///
/// let model = ValueModel::from_json(&scores.model().unwrap().to_json())?;
/// assert_eq!(model.score(&measures)?.scores("margin"), Some(vec![Some(1), Some(1), Some(2), Some(2)]));
/// // The same numbers inside a lazy plan of one's own:
/// let lazily = table.lazy().select(model.score_exprs()).collect()?;
/// assert_eq!(lazily.column("margin_score")?.u8()?.to_vec(), [Some(1), Some(1), Some(2), Some(2)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedModel")]
pub struct ValueModel {
    format: u32,
    definition: ValueScoreParams,
    n_fitted: usize,
    thresholds: Vec<Thresholds>,
}

/// A model as written, before its check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedModel {
    format: u32,
    definition: ValueScoreParams,
    n_fitted: usize,
    thresholds: Vec<Thresholds>,
}

impl TryFrom<SavedModel> for ValueModel {
    type Error = Error;

    fn try_from(saved: SavedModel) -> Result<Self> {
        let SavedModel { format, definition, n_fitted, thresholds } = saved;
        FORM.check(format)?;
        definition.check_as(ValueScore::NAME)?;
        let model = Self { format, definition, n_fitted, thresholds };
        model.check_thresholds().map_err(|reason| FORM.refused(reason))?;
        Ok(model)
    }
}

impl ValueModel {
    pub(super) fn new(definition: ValueScoreParams, thresholds: Vec<Thresholds>, n_fitted: usize) -> Self {
        Self { format: FORM.format, definition, n_fitted, thresholds }
    }

    /// How the scores are defined; its `as_of` is the date of the fit.
    pub fn definition(&self) -> &ValueScoreParams {
        &self.definition
    }

    /// Number of customers the thresholds were fitted to.
    #[must_use]
    pub fn n_fitted(&self) -> usize {
        self.n_fitted
    }

    /// The thresholds of each dimension.
    pub fn thresholds(&self) -> impl Iterator<Item = (&str, &Thresholds)> {
        self.definition.dimensions.iter().map(Dimension::name).zip(&self.thresholds)
    }

    /// Measures a log as of another date and scores it by these thresholds.
    ///
    /// # Errors
    /// Those of [`Analysis::run`] on [`ValueScore`].
    pub fn run(&self, log: &TransactionLog, as_of: NaiveDate) -> Result<ValueScores> {
        Ok(self.run_with_activity(log, as_of)?.0)
    }

    /// As [`run`](Self::run), with the summary of the log that the measures were taken from.
    ///
    /// # Errors
    /// Those of [`Analysis::run`] on [`ValueScore`].
    pub fn run_with_activity(&self, log: &TransactionLog, as_of: NaiveDate) -> Result<(ValueScores, ActivityTable)> {
        let definition = ValueScoreParams { as_of, ..self.definition.clone() };
        let (measures, activity) = definition.clone().check()?.measure_with_activity(log)?;
        Ok((self.score_as(definition, &measures)?, activity))
    }

    /// Scores measures that are at hand by these thresholds.
    ///
    /// # Errors
    /// `Unusable` when a dimension has no measure, or no customer has all of them.
    pub fn score(&self, measures: &CustomerMeasures) -> Result<ValueScores> {
        self.score_as(self.definition.clone(), measures)
    }

    fn score_as(&self, definition: ValueScoreParams, measures: &CustomerMeasures) -> Result<ValueScores> {
        let checked = ValueScore(definition);
        let values = complete_values(&self.definition.dimensions, measures)?;
        let mut scores: Vec<Vec<u8>> = Vec::new();
        for (thresholds, values) in self.thresholds.iter().zip(&values) {
            let cells = checked.cells(&scores);
            scores.push(apply(thresholds, values, &cells));
        }
        Ok(ValueScores::new(checked.0, measures.clone(), scores, Some(self.clone())))
    }

    /// The scores, and the segment if there is a map, as expressions for the caller's own
    /// lazy plan; it must have the columns of [`Dimension::value_column`]. A customer who
    /// lacks any of them gets null throughout.
    #[must_use]
    pub fn score_exprs(&self) -> Vec<Expr> {
        let dimensions = &self.definition.dimensions;
        let complete = dimensions.iter().map(|dimension| is_number(&dimension.value_column())).reduce(Expr::and);
        let mut scores: Vec<Expr> = Vec::new();
        for (dimension, thresholds) in dimensions.iter().zip(&self.thresholds) {
            let value = col(dimension.value_column()).cast(DataType::Float64);
            let score = match self.definition.scheme {
                Scheme::Independent => steps_expr(&value, thresholds.of_cell("")),
                Scheme::Nested => nested_expr(&value, thresholds, &scores),
            };
            let known = complete.clone().unwrap_or(lit(true));
            scores.push(when(known).then(score).otherwise(lit(NULL)).cast(DataType::UInt8));
        }
        let mut exprs: Vec<Expr> = dimensions
            .iter()
            .zip(&scores)
            .map(|(dimension, score)| score.clone().alias(dimension.score_column()))
            .collect();
        if let Some(map) = &self.definition.segments {
            let named =
                |name: &str| dimensions.iter().position(|dimension| dimension.name == name).map(|i| scores[i].clone());
            exprs.push(map.expr(&scores, named).alias(SEGMENT));
        }
        exprs
    }

    /// The model as versioned JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Names and numbers only: nothing in it can fail to be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a model that was saved.
    ///
    /// # Errors
    /// `Format` when the text is no such model, was saved by a later version, or its
    /// thresholds do not fit its definition.
    pub fn from_json(text: &str) -> Result<Self> {
        FORM.read(text)
    }

    /// Whether the thresholds are ascending, in range and as many as the dimensions.
    fn check_thresholds(&self) -> std::result::Result<(), String> {
        let dimensions = &self.definition.dimensions;
        if self.thresholds.len() != dimensions.len() {
            return Err(format!("{} dimension(s) but thresholds for {}", dimensions.len(), self.thresholds.len()));
        }
        for (at, (dimension, thresholds)) in dimensions.iter().zip(&self.thresholds).enumerate() {
            let n_bins = dimension.bins(self.definition.n_bins);
            if thresholds.cells().next().is_none() {
                return Err(format!("dimension `{}` has no thresholds", dimension.name));
            }
            for (cell, steps) in thresholds.cells() {
                if !self.is_cell(cell, at) {
                    return Err(format!("dimension `{}`: there can be no cell `{cell}`", dimension.name));
                }
                if !are_steps(steps, n_bins) {
                    return Err(format!(
                        "dimension `{}`, cell `{cell}`: thresholds must ascend to an open end, with scores in 1..={n_bins}",
                        dimension.name
                    ));
                }
            }
        }
        Ok(())
    }
}

impl ValueModel {
    /// Whether a cell of this name can be met when the dimension at a place is scored.
    fn is_cell(&self, cell: &str, at: usize) -> bool {
        let before = match self.definition.scheme {
            Scheme::Independent => &[],
            Scheme::Nested => &self.definition.dimensions[..at],
        };
        if before.is_empty() {
            return cell.is_empty();
        }
        let digits: Vec<Option<u8>> = cell.split('-').map(|digit| digit.parse().ok()).collect();
        let in_range = |(digit, dimension): (&Option<u8>, &Dimension)| {
            digit.is_some_and(|digit| (1..=dimension.bins(self.definition.n_bins)).contains(&digit))
        };
        digits.len() == before.len() && digits.iter().zip(before).all(in_range)
    }
}

fn are_steps(steps: &[Step], n_bins: u8) -> bool {
    let ascending = steps.windows(2).all(|pair| match (pair[0].up_to, pair[1].up_to) {
        (Some(low), Some(high)) => low < high,
        (Some(_), None) => true,
        (None, _) => false,
    });
    let open = steps.last().is_some_and(|step| step.up_to.is_none());
    ascending && open && steps.iter().all(|step| (1..=n_bins).contains(&step.score))
}

fn is_number(column: &str) -> Expr {
    let value = col(column).cast(DataType::Float64);
    value.clone().is_not_null().and(value.is_not_nan())
}

/// The score of a value by one cell's thresholds.
fn steps_expr(value: &Expr, steps: &[Step]) -> Expr {
    let score = |step: &Step| lit(step.score);
    let last = steps.last().map_or(lit(NULL), score);
    let earlier = steps.iter().rev().skip(1);
    earlier.fold(last, |above, step| match step.up_to {
        Some(up_to) => when(value.clone().lt_eq(lit(up_to))).then(score(step)).otherwise(above),
        None => above,
    })
}

/// The score of a value by the thresholds of the cell that the scores before make.
fn nested_expr(value: &Expr, thresholds: &Thresholds, before: &[Expr]) -> Expr {
    thresholds.cells().fold(lit(NULL).cast(DataType::UInt8), |others, (cell, steps)| {
        let digits = cell.split('-').filter_map(|digit| digit.parse::<u8>().ok());
        let inside = before.iter().zip(digits).map(|(score, digit)| score.clone().eq(lit(digit))).reduce(Expr::and);
        when(inside.unwrap_or(lit(true))).then(steps_expr(value, steps)).otherwise(others)
    })
}
