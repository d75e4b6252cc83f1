//! Fits by passes over a file that need not fit into memory.

use polars::prelude::*;

use super::fit::refused;
use super::likelihood::LikelihoodSums;
use super::model::{Fitted, RegressionModel};
use super::params::{REGRESSION, Regression, RegressionParams};
use super::range::check_range;
use super::statistics::FitStatistics;
use super::training::{Training, TrainingRows, check_schema, columns, target_of};
use super::weights::WeightMeaning;
use crate::analysis::{collect_streamed, each_batch};
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::prediction::encoding::{Encoder, EncodingCounts, LabelCoding, MissingLabels};
use crate::solver::regression::{
    Batch, Family, Outcomes, RegressionError, RegressionFit, StreamedObservations, TakeBatch, fit_streamed,
};

impl Regression {
    /// Fits the regression to a table that is read batch by batch, once for each step, in memory
    /// that depends on the number of columns alone.
    ///
    /// The encoding is one that was learned before, from the whole table or from a part of it, as
    /// medians and levels are not found in passing. The coefficients are those of
    /// [`fit`](Self::fit) with that encoding but for rounding; standard errors are those of the
    /// model. Variance inflation, marginal effects and Tjur's R2 are not worked out and are `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::prelude::*;
    /// use customer_analytics::prediction::encoding::Encoding;
    /// use customer_analytics::prediction::regression::RegressionParams;
    ///
    /// let frame = df!("visits" => [1.0, 2.0, 3.0, 4.0, 5.0], "spend" => [12.0, 14.0, 17.0, 17.0, 20.0])?;
    /// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("spend"))?;
    /// let regression = RegressionParams::linear().check()?;
    /// let encoder = Encoding::default().fit(&table)?;
    /// let model = regression.fit_streamed(&table, &encoder)?;
    /// assert!((model.coefficients()[1].estimate.unwrap() - 1.9).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit); `Param` for Firth's penalty, class weights, sampling weights,
    /// clusters and robust standard errors, which need the rows at once; `Schema` when the features
    /// of the table are not those of the encoding.
    pub fn fit_streamed(&self, table: &FeatureTable, encoder: &Encoder) -> Result<RegressionModel> {
        let params = self.params();
        check_params(params)?;
        let target = target_of(table)?;
        check_schema(params, table)?;
        let coding = label_coding(params, table, target)?;
        let plan = table.lazy().select(columns(params, table, target));
        let tally = Tally::of(params, &plan, target, coding.as_ref(), encoder)?;
        let read = |take: &mut TakeBatch<'_>| -> Result<(), RegressionError> {
            let passed = each_batch(REGRESSION, plan.clone(), |frame| {
                with_batch(params, frame, target, coding.as_ref(), encoder, |_, batch, _| {
                    take(batch).map_err(|error| carried(&error))
                })
            });
            passed.map_err(|error| RegressionError::Source(error.to_string()))
        };
        let named = |error| refused(error, encoder.terms(), params.fit_intercept);
        let observations = StreamedObservations::new(read, params.fit_intercept).map_err(named)?;
        let solved = fit_streamed(&observations, params.family, &self.options()).map_err(named)?;
        let statistics = tally.statistics(params, &solved);
        let n_columns = solved.coefficients.len();
        let of_model = &solved.covariance;
        let scaled = |row: usize, column: usize| statistics.dispersion * of_model.get(row, column);
        let covariance = SymmetricMatrix::from_lower(n_columns, scaled);
        check_range(encoder.terms(), &solved, &covariance, &statistics, false)?;
        let fitted = Fitted {
            target: target.to_owned(),
            labels: coding,
            rows: tally.rows,
            encoding_counts: tally.counts,
            covariance,
            vif: vec![None; n_columns],
            marginal_effects: vec![None; n_columns],
            coefficients: solved.coefficients,
            aliased: solved.aliased,
            statistics,
        };
        Ok(RegressionModel::new(self.clone(), encoder.clone(), fitted))
    }
}

/// Settings that need all rows at once.
fn check_params(params: &RegressionParams) -> Result<()> {
    let refused = |param, got: &str| Err(Error::param(REGRESSION, param, "unset for a fit by batches", got));
    if params.firth {
        return refused("firth", "true");
    }
    if params.class_weights.is_some() {
        return refused("class_weights", "set");
    }
    if params.clusters.is_some() {
        return refused("clusters", "set");
    }
    if params.kind_of_sandwich().is_some() {
        return refused("std_errors", "robust ones, or weights that need them");
    }
    Ok(())
}

/// Which label is which, from the distinct values of the target.
fn label_coding(params: &RegressionParams, table: &FeatureTable, target: &str) -> Result<Option<LabelCoding>> {
    if params.family != Family::Binomial {
        return Ok(None);
    }
    let distinct = collect_streamed(REGRESSION, table.lazy().select([col(target).unique()]))?;
    let labels = params.labels.clone().missing(MissingLabels::Drop).read(&distinct, target)?;
    Ok(Some(labels.coding().clone()))
}

/// Reads a batch as the rows of the regression.
fn with_batch(
    params: &RegressionParams,
    frame: DataFrame,
    target: &str,
    coding: Option<&LabelCoding>,
    encoder: &Encoder,
    mut take: impl FnMut(&Training, Batch<'_>, &EncodingCounts) -> Result<()>,
) -> Result<()> {
    let mut training = Training::of(params, frame, target, coding)?;
    let frame = std::mem::take(&mut training.frame);
    let encoded = encoder.encode(&frame)?;
    training.keep(encoded.kept());
    let outcomes = Outcomes {
        response: &training.response,
        weights: training.weights.as_deref(),
        offset: training.offset.as_deref(),
        groups: None,
    };
    take(&training, Batch { blocks: encoded.blocks(), outcomes }, encoded.counts())
}

/// An error of the solver on its way through the reader and back.
fn carried(error: &RegressionError) -> Error {
    Error::Unusable { analysis: REGRESSION, reason: error.to_string() }
}

/// What is counted of the rows in a pass of its own.
struct Tally {
    rows: TrainingRows,
    counts: EncodingCounts,
    n_obs: f64,
    sums: LikelihoodSums,
}

impl Tally {
    fn of(
        params: &RegressionParams,
        plan: &LazyFrame,
        target: &str,
        coding: Option<&LabelCoding>,
        encoder: &Encoder,
    ) -> Result<Self> {
        let are_precisions = params.weights.as_ref().is_some_and(|weights| weights.meaning == WeightMeaning::Precision);
        let mut tally = Self {
            rows: TrainingRows::default(),
            counts: EncodingCounts::default(),
            n_obs: 0.0,
            sums: LikelihoodSums::new(params.family, are_precisions),
        };
        each_batch(REGRESSION, plan.clone(), |frame| {
            with_batch(params, frame, target, coding, encoder, |training, batch, counts| {
                tally.rows.add(training.rows);
                tally.counts.add(counts);
                tally.n_obs += training.n_obs(params);
                tally.sums.add(batch.outcomes.response, batch.outcomes.weights);
                Ok(())
            })
        })?;
        Ok(tally)
    }

    fn statistics(&self, params: &RegressionParams, solved: &RegressionFit) -> FitStatistics {
        let rank = (solved.coefficients.len() - solved.aliased.len()) as f64;
        let mut facts = FitStatistics::new(params.family, params.fit_intercept, self.n_obs, rank, solved);
        facts.add_likelihoods(&self.sums);
        facts
    }
}
