//! What a cross-validation has found.

use polars::prelude::*;
use serde::Serialize;

use super::figures::{Figure, Metric};
use crate::kernel::undefined::Undefined;
use crate::prediction::regression::Family;

/// One fold: rows that trained and tested, and how well the ones predicted the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FoldResult {
    /// The fold, from 0.
    pub fold: u32,
    /// Rows that the regression learned from.
    pub n_train: u64,
    /// Rows that were judged.
    pub n_test: u64,
    /// Rows of the fold that were left out as they have no target.
    pub n_without_target: u64,
    /// Rows of the fold without a prediction, as a feature is missing whose policy is to drop.
    pub n_without_prediction: u64,
    /// The figures, in the same order in all folds.
    pub figures: Vec<Figure>,
}

/// A figure over folds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricSummary {
    /// What is measured.
    pub metric: Metric,
    /// Over the predictions of all folds together. With ROC curves and the like this compares
    /// scores of different models.
    pub pooled: Result<f64, Undefined>,
    /// Mean over the folds in which it is defined.
    pub mean: Result<f64, Undefined>,
    /// Standard deviation between these folds (with their number less 1 below) over the root of
    /// their number. Folds share training rows, so that this is too small rather than too large.
    pub std_error: Result<f64, Undefined>,
    /// Folds in which it is defined.
    pub n_folds: u32,
}

/// A regression judged on rows that it has not learned from.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct CrossValidatedRegression {
    pub(super) family: Family,
    pub(super) metrics: Vec<MetricSummary>,
    pub(super) folds: Vec<FoldResult>,
    pub(super) predictions: Vec<Option<f64>>,
    pub(super) fold_of_row: Vec<Option<u32>>,
    pub(super) n_without_fold: u64,
    #[serde(skip)]
    pub(super) customers: Option<Column>,
}

impl CrossValidatedRegression {
    /// The figures over all folds.
    #[must_use]
    pub fn metrics(&self) -> &[MetricSummary] {
        &self.metrics
    }

    /// The folds.
    #[must_use]
    pub fn folds(&self) -> &[FoldResult] {
        &self.folds
    }

    /// The prediction of each row of the table, in its order, by the model that has not learned
    /// from it; `None` for rows that no fold tests, and for those that a missing cell leaves out.
    #[must_use]
    pub fn predictions(&self) -> &[Option<f64>] {
        &self.predictions
    }

    /// The fold that tested each row of the table.
    #[must_use]
    pub fn fold_of_row(&self) -> &[Option<u32>] {
        &self.fold_of_row
    }

    /// Rows that neither train nor test, for want of a target or a day.
    #[must_use]
    pub fn n_without_fold(&self) -> u64 {
        self.n_without_fold
    }
}

/// The figures over folds beside those over all rows.
pub(super) fn summaries(folds: &[FoldResult], pooled: &[Figure]) -> Vec<MetricSummary> {
    let summary = |(place, pooled): (usize, &Figure)| {
        let of_fold = |fold: &FoldResult| fold.figures.get(place).map(|figure| figure.value.clone());
        let values: Vec<f64> = folds.iter().filter_map(of_fold).filter_map(Result::ok).collect();
        let (mean, std_error) = mean_and_error(&values);
        let n_folds = values.len() as u32;
        MetricSummary { metric: pooled.metric, pooled: pooled.value.clone(), mean, std_error, n_folds }
    };
    pooled.iter().enumerate().map(summary).collect()
}

/// The mean of the folds and its standard error.
pub(super) fn mean_and_error(values: &[f64]) -> (Result<f64, Undefined>, Result<f64, Undefined>) {
    let n = values.len() as u64;
    if n == 0 {
        let none = || Err(Undefined::TooFew { n, needed: 1 });
        return (none(), none());
    }
    let finite = |value: f64| if value.is_finite() { Ok(value) } else { Err(Undefined::Overflow) };
    let mean = values.iter().map(|value| value / n as f64).sum::<f64>();
    if n == 1 {
        return (finite(mean), Err(Undefined::TooFew { n, needed: 2 }));
    }
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (finite(mean), finite((squares / (n - 1) as f64 / n as f64).sqrt()))
}
